//! What the command line answers without deploying anything: results, messages and exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;
use tempfile::TempDir;
use testing::{CommandOutput, LocalCloud, command};

#[path = "common/checkov.rs"]
mod checkov;

fn run(arguments: &[&str]) -> CommandOutput {
    CommandOutput::of(&mut command(arguments))
}

/// The command line of a user who has configured nothing.
fn run_at_an_empty_home(arguments: &[&str], variables: &[(&str, &str)]) -> CommandOutput {
    let home = TempDir::new().unwrap();
    CommandOutput::of(command(arguments).env("HOME", home.path()).envs(variables.iter().copied()))
}

fn stacks() -> Vec<String> {
    let list = run(&["list", "--json"]).expect(0).json();
    assert_eq!(list["version"], 1);
    list["stacks"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn list_names_every_stack() {
    let listed = run(&["list"]).expect(0);
    assert_eq!(listed.stderr, "");
    // What can be chosen of a stack is indented below it.
    let stack_lines = listed.stdout.lines().filter(|line| !line.starts_with(' '));
    assert_eq!(stack_lines.map(|line| line.split(' ').next().unwrap()).collect::<Vec<_>>(), stacks());
    assert!(
        listed.stdout.contains("spaceships      sightings of spaceships, from a queue to an API that counts them\n")
    );
}

#[test]
fn synth_prints_the_reviewed_template() {
    let snapshot = include_str!("../../stacks/tests/spaceships/snapshots/spaceships_template__spaceships.snap");
    let (_, reviewed) = snapshot.split_once("\n---\n").unwrap();
    assert_eq!(run(&["synth", "spaceships"]).expect(0).stdout.trim_end(), reviewed.trim_end());

    let json = run(&["synth", "spaceships", "--format", "json"]).expect(0);
    assert_eq!(json.json()["Resources"]["Sightings"]["Type"], "AWS::DynamoDB::Table");
    assert_eq!(run(&["synth", "spaceships", "--json"]).expect(0).stdout, json.stdout);
}

#[test]
fn graph_draws_a_stack_in_the_format_of_the_file() {
    let mermaid = run(&["graph", "spaceships"]).expect(0);
    assert!(mermaid.stdout.starts_with("flowchart LR\n") && mermaid.stderr.is_empty(), "{mermaid}");
    assert!(mermaid.stdout.contains("SightingsQueue --> Consumer\n"), "{mermaid}");

    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let written = run(&["graph", "spaceships", "--output", &file("a.svg")]).expect(0);
    assert_eq!((written.stdout, written.stderr), (String::new(), format!("wrote {}\n", file("a.svg"))));
    let svg = run(&["graph", "spaceships", "--format", "svg"]).expect(0).stdout;
    assert!(svg.starts_with("<svg "), "{svg}");
    assert_eq!(fs::read_to_string(file("a.svg")).unwrap(), svg);

    let graph = run(&["graph", "spaceships", "--json"]).expect(0).json();
    let consumer = graph["nodes"].as_array().unwrap().iter().find(|node| node["id"] == "Consumer").unwrap();
    assert_eq!((&graph["version"], &consumer["kind"]), (&Value::from(1), &Value::from("function")));

    assert_snapshot!(run(&["graph", "spaceships", "--output", "a.pdf"]), @r"
    exit 2
    --- stderr
    error: `a.pdf` does not say its format
      help: end it in `.mmd` or `.svg`, or pass `--format`
    ");
    assert_snapshot!(run(&["graph", "spaceships", "--output", "/no/such/folder/a.svg"]), @r"
    exit 1
    --- stderr
    error: `/no/such/folder/a.svg` cannot be written: No such file or directory (os error 2)
    ");
}

#[test]
fn every_template_passes_cfn_lint() {
    let tool = run(&["local", "tool", "cfn-lint"]).expect(0);
    let folder = TempDir::new().unwrap();
    let mut lint = Command::new(format!("{}/cfn-lint", tool.stdout.trim()));
    lint.args(["--include-checks", "I", "--regions", "sa-east-1", "--template"]);
    for stage in ["dev", "prod"] {
        for stack in stacks() {
            let path = folder.path().join(format!("{stack}-{stage}.yaml"));
            fs::write(&path, run(&["synth", &stack, "--stage", stage]).expect(0).stdout).unwrap();
            lint.arg(path);
        }
    }
    let linted = CommandOutput::of(&mut lint).expect(0);
    assert_eq!(linted.stdout, "", "{linted}");
}

#[test]
fn a_protected_stage_has_what_checkov_asks_for_or_says_why_not() {
    let folder = TempDir::new().unwrap();
    let write = |stack: &str, stage: &str| {
        let template = run(&["synth", stack, "--stage", stage]).expect(0).stdout;
        fs::write(folder.path().join(format!("{stack}-{stage}.yaml")), template).unwrap();
    };
    for stack in stacks() {
        write(&stack, "prod");
    }
    assert_eq!(checkov::unexplained(folder.path()), Vec::<String>::new());

    // A stage that is not protected shows that checkov looks.
    write("orders", "dev");
    let found = checkov::unexplained(folder.path());
    assert!(found.contains(&"CKV_AWS_76 /orders-dev.yaml AWS::ApiGateway::Stage.ApiStage".to_owned()), "{found:?}");
    assert!(found.iter().all(|it| it.contains(" /orders-dev.yaml ")), "{found:?}");
}

#[test]
fn check_finds_nothing_and_prints_the_budget() {
    let checked = run(&["check", "spaceships"]).expect(0);
    assert_eq!(checked.stderr, "");
    assert!(checked.stdout.starts_with("spaceships: 0 errors, 0 warnings; resources 36/500, "), "{checked}");

    let report = run(&["check", "--all", "--json"]).expect(0).json();
    for stack in report["stacks"].as_array().unwrap() {
        assert_eq!(stack["findings"], Value::Array(Vec::new()), "{stack}");
    }
}

#[test]
fn the_audit_shows_each_grant_with_its_use() {
    let audit = run(&["policy-audit", "spaceships"]).expect(0);
    assert_snapshot!(audit.stdout);
    let json = run(&["policy-audit", "spaceships", "--json"]).expect(0).json();
    assert_eq!(json["findings"], Value::Array(Vec::new()));
}

#[test]
fn a_stack_that_is_not_there_is_refused_with_the_nearest() {
    assert_snapshot!(run(&["synth", "spaceship"]), @r"
    exit 6
    --- stderr
    error: there is no stack `spaceship`
      help: did you mean `spaceships`?
    ");
    assert_snapshot!(run(&["deploy", "zzz"]), @r"
    exit 6
    --- stderr
    error: there is no stack `zzz`
      help: `cargo xtask list` lists the stacks
    ");
    for command in ["check", "diff", "deploy", "graph", "outputs", "policy-audit", "destroy"] {
        run(&[command, "spaceship"]).expect(6);
    }
}

#[test]
fn a_parameter_that_is_wrong_is_refused_before_anything_is_built() {
    let cloud = LocalCloud::fresh();
    let deploy = |parameter| cloud.attempt(&["deploy", "spaceships", "--local", "--yes", "--parameter", parameter]);
    cloud.run(&["local", "start"]);
    assert_snapshot!(deploy("QueuePolicyPrincipalAccount=12"), @r"
    exit 2
    --- stderr
    error: parameter `QueuePolicyPrincipalAccount` is `12`, expected 12 digits; nothing was deployed
    ");
    assert_snapshot!(deploy("QueuePolicyPrincipal=123456789012"), @r"
    exit 2
    --- stderr
    error: `spaceships` has no parameter `QueuePolicyPrincipal`; nothing was deployed
      help: did you mean `QueuePolicyPrincipalAccount`?
    ");
    assert_snapshot!(deploy("QueuePolicyPrincipalAccount"), @r"
    exit 2
    --- stderr
    error: invalid value 'QueuePolicyPrincipalAccount' for '--parameter <NAME=VALUE>': expected NAME=VALUE

    For more information, try '--help'.
    ");
    assert_snapshot!(cloud.attempt(&["outputs", "spaceships", "--local", "--stage", "blue"]), @r"
    exit 6
    --- stderr
    error: `spaceships` is not deployed to the local cloud (sa-east-1)
      help: `cargo xtask deploy spaceships --local --stage blue` deploys it
    ");
}

#[test]
fn no_region_and_no_credentials_are_said_with_the_way_out() {
    let deploy = ["deploy", "spaceships", "--yes", "--parameter", "QueuePolicyPrincipalAccount=123456789012"];
    assert_snapshot!(run_at_an_empty_home(&deploy, &[]), @r"
    exit 1
    --- stderr
    error: no AWS region is configured
      help: pass `--region sa-east-1`, or set `AWS_REGION`
      help: `--local` needs none: it deploys to this machine
    ");
    assert_snapshot!(run_at_an_empty_home(&deploy, &[("AWS_REGION", "sa-east-1")]), @r"
    exit 1
    --- stderr
    error: no AWS credentials were found
      help: pass `--profile NAME`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
      help: `--local` needs none: it deploys to this machine
    ");
    let flag = [&deploy[..], &["--region", "sa-east-1"]].concat();
    assert_snapshot!(run_at_an_empty_home(&flag, &[]), @r"
    exit 1
    --- stderr
    error: no AWS credentials were found
      help: pass `--profile NAME`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
      help: `--local` needs none: it deploys to this machine
    ");
    let profile = [&flag[..], &["--profile", "nobody"]].concat();
    assert_snapshot!(run_at_an_empty_home(&profile, &[]), @r"
    exit 1
    --- stderr
    error: the profile `nobody` gives no AWS credentials
      help: `aws configure list-profiles` lists the profiles
    ");
}

#[test]
fn a_profile_that_is_named_is_preferred_to_the_keys_of_the_environment() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    // For the local cloud, a key of twelve digits is the account of that number.
    let profile = "[profile other]\nregion = eu-west-3\naws_access_key_id = 123456789012\naws_secret_access_key = k\n";
    fs::write(home.path().join(".aws/config"), profile).unwrap();
    let endpoint = format!("http://127.0.0.1:{}", cloud.port());
    let mut outputs = command(&["outputs", "spaceships", "--profile", "other", "--endpoint-url", &endpoint]);
    outputs.env("HOME", home.path()).envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]);
    let refused = CommandOutput::of(&mut outputs).expect(6);
    assert!(refused.stderr.contains("is not deployed to account 123456789012 in eu-west-3"), "{refused}");
}

#[test]
fn an_endpoint_that_cannot_be_reached_is_said() {
    let keys = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_REGION", "sa-east-1")];
    let outputs = ["outputs", "spaceships", "--endpoint-url", "http://127.0.0.1:1"];
    let failed = run_at_an_empty_home(&outputs, &keys).expect(1);
    assert!(failed.stderr.starts_with("error: the AWS endpoint cannot be reached: "), "{failed}");
    assert!(failed.stderr.ends_with("help: check the network, the region and `--endpoint-url`\n"), "{failed}");
}

#[test]
fn what_the_command_line_does_not_mean_is_a_usage_error() {
    assert_snapshot!(run(&["synth"]), @r"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      <STACK>

    Usage: cargo xtask synth <STACK>

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["deploi"]), @r"
    exit 2
    --- stderr
    error: unrecognized subcommand 'deploi'

      tip: some similar subcommands exist: 'completion', 'deploy'

    Usage: cargo xtask [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["diff", "spaceships", "--stage", "Blue"]), @r"
    exit 2
    --- stderr
    error: invalid value 'Blue' for '--stage <STAGE>': expected 1 to 16 of `a-z`, `0-9` and `-`, a letter first

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["deploy", "spaceships", "--local", "--profile", "p"]), @r"
    exit 2
    --- stderr
    error: the argument '--local' cannot be used with '--profile <PROFILE>'

    Usage: cargo xtask deploy --local <STACK>...

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["check", "spaceships", "--all"]), @r"
    exit 2
    --- stderr
    error: the argument '[STACK]...' cannot be used with '--all'

    Usage: cargo xtask check <STACK>...

    For more information, try '--help'.
    ");
}

#[test]
fn a_command_that_knows_one_region_refuses_several() {
    assert_snapshot!(run(&["outputs", "spaceships", "--local", "--region", "eu-west-1,sa-east-1"]), @r"
    exit 2
    --- stderr
    error: `outputs` takes one region, and `eu-west-1,sa-east-1` are several
      help: run `outputs` once for each region
    ");
    assert_snapshot!(run(&["diff", "spaceships", "--local", "--region", "eu-west-1,"]), @r"
    exit 2
    --- stderr
    error: invalid value '' for '--region <REGION>': expected a region such as `eu-west-1`, or several with commas

    For more information, try '--help'.
    ");
}

#[test]
fn completion_scripts_complete_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completion", shell]).expect(0);
        assert!(script.stdout.contains("policy-audit"), "{script}");
        assert_eq!(script.stderr, "");
    }
}

/// What `diff` says of two templates, in a folder that is no workspace.
fn diff_of(before: &str, after: &str, files: &[(&str, &str)], arguments: &[&str]) -> CommandOutput {
    let folder = TempDir::new().unwrap();
    for (name, content) in [("before.yaml", before), ("after.yaml", after)].iter().chain(files) {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let arguments = [&["diff", "--before", "before.yaml", "--after", "after.yaml"], arguments].concat();
    CommandOutput::of(command(&arguments).current_dir(folder.path()).env_remove("CARGO_MANIFEST_DIR"))
}

const ORDERS: &str = r#"
Parameters: {Env: {Type: String, Default: dev}, Days: {Type: Number}}
Conditions: {InHome: !Equals [!Ref "AWS::Region", eu-west-1]}
Resources:
  Orders: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "orders-${Env}"}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: !Ref Days}}
  Home: {Type: AWS::SQS::Queue, Condition: InHome}
"#;

#[test]
fn two_templates_are_compared_without_aws_and_without_a_workspace() {
    let after = ORDERS.replace("eu-west-1", "us-east-1").replace("  Logs:", "  Log:");
    assert_snapshot!(diff_of(ORDERS, &after, &[], &[]), @r"
    exit 0
    --- stdout
    after.yaml: 1 to create, 1 to delete, 1 undecided
      +   Log   AWS::Logs::LogGroup
      ?   Home  AWS::SQS::Queue  # comes, stays or goes with the condition InHome, may delete its messages
      -   Logs  AWS::Logs::LogGroup  # deletes its log events
    template, which CloudFormation does not deploy by itself
      ~   Conditions.InHome: !Equals [!Ref AWS::Region, eu-west-1] -> !Equals [!Ref AWS::Region, us-east-1]
    ");
    assert_snapshot!(diff_of(ORDERS, &after, &[], &["--region", "us-east-1", "--parameter", "Days=7"]), @r"
    exit 0
    --- stdout
    after.yaml: 2 to create, 1 to delete
      +   Log   AWS::Logs::LogGroup
      +   Home  AWS::SQS::Queue
      -   Logs  AWS::Logs::LogGroup  # deletes its log events
    template, which CloudFormation does not deploy by itself
      ~   Conditions.InHome: !Equals [!Ref AWS::Region, eu-west-1] -> !Equals [!Ref AWS::Region, us-east-1]
    ");

    let same = diff_of(ORDERS, ORDERS, &[], &["--exit-code"]).expect(0);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("after.yaml: no changes\n", ""));
    let changed = diff_of(ORDERS, ORDERS, &[], &["--exit-code", "--before-parameter", "Env=prod"]).expect(3);
    assert!(changed.stdout.contains("TableName: orders-prod -> orders-dev  # forces replacement, deletes its items"));

    let json = diff_of(ORDERS, ORDERS, &[], &["--json", "--before-parameter", "Env=prod"]).expect(0).json();
    assert_eq!((&json["version"], &json["stacks"][0]["stack"]), (&Value::from(1), &Value::from("after.yaml")));
    assert_eq!(json["stacks"][0]["plan"]["resources"][0]["action"], "replace");

    let retyped = ORDERS.replace("AWS::SQS::Queue", "AWS::SNS::Topic");
    assert_snapshot!(diff_of(ORDERS, &retyped, &[], &["--format", "markdown", "--region", "eu-west-1"]), @r"
    exit 1
    --- stdout
    ### `after.yaml`: 1 to replace

    - **error**: `Home` is of type `AWS::SQS::Queue` and cannot become one of type `AWS::SNS::Topic`; give the new resource another logical id

    | | resource | type | change |
    |---|---|---|---|
    | `-/+` | `Home` | `AWS::SNS::Topic` | `Type`: `AWS::SQS::Queue` → `AWS::SNS::Topic` **forces replacement** |
    ");
}

#[test]
fn values_of_parameters_come_from_a_file() {
    let list =
        r#"[{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Days", "ParameterValue": "7"}]"#;
    let object = r#"{"Parameters": {"Env": "prod", "Days": 7}}"#;
    let map = r#"{"Env": "prod", "Days": 7}"#;
    for file in [list, object, map] {
        let before = ["--parameters", "values.json", "--before-parameter", "Days=30"];
        let found = diff_of(ORDERS, ORDERS, &[("values.json", file)], &before).expect(0);
        assert!(found.stdout.contains("RetentionInDays: 30 -> 7") && !found.stdout.contains("Env"), "{found}");
        let given = [&before[..], &["--parameter", "Days=14"]].concat();
        let found = diff_of(ORDERS, ORDERS, &[("values.json", file)], &given).expect(0);
        assert!(found.stdout.contains("RetentionInDays: 30 -> 14"), "{found}");
    }
}

#[test]
fn what_is_wrong_with_templates_and_values_is_said() {
    assert_snapshot!(diff_of(ORDERS, ORDERS, &[], &["--parameter", "Evn=prod"]), @r"
    exit 2
    --- stderr
    error: there is no parameter `Evn`
      help: did you mean `Env`?
    ");
    assert_snapshot!(diff_of(ORDERS, ORDERS, &[], &["--parameters", "none.json"]), @r"
    exit 1
    --- stderr
    error: `none.json` cannot be read: No such file or directory (os error 2)
    ");
    assert_snapshot!(diff_of(ORDERS, ORDERS, &[("values.json", "7")], &["--parameters", "values.json"]), @r"
    exit 2
    --- stderr
    error: `values.json` holds neither a list nor an object
      help: expected JSON: a list of objects with `ParameterKey` and `ParameterValue`, or an object with the values by name
    ");
    assert_snapshot!(diff_of(ORDERS, "Orders: {}", &[], &[]), @r"
    exit 1
    --- stderr
    error: `after.yaml` is no template: it has no `Resources`
    ");
    assert_snapshot!(diff_of("- a", ORDERS, &[], &[]), @r"
    exit 1
    --- stderr
    error: `before.yaml`: not a template: expected a mapping with `Resources` at the top level
      help: a template is YAML or JSON
    ");
    assert_snapshot!(diff_of(ORDERS, ORDERS, &[], &["--region", "eu-west-1,us-east-1"]), @r"
    exit 2
    --- stderr
    error: `diff --before` takes one region, and `eu-west-1,us-east-1` are several
      help: run `diff --before` once for each region
    ");
    assert_snapshot!(run(&["diff", "--before", "none.yaml", "--after", "none.yaml"]), @r"
    exit 1
    --- stderr
    error: `none.yaml` cannot be read: No such file or directory (os error 2)
    ");
    assert_snapshot!(run(&["diff", "--before", "none.yaml"]), @r"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      --after <FILE>

    Usage: cargo xtask diff --before <FILE> --after <FILE> [STACK]...

    For more information, try '--help'.
    ");
}
