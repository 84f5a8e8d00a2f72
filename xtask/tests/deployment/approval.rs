//! What is approved is what runs.

use std::fs;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::creation::said;
use crate::project::{Project, REGION};

const ROLE: &str = "
Parameters:
  Delay: {Type: Number, Default: 0}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref Delay
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
      Policies:
        - PolicyName: send
          PolicyDocument:
            Version: '2012-10-17'
            Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}]
";

/// Runs `diff --out` and returns the file.
fn seal(project: &Project, folder: &TempDir, more: &[&str]) -> String {
    let file = folder.path().join("plan.json").to_str().unwrap().to_owned();
    project.run(&[&["diff", "orders", "--out", &file], more].concat()).expect(0);
    file
}

#[test]
fn a_plan_that_was_approved_is_carried_out_without_a_question() {
    let (project, folder) = (Project::new(ROLE), TempDir::new().unwrap());
    let file = seal(&project, &folder, &[]);
    assert!(fs::read_to_string(&file).unwrap().contains("orders: 2 to create"));
    project.run(&["deploy", "orders", "--plan", &file]).expect(0);
    assert_eq!(project.status().as_deref(), Some("CREATE_COMPLETE"));
}

#[test]
fn nothing_is_deployed_when_the_source_moved() {
    let (project, folder) = (Project::new(ROLE), TempDir::new().unwrap());
    let file = seal(&project, &folder, &[]);
    project.change(&ROLE.replace("sqs:SendMessage", "sqs:*"));
    assert_snapshot!(said(&project.run(&["deploy", "orders", "--plan", &file]).expect(1).stderr), @r"
    error: since the plan of `orders` was made, the source, a parameter or a program has changed; nothing was deployed
      ~   Role  Policies[send].PolicyDocument.Statement[0].Action: sqs:SendMessage -> sqs:*
    permissions widened
      +   Role: sqs:* on Queue
    permissions narrowed
      -   Role: sqs:SendMessage on Queue
      help: make a new plan and have it approved
    ");
    assert_eq!(project.status(), None);
}

#[test]
fn nothing_is_deployed_when_what_is_deployed_moved() {
    let (project, folder) = (Project::new(ROLE), TempDir::new().unwrap());
    project.deploy().expect(0);
    let file = seal(&project, &folder, &["--parameter", "Delay=5"]);
    let tags = [("stackwright:project", "shop"), ("stackwright:stack", "orders"), ("stackwright:stage", "dev")];
    project.aws.deploy(REGION, "orders-dev", ROLE, &tags, &[("Delay", "9")]);
    let refused = project.run(&["deploy", "orders", "--plan", &file, "--parameter", "Delay=5"]).expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: since the plan of `orders` was made, what is deployed has changed; nothing was deployed
      ~   Queue  DelaySeconds: 0 -> 9
    parameters
      ~   Delay: 0 -> 9
      help: make a new plan and have it approved
    ");
}

#[test]
fn a_file_that_is_no_plan_is_refused() {
    let (project, folder) = (Project::new(ROLE), TempDir::new().unwrap());
    let file = folder.path().join("other.json").to_str().unwrap().to_owned();
    fs::write(&file, "{}").unwrap();
    let refused = project.run(&["deploy", "orders", "--plan", &file]).expect(2);
    assert!(refused.stderr.contains("is no plan: missing field `version`"), "{refused}");
    let missing = project.run(&["deploy", "orders", "--plan", "nowhere.json"]).expect(2);
    assert!(missing.stderr.contains("`nowhere.json` cannot be read"), "{missing}");
}

#[test]
fn rights_that_are_widened_are_asked_about_by_name() {
    let project = Project::new(ROLE);
    project.deploy().expect(0);
    project.change(&ROLE.replace("sqs:SendMessage", "sqs:*"));
    let asked = project.run(&["deploy", "orders"]).expect(5);
    assert!(asked.stderr.contains("and widen the rights of Role needs a yes"), "{asked}");
    // The workspace protects the stage `live`, not `dev`.
    project.deploy().expect(0);
}

#[test]
fn a_protected_stage_takes_no_wider_rights_by_a_yes_alone_and_no_deletion() {
    let project = Project::new(ROLE);
    let live = |more: &[&str]| project.run(&[&["deploy", "orders", "--stage", "live", "--yes"], more].concat());
    live(&[]).expect(0);
    project.change(&ROLE.replace("sqs:SendMessage", "sqs:*"));
    let refused = live(&[]).expect(5);
    assert!(
        refused.stderr.contains("to a protected stage widens the rights of Role; nothing was deployed"),
        "{refused}"
    );
    live(&["--allow-wider"]).expect(0);
    let refused = project.run(&["destroy", "orders", "--stage", "live", "--yes"]).expect(1);
    assert!(refused.stderr.contains("is protected against deletion"), "{refused}");
}
