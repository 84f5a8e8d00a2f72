//! Workers: programs of this workspace that consume queues in the pods of a cluster.

use assembly::Architecture;
use bindings::Program;
use bindings::message::Carried;
use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use crate::binding::Binding;
use crate::check::Check;
use crate::cloudwatch::Metric;
use crate::code::{Code, ReservedVariables};
use crate::iam::{Role, Statement};
use crate::lambda::check_batch_size;
use crate::parameter::ClusterName;
use crate::reference::{Arn, LogicalId, Ref, Resource};
use crate::sqs::Queue;
use crate::stack::Stack;
use crate::units::{Integer, Mebibytes, Millicores, Seconds};
use crate::value::{Intrinsic, Value};

/// A program of this workspace that consumes queues in the pods of an EKS cluster: what a
/// [`Function`](crate::lambda::Function) and its mappings are in Lambda.
///
/// To CloudFormation it is the association of its service account with its role. The engine makes the rest from it: an
/// image, and the objects of Kubernetes.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-podidentityassociation.html>
#[derive(Debug, Clone)]
pub struct Worker<R = Value<Arn<Role>>> {
    /// The cluster whose pods it runs in. Changing it replaces the association.
    pub cluster_name: Value<ClusterName>,
    /// The namespace of its pods. Changing its name replaces the association. By default it is the stack's own, with the name
    /// of the stack in its stage.
    pub namespace: Option<Namespace>,
    /// The name of its service account and of its deployment: 1 to 63 small letters, digits and hyphens. Changing it
    /// replaces the association. By default it is the logical id: `processing-worker` of `ProcessingWorker`.
    pub service_account: Option<String>,
    /// The role whose rights its code has.
    pub role: R,
    /// The role by which KEDA reads how many messages there are. Without it KEDA's operator does so by its own.
    pub scaler_role: Option<Value<Arn<Role>>>,
    /// The processor that its program is built for.
    pub architecture: Architecture,
    /// The queues that it consumes, one at least.
    pub queues: Vec<WorkQueue>,
    /// How it takes messages.
    pub batch: Batch,
    /// How long a batch may take, 1 to 43,200 s. What takes longer is dropped and comes back to the queue.
    pub timeout: Seconds<1, 43_200>,
    /// How many of it run.
    pub replicas: Replicas,
    /// What one of it gets.
    pub pod: Pod,
    /// Who reads its metrics. By default nobody can.
    pub monitoring: Option<Monitoring>,
    /// What its pods may connect to beside DNS, the agent of EKS Pod Identity and port 443 of any address.
    pub egress: Vec<Egress>,
    /// Variables beside those of the bindings.
    pub environment: IndexMap<String, Value>,
    /// What it runs.
    pub code: Code,
}

/// A namespace of a cluster, by its name: 1 to 63 small letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespace {
    /// It is made and removed with the stack, and must not be there before.
    Own(String),
    /// It is there before the stack, as one that another stack makes. It is neither made nor removed.
    Existing(String),
}

/// A queue that a worker consumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkQueue {
    id: LogicalId,
    is_fifo: bool,
    arn: Intrinsic,
    age_of_oldest_message: Metric,
}

/// How a worker takes messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// How many messages its handler gets at once at most: 1 to 10, from standard queues with a window up to 10,000.
    pub size: Integer<1, 10_000>,
    /// How long to gather a batch, 0 to 300 s; not for FIFO queues.
    pub window: Seconds<0, 300>,
    /// How many batches one pod processes at once, 1 to 1,000.
    pub concurrency: Integer<1, 1_000>,
}

/// How many pods run, which KEDA decides by the messages in the queues.
///
/// <https://keda.sh/docs/latest/scalers/aws-sqs/>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replicas {
    /// As many at least; with 0 none when there are no messages.
    pub min: u32,
    /// As many at most.
    pub max: u32,
    /// How many messages there are for each pod: twice as many messages have twice as many pods.
    pub messages_per_pod: u32,
}

/// What one pod gets of its node.
///
/// <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pod {
    /// The share of processors that it surely has. It may use what others leave.
    pub cpu: Millicores<1>,
    /// The memory that it has. With more it is killed.
    pub memory: Mebibytes<16>,
    /// How long it may take to end, at least 30 s. What is at work is finished meanwhile, and with 30 s more than the worker's
    /// `timeout` also what comes until its last calls for messages are over: 60 s, the default, are right for a `timeout` of
    /// 30 s.
    pub termination_grace_period: Seconds<30, 43_205>,
}

/// Who reads the metrics that each pod serves at `/metrics`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monitoring {
    /// The namespace of Prometheus: only pods in it may connect to the port of the metrics.
    pub namespace: String,
    /// By what Prometheus's operator finds the pods; nothing where Prometheus is told of them otherwise.
    pub pod_monitor: Option<PodMonitor>,
}

/// An object by which Prometheus's operator finds pods. Not a `ServiceMonitor`: a worker has no service.
///
/// <https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodMonitor {
    /// Labels beside those of the stack. A Prometheus may heed only monitors that have some: `release: prometheus`.
    pub labels: IndexMap<String, String>,
}

/// What pods may connect to by TCP, as in a rule of Kubernetes's `NetworkPolicy`.
///
/// `check` warns of a binding to an address whose port is not among them.
///
/// ```
/// use infra::eks::Egress;
///
/// let anywhere = Egress::port(8443);
/// let database = Egress { ip_blocks: vec!["10.0.0.0/16".to_owned()], ..Egress::port(5432) };
/// # assert_ne!(anywhere, database);
/// ```
///
/// <https://kubernetes.io/docs/concepts/services-networking/network-policies/>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// The ports, one at least: 1 to 65,535.
    pub ports: Vec<u16>,
    /// The networks, as `10.0.0.0/16` or `fd00:1::/64`; with none all there are.
    pub ip_blocks: Vec<String>,
}

impl Egress {
    /// A port of any address.
    #[must_use]
    pub fn port(number: u16) -> Self {
        Self { ports: vec![number], ip_blocks: Vec::new() }
    }
}

impl Namespace {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Own(name) | Self::Existing(name) => name,
        }
    }
}

impl Monitoring {
    /// By the Prometheus of that namespace, whose operator is told of the pods.
    #[must_use]
    pub fn prometheus_in(namespace: &str) -> Self {
        Self { namespace: namespace.to_owned(), pod_monitor: Some(PodMonitor::default()) }
    }
}

impl PodMonitor {
    /// One with a label by which a Prometheus selects it.
    #[must_use]
    pub fn labelled(name: &str, value: &str) -> Self {
        Self { labels: IndexMap::from([(name.to_owned(), value.to_owned())]) }
    }
}

impl WorkQueue {
    /// The logical id of the queue.
    #[must_use]
    pub const fn id(&self) -> LogicalId {
        self.id
    }

    /// The queue's ARN.
    #[must_use]
    pub const fn arn(&self) -> &Intrinsic {
        &self.arn
    }

    /// How old its oldest message is that nobody has deleted, in seconds.
    #[must_use]
    pub const fn age_of_oldest_message(&self) -> &Metric {
        &self.age_of_oldest_message
    }
}

impl<Q: Queue> From<Ref<Q>> for WorkQueue {
    fn from(queue: Ref<Q>) -> Self {
        let age_of_oldest_message = Metric::age_of_oldest_message(queue);
        Self { id: queue.id(), is_fifo: Q::is_fifo(), arn: queue.arn(), age_of_oldest_message }
    }
}

/// As Lambda's mappings are by default, and ten of them at once.
impl Default for Batch {
    fn default() -> Self {
        Self { size: Integer::of::<10>(), window: Seconds::of::<0>(), concurrency: Integer::of::<10>() }
    }
}

/// From none to ten, each for as many messages as one has at work by default.
impl Default for Replicas {
    fn default() -> Self {
        Self { min: 0, max: 10, messages_per_pod: 100 }
    }
}

impl Default for Pod {
    fn default() -> Self {
        Self {
            cpu: Millicores::of::<250>(),
            memory: Mebibytes::of::<256>(),
            termination_grace_period: Seconds::of::<60>(),
        }
    }
}

/// What the worker leaves of the pod's time to end, for what comes after its loop.
const RESERVE: u32 = 5;

impl Worker<()> {
    /// A worker that runs the program with these bindings in the pods of `cluster_name`, with batches that may take 30 s,
    /// and no queue and no role yet.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the bindings are written in place and used for nothing else")]
    pub fn rust<P: Program<I>, I: Carried>(cluster_name: Value<ClusterName>, bindings: P) -> Self {
        Self {
            cluster_name,
            namespace: None,
            service_account: None,
            role: (),
            scaler_role: None,
            architecture: Architecture::X86_64,
            queues: Vec::new(),
            batch: Batch::default(),
            timeout: Seconds::of::<30>(),
            replicas: Replicas::default(),
            pod: Pod::default(),
            monitoring: None,
            egress: Vec::new(),
            environment: IndexMap::new(),
            code: Code::of(&bindings),
        }
    }

    /// The worker with its role, as it is added to `stack` as `id`. The names that it has not are made of these.
    #[must_use]
    pub fn with_role(self, role: impl Into<Value<Arn<Role>>>, stack: &Stack, id: &str) -> Worker {
        let (namespace, service_account) = (self.namespace_in(stack), self.service_account_of(id));
        Worker {
            role: role.into(),
            scaler_role: self.scaler_role,
            cluster_name: self.cluster_name,
            namespace: Some(namespace),
            service_account: Some(service_account),
            architecture: self.architecture,
            queues: self.queues,
            batch: self.batch,
            timeout: self.timeout,
            replicas: self.replicas,
            pod: self.pod,
            monitoring: self.monitoring,
            egress: self.egress,
            environment: self.environment,
            code: self.code,
        }
    }
}

impl<R> Worker<R> {
    /// Its namespace: by default the stack's own, with the name of the stack in its stage.
    #[must_use]
    pub fn namespace_in(&self, stack: &Stack) -> Namespace {
        self.namespace.clone().unwrap_or_else(|| Namespace::Own(stack.stack_name()))
    }

    /// Its service account: by default its logical id in small letters, with hyphens between its words.
    #[must_use]
    pub fn service_account_of(&self, id: &str) -> String {
        self.service_account.clone().unwrap_or_else(|| hyphenated(id))
    }

    /// What its bindings allow its role, a statement or two for each binding that grants something.
    pub fn grants(&self) -> impl Iterator<Item = &Statement> {
        self.code.grants()
    }

    /// Its bindings, in the order of their fields.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        self.code.bindings()
    }

    /// All variables of its pods: what it is told of its queues, the bindings, and the others.
    pub(crate) fn variables(&self) -> IndexMap<String, Value> {
        let urls: Vec<_> = self.queues.iter().map(|queue| format!("${{{}}}", queue.id.marked())).collect();
        let grace = self.pod.termination_grace_period.get() - RESERVE;
        let settings = [
            ("WORKER_QUEUE_URLS", Value::sub(urls.join(" "))),
            ("WORKER_BATCH_SIZE", self.batch.size.to_string().into()),
            ("WORKER_BATCH_WINDOW", self.batch.window.get().to_string().into()),
            ("WORKER_CONCURRENCY", self.batch.concurrency.to_string().into()),
            ("WORKER_TIMEOUT", self.timeout.get().to_string().into()),
            ("WORKER_GRACE", grace.to_string().into()),
        ];
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value));
        let others = self.code.variables(&self.environment);
        settings.chain(others.into_iter().map(|(name, value)| (name.to_owned(), value.clone()))).collect()
    }

    fn check_batch(&self, check: &mut Check<'_>) {
        let fifo = self.queues.iter().find(|queue| queue.is_fifo);
        let has_window = self.batch.window.get() > 0;
        if let (Some(fifo), true) = (fifo, has_window) {
            let message = format!("`{}` is a FIFO queue, whose batches have no window", fifo.id);
            check.error("fifo-batching-window", message).help("remove `window`");
        }
        check_batch_size(self.batch.size, fifo.is_some() || !has_window, check);
    }

    fn check_queues(&self, check: &mut Check<'_>) {
        for (index, queue) in self.queues.iter().enumerate() {
            if self.queues.iter().take(index).any(|it| it.id == queue.id) {
                check.error("worker", format!("it consumes `{}` twice", queue.id)).help("name each queue once");
            }
        }
    }

    /// What its bindings name must be let out. A variable may be an address of others, which its pods need not reach.
    fn check_egress(&self, check: &mut Check<'_>) {
        let is_out = |port| port == HTTPS || self.egress.iter().any(|egress| egress.ports.contains(&port));
        for binding in self.bindings().iter().filter(|it| it.type_name == std::any::type_name::<bindings::Url>()) {
            let Some(address) = binding.value.literal() else { continue };
            if let Some(port) = port_of(address).filter(|port| !is_out(*port)) {
                let message =
                    format!("`{}` is `{address}`, and its pods may not connect to port {port}", binding.field);
                check.warning("worker-egress", message).help(format!("add `Egress::port({port})` to its `egress`"));
            }
        }
    }
}

/// `processing-worker` of `ProcessingWorker`.
fn hyphenated(id: &str) -> String {
    let mut name = String::new();
    for (index, letter) in id.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// Where AWS's endpoints are.
const HTTPS: u16 = 443;

/// The port of an address of HTTP.
fn port_of(address: &str) -> Option<u16> {
    let (default, rest) = match address.split_once("://")? {
        ("https", rest) => (HTTPS, rest),
        ("http", rest) => (80, rest),
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    // An IPv6 address has colons of its own, within brackets.
    let (_, host) = authority.rsplit_once(['@', ']']).unwrap_or(("", authority));
    host.rsplit_once(':').map_or(Some(default), |(_, port)| port.parse().ok())
}

/// Variables that the worker and EKS set.
///
/// <https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html>
const RESERVED_VARIABLES: ReservedVariables<'_> = ReservedVariables {
    by: "Stackwright or EKS",
    names: &[
        "AWS_ACCESS_KEY_ID",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_DEFAULT_REGION",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_STS_REGIONAL_ENDPOINTS",
        "WORKER_ADDRESS",
        "WORKER_BATCH_SIZE",
        "WORKER_BATCH_WINDOW",
        "WORKER_CONCURRENCY",
        "WORKER_GRACE",
        "WORKER_QUEUE_URLS",
        "WORKER_TIMEOUT",
    ],
};

impl Resource for Worker {
    const TYPE: &'static str = "AWS::EKS::PodIdentityAssociation";

    /// What Kubernetes or KEDA would refuse, the engine finds, which makes their objects.
    fn check(&self, check: &mut Check<'_>) {
        self.check_queues(check);
        self.check_batch(check);
        self.check_egress(check);
        self.code.check(&self.environment, &RESERVED_VARIABLES, check);
        check.beside_template(&InCluster { environment: self.variables(), scaler_role: &self.scaler_role });
    }
}

/// What of a worker is not in the template, as far as it can refer to other resources.
#[derive(Serialize)]
struct InCluster<'a> {
    environment: IndexMap<String, Value>,
    scaler_role: &'a Option<Value<Arn<Role>>>,
}

impl Serialize for Worker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            cluster_name: &'a Value<ClusterName>,
            namespace: Option<&'a str>,
            service_account: &'a Option<String>,
            role_arn: &'a Value<Arn<Role>>,
        }
        Wire {
            cluster_name: &self.cluster_name,
            namespace: self.namespace.as_ref().map(Namespace::name),
            service_account: &self.service_account,
            role_arn: &self.role,
        }
        .serialize(serializer)
    }
}
