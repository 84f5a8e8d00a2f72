//! What stacks read of others: outputs, and exports.

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

const EXPORTING: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
Outputs:
  Url: {Value: !Ref Queue, Export: {Name: shop-url}}
";

const IMPORTING: &str = "
Resources:
  Url:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !ImportValue shop-url}
";

const WITHOUT_EXPORT: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
";

/// A project in which `billing` imports an export of `orders`.
fn importing() -> Project {
    let project = Project::new(EXPORTING);
    project.declare(&[("orders", EXPORTING), ("billing", IMPORTING)]);
    project.run(&["deploy", "--all", "--yes"]).expect(0);
    project
}

#[test]
fn an_export_goes_after_the_import_of_it() {
    let project = importing();
    let own = IMPORTING.replace("!ImportValue shop-url", "https://example.com");
    project.declare(&[("orders", WITHOUT_EXPORT), ("billing", &own)]);
    let deployed = project.run(&["deploy", "--all", "--yes"]).expect(0);
    let said = "orders: deployed after billing, which gives up its import of `shop-url`\n";
    assert!(deployed.stderr.contains(said), "{deployed}");
    project.run(&["diff", "--all", "--exit-code"]).expect(0);
}

#[test]
fn an_export_that_stays_imported_is_not_removed() {
    let project = importing();
    let before = project.called("CreateChangeSet");
    project.declare(&[("orders", WITHOUT_EXPORT), ("billing", IMPORTING)]);
    let refused = project.run(&["deploy", "--all", "--yes"]).expect(1);
    let said = "error: `orders` removes the export `shop-url`, which `billing` imports; nothing was deployed\n";
    assert!(refused.stderr.contains(said), "{refused}");
    let shown = project.run(&["diff", "--all"]).expect(1);
    assert!(shown.stderr.contains(said), "{shown}");
    // Of one that is not deployed with it the live imports tell.
    let refused = project.run(&["deploy", "orders", "--yes"]).expect(1);
    let said = "error: `orders` removes the export `shop-url`, which `billing-dev` imports; nothing was deployed\n  help: deploy `billing-dev` first without the import, or together with it\n";
    assert!(refused.stderr.contains(said), "{refused}");
    assert_eq!(project.called("CreateChangeSet"), before);
}
