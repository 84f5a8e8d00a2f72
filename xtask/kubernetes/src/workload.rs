//! What a worker needs of a cluster.

use std::collections::BTreeMap;
use std::fmt;

/// The worker's variable with the URLs of its queues.
pub const WORKER_QUEUE_URLS: &str = "WORKER_QUEUE_URLS";
/// The worker's variable with where it serves health and metrics.
pub const WORKER_ADDRESS: &str = "WORKER_ADDRESS";
/// The worker's variable with how many seconds it takes at most to end.
pub const WORKER_GRACE: &str = "WORKER_GRACE";
/// The networks that all addresses are in.
pub const ANYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// A worker and what it needs. Text may hold `${...}` where a value is known only after deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Whose worker it is, and what it is called.
    pub identity: Identity,
    /// The namespace of all its objects.
    pub namespace: String,
    /// Whether the namespace is one of the stack's objects, made and removed with it. `true` by default.
    pub creates_namespace: bool,
    /// The service account, which a Pod Identity association gives a role. By default it has the worker's name.
    pub service_account: String,
    /// The image, by digest: `registry.example/shop/orders@sha256:...`.
    pub image: String,
    /// What the image's program is compiled for.
    pub architecture: Architecture,
    /// The variables of the container. `WORKER_QUEUE_URLS` and `WORKER_ADDRESS` are added where they are missing.
    /// `WORKER_GRACE` must be less than `grace`; without it the worker takes 25 s at most.
    pub environment: BTreeMap<String, String>,
    /// The queues whose lengths scale the worker: one at least.
    pub queues: Vec<Queue>,
    /// The fewest pods. 0 by default: without messages nothing runs.
    pub min_replicas: u32,
    /// The most pods. 10 by default.
    pub max_replicas: u32,
    /// How many seconds after the last message the last pod goes, when `min_replicas` is 0. 300 by default, as KEDA's.
    pub cooldown: u32,
    /// CPU and memory.
    pub resources: Resources,
    /// How much may be written to `/tmp`, as a quantity. `512Mi` by default, as in Lambda.
    pub scratch: String,
    /// How many seconds pass from SIGTERM to SIGKILL: 30, the default, to 43,205.
    pub grace: u32,
    /// The port of health and metrics: 8080 by default.
    pub port: u16,
    /// The numeric user and group of the process: 65,532 by default.
    pub user: u32,
    /// Who reads the metrics. Nobody by default.
    pub monitoring: Option<Monitoring>,
    /// What it may reach besides DNS and the agent of Pod Identity. By default port 443 of any address.
    pub reach: Vec<Reach>,
    /// The ARN of a role that KEDA's operator assumes to read the queues' lengths. By default it uses its own role.
    pub scaler_role: Option<String>,
}

/// Whose a worker is, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The project.
    pub project: String,
    /// The stage.
    pub stage: String,
    /// The stack. Its name is in the labels by which objects are found again.
    pub stack: String,
    /// The worker's name, which its objects have too.
    pub name: String,
}

/// A queue that scales a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Where its URL is from.
    pub source: QueueSource,
    /// The region it is in.
    pub region: String,
    /// For how many messages there is a pod: 1 at least. KEDA wants as many pods as messages, visible and in flight,
    /// divided by this.
    pub messages_per_pod: u32,
}

/// Where the URL of a queue is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueSource {
    /// It is this.
    Url(String),
    /// It is the value of this variable of the container, which has one URL.
    Variable(String),
}

/// CPU and memory of a pod, as Kubernetes's quantities: `250m`, `2`, `256Mi`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resources {
    /// What the scheduler sets aside. `100m` by default.
    pub cpu_request: String,
    /// More than this is throttled. `1` by default.
    pub cpu_limit: String,
    /// What the scheduler sets aside. `128Mi` by default.
    pub memory_request: String,
    /// A process with more is killed. `256Mi` by default.
    pub memory_limit: String,
}

/// Who reads a worker's metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monitoring {
    /// The namespace of Prometheus, whose pods may connect to the port.
    pub namespace: String,
    /// Whether there is a `PodMonitor` for Prometheus's operator.
    pub monitor: bool,
    /// More labels of the `PodMonitor`, by which a Prometheus selects those it heeds: `release: prometheus`.
    pub labels: BTreeMap<String, String>,
}

/// Addresses that a worker may connect to by TCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// A network, as `10.0.0.0/16` or `fd00:1::/64`.
    pub cidr: String,
    /// The ports, one at least.
    pub ports: Vec<u16>,
}

/// What a program is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// 64-bit x86.
    Amd64,
    /// 64-bit ARM, as Graviton.
    Arm64,
}

impl Architecture {
    /// The name in images, and in the label `kubernetes.io/arch` of nodes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Queue {
    /// The queue with this URL.
    #[must_use]
    pub fn at(url: impl Into<String>, region: impl Into<String>, messages_per_pod: u32) -> Self {
        Self { source: QueueSource::Url(url.into()), region: region.into(), messages_per_pod }
    }
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            cpu_request: "100m".to_owned(),
            cpu_limit: "1".to_owned(),
            memory_request: "128Mi".to_owned(),
            memory_limit: "256Mi".to_owned(),
        }
    }
}

impl Workload {
    /// A worker with the defaults that its fields name.
    #[must_use]
    pub fn new(
        identity: Identity,
        namespace: impl Into<String>,
        image: impl Into<String>,
        architecture: Architecture,
        queues: Vec<Queue>,
    ) -> Self {
        Self {
            service_account: identity.name.clone(),
            identity,
            namespace: namespace.into(),
            creates_namespace: true,
            image: image.into(),
            architecture,
            environment: BTreeMap::new(),
            queues,
            min_replicas: 0,
            max_replicas: 10,
            cooldown: 300,
            resources: Resources::default(),
            scratch: "512Mi".to_owned(),
            grace: 30,
            port: 8080,
            user: 65_532,
            monitoring: None,
            reach: ANYWHERE.map(|cidr| Reach { cidr: cidr.to_owned(), ports: vec![443] }).to_vec(),
            scaler_role: None,
        }
    }

    /// The variables with those that follow from other fields.
    pub(crate) fn variables(&self) -> BTreeMap<String, String> {
        let mut variables = self.environment.clone();
        let urls = self.queues.iter().filter_map(|queue| match &queue.source {
            QueueSource::Url(url) => Some(url.clone()),
            QueueSource::Variable(name) => self.environment.get(name).cloned(),
        });
        variables.entry(WORKER_QUEUE_URLS.to_owned()).or_insert_with(|| urls.collect::<Vec<_>>().join(" "));
        variables.entry(WORKER_ADDRESS.to_owned()).or_insert_with(|| format!("0.0.0.0:{}", self.port));
        variables
    }
}
