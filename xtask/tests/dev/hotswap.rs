//! `deploy --hotswap`.

use crate::project::Project;

#[tokio::test]
async fn code_alone_is_swapped_and_the_next_deployment_brings_both_in_step() {
    let project = Project::new();
    project.run(&["deploy", "orders", "--yes"]).expect(0);
    let first = project.code().await;
    project.program("two");
    let swapped = project.run(&["deploy", "orders", "--hotswap", "--yes"]).expect(0);
    assert!(swapped.stderr.contains("orders: hot-swapped Handler: built "), "{swapped}");
    let second = project.code().await;
    assert_ne!(first, second);
    let again = project.run(&["deploy", "orders", "--hotswap", "--yes", "--json"]).expect(0);
    assert!(again.stdout.contains("\"functions\":[]"), "{again}");
    let drift = project.run(&["drift", "orders"]).expect(3);
    assert!(drift.stdout.contains("(hot-swapped: `deploy` brings both in step)"), "{drift}");
    let diff = project.run(&["diff", "orders", "--exit-code"]).expect(3);
    assert!(diff.stdout.contains("Code.S3Key"), "{diff}");
    project.run(&["deploy", "orders", "--yes"]).expect(0);
    assert_eq!(project.code().await, second);
    project.run(&["diff", "orders", "--exit-code"]).expect(0);
    project.run(&["drift", "orders"]).expect(0);
}

#[tokio::test]
async fn a_source_that_went_back_is_deployed_although_cloudformation_knows_it() {
    let project = Project::new();
    project.run(&["deploy", "orders", "--yes"]).expect(0);
    let first = project.code().await;
    project.program("two");
    project.run(&["deploy", "orders", "--hotswap", "--yes"]).expect(0);
    assert_ne!(project.code().await, first);
    project.program("one");
    let deployed = project.run(&["deploy", "orders", "--yes"]).expect(0);
    assert!(deployed.stderr.contains("Handler has the deployed code again"), "{deployed}");
    assert_eq!(project.code().await, first);
}

#[tokio::test]
async fn what_is_not_code_is_not_swapped() {
    let project = Project::new();
    let nothing = project.run(&["deploy", "orders", "--hotswap", "--yes"]).expect(6);
    assert!(nothing.stderr.contains("`orders` is not deployed: there is no code to hot-swap"), "{nothing}");
    project.run(&["deploy", "orders", "--yes"]).expect(0);
    let first = project.live().await;
    project.program("two");
    project.declare(&[("orders", 5)]);
    let refused = project.run(&["deploy", "orders", "--hotswap", "--yes"]).expect(1);
    assert!(refused.stderr.contains("beside code, `Handler.Timeout` would change; nothing was changed"), "{refused}");
    assert_eq!(project.live().await, first);
    let protected = project.run(&["deploy", "orders", "--hotswap", "--yes", "--stage", "live"]).expect(2);
    assert!(protected.stderr.contains("the stage `live` is protected"), "{protected}");
}
