//! Workers whose metrics Prometheus reads: what a stack asks for gets into the cluster.

use std::fs;

use assembly::Monitoring as Assembled;
use bindings::Program;
use infra::eks::{Monitoring, PodMonitor, Worker};
use infra::sqs::StandardQueue;
use infra::{Stack, Stage};
use insta::assert_snapshot;
use serde::Serialize;
use tempfile::TempDir;

use crate::creation::said;
use crate::project::Project;
use crate::scene::{STACK, Scene};

#[derive(Serialize)]
struct Bindings {}

impl Program for Bindings {
    const NAME: &'static str = "stacks";
}

fn monitored(monitoring: Option<Monitoring>) -> assembly::Stack {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = stack.named("Orders").add(StandardQueue::default());
    let cluster = parts::cluster(&mut stack);
    let worker = Worker { queues: vec![queue.into()], monitoring, ..Worker::rust(cluster.name.clone(), Bindings {}) };
    parts::worker(&mut stack, "Consume", &cluster, worker);
    stack.assemble()
}

/// The files that `synth` writes of a worker: that of the network policy and, where there is one, that of the monitor.
fn written(monitoring: Option<Monitoring>) -> [Option<String>; 2] {
    let (project, folder) = (Project::new(STACK), TempDir::new().unwrap());
    project.declare_stack(monitored(monitoring));
    project.run_alone(&["synth", "orders", "--output", folder.path().to_str().unwrap()]).expect(0);
    let read = |name: &str| fs::read_to_string(folder.path().join("kubernetes").join(name)).ok();
    [read("02-networkpolicy-consume.yaml"), read("07-podmonitor-consume.yaml")]
}

#[test]
fn what_a_stack_says_of_prometheus_is_in_its_manifests() {
    let pod_monitor = Some(PodMonitor::labelled("release", "prometheus"));
    let [policy, monitor] = written(Some(Monitoring { pod_monitor, ..Monitoring::prometheus_in("metrics") }));
    assert_snapshot!(monitor.unwrap(), @r"
    apiVersion: monitoring.coreos.com/v1
    kind: PodMonitor
    metadata:
      labels:
        app.kubernetes.io/instance: orders-dev
        app.kubernetes.io/managed-by: stackwright
        app.kubernetes.io/name: consume
        app.kubernetes.io/part-of: shop
        release: prometheus
        stackwright/project: shop
        stackwright/stack: orders-dev
        stackwright/stage: dev
      name: consume
      namespace: orders-dev
    spec:
      jobLabel: app.kubernetes.io/name
      selector:
        matchLabels:
          app.kubernetes.io/instance: orders-dev
          app.kubernetes.io/name: consume
      podMetricsEndpoints:
      - port: http
        path: /metrics
        interval: 30s
    ");
    let rule = "  ingress:\n  - from:\n    - namespaceSelector:\n        matchLabels:\n          kubernetes.io/metadata.name: metrics\n    ports:\n    - port: 8080\n      protocol: TCP\n";
    assert!(policy.as_ref().unwrap().contains(rule), "{policy:?}");

    // One that finds pods by itself is let in, and has no monitor.
    let [policy, monitor] = written(Some(Monitoring { pod_monitor: None, ..Monitoring::prometheus_in("metrics") }));
    assert!(policy.unwrap().contains(rule) && monitor.is_none());

    let [policy, monitor] = written(None);
    assert!(!policy.unwrap().contains("ingress:") && monitor.is_none());
}

#[test]
fn what_kubernetes_would_refuse_of_it_is_found_with_its_line() {
    let project = Project::new(STACK);
    let pod_monitor = Some(PodMonitor::labelled("stackwright/stack", "mine"));
    project.declare_stack(monitored(Some(Monitoring { pod_monitor, ..Monitoring::prometheus_in("Metrics") })));
    let checked = project.run_alone(&["check", "orders"]).expect(1);
    assert_snapshot!(checked.stdout, @r"
    error[worker]: `Consume`: Kubernetes would refuse `monitoring.namespace`: it is `Metrics`, expected a DNS label: 1 to 63 of a-z, 0-9 and `-`, beginning and ending with a letter or digit
      --> xtask/tests/deployment/monitoring.rs:30:5
      help: use lowercase letters, and `-` between words

    error[worker]: `Consume`: Kubernetes would refuse `monitoring.pod_monitor.labels.stackwright/stack`: it is `stackwright/stack`, expected the name of a label: 1 to 63 of A-Z, a-z, 0-9, `-`, `_` and `.`, with a domain and `/` before it at most
      --> xtask/tests/deployment/monitoring.rs:30:5
      help: labels of Kubernetes and of Stackwright itself cannot be set

    orders: 2 errors, 0 warnings; resources 5/500, parameters 2/200, outputs 0/200, template bytes 2481/1048576
    ");
}

fn deploy(scene: &Scene, monitoring: Option<&Assembled>) -> testing::CommandOutput {
    scene.project.declare_workers_as(STACK, &[("Consume", "consume")], |it| it.monitoring = monitoring.cloned());
    scene.deploy()
}

#[test]
fn a_monitor_comes_and_goes_with_what_the_stack_says() {
    let scene = Scene::new();
    let monitoring = Assembled { namespace: "metrics".to_owned(), pod_monitor: Some([].into()) };
    deploy(&scene, Some(&monitoring)).expect(0);
    let monitor = scene.cluster.object("podmonitors", "orders-dev", "consume").unwrap();
    assert_eq!(monitor["spec"]["podMetricsEndpoints"][0]["path"], "/metrics");
    assert_eq!(scene.objects(), 8);
    scene.diff().expect(0);
    deploy(&scene, None).expect(0);
    assert_eq!((scene.objects(), scene.cluster.object("podmonitors", "orders-dev", "consume")), (7, None));
}

#[test]
fn without_the_operator_of_prometheus_nothing_is_deployed() {
    let scene = Scene::new();
    scene.cluster.state().installed.retain(|it| *it != "podmonitors");
    let monitoring = Assembled { namespace: "metrics".to_owned(), pod_monitor: Some([].into()) };
    let refused = deploy(&scene, Some(&monitoring)).expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: the workers of `orders`: the cluster of context `dev` does not know the kind PodMonitor of `monitoring.coreos.com/v1`; nothing was deployed
      help: install Prometheus's operator, or do without a monitor
      help: <https://prometheus-operator.dev/docs/getting-started/installation/>
    ");
    scene.require_nothing_done(&refused);
}
