//! Workers that tests use.

use kubernetes::{Architecture, Identity, Monitoring, Queue, QueueSource, Reach, Workload};

pub(crate) const URL: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders";

pub(crate) fn identity(name: &str) -> Identity {
    Identity {
        project: "shop".to_owned(),
        stage: "prod".to_owned(),
        stack: "shop-prod-orders".to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn image() -> String {
    format!("registry.example/shop/orders@sha256:{}", "0123456789abcdef".repeat(4))
}

/// One with all defaults.
pub(crate) fn small() -> Workload {
    let queues = vec![Queue::at(URL, "eu-central-1", 20)];
    Workload::new(identity("orders-consume"), "shop", image(), Architecture::Arm64, queues)
}

/// One that sets all there is.
pub(crate) fn large() -> Workload {
    let mut workload = small();
    workload.identity.name = "orders-images".into();
    workload.service_account = "images".into();
    workload.architecture = Architecture::Amd64;
    let variables = [
        ("ANSWER", "on"),
        ("COMMAND", "echo $(HOME) $$ costs $5"),
        ("MODE", "0644"),
        ("RETURNS_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/returns.fifo"),
        ("TEXT", "two\nlines: # and \"quotes\""),
    ];
    workload.environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let source = QueueSource::Variable("RETURNS_URL".to_owned());
    workload.queues.push(Queue { source, region: "eu-west-1".to_owned(), messages_per_pod: 1 });
    (workload.min_replicas, workload.max_replicas, workload.cooldown) = (2, 40, 60);
    workload.resources.cpu_request = "250m".into();
    workload.resources.memory_limit = "1Gi".into();
    workload.scratch = "2Gi".into();
    (workload.grace, workload.port, workload.user) = (120, 9090, 1000);
    let labels = [("release".to_owned(), "prometheus".to_owned())].into();
    workload.monitoring = Some(Monitoring { namespace: "monitoring".to_owned(), monitor: true, labels });
    workload.reach = vec![
        Reach { cidr: "10.0.0.0/16".to_owned(), ports: vec![443, 5432] },
        Reach { cidr: "fd00:1::/64".to_owned(), ports: vec![443] },
    ];
    workload.scaler_role = Some("arn:aws:iam::123456789012:role/orders-scaler".to_owned());
    workload
}
