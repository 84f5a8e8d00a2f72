//! `drift`: what was changed past CloudFormation is found, and set again when asked.

use serde_json::json;

use crate::project::Project;

const QUEUE: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
";

#[test]
fn a_change_past_cloudformation_is_found_and_set_when_asked() {
    let project = Project::new(QUEUE);
    project.deploy().expect(0);
    let queue = project.aws.physical_id("orders-dev", "Queue").unwrap();
    project.aws.set_property(&queue, "VisibilityTimeout", json!(60));

    let found = project.run(&["drift", "orders"]).expect(3);
    assert!(found.stdout.contains("~ Queue  VisibilityTimeout: deployed 30, is 60"), "{found}");
    assert!(found.stdout.contains("--> stacks/src/orders.rs:3:5"), "{found}");
    // A deployment without changes only says so.
    let deployed = project.deploy().expect(0);
    assert!(deployed.stderr.contains("! Queue VisibilityTimeout is 60, expected 30"), "{deployed}");
    assert_eq!(project.called("SetQueueAttributes"), 0);

    let accepted = project.run(&["drift", "orders", "--accept"]).expect(3);
    let rust = "stack.named(\"Queue\").property(\"VisibilityTimeout\", 60) // stacks/src/orders.rs:3:5";
    assert!(accepted.stdout.contains(rust), "{accepted}");

    project.run(&["drift", "orders", "--fix"]).expect(5);
    project.run(&["drift", "orders", "--fix", "--yes"]).expect(0);
    assert_eq!(project.called("SetQueueAttributes"), 1);
}

#[test]
fn a_resource_that_was_deleted_is_found() {
    let project = Project::new(QUEUE);
    project.deploy().expect(0);
    project.aws.delete_resource(&project.aws.physical_id("orders-dev", "Queue").unwrap());
    let found = project.run(&["drift", "orders"]).expect(3);
    assert!(found.stdout.contains("Queue  resource: deployed to exist, is deleted"), "{found}");
}
