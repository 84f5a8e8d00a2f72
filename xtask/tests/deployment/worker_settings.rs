//! What a stack says of its workers gets into their manifests, and what does not fit is found.

use std::fs;

use bindings::Program;
use infra::eks::{Egress, Namespace, Replicas, Worker};
use infra::sqs::StandardQueue;
use infra::{Seconds, Stack, Stage};
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

/// What `check` finds in such a worker.
fn found(change: impl FnOnce(&mut Worker<()>)) -> String {
    let checked = project(change).run_alone(&["check", "orders"]).expect(1);
    checked.stdout.split("\n\norders: ").next().unwrap().to_owned()
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
fn a_batch_may_take_as_long_as_a_pod_may_take_to_end() {
    let longest = |it: &mut Worker<()>| {
        it.timeout = Seconds::hours::<12>();
        it.pod.termination_grace_period = Seconds::of::<43_205>();
    };
    let deployment = written(longest, "03-deployment-consume.yaml").unwrap();
    assert!(deployment.contains("terminationGracePeriodSeconds: 43205"), "{deployment}");
    assert!(deployment.contains("- name: WORKER_GRACE\n          value: \"43200\"\n"), "{deployment}");
}

#[test]
fn each_mistake_is_found_once_in_the_words_of_the_stack() {
    let wrong = Egress { ip_blocks: vec!["10.0.0.1/16".to_owned()], ..Egress::port(5432) };
    assert_snapshot!(found(|it| it.egress = vec![Egress::port(8443), wrong]), @r"
    error[worker]: `Consume`: Kubernetes would refuse `egress`: it is `10.0.0.1/16`, expected a network
      --> xtask/tests/deployment/worker_settings.rs:32:5
      help: write the first address of the network and the length of its prefix: `10.0.0.0/16`
    ");
    assert_snapshot!(found(|it| it.service_account = Some("Billing_1".to_owned())), @r"
    error[worker]: `Consume`: Kubernetes would refuse `service_account`: it is `Billing_1`, expected a DNS label: 1 to 63 of a-z, 0-9 and `-`, beginning and ending with a letter or digit
      --> xtask/tests/deployment/worker_settings.rs:32:5
      help: use lowercase letters, and `-` between words
    ");
    assert_snapshot!(found(|it| it.namespace = Some(Namespace::Own("kube-shop".to_owned()))), @r"
    error[worker]: `Consume`: Kubernetes would refuse `namespace`: it is `kube-shop`, expected a name without `kube-` at the beginning
      --> xtask/tests/deployment/worker_settings.rs:32:5
      help: Kubernetes keeps the prefix `kube-` for itself: choose another name
    ");
    assert_snapshot!(found(|it| it.namespace = Some(Namespace::Own("default".to_owned()))), @r"
    error[worker]: `Consume`: Kubernetes would refuse `namespace`: it is `default`, expected a namespace that can belong to the stack
      --> xtask/tests/deployment/worker_settings.rs:32:5
      help: a cluster has it already and it cannot be removed: choose another, or set it to `Namespace::Existing`
    ");
    assert_snapshot!(found(|it| it.replicas = Replicas { min: 3, max: 2, ..Replicas::default() }), @r"
    error[worker]: `Consume`: Kubernetes would refuse `replicas.min`: it is `3`, expected at most `replicas.max`, which is 2
      --> xtask/tests/deployment/worker_settings.rs:32:5
      help: 0 lets KEDA end the last pod when there is no message
    ");
    assert_snapshot!(found(|it| it.replicas.max = 0), @r"
    error[worker]: `Consume`: Kubernetes would refuse `replicas.max`: it is `0`, expected a number from 1 to 2147483647
      --> xtask/tests/deployment/worker_settings.rs:32:5
      help: 0 pods would process nothing
    ");
    assert_snapshot!(found(|it| it.replicas.messages_per_pod = 0), @r"
    error[worker]: `Consume`: Kubernetes would refuse `replicas.messages_per_pod`: it is `0`, expected a number from 1
      --> xtask/tests/deployment/worker_settings.rs:32:5
      help: KEDA divides the number of messages by it
    ");
}

#[test]
fn two_workers_that_would_be_one_object_are_found() {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = stack.named("Orders").add(StandardQueue::default());
    let cluster = parts::cluster(&mut stack);
    for id in ["One", "Two"] {
        let worker = Worker::rust(cluster.name.clone(), Bindings {});
        let service_account = Some("consume".to_owned());
        parts::worker(&mut stack, id, &cluster, Worker { queues: vec![queue.into()], service_account, ..worker });
    }
    let project = Project::new(STACK);
    project.declare_stack(stack.assemble());
    let checked = project.run_alone(&["check", "orders"]).expect(1);
    let said =
        "`One`: Kubernetes would refuse `service_account`: it is `consume`, expected another name in each namespace";
    assert!(checked.stdout.contains(said), "{checked}");
    assert_eq!(checked.stdout.matches("error[worker]").count(), 1, "{checked}");
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
