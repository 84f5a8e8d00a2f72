//! What `drift` says of workers in a cluster, and what it brings back.

use insta::assert_snapshot;
use kubernetes_fake::Fault;
use serde_json::json;

use crate::creation::said;
use crate::scene::{SECOND, STACK, Scene};
use testing::CommandOutput;

fn drift(scene: &Scene, more: &[&str]) -> CommandOutput {
    scene.run(&[&["drift", "orders", "--kube-context", "dev"], more].concat())
}

/// The lines about the cluster.
fn of_cluster(ended: &CommandOutput) -> String {
    let lines = ended.stdout.lines().skip_while(|line| !line.contains("in the cluster"));
    lines.collect::<Vec<_>>().join("\n")
}

fn deployed() -> Scene {
    let scene = Scene::new();
    scene.deploy().expect(0);
    scene
}

/// Gives a property another value, as another manager does.
fn edit(scene: &Scene, plural: &str, value: &serde_json::Value) {
    scene.cluster.put(plural, "orders-dev", "consume", "kubectl-edit", value);
}

fn delete(scene: &Scene, plural: &str) {
    let key = (plural.to_owned(), "orders-dev".to_owned(), "consume".to_owned());
    scene.cluster.state().objects.remove(&key).unwrap();
}

#[test]
fn what_nobody_touched_does_not_differ() {
    let scene = deployed();
    let calls = scene.cluster.calls().seen().len();
    let found = drift(&scene, &[]).expect(0);
    assert_snapshot!(of_cluster(&found), @"orders in the cluster `dev`: 7 objects read, as deployed");
    // What others add, as KEDA does, is no difference.
    edit(&scene, "deployments", &json!({"spec": {"replicas": 7}, "metadata": {"annotations": {"a": "b"}}}));
    drift(&scene, &[]).expect(0);
    let changing = |call: &&String| !call.starts_with("GET") && !call.contains("dryRun=All");
    assert_eq!(scene.cluster.calls().seen()[calls..].iter().find(changing), None);
    // Nor is what the source says by now and nobody deployed.
    scene.project.declare_workers_as(
        &format!("{STACK}{SECOND}"),
        &[("Consume", "consume"), ("Watch", "watch")],
        |it| {
            it.replicas.max = 99;
        },
    );
    drift(&scene, &[]).expect(0);
}

#[test]
fn what_was_changed_or_deleted_is_told_and_brought_back() {
    let scene = deployed();
    let image = scene.container("consume")["image"].clone();
    edit(&scene, "scaledobjects", &json!({"spec": {"maxReplicaCount": 3}}));
    let mut container = scene.container("consume");
    container["image"] = json!("registry.example/other:latest");
    edit(&scene, "deployments", &json!({"spec": {"template": {"spec": {"containers": [container]}}}}));
    delete(&scene, "networkpolicies");
    let found = drift(&scene, &[]).expect(3);
    let (_, digest) = image.as_str().unwrap().split_once('@').unwrap();
    assert_snapshot!(of_cluster(&found).replace(digest, "DIGEST"), @r#"
    orders in the cluster `dev`: 7 objects read, 3 differences
      ~ NetworkPolicy orders-dev/consume: deployed, is not there
      ~ Deployment orders-dev/consume  spec.template.spec.containers[worker].image: deployed "REGISTRY/stackwright/shop/orders-dev/stacks@DIGEST", is "registry.example/other:latest"
      ~ ScaledObject orders-dev/consume  spec.maxReplicaCount: deployed 10, is 3
    "#);

    let refused = drift(&scene, &["--fix"]).expect(5);
    assert!(
        refused.stderr.contains("apply what was deployed of the workers of `orders` to `dev` again needs a yes"),
        "{refused}"
    );
    let fixed = drift(&scene, &["--fix", "--yes"]).expect(0);
    assert!(fixed.stderr.contains("✓ applied 3 objects again"), "{fixed}");
    assert_eq!(scene.container("consume")["image"], image);
    drift(&scene, &[]).expect(0);
    scene.diff().expect(0);
}

#[test]
fn a_worker_that_the_source_no_longer_has_is_compared_as_well() {
    let scene = deployed();
    edit(&scene, "scaledobjects", &json!({"spec": {"maxReplicaCount": 3}}));
    scene.project.declare_workers_as(STACK, &[], |_| {});
    let found = drift(&scene, &[]).expect(3);
    assert!(of_cluster(&found).contains("spec.maxReplicaCount: deployed 10, is 3"), "{found}");
}

#[test]
fn a_fix_brings_back_what_was_deployed_and_nothing_of_the_source() {
    let scene = deployed();
    scene.project.declare_workers_as(STACK, &[("Consume", "consume")], |it| it.replicas.max = 99);
    edit(&scene, "scaledobjects", &json!({"spec": {"maxReplicaCount": 3}}));
    drift(&scene, &["--fix", "--yes"]).expect(0);
    let scaled = scene.cluster.object("scaledobjects", "orders-dev", "consume").unwrap();
    assert_eq!(scaled["spec"]["maxReplicaCount"], 10);
}

#[test]
fn a_namespace_that_is_gone_is_told_and_only_a_deployment_brings_it_back() {
    let scene = deployed();
    scene.cluster.state().objects.clear();
    let found = drift(&scene, &["--fix", "--yes"]).expect(3);
    assert_snapshot!(of_cluster(&found), @r"
    orders in the cluster `dev`: 0 objects read, 1 difference
      ~ Deployment orders-dev/consume: deployed, is not there
    ");
    assert_snapshot!(said(&found.stderr), @"  ! nothing of Consume is in the cluster, nor a record of what was deployed: `deploy --kube-context dev` makes it anew");
    scene.deploy().expect(0);
    drift(&scene, &[]).expect(0);
}

#[test]
fn what_somebody_else_applied_cannot_be_compared() {
    let scene = deployed();
    scene.cluster.state().objects.retain(|(plural, _, _), _| plural != "configmaps");
    let found = drift(&scene, &[]).expect(1);
    assert_snapshot!(said(&found.stderr), @"  ! Consume could not be compared: what was deployed of it is known only after `deploy --kube-context dev`");
    let cluster = drift(&scene, &["--json"]).expect(1).json();
    assert_eq!(
        cluster["stacks"][0]["cluster"],
        json!({"context": "dev", "read": 0, "differences": [], "unread": ["Consume"]})
    );
}

#[test]
fn programs_are_told_of_the_cluster_and_without_one_that_none_was_looked_at() {
    let scene = deployed();
    edit(&scene, "scaledobjects", &json!({"spec": {"maxReplicaCount": 3}}));
    let found = drift(&scene, &["--json"]).expect(3).json();
    let difference =
        json!({"object": "ScaledObject orders-dev/consume", "path": "spec.maxReplicaCount", "expected": 10, "live": 3});
    assert_eq!(found["stacks"][0]["cluster"]["differences"], json!([difference]));
    let calls = scene.cluster.calls().seen().len();
    let found = scene.run(&["drift", "orders"]).expect(0);
    let said = "orders: the cluster that its workers run in was not looked at: `--kube-context NAME` does";
    assert!(found.stderr.contains(said), "{found}");
    let found = scene.run(&["drift", "orders", "--json"]).expect(0).json();
    assert_eq!(found["stacks"][0]["cluster"], json!(null));
    assert_eq!(scene.cluster.calls().seen().len(), calls);
}

#[test]
fn a_cluster_that_refuses_is_told() {
    let scene = deployed();
    let first = scene.cluster.calls().seen().len();
    (first..first + 20).for_each(|call| scene.cluster.calls().fail(call, Fault::Status(403)));
    let failed = drift(&scene, &[]).expect(1);
    assert!(failed.stderr.contains("error: "), "{failed}");
}
