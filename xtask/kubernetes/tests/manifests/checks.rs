//! What an API server would refuse is refused before.

use kubernetes::{Queue, QueueSource, Reach, Workload, check};

use crate::workloads::{URL, large, small};

#[track_caller]
fn refused(change: impl FnOnce(&mut Workload), place: &str, expected: &str) {
    let mut workload = small();
    change(&mut workload);
    let error = check(&[workload]).unwrap_err();
    let found = error.0.iter().find(|problem| problem.place == place && problem.expected.contains(expected));
    assert!(found.is_some(), "{place}: {expected}\n{error}");
    assert!(error.0.iter().all(|problem| !problem.help.is_empty()));
}

#[test]
fn workers_that_fit_are_let_through() {
    assert_eq!(check(&[small(), large()]), Ok(()));
    let mut workload = small();
    // As long as the longest batch takes.
    workload.grace = 43_205;
    workload.environment.insert("WORKER_GRACE".to_owned(), "43200".to_owned());
    assert_eq!(check(&[workload]), Ok(()));
}

#[test]
fn what_is_known_only_after_the_deployment_is_let_through() {
    let mut workload = small();
    workload.image = "${Registry}/orders@${Digest}".to_owned();
    workload.environment.insert("TABLE".to_owned(), "${Orders}".to_owned());
    workload.queues = vec![Queue::at("${Queue.QueueUrl}", "${AWS::Region}", 5)];
    workload.scaler_role = Some("${Scaler.Arn}".to_owned());
    let objects = kubernetes::objects(&[workload]).unwrap();
    let deployment = objects.iter().find(|object| object.kind() == "Deployment").unwrap();
    assert!(kubernetes::yaml(deployment).contains("value: ${Queue.QueueUrl}"));
    refused(|it| it.image = "${Registry".to_owned(), "image", "by digest");
}

#[test]
fn a_problem_is_told_with_place_value_expectation_and_help() {
    let mut workload = small();
    workload.grace = 10;
    let text = check(&[workload]).unwrap_err().to_string();
    let expected = "worker `orders-consume`: `grace` is `10`: expected seconds from 30 to 43205\n  help: pods that run on Spot have 2 minutes, others as long as a batch takes";
    assert_eq!(text, expected);
}

#[test]
fn names_must_fit() {
    for name in ["", "Orders", "orders_1", &"a".repeat(64)] {
        refused(|it| it.identity.name = name.to_owned(), "identity.name", "a DNS label");
    }
    refused(|it| it.namespace = "${Namespace}".to_owned(), "namespace", "a DNS label");
    refused(|it| it.namespace = "kube-system".to_owned(), "namespace", "without `kube-`");
    refused(|it| it.namespace = "default".to_owned(), "namespace", "can belong to the stack");
    refused(|it| it.service_account = "a.b".to_owned(), "service_account", "a DNS label");
    refused(|it| it.service_account = "default".to_owned(), "service_account", "the worker's own");
    let labels = [("stackwright/stack".to_owned(), "other".to_owned())].into();
    let monitoring = kubernetes::Monitoring { namespace: "monitoring".to_owned(), monitor: true, labels };
    refused(|it| it.monitoring = Some(monitoring), "monitoring.labels.stackwright/stack", "the name of a label");
    refused(|it| it.identity.stack = "a".repeat(64), "identity.stack", "the value of a label");
    refused(|it| it.identity.stage = "pr/7".to_owned(), "identity.stage", "the value of a label");
    refused(|it| it.identity.project = String::new(), "identity.project", "the value of a label");
    let error = check(&[small(), small()]).unwrap_err().to_string();
    assert!(error.contains("another name in each namespace"), "{error}");
}

#[test]
fn workers_must_be_of_one_stack() {
    let mut other = large();
    other.identity.stack = "shop-prod-returns".into();
    let error = check(&[small(), other]).unwrap_err().to_string();
    let expected =
        "`identity.stack` is `shop-prod-returns`: expected `shop-prod-orders`, as of worker `orders-consume`";
    assert!(error.contains(expected), "{error}");
}

#[test]
fn the_container_must_fit() {
    refused(|it| it.image = "registry.example/shop/orders:latest".to_owned(), "image", "by digest");
    refused(|it| drop(it.environment.insert("1A".into(), "x".into())), "environment.1A", "a variable's name");
    refused(|it| drop(it.environment.insert("A".into(), "\0".into())), "environment.A", "without the character 0");
    refused(|it| it.port = 80, "port", "1024");
    refused(|it| it.user = 0, "user", "from 1");
    refused(|it| it.user = u32::MAX, "user", "from 1");
    refused(|it| it.grace = 43_206, "grace", "43205");
}

#[test]
fn the_worker_is_told_what_kubernetes_is_told() {
    let set = |name: &'static str, value: &'static str| {
        move |it: &mut Workload| drop(it.environment.insert(name.to_owned(), value.to_owned()))
    };
    for value in ["30", "0", "soon"] {
        refused(set("WORKER_GRACE", value), "environment.WORKER_GRACE", "less than `grace`");
    }
    for value in ["0.0.0.0:80", "127.0.0.1:8080", "8080"] {
        refused(set("WORKER_ADDRESS", value), "environment.WORKER_ADDRESS", "with port 8080");
    }
    let mut workload = small();
    set("WORKER_ADDRESS", "[::]:8080")(&mut workload);
    set("WORKER_GRACE", "29")(&mut workload);
    assert_eq!(check(&[workload]), Ok(()));
}

#[test]
fn amounts_must_fit() {
    for wrong in ["", "1 CPU", "-1", "0", "0.0001"] {
        refused(|it| it.resources.cpu_request = wrong.to_owned(), "resources.cpu_request", "CPUs as a quantity");
    }
    for wrong in ["256MB", "500m", "0"] {
        refused(|it| it.resources.memory_limit = wrong.to_owned(), "resources.memory_limit", "bytes as a quantity");
    }
    refused(|it| it.scratch = "much".to_owned(), "scratch", "bytes as a quantity");
    refused(|it| it.resources.cpu_limit = "50m".to_owned(), "resources.cpu_limit", "at least the request");
    refused(|it| it.resources.memory_request = "1G".to_owned(), "resources.memory_limit", "`1G`");
}

#[test]
fn scaling_must_fit() {
    refused(|it| it.max_replicas = 0, "max_replicas", "from 1");
    refused(|it| it.min_replicas = 11, "min_replicas", "which is 10");
    refused(|it| it.cooldown = u32::MAX, "cooldown", "seconds");
    refused(|it| it.queues.clear(), "queues", "one queue");
    for wrong in ["orders", "https://sqs.eu-central-1.amazonaws.com/orders", "ftp://sqs/1/orders", "https://sqs/1/a/b"]
    {
        refused(|it| it.queues = vec![Queue::at(wrong, "eu-central-1", 1)], "queues[0].url", "the URL of a queue");
    }
    refused(|it| it.queues = vec![Queue::at(URL, "", 1)], "queues[0].region", "a region");
    refused(|it| it.queues = vec![Queue::at(URL, "eu-central-1", 0)], "queues[0].messages_per_pod", "from 1");
    let source = QueueSource::Variable("URL".to_owned());
    refused(|it| it.queues[0].source = source, "queues[0].variable", "in `environment`");
}

#[test]
fn what_is_reached_must_fit() {
    let reach = |cidr: &str, ports: &[u16]| {
        let reach = Reach { cidr: cidr.to_owned(), ports: ports.to_vec() };
        move |it: &mut Workload| it.reach = vec![reach]
    };
    for wrong in ["10.0.0.1/16", "10.0.0.0", "10.0.0.0/33", "everywhere"] {
        refused(reach(wrong, &[443]), "reach[0].cidr", "a network");
    }
    refused(reach("10.0.0.0/8", &[]), "reach[0].ports", "one port");
    refused(reach("10.0.0.0/8", &[0]), "reach[0].ports", "from 1");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let mut workload = small();
    (workload.grace, workload.port, workload.max_replicas) = (0, 0, 0);
    assert_eq!(check(&[workload]).unwrap_err().0.len(), 3);
}
