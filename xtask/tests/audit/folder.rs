//! Folders of what others wrote.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use testing::{CommandOutput, command};

const OPEN: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

fn template(statement: &str) -> String {
    format!(
        "Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: {{Version: '2012-10-17', Statement: [{statement}]}}\n"
    )
}

fn run(folder: &Path, arguments: &[&str]) -> CommandOutput {
    let arguments: Vec<_> = ["policy-audit"].iter().chain(arguments).copied().collect();
    CommandOutput::of(command(&arguments).current_dir(folder))
}

/// A folder with each kind of file that is read, each with the same open policy, and some that are not read.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let open = template("{Effect: Allow, Action: '*', Resource: '*'}");
    write(at, "templates/open.yaml", &open);
    write(at, "policies/open.json", OPEN);
    let plan = json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": [
        {"address": "aws_iam_policy.p", "mode": "managed", "type": "aws_iam_policy", "name": "p", "values": {"policy": OPEN}},
    ]}}});
    write(at, "terraform/plan.json", &plan.to_string());
    let account = json!({"UserDetailList": [{"UserName": "ada", "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": serde_json::from_str::<Value>(OPEN).unwrap()}]}]});
    write(at, "account.json", &account.to_string());
    let manifest = json!({"version": "36.0.0", "artifacts": {
        "Orders": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Orders.template.json"}},
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
    }});
    write(at, "cdk.out/manifest.json", &manifest.to_string());
    let outer = json!({"Resources": {"Nested": {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3/", {"Ref": "Assets"}]]}},
        "Metadata": {"aws:asset:path": "Nested.nested.template.json", "aws:asset:property": "TemplateURL"},
    }}});
    write(at, "cdk.out/Orders.template.json", &outer.to_string());
    write(at, "cdk.out/Nested.nested.template.json", &json!({"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": serde_json::from_str::<Value>(OPEN).unwrap()}}}}).to_string());
    write(at, "cdk.out/asset.0/policy.json", OPEN);
    for skipped in ["target", "node_modules", ".git"] {
        write(at, &format!("{skipped}/open.yaml"), &open);
    }
    write(at, "package.json", r#"{"name": "Resources"}"#);
    write(at, "compose.yml", "services: {}\n");
    folder
}

#[test]
fn a_folder_is_audited_by_the_content_of_its_files() {
    let folder = folder();
    let audit = run(folder.path(), &["./", "--json"]).expect(4);
    let json = audit.json();
    let files: Vec<_> = json["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["file"].as_str().unwrap(), it["content"].as_str().unwrap(), it["policies"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        files,
        [
            ("account.json", "authorization-details", 1),
            ("cdk.out/Orders.template.json", "template", 0),
            ("cdk.out/Nested.nested.template.json", "template", 1),
            ("policies/open.json", "policy", 1),
            ("templates/open.yaml", "template", 1),
            ("terraform/plan.json", "terraform-plan", 1),
        ]
    );
    assert_eq!(json["passed_over"], 2);
    let open: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["id"] == "PE01")
        .map(|it| it["location"].as_str().unwrap())
        .collect();
    assert_eq!(open.len(), 5, "{open:?}");
    assert!(open.contains(&"templates/open.yaml:5:83"), "{open:?}");
    assert!(audit.stderr.contains("passed over 2 other"), "{}", audit.stderr);
    let named = run(folder.path(), &["./", "-v"]).expect(4);
    assert!(named.stderr.contains("compose.yml: passed over") && named.stderr.contains("package.json: passed over"));
    assert!(
        named.stdout.contains("3 templates, 1 policy, 1 Terraform plan, 1 account: 5 policies read; "),
        "{}",
        named.stdout
    );
}

#[test]
fn every_format_says_the_place_in_the_folder() {
    let folder = folder();
    let sarif = run(folder.path(), &["./", "--format", "sarif"]).expect(4).json();
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].is_u64() && place["artifactLocation"]["uri"].is_string(), "{result:#}");
    }
    let text = run(folder.path(), &["./"]).expect(4).stdout;
    assert!(text.contains("--> templates/open.yaml:5:83"), "{text}");
    let page = run(folder.path(), &["./", "--format", "html"]).expect(4).stdout;
    assert!(page.contains("FINDINGS") && page.contains("templates/open.yaml:5:83"), "{page}");
}

#[test]
fn a_folder_without_anything_wrong_is_said_to_be_audited() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "a/t.yaml", "Resources: {Q: {Type: AWS::SQS::Queue}}\n");
    let page = run(folder.path(), &["./a", "--format", "html"]).expect(0).stdout;
    assert!(page.contains("<title>Policy audit: NO FINDING 1 file</title>"), "{page}");
    let text = run(folder.path(), &["a/t.yaml"]).expect(0).stdout;
    assert!(text.contains("1 template: 0 policies read; no finding"), "{text}");
}

#[test]
fn what_should_be_read_and_cannot_be_is_a_finding() {
    let folder = TempDir::new().unwrap();
    write(
        folder.path(),
        "t.yaml",
        "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  A: {{ name }}\n    Type: AWS::SQS::Queue\n",
    );
    let json = run(folder.path(), &["./", "--json"]).expect(4).json();
    let ids: Vec<_> = json["findings"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["TM07"]);
    let nothing = run(folder.path(), &["./none.json"]).expect(1);
    assert!(nothing.stderr.contains("`none.json` cannot be read"), "{}", nothing.stderr);
    write(folder.path(), "other.json", "{}");
    let other = run(folder.path(), &["other.json"]).expect(1);
    assert!(other.stderr.contains("`other.json` is nothing that is audited"), "{}", other.stderr);
    let live = run(folder.path(), &["./", "--live"]).expect(2);
    assert!(live.stderr.contains("`./` is a file or folder, and `--live` is beside it"), "{}", live.stderr);
}

#[test]
fn one_file_that_cannot_be_read_keeps_no_other_from_being_audited() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let open = template("{Effect: Allow, Action: '*', Resource: '*'}");
    write(at, "a.json", r#"{"format_version": "1.2", "planned_values": {"root_module": {}}} and more"#);
    write(at, "b.yaml", &open);
    let manifest = json!({"version": "36.0.0", "artifacts": {
        "Gone": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "Gone.template.json"}},
        "Itself": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}},
        "Open": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "open.yaml"}},
    }});
    write(at, "cdk.out/manifest.json", &manifest.to_string());
    write(at, "cdk.out/open.yaml", &open);
    let json = run(at, &["./", "--json"]).expect(4).json();
    let findings = json["findings"].as_array().unwrap();
    let of = |id: &str| {
        let mut files: Vec<_> = findings.iter().filter(|it| it["id"] == id).map(|it| it["stack"].clone()).collect();
        files.sort_by_key(Value::to_string);
        files
    };
    assert_eq!(of("TM07"), ["a.json", "cdk.out/Gone.template.json"], "{json:#}");
    assert_eq!(of("PE01"), ["b.yaml", "cdk.out/open.yaml"], "{json:#}");
}

#[test]
fn what_another_program_fills_in_is_a_value_of_which_nothing_is_said() {
    let folder = TempDir::new().unwrap();
    let policy = |principal: &str| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": "sqs:SendMessage",
            "Resource": "arn:aws:sqs:${region}:${account_number}:orders",
        }]})
    };
    write(folder.path(), "queue.json", &policy("arn:aws:iam::${account_number}:role/producer").to_string());
    let json = run(folder.path(), &["./", "--json"]).json();
    assert!(json["findings"].as_array().unwrap().iter().all(|it| it["severity"] != "error"), "{json:#}");
    // By itself it is a policy that nobody fills in.
    let itself = run(folder.path(), &["--policy", "queue.json", "--json"]).expect(4).json();
    assert!(itself["findings"].as_array().unwrap().iter().any(|it| it["severity"] == "error"), "{itself:#}");
}

#[test]
fn a_policy_as_aws_prints_it_is_read_and_was_taken_however_long() {
    let folder = TempDir::new().unwrap();
    let resources: Vec<_> = (0..400).map(|index| format!("arn:aws:s3:::a-bucket-with-a-name-{index}/*")).collect();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]});
    write(
        folder.path(),
        "version.json",
        &json!({"PolicyVersion": {"VersionId": "v1", "Document": policy}}).to_string(),
    );
    let json = run(folder.path(), &["./", "--json"]).json();
    assert_eq!(json["files"][0]["content"], "policy");
    assert!(json["findings"].as_array().unwrap().iter().all(|it| it["severity"] != "error"), "{json:#}");
    write(folder.path(), "version.json", &policy.to_string());
    let itself = run(folder.path(), &["./", "--json"]).expect(4).json();
    assert!(itself["findings"].as_array().unwrap().iter().any(|it| it["id"] == "GR89"), "{itself:#}");
}

#[test]
fn a_note_is_shown_when_it_is_asked_for() {
    let folder = TempDir::new().unwrap();
    write(
        folder.path(),
        "t.yaml",
        &template(
            "{Effect: Allow, Action: 'logs:CreateLogGroup', Resource: 'arn:aws:logs:eu-west-1:123456789012:log-group:x'}",
        ),
    );
    let quiet = run(folder.path(), &["t.yaml"]).expect(0);
    assert!(quiet.stdout.contains("no finding") && quiet.stderr.contains("1 note is not shown"), "{}", quiet.stderr);
    let asked = run(folder.path(), &["t.yaml", "--fail-on", "note", "--json"]).expect(4).json();
    assert_eq!(asked["findings"][0]["severity"], "note");
}

#[test]
fn one_cause_in_a_policy_is_one_finding() {
    let folder = TempDir::new().unwrap();
    let statement =
        |action: &str| format!("{{Effect: Allow, Action: ['{action}'], Resource: ['arn:aws:s3:::maps/*']}}");
    let both = format!("{}, {}", statement("s3:Get*"), statement("s3:List*"));
    write(folder.path(), "t.yaml", &template(&both));
    let json = run(folder.path(), &["t.yaml", "--json"]).expect(4).json();
    let mut causes: Vec<_> =
        json["findings"].as_array().unwrap().iter().map(|it| (it["id"].to_string(), it["fix"].to_string())).collect();
    let count = causes.len();
    causes.sort();
    causes.dedup();
    assert_eq!(causes.len(), count, "{json:#}");
    let several = json["findings"].as_array().unwrap().iter().find(|it| !it["also"].as_array().unwrap().is_empty());
    let several = several.unwrap_or_else(|| panic!("{json:#}"));
    assert!(several["also"][0]["location"].as_str().unwrap().starts_with("t.yaml:5:"), "{several:#}");
    let markdown = run(folder.path(), &["t.yaml", "--format", "markdown"]).expect(4).stdout;
    assert!(markdown.contains(" more in the same policy"), "{markdown}");
    let misspelt = format!("{}, {}", statement("s3:GetObjet"), statement("s3:PutObjet"));
    write(folder.path(), "t.yaml", &template(&misspelt));
    let json = run(folder.path(), &["t.yaml", "--json"]).expect(4).json();
    let errors = json["findings"].as_array().unwrap().iter().filter(|it| it["id"] == "CT02").count();
    assert_eq!(errors, 2, "each has its own advice: {json:#}");
}
