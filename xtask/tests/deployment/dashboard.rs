//! A dashboard is deployed like any resource.

use infra::sqs::StandardQueue;
use infra::{Stack, Stage, Template};
use testing::LocalCloud;

use crate::project::Project;

/// A template with a queue, its dead-letter queue, and a dashboard of both.
fn template(timeout: u32) -> String {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = StandardQueue { visibility_timeout: Some(timeout.try_into().unwrap()), ..StandardQueue::default() };
    parts::standard_queue(&mut stack, "Orders", "orders", queue);
    parts::dashboard(&mut stack).unwrap();
    assert!(infra::check(&stack).is_empty());
    Template::render(&stack).to_yaml()
}

#[test]
fn a_dashboard_of_the_stack_is_made_changed_and_deleted() {
    let project = Project::new(&template(30));
    project.deploy().expect(0);
    assert_eq!(project.live().iter().filter(|it| *it == "AWS::CloudWatch::Dashboard").count(), 1);
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
    project.run(&["drift", "orders"]).expect(0);
    project.change(&template(60));
    let diff = project.run(&["diff", "orders", "--exit-code"]).expect(3);
    assert!(!diff.stdout.contains("Dashboard"), "it refers to the queue, which stays: {diff}");

    let cloud = LocalCloud::fresh();
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    project.run_on(&cloud, &["drift", "orders"]).expect(0);
    project.run_on(&cloud, &["destroy", "orders", "--yes"]).expect(0);
}
