//! Faults of the network and of AWS at each call, and an engine that is killed at each call: the same command ends well,
//! at once or when it is repeated.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use aws_fake::{At, Fault};

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

/// A project whose life was lived up to its command `step`, which is to be run next.
fn before(step: usize) -> Project {
    let project = Project::new(STACK);
    for (template, command) in &LIFE[..step] {
        project.change(template);
        project.run(&[command, "orders", "--yes"]).expect(0);
    }
    project.change(LIFE[step].0);
    project
}

/// Every call of every command: the command, the call's number, and how many calls there are.
fn all_calls() -> Vec<(usize, usize, usize)> {
    let counts = calls_of_a_life();
    (0..LIFE.len())
        .flat_map(|step| (1..=counts[step]).map(move |number| (step, number)))
        .map(|(step, number)| (step, number, counts[step]))
        .collect()
}

/// Checks all cases, several at once: most of the time goes into waiting for repetitions.
pub(crate) fn check_all<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(case);
                }
            });
        }
    });
    println!("{} of {} converged", cases.len(), cases.len());
}

#[test]
fn one_fault_at_each_call_is_survived() {
    let faults = [Fault::Throttling, Fault::InternalFailure, Fault::Dropped, Fault::LostAnswer];
    // With the variable each fault at each call, which takes minutes; else one at each call, in turn.
    let every = std::env::var_os("STACKWRIGHT_EVERY_FAULT").is_some();
    let at = |(index, call)| {
        let chosen =
            faults.into_iter().enumerate().filter(move |(number, _)| every || number == &(index % faults.len()));
        chosen.map(move |(_, fault)| (call, fault))
    };
    let cases: Vec<_> = all_calls().into_iter().enumerate().flat_map(at).collect();
    check_all(&cases, |((step, number, count), fault)| {
        let project = before(*step);
        let (template, command) = LIFE[*step];
        project.aws.fault(At::Call(project.aws.calls().len() + number), *fault);
        let what = format!("{fault:?} at call {number} of {count} of {command} {step}");
        let ended = project.run(&[command, "orders", "--yes"]);
        assert_eq!(ended.code, Some(0), "{what}: {ended}");
        require_converged(&project, command, template, &what);
    });
}

#[test]
fn with_expired_credentials_it_says_so_and_the_same_command_ends_well_with_new_ones() {
    check_all(&all_calls(), |(step, number, count)| {
        let project = before(*step);
        let (template, command) = LIFE[*step];
        project.aws.fault(At::From(project.aws.calls().len() + number), Fault::ExpiredToken);
        let what = format!("expired at call {number} of {count} of {command} {step}");
        let ended = project.run(&[command, "orders", "--yes"]);
        // What is only looked at after the work is done does not make it fail.
        assert!(ended.code == Some(0) || ended.stderr.contains("expired"), "{what}: {ended}");
        project.aws.clear_faults();
        let ended = project.run(&[command, "orders", "--yes"]);
        assert_eq!(ended.code, Some(0), "{what}: {ended}");
        require_converged(&project, command, template, &what);
    });
}

#[test]
fn killed_at_each_call_the_same_command_ends_well() {
    check_all(&all_calls(), |(step, number, count)| {
        let project = before(*step);
        let (template, command) = LIFE[*step];
        project.killed(At::Call(project.aws.calls().len() + number), &[command, "orders", "--yes"]);
        let what = format!("killed at call {number} of {count} of {command} {step}");
        let ended = project.run(&[command, "orders", "--yes"]);
        assert_eq!(ended.code, Some(0), "{what}: {ended}");
        require_converged(&project, command, template, &what);
    });
}
