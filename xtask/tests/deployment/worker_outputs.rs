//! What `outputs` tells of workers.

use insta::assert_snapshot;
use kubernetes_fake::Rollout;
use serde_json::json;

use crate::scene::{STACK, Scene};

const KEY: &str = "stackwright:workers";

fn deployed() -> Scene {
    let scene = Scene::new();
    let stack = format!("{STACK}Outputs:\n  Topic: {{Value: none}}\n");
    scene.project.declare_workers(&stack, &[("Consume", "consume")]);
    scene.deploy().expect(0);
    scene
}

/// What was printed, without the digest, which differs from machine to machine.
fn printed(scene: &Scene, text: &str) -> String {
    let image = scene.container("consume")["image"].as_str().unwrap().to_owned();
    text.replace(image.split_once('@').unwrap().1, "DIGEST")
}

#[test]
fn without_a_cluster_it_tells_where_a_worker_is() {
    let scene = deployed();
    let calls = scene.cluster.calls().seen().len();
    assert_snapshot!(scene.run(&["outputs", "orders"]).expect(0).stdout, @r"
      Topic  none
    worker Consume
      namespace        orders-dev
      deployment       consume
      service account  consume
      images           123456789012.dkr.ecr.eu-west-1.amazonaws.com/stackwright/shop/orders-dev/stacks
    ");
    let outputs = scene.run(&["outputs", "orders", "--json"]).expect(0).json();
    assert_eq!(outputs["Topic"], "none");
    let worker = json!({
        "id": "Consume",
        "namespace": "orders-dev",
        "deployment": "consume",
        "service_account": "consume",
        "repository": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/stackwright/shop/orders-dev/stacks",
    });
    assert_eq!(outputs[KEY], json!([worker]));
    assert_eq!(scene.cluster.calls().seen().len(), calls);
}

#[test]
fn with_a_cluster_it_tells_what_runs() {
    let scene = deployed();
    let run = |more: &[&str]| scene.run(&[&["outputs", "orders", "--kube-context", "dev"], more].concat());
    let told = run(&[]).expect(0);
    assert_snapshot!(printed(&scene, &told.stdout), @r"
      Topic  none
    worker Consume
      namespace        orders-dev
      deployment       consume
      service account  consume
      image            REGISTRY/stackwright/shop/orders-dev/stacks@DIGEST
      pods             1 of 1 ready in `dev`
    ");
    let outputs = run(&["--json"]).expect(0).json();
    assert_eq!(
        (&outputs[KEY][0]["context"], &outputs[KEY][0]["pods"]),
        (&json!("dev"), &json!({"ready": 1, "wanted": 1}))
    );
    let image = scene.container("consume")["image"].as_str().unwrap().replace(&scene.registry.address(), "REGISTRY");
    assert_eq!(outputs[KEY][0]["image"], image);

    scene.cluster.put("deployments", "orders-dev", "consume", "keda-operator", &json!({"spec": {"replicas": 3}}));
    scene.cluster.state().rollout = Rollout::Late;
    assert_eq!(run(&["--json"]).expect(0).json()[KEY][0]["pods"], json!({"ready": 0, "wanted": 3}));
    scene.cluster.state().objects.clear();
    let told = run(&[]).expect(0);
    assert!(told.stdout.contains("  pods             no such deployment in `dev`\n"), "{told}");
    assert_eq!(run(&["--json"]).expect(0).json()[KEY][0]["pods"], json!(null));
}
