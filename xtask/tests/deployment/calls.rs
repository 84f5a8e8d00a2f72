//! How many calls of AWS each command makes: on a network they are what a user waits for.

use insta::assert_snapshot;

use crate::project::Project;

const STACK: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Topic:
    Type: AWS::SNS::Topic
  Alarm:
    Type: AWS::CloudWatch::Alarm
Outputs:
  Url:
    Value: !Ref Queue
";

#[test]
fn each_command_makes_as_few_calls_as_it_needs() {
    let project = Project::new(STACK);
    project.aws.set_paging(100);
    let mut lines = Vec::new();
    let mut count = |what: &str, arguments: &[&str]| {
        let before = project.aws.calls().len();
        let ended = project.run(arguments);
        assert_eq!(ended.code, Some(0), "{what}: {ended}");
        let calls = project.aws.calls();
        // How often an operation is looked at depends on how many steps it takes.
        let is_look = |operation: &str| matches!(operation, "DescribeStackEvents" | "DescribeChangeSet");
        let (looks, mut calls): (Vec<_>, Vec<_>) =
            calls[before..].iter().map(|call| call.operation.as_str()).partition(|operation| is_look(operation));
        // Services are asked at once, in no order.
        calls.sort_unstable();
        lines.push(format!("{what}: {} and {} looks: {}", calls.len(), looks.len(), calls.join(" ")));
    };
    count("first diff", &["diff", "orders"]);
    count("first deploy", &["deploy", "orders", "--yes"]);
    count("unchanged deploy", &["deploy", "orders", "--yes"]);
    count("unchanged diff", &["diff", "orders"]);
    count("drift", &["drift", "orders"]);
    project.change(&STACK.replace("AWS::SNS::Topic", "AWS::SNS::Topic\n    Properties:\n      DisplayName: Orders"));
    count("deploy of one property", &["deploy", "orders", "--yes"]);
    count("destroy", &["destroy", "orders", "--yes"]);
    assert_snapshot!(lines.join("\n"), @r"
    first diff: 2 and 0 looks: DescribeStacks GetCallerIdentity
    first deploy: 9 and 5 looks: CreateChangeSet DescribeStacks DescribeStacks ExecuteChangeSet GetCallerIdentity GetQueueAttributes GetTemplate GetTopicAttributes ListStackResources
    unchanged deploy: 6 and 0 looks: DescribeStacks GetCallerIdentity GetQueueAttributes GetTemplate GetTopicAttributes ListStackResources
    unchanged diff: 3 and 0 looks: DescribeStacks GetCallerIdentity GetTemplate
    drift: 7 and 0 looks: DescribeStacks GetCallerIdentity GetQueueAttributes GetResource GetTemplate GetTopicAttributes ListStackResources
    deploy of one property: 10 and 6 looks: CreateChangeSet DescribeStacks DescribeStacks ExecuteChangeSet GetCallerIdentity GetQueueAttributes GetTemplate GetTemplate GetTopicAttributes ListStackResources
    destroy: 8 and 2 looks: DeleteStack DescribeStacks GetCallerIdentity GetQueueAttributes GetQueueUrl GetTemplate GetTopicAttributes ListStackResources
    ");
}
