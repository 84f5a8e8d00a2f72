//! The audit of what others wrote, and its command line.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use testing::{CommandOutput, command};

const TEMPLATE: &str = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - {Effect: Allow, Action: 'sqs:SendMesage', Resource: !GetAtt Queue.Arn}
              - !If [Broad, {Effect: Allow, Action: '*', Resource: '*'}, !Ref AWS::NoValue]
  Queue:
    Type: AWS::SQS::Queue
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: '*', Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}]
";

/// Runs the audit on a file with `text`; `{}` in the arguments is the file.
fn run(name: &str, text: &[u8], arguments: &[&str]) -> CommandOutput {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let arguments: Vec<_> = ["policy-audit"].iter().chain(arguments).copied().collect();
    CommandOutput::of(command(&arguments).current_dir(folder.path()))
}

fn ids(ended: &CommandOutput) -> Vec<String> {
    let json = ended.json();
    assert_eq!(json["version"], 1);
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_template_of_others_is_audited_with_the_places_in_it() {
    let audit = run("template.yaml", TEMPLATE.as_bytes(), &["--template", "template.yaml", "--json"]).expect(4);
    let json = audit.json();
    let find = |text: &str| {
        let findings = json["findings"].as_array().unwrap();
        let found = findings.iter().find(|it| it["message"].as_str().unwrap().contains(text));
        found.unwrap_or_else(|| panic!("no finding says `{text}`: {json:#}")).clone()
    };
    let misspelt = find("SendMesage");
    assert_eq!(misspelt["location"], "template.yaml:14:41");
    assert_eq!(misspelt["fix"], "did you mean `sqs:SendMessage`?");
    assert_eq!(misspelt["severity"], "error");
    let public = find("`QueuePolicy`");
    assert_eq!((&public["severity"], &public["stack"]), (&json!("critical"), &json!("template.yaml")));
    let chosen = find("every action there is");
    assert_eq!(chosen["id"], "PE01", "the statement under a condition counts");
    assert_eq!(chosen["evidence"], "written at `/Properties/Policies/0/PolicyDocument/Statement/1/Fn::If/1/Action`");
}

#[test]
fn the_wiring_of_a_template_of_others_is_audited() {
    let subscription = "
  Topic: {Type: AWS::SNS::Topic}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {Protocol: sqs, TopicArn: !Ref Topic, Endpoint: !GetAtt Other.Arn}
  Other: {Type: AWS::SQS::Queue}
";
    let template = format!("{}{subscription}", TEMPLATE.trim_end());
    let audit = run("a.yaml", template.as_bytes(), &["--template", "a.yaml", "--json"]).expect(4).json();
    let mut findings = audit["findings"].as_array().unwrap().iter();
    let found = findings.find(|it| it["id"] == "RP91").unwrap();
    assert_eq!(found["message"], "`Other` does not let `Topic` send its messages");
    assert_eq!(found["location"], "a.yaml:27:5");
}

#[test]
fn neither_side_of_a_condition_is_passed_over() {
    let with = |principal: &str, action: &str| {
        let template = TEMPLATE
            .replace("Principal: '*', Action: 'sqs:SendMessage'", &format!("Principal: {principal}, Action: {action}"));
        let template = template.replace(
            "!If [Broad, {Effect: Allow, Action: '*', Resource: '*'}, !Ref AWS::NoValue]",
            "{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}",
        );
        ids(&run("a.yaml", template.as_bytes(), &["--template", "a.yaml", "--json"]))
    };
    let closed = with("{AWS: !Ref Account}", "'sqs:SendMessage'");
    let public = |found: &[String]| found.iter().filter(|id| id.starts_with("RP")).count();
    assert_eq!(public(&closed), 0, "{closed:?}");
    for principal in ["!If [Public, '*', {AWS: !Ref Account}]", "{AWS: !If [Closed, !Ref Account, '*']}"] {
        let found = with(principal, "'sqs:SendMessage'");
        assert!(public(&found) > 0, "{principal}: {found:?}");
    }
    let misspelt = with("{AWS: !Ref Account}", "!If [Right, 'sqs:SendMessage', 'sqs:SendMesage']");
    assert!(misspelt.len() > closed.len(), "{misspelt:?}");
}

#[test]
fn the_most_powerful_of_awss_own_policies_is_known() {
    let attach = |name: &str| {
        let arn = format!("!Sub 'arn:${{AWS::Partition}}:iam::aws:policy/{name}'");
        let template = TEMPLATE.split("      Policies:").next().unwrap();
        run(
            "a.yaml",
            format!("{template}      ManagedPolicyArns: [{arn}]\n").as_bytes(),
            &["--template", "a.yaml", "--json"],
        )
    };
    let administrator = attach("AdministratorAccess").expect(4);
    assert_eq!(ids(&administrator), ["PE01", "WB01"]);
    let evidence = administrator.json()["findings"][0]["evidence"].to_string();
    assert!(evidence.contains("/Properties/ManagedPolicyArns/0"), "{evidence}");
    assert!(ids(&attach("PowerUserAccess").expect(4)).contains(&"PE02".to_owned()));
    attach("service-role/AWSLambdaBasicExecutionRole").expect(0);
}

#[test]
fn a_policy_is_told_by_its_principals_or_by_the_flag() {
    let resource = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}]}"#;
    let as_it_is = run("policy.json", resource.as_bytes(), &["--policy", "policy.json", "--json"]).expect(0);
    assert_eq!(ids(&as_it_is), [""; 0]);
    let as_identity =
        run("policy.json", resource.as_bytes(), &["--policy", "policy.json", "--kind", "identity", "--json"]).expect(4);
    assert!(!ids(&as_identity).is_empty(), "{as_identity}");
}

#[test]
fn what_is_no_policy_is_a_finding_and_what_is_no_file_a_failure() {
    assert_snapshot!(run("policy.json", br#"{"Version": "2012-10-17", "Statement": ["#, &["--policy", "policy.json"]));
    let text = run("policy.json", b"once upon a time", &["--policy", "policy.json", "--json"]).expect(4);
    assert_eq!(ids(&text), ["GR01"]);
    assert_snapshot!(run("policy.json", b"\xff\xfe", &["--policy", "policy.json"]), @r"
    exit 1
    --- stderr
    error: `policy.json` is no text, expected UTF-8
    ");
    assert_snapshot!(run("policy.json", b"{}", &["--policy", "other.json"]), @r"
    exit 1
    --- stderr
    error: `other.json` cannot be read: No such file or directory (os error 2)
    ");
    assert_snapshot!(run("a.yaml", b"- one\n- two\n", &["--template", "a.yaml"]), @r"
    exit 1
    --- stderr
    error: `a.yaml`: not a template: expected a mapping with `Resources` at the top level
      help: a template is YAML or JSON
    ");
    assert_snapshot!(run("a.yaml", b"Parameters: {}\n", &["--template", "a.yaml"]), @r"
    exit 1
    --- stderr
    error: `a.yaml` is no template: it has no `Resources`
      help: `--policy FILE` audits a policy by itself
    ");
}

#[test]
fn a_policy_of_a_hundred_thousand_statements_is_audited_whole() {
    let statement = |number: usize| json!({"Effect": "Allow", "Action": ["s3:GetObject", "sqs:Send*"], "Resource": format!("arn:aws:s3:::bucket-{number}/*")});
    let statements: Vec<_> = (0..100_000).map(statement).collect();
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let audit = run("policy.json", policy.as_bytes(), &["--policy", "policy.json", "--json"]).expect(4);
    let json: Value = audit.json();
    // What has one cause is one finding, with all its places.
    let last = policy.find("bucket-99998/").unwrap();
    let column = |it: &Value| it["location"].as_str()?.rsplit_once(':')?.1.parse().ok();
    let findings = json["findings"].as_array().unwrap().iter();
    let mut places = findings.flat_map(|it| it["also"].as_array().unwrap().iter().chain([it])).filter_map(column);
    let found = places.any(|column: usize| column > last);
    assert!(found, "the last statement is looked at, too");
}

#[test]
fn the_rules_are_listed_and_explained() {
    let list = run("x", b"", &["--rules", "--json"]).expect(0).json();
    let rules = list["rules"].as_array().unwrap();
    assert!(rules.len() > 229, "more than the two longest public lists together: {}", rules.len());
    for rule in rules {
        for member in ["id", "severity", "title", "fix"] {
            assert!(rule[member].as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
        assert!(rule["also_known_as"].is_array(), "{rule}");
    }
    let mut ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let listed = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), listed, "an id is there twice");
    let families: std::collections::BTreeSet<_> = ids.iter().map(|id| &id[..2]).collect();
    let expected = ["AG", "CH", "CT", "DR", "GR", "LP", "PE", "PL", "RP", "SA", "SU", "TM", "WB", "WK"];
    assert_eq!(families.into_iter().collect::<Vec<_>>(), expected);

    assert_snapshot!(run("x", b"", &["--explain", "wb01"]));
    assert_snapshot!(run("x", b"", &["--explain", "WB0"]), @r"
    exit 2
    --- stderr
    error: there is no rule `WB0`
      help: `cargo xtask policy-audit --rules` lists the rules
    ");
}

#[test]
fn the_format_is_told_by_the_files_suffix() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.yaml"), TEMPLATE).unwrap();
    let write = |output: &str| {
        let arguments = ["policy-audit", "--template", "a.yaml", "--output", output];
        let ended = CommandOutput::of(command(&arguments).current_dir(folder.path()));
        (ended, fs::read_to_string(folder.path().join(output)).unwrap_or_default())
    };
    let (ended, sarif) = write("a.sarif");
    ended.expect(4);
    assert_eq!(serde_json::from_str::<Value>(&sarif).unwrap()["version"], "2.1.0");
    let (_, page) = write("a.html");
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{page}");
    let (_, text) = write("a.txt");
    assert!(text.contains("critical["), "{text}");
    assert_snapshot!(write("a.pdf").0, @r"
    exit 2
    --- stderr
    error: `a.pdf` does not say its format
      help: end it in `.txt`, `.json`, `.sarif`, `.html` or `.md`, or pass `--format`
    ");
}
