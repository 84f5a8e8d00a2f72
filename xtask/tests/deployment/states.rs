//! Every state that a stack can be in: what the user is told, and the way out.

use aws_fake::{At, Denial, Doing, Fault};
use insta::assert_snapshot;

use crate::creation::said;
use crate::project::{Project, chain};

const ONE: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
";

const CHANGED: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 5
";

/// What is said of a deployment over a stack in the state `status`, and whether `--recover` deploys it.
fn check(status: &str, recovered: bool) -> String {
    let project = Project::new(ONE);
    project.deploy().expect(0);
    project.aws.set_status("orders-dev", status);
    project.change(CHANGED);
    let refused = project.deploy().expect(1);
    assert_eq!(project.status().as_deref(), Some(status));
    if recovered {
        let deployed = project.run(&["deploy", "orders", "--yes", "--recover"]);
        assert_eq!(deployed.code, Some(0), "{deployed}");
        project.run(&["diff", "orders", "--exit-code"]).expect(0);
    }
    said(&refused.stderr)
}

#[test]
fn at_rest_a_stack_is_deployed_over() {
    for status in ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"] {
        let project = Project::new(ONE);
        project.deploy().expect(0);
        project.aws.set_status("orders-dev", status);
        project.change(CHANGED);
        project.deploy().expect(0);
        assert_eq!(project.status().as_deref(), Some("UPDATE_COMPLETE"), "{status}");
    }
}

#[test]
fn rollback_complete() {
    assert_snapshot!(check("ROLLBACK_COMPLETE", true), @r"
    error: `orders` is in the state ROLLBACK_COMPLETE; nothing was deployed
      help: its first deployment failed and nothing of it is left in use
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --recover` deletes what is left of it, and deploys again
      help: `cargo xtask destroy orders --region eu-west-1 --endpoint-url ENDPOINT`, then deploy again, does the same in two steps
    ");
}

#[test]
fn rollback_failed() {
    assert_snapshot!(check("ROLLBACK_FAILED", true), @r"
    error: `orders` is in the state ROLLBACK_FAILED; nothing was deployed
      help: its first deployment failed and nothing of it is left in use
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --recover` deletes what is left of it, and deploys again
      help: `cargo xtask destroy orders --region eu-west-1 --endpoint-url ENDPOINT`, then deploy again, does the same in two steps
    ");
}

#[test]
fn create_failed() {
    assert_snapshot!(check("CREATE_FAILED", true), @r"
    error: `orders` is in the state CREATE_FAILED; nothing was deployed
      help: its first deployment failed and nothing of it is left in use
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --recover` deletes what is left of it, and deploys again
      help: `cargo xtask destroy orders --region eu-west-1 --endpoint-url ENDPOINT`, then deploy again, does the same in two steps
    ");
}

#[test]
fn update_failed() {
    assert_snapshot!(check("UPDATE_FAILED", true), @r"
    error: `orders` is in the state UPDATE_FAILED; nothing was deployed
      help: its last update failed half-way and it may be in use
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --recover` takes that update back, and deploys
    ");
}

#[test]
fn update_rollback_failed() {
    assert_snapshot!(check("UPDATE_ROLLBACK_FAILED", true), @r"
    error: `orders` is in the state UPDATE_ROLLBACK_FAILED; nothing was deployed
      help: repair what the rollback failed on
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --recover` then continues the rollback, and deploys
    ");
}

#[test]
fn delete_failed() {
    assert_snapshot!(check("DELETE_FAILED", true), @r"
    error: `orders` is in the state DELETE_FAILED; nothing was deployed
      help: `cargo xtask destroy orders --region eu-west-1 --endpoint-url ENDPOINT` deletes the rest
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --recover` does so, and deploys again
    ");
}

#[test]
fn somebody_is_at_work() {
    for status in [
        "CREATE_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
        "IMPORT_IN_PROGRESS",
    ] {
        let said = check(status, false);
        assert!(said.starts_with("error: somebody is at work on `orders` now"), "{status}: {said}");
        assert!(said.contains(status), "{status}: {said}");
    }
}

#[test]
fn a_change_set_that_may_not_be_executed_is_taken_away_with_its_stack() {
    let project = Project::new(ONE);
    project.aws.fault(At::nth("cloudformation", "ExecuteChangeSet", 1), Fault::AccessDenied(Denial::NoIdentityPolicy));
    let refused = project.deploy().expect(1);
    assert!(refused.stderr.contains("probably lack `cloudformation:ExecuteChangeSet`"), "{refused}");
    assert_eq!(project.status().as_deref(), Some("DELETE_COMPLETE"));
    project.deploy().expect(0);
}

#[test]
fn a_stack_in_review_that_a_killed_engine_left_is_destroyed() {
    let project = Project::new(ONE);
    project.killed(At::nth("cloudformation", "DescribeChangeSet", 1), &["deploy", "orders", "--yes"]);
    assert_eq!(project.status().as_deref(), Some("REVIEW_IN_PROGRESS"));
    let destroyed = project.destroy().expect(0);
    assert!(destroyed.stderr.contains("begun and never executed; that was taken away"), "{destroyed}");
    assert_eq!(project.status().as_deref(), Some("DELETE_COMPLETE"));
}

#[test]
fn a_creation_without_rollback_whose_engine_was_killed_is_followed_to_its_failure() {
    let project = Project::new(&chain(40));
    project.aws.fail_resource("Topic40", Doing::Create, "SNS is not available");
    let deploy = ["deploy", "orders", "--yes", "--no-rollback"];
    project.killed(At::nth("cloudformation", "DescribeStackEvents", 1), &deploy);
    let refused = project.deploy().expect(1);
    assert!(refused.stderr.contains("resumes the `deploy` of ada on "), "{refused}");
    assert!(refused.stderr.contains("is in the state CREATE_FAILED"), "{refused}");
}
