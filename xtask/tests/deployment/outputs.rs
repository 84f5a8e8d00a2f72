//! Outputs that other stacks read without an export.

use testing::LocalCloud;

use crate::project::Project;

const ORDERS: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: shop-orders}
Outputs:
  Url: {Value: !Ref Queue}
";

const BILLING: &str = "
Resources:
  Url:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !GetStackOutput {StackName: orders-dev, OutputName: Url}}
";

/// Both stacks; the one that reads comes first in the source.
fn declare(project: &Project, orders: &str) {
    project.declare(&[("billing", BILLING), ("orders", orders)]);
}

#[test]
fn the_stack_that_has_an_output_is_deployed_before_the_one_that_reads_it_and_says_who_does() {
    let project = Project::new(ORDERS);
    declare(&project, ORDERS);
    project.run(&["deploy", "--all", "--yes"]).expect(0);
    // An export could not change while it is imported.
    declare(&project, &ORDERS.replace("shop-orders", "shop-purchases"));
    let changed = project.run(&["deploy", "orders", "--yes"]).expect(0);
    let said = "`billing` reads the output `Url` of `orders`: deploy it afterwards";
    assert!(changed.stderr.contains(said), "{changed}");
    let destroyed = project.run(&["destroy", "orders", "--yes"]).expect(0);
    let said = "`billing` reads the output `Url` of `orders`, and cannot be deployed without it";
    assert!(destroyed.stderr.contains(said), "{destroyed}");
    project.run(&["destroy", "--all", "--yes"]).expect(0);
}

#[test]
fn the_local_cloud_gives_outputs_without_an_export() {
    let project = Project::new(ORDERS);
    let cloud = LocalCloud::fresh();
    declare(&project, ORDERS);
    project.run_on(&cloud, &["deploy", "--all", "--yes"]).expect(0);
    project.run_on(&cloud, &["diff", "--all", "--exit-code"]).expect(0);
    project.run_on(&cloud, &["destroy", "--all", "--yes"]).expect(0);
}
