//! Faults of the network and of AWS at each call, and an engine that is killed at each call: the same command ends well,
//! at once or when it is repeated.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use aws_fake::{At, Fault};
use rustix::process::{Pid, Signal, kill_process};

use crate::project::Project;

const STACK: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: shop-pictures
";

const CHANGED: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 5
  Topic:
    Type: AWS::SNS::Topic
";

/// The life of a stack, a command each.
const LIFE: [(&str, &str); 3] = [(STACK, "deploy"), (CHANGED, "deploy"), (CHANGED, "destroy")];

/// How many calls each command of its life makes when nothing goes wrong.
fn calls_of_a_life() -> Vec<usize> {
    let project = Project::new(STACK);
    let mut counts = Vec::new();
    for (template, command) in LIFE {
        project.change(template);
        let before = project.aws.calls().len();
        project.run(&[command, "orders", "--yes"]).expect(0);
        counts.push(project.aws.calls().len() - before);
    }
    counts
}

/// What exists after each command, when all went well.
fn require_converged(project: &Project, command: &str, template: &str, what: &str) {
    let expected: &[&str] = match (command, template) {
        ("destroy", _) => &[],
        (_, STACK) => &["AWS::S3::Bucket", "AWS::SQS::Queue"],
        _ => &["AWS::SNS::Topic", "AWS::SQS::Queue"],
    };
    assert_eq!(project.live(), expected, "{what}");
    if command == "deploy" {
        let diff = project.run(&["diff", "orders", "--exit-code"]);
        assert_eq!(diff.code, Some(0), "{what}: {diff}");
    }
}

#[test]
fn one_fault_at_each_call_is_survived() {
    let counts = calls_of_a_life();
    let faults = [Fault::Throttling, Fault::InternalFailure, Fault::Dropped, Fault::LostAnswer];
    for (step, (_, command)) in LIFE.into_iter().enumerate() {
        for number in 1..=counts[step] {
            for fault in &faults {
                let project = Project::new(STACK);
                for (template, command) in &LIFE[..step] {
                    project.change(template);
                    project.run(&[command, "orders", "--yes"]).expect(0);
                }
                let template = LIFE[step].0;
                project.change(template);
                project.aws.fault(At::Call(project.aws.calls().len() + number), fault.clone());
                let what = format!("{fault:?} at call {number} of {} of {command} {step}", counts[step]);
                let ended = project.run(&[command, "orders", "--yes"]);
                assert_eq!(ended.code, Some(0), "{what}: {ended}");
                require_converged(&project, command, template, &what);
            }
        }
    }
}

#[test]
fn killed_at_each_call_the_same_command_ends_well() {
    let counts = calls_of_a_life();
    for (step, (_, command)) in LIFE.into_iter().enumerate() {
        for number in 1..=counts[step] {
            let project = Project::new(STACK);
            for (template, command) in &LIFE[..step] {
                project.change(template);
                project.run(&[command, "orders", "--yes"]).expect(0);
            }
            let template = LIFE[step].0;
            project.change(template);
            let victim = Arc::new(Mutex::new(None));
            let target = Arc::clone(&victim);
            project.aws.on_call(project.aws.calls().len() + number, move || {
                let pid = loop {
                    if let Some(pid) = *target.lock().unwrap() {
                        break pid;
                    }
                };
                kill_process(pid, Signal::KILL).unwrap();
            });
            let mut engine = project.command(&[command, "orders", "--yes"]);
            let mut engine = engine.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            *victim.lock().unwrap() = Pid::from_raw(i32::try_from(engine.id()).unwrap());
            let what = format!("killed at call {number} of {} of {command} {step}", counts[step]);
            assert!(!engine.wait().unwrap().success(), "{what}");

            let ended = project.run(&[command, "orders", "--yes"]);
            assert_eq!(ended.code, Some(0), "{what}: {ended}");
            require_converged(&project, command, template, &what);
        }
    }
}
