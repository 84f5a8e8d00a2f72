//! What a stack says of its workers gets into their manifests, and what does not fit is found.

use std::fs;

use bindings::Program;
use infra::eks::{Egress, Namespace, Worker};
use infra::sqs::StandardQueue;
use infra::{Stack, Stage};
use insta::assert_snapshot;
use serde::Serialize;
use serde_json::json;
use tempfile::TempDir;

use crate::creation::said;
use crate::project::Project;
use crate::scene::{STACK, Scene};

#[derive(Serialize)]
struct Bindings {}

impl Program for Bindings {
    const NAME: &'static str = "stacks";
}

/// A project with a worker of which `change` changes something.
fn project(change: impl FnOnce(&mut Worker<()>)) -> Project {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = stack.named("Orders").add(StandardQueue::default());
    let cluster = parts::cluster(&mut stack);
    let mut worker = Worker { queues: vec![queue.into()], ..Worker::rust(cluster.name.clone(), Bindings {}) };
    change(&mut worker);
    parts::worker(&mut stack, "Consume", &cluster, worker);
    let project = Project::new(STACK);
    project.declare_stack(stack.assemble());
    project
}

/// The file `name` that `synth` writes of such a worker.
fn written(change: impl FnOnce(&mut Worker<()>), name: &str) -> Option<String> {
    let folder = TempDir::new().unwrap();
    project(change).run_alone(&["synth", "orders", "--output", folder.path().to_str().unwrap()]).expect(0);
    fs::read_to_string(folder.path().join("kubernetes").join(name)).ok()
}

#[test]
fn what_a_worker_may_connect_to_is_in_its_network_policy() {
    let inside = Egress { ports: vec![5432, 6379], ip_blocks: vec!["10.0.0.0/16".to_owned()] };
    let policy = written(|it| it.egress = vec![inside, Egress::port(8443)], "02-networkpolicy-consume.yaml").unwrap();
    let (_, rules) = policy.split_once("fd00:ec2::23/128\n").unwrap();
    assert_snapshot!(rules.split("  podSelector").next().unwrap(), @r#"
    - ports:
      - port: 443
        protocol: TCP
      to:
      - ipBlock:
          cidr: 0.0.0.0/0
    - ports:
      - port: 443
        protocol: TCP
      to:
      - ipBlock:
          cidr: "::/0"
    - ports:
      - port: 5432
        protocol: TCP
      - port: 6379
        protocol: TCP
      to:
      - ipBlock:
          cidr: 10.0.0.0/16
    - ports:
      - port: 8443
        protocol: TCP
      to:
      - ipBlock:
          cidr: 0.0.0.0/0
    - ports:
      - port: 8443
        protocol: TCP
      to:
      - ipBlock:
          cidr: "::/0"
    "#);
}

#[test]
fn a_namespace_that_is_there_is_used_and_not_made() {
    let existing = |it: &mut Worker<()>| it.namespace = Some(Namespace::Existing("shop".to_owned()));
    assert_eq!(written(existing, "00-namespace-shop.yaml"), None);
    assert!(written(existing, "03-deployment-consume.yaml").unwrap().contains("  namespace: shop\n"));
    let own = |it: &mut Worker<()>| it.namespace = Some(Namespace::Own("shop".to_owned()));
    assert!(written(own, "00-namespace-shop.yaml").is_some());
}

#[test]
fn a_namespace_of_nobody_is_not_taken_over_but_used_when_the_stack_says_so() {
    let scene = Scene::new();
    scene.cluster.put("namespaces", "", "orders-dev", "kubectl", &json!({"metadata": {"name": "orders-dev"}}));
    let refused = scene.deploy().expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: the workers of `orders`: Namespace orders-dev is there already and of no stack in context `dev`; nothing was deployed
      help: set the worker's `namespace` to `Namespace::Existing`, and it is used and never removed
    ");
    scene.project.declare_workers_as(STACK, &[("Consume", "consume")], |it| it.creates_namespace = false);
    scene.deploy().expect(0);
    scene.diff().expect(0);
    scene.run(&["destroy", "orders", "--kube-context", "dev", "--yes"]).expect(0);
    assert_eq!(scene.cluster.names(), ["namespaces/orders-dev"]);
}
