//! What an API server, KEDA or the kubelet would refuse, told before anything is applied.

mod image;
mod names;
mod quantity;

use std::collections::BTreeSet;
use std::fmt;

use ipnet::IpNet;

use crate::workload::{QueueSource, WORKER_ADDRESS, WORKER_GRACE, Workload};
use quantity::Quantity;

/// A batch takes 12 hours at most, for as long as SQS hides its messages, and the worker ends 5 seconds before it is killed.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html>
const LONGEST_GRACE: u32 = 43_205;

/// All that is wrong with workers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Invalid(pub Vec<Problem>);

/// One thing that is wrong with a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The worker's name.
    pub worker: String,
    /// Which of its values: `resources.cpu_limit`.
    pub place: String,
    /// The value.
    pub got: String,
    /// What it should be.
    pub expected: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { worker, place, got, expected, help } = self;
        write!(f, "worker `{worker}`: `{place}` is `{got}`: expected {expected}\n  help: {help}")
    }
}

/// Whether `text` has a placeholder `${...}` for what is not known yet.
fn is_unresolved(text: &str) -> bool {
    text.split_once("${").is_some_and(|(_, rest)| rest.contains('}'))
}

/// Collects what is wrong with one worker.
struct Findings<'a> {
    worker: &'a str,
    problems: Vec<Problem>,
}

impl Findings<'_> {
    fn add(&mut self, place: &str, got: impl fmt::Display, expected: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem {
            worker: self.worker.to_owned(),
            place: place.to_owned(),
            got: got.to_string(),
            expected: expected.into(),
            help: help.into(),
        });
    }

    fn unless(&mut self, fits: bool, place: &str, got: impl fmt::Display, expected: &str, help: &str) {
        if !fits {
            self.add(place, got, expected, help);
        }
    }
}

/// Looks for what an API server would refuse of `workloads`, or what would go wrong later. Placeholders `${...}` are
/// let through in images, variables, URLs, regions and roles.
///
/// # Errors
/// When there is anything; all of it is told.
pub fn check(workloads: &[Workload]) -> Result<(), Invalid> {
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for workload in workloads {
        let name = &workload.identity.name;
        let mut findings = Findings { worker: name, problems: Vec::new() };
        names(workload, &mut findings);
        if !seen.insert((&workload.namespace, name)) {
            let help = "two workers with one name would be one object: give one of them another name";
            findings.add("identity.name", name, "another name in each namespace", help);
        }
        one_stack(&workloads[0], workload, &mut findings);
        container(workload, &mut findings);
        amounts(&workload.resources, &workload.scratch, &mut findings);
        scaling(workload, &mut findings);
        network(workload, &mut findings);
        problems.append(&mut findings.problems);
    }
    if problems.is_empty() { Ok(()) } else { Err(Invalid(problems)) }
}

/// Objects are found again, and removed, by their stack's label.
fn one_stack(first: &Workload, workload: &Workload, findings: &mut Findings<'_>) {
    let (first, own) = (&first.identity, &workload.identity);
    let pairs = [
        ("identity.project", &first.project, &own.project),
        ("identity.stack", &first.stack, &own.stack),
        ("identity.stage", &first.stage, &own.stage),
    ];
    for (place, expected, got) in pairs {
        let help = "workers of several stacks are made, applied and removed one stack after the other";
        findings.unless(expected == got, place, got, &format!("`{expected}`, as of worker `{}`", first.name), help);
    }
}

fn names(workload: &Workload, findings: &mut Findings<'_>) {
    let identity = &workload.identity;
    let namespaces = workload.monitoring.iter().map(|monitoring| ("monitoring.namespace", &monitoring.namespace));
    let labels = [
        ("identity.name", &identity.name),
        ("namespace", &workload.namespace),
        ("service_account", &workload.service_account),
    ];
    for (place, name) in labels.into_iter().chain(namespaces) {
        findings.unless(names::is_dns_label(name), place, name, names::DNS_LABEL, names::DNS_LABEL_HELP);
    }
    let values = [
        ("identity.project", &identity.project),
        ("identity.stack", &identity.stack),
        ("identity.stage", &identity.stage),
    ];
    for (place, value) in values {
        let fits = !value.is_empty() && names::is_label_value(value);
        findings.unless(fits, place, value, names::LABEL_VALUE, names::LABEL_VALUE_HELP);
    }
    for (name, value) in workload.monitoring.iter().flat_map(|monitoring| &monitoring.labels) {
        let place = format!("monitoring.labels.{name}");
        findings.unless(names::is_label_key(name), &place, name, names::LABEL_KEY, names::LABEL_KEY_HELP);
        findings.unless(names::is_label_value(value), &place, value, names::LABEL_VALUE, names::LABEL_VALUE_HELP);
    }
    if workload.service_account == "default" {
        let help = "pods of others have it where they name none, and would get the worker's role: leave it out";
        findings.add("service_account", "default", "an account of the worker's own", help);
    }
    let namespace = &workload.namespace;
    if namespace.starts_with("kube-") {
        let help = "Kubernetes keeps the prefix `kube-` for itself: choose another name";
        findings.add("namespace", namespace, "a name without `kube-` at the beginning", help);
    }
    if namespace == "default" && workload.creates_namespace {
        let help =
            "a cluster has it already and it cannot be removed: choose another, or set it to `Namespace::Existing`";
        findings.add("namespace", namespace, "a namespace that can belong to the stack", help);
    }
}

fn container(workload: &Workload, findings: &mut Findings<'_>) {
    if !is_unresolved(&workload.image)
        && let Err((expected, help)) = image::check(&workload.image)
    {
        findings.add("image", &workload.image, expected, help);
    }
    for (name, value) in &workload.environment {
        let place = format!("environment.{name}");
        findings.unless(names::is_variable(name), &place, name, names::VARIABLE, names::VARIABLE_HELP);
        let help = "a process's environment ends each value at the zero: encode it";
        findings.unless(!value.contains('\0'), &place, value.escape_debug(), "text without the character 0", help);
    }
    let ports = "the process is not root, and lower ports are for root alone";
    findings.unless(workload.port >= 1024, "port", workload.port, "a port from 1024 to 65535", ports);
    let user = "user 0 is root, which `runAsNonRoot` refuses";
    let fits = (1..=i32::MAX.unsigned_abs()).contains(&workload.user);
    findings.unless(fits, "user", workload.user, "a number from 1 to 2147483647", user);
    let grace = "pods that run on Spot have 2 minutes, others as long as a batch takes";
    let fits = (30..=LONGEST_GRACE).contains(&workload.grace);
    findings.unless(fits, "grace", workload.grace, &format!("seconds from 30 to {LONGEST_GRACE}"), grace);
    worker_settings(workload, findings);
}

/// What the worker is told must fit what Kubernetes is told.
fn worker_settings(workload: &Workload, findings: &mut Findings<'_>) {
    let told = |name: &str| workload.environment.get(name).filter(|value| !is_unresolved(value));
    let place = |name: &str| format!("environment.{name}");
    if let Some(value) = told(WORKER_GRACE) {
        let fits = value.trim().parse::<u32>().is_ok_and(|seconds| (1..workload.grace).contains(&seconds));
        let expected = format!("seconds from 1 to less than `grace`, which is {}", workload.grace);
        findings.unless(fits, &place(WORKER_GRACE), value, &expected, "the worker must be through before it is killed");
    }
    if let Some(value) = told(WORKER_ADDRESS) {
        let address = value.trim().parse::<std::net::SocketAddr>();
        let fits = address.is_ok_and(|it| it.port() == workload.port && !it.ip().is_loopback());
        let expected = format!("an address that probes reach, with port {}", workload.port);
        let help = format!("leave it out, and it is `0.0.0.0:{}`", workload.port);
        findings.unless(fits, &place(WORKER_ADDRESS), value, &expected, &help);
    }
}

fn amounts(resources: &crate::Resources, scratch: &str, findings: &mut Findings<'_>) {
    let mut read = |place: &str, text: &str, kind: quantity::Of| {
        let amount = Quantity::parse(text).filter(|amount| amount.is_usable(kind));
        findings.unless(amount.is_some(), place, text, kind.expected(), kind.help());
        amount
    };
    let cpu = (
        read("resources.cpu_request", &resources.cpu_request, quantity::Of::Cpu),
        read("resources.cpu_limit", &resources.cpu_limit, quantity::Of::Cpu),
    );
    let memory = (
        read("resources.memory_request", &resources.memory_request, quantity::Of::Bytes),
        read("resources.memory_limit", &resources.memory_limit, quantity::Of::Bytes),
    );
    read("scratch", scratch, quantity::Of::Bytes);
    let pairs = [
        ("cpu", cpu, &resources.cpu_limit, &resources.cpu_request),
        ("memory", memory, &resources.memory_limit, &resources.memory_request),
    ];
    for (name, (request, limit), written, least) in pairs {
        if let (Some(request), Some(limit)) = (request, limit)
            && limit < request
        {
            let expected = format!("at least the request, which is `{least}`");
            let help = "Kubernetes sets the request aside, and ends or slows what goes beyond the limit";
            findings.add(&format!("resources.{name}_limit"), written, expected, help);
        }
    }
}

fn scaling(workload: &Workload, findings: &mut Findings<'_>) {
    let most = i32::MAX.unsigned_abs();
    let (min, max) = (workload.min_replicas, workload.max_replicas);
    let fits = (1..=most).contains(&max);
    findings.unless(fits, "max_replicas", max, "a number from 1 to 2147483647", "0 pods would process nothing");
    if min > max {
        let expected = format!("at most `max_replicas`, which is {max}");
        findings.add("min_replicas", min, expected, "0 lets KEDA end the last pod when there is no message");
    }
    let fits = workload.cooldown <= most;
    findings.unless(fits, "cooldown", workload.cooldown, "seconds from 0 to 2147483647", "KEDA's default is 300");
    if workload.queues.is_empty() {
        let help = "a worker without a queue has nothing to do and nothing to scale it";
        findings.add("queues", "empty", "one queue at least", help);
    }
    for (index, queue) in workload.queues.iter().enumerate() {
        let place = |field: &str| format!("queues[{index}].{field}");
        let help = "KEDA divides the number of messages by it";
        let pods = queue.messages_per_pod;
        findings.unless(pods > 0, &place("messages_per_pod"), pods, "a number from 1", help);
        let help = "KEDA asks SQS in that region: `eu-central-1`";
        let fits = is_unresolved(&queue.region) || names::is_dns_label(&queue.region);
        findings.unless(fits, &place("region"), &queue.region, "the name of a region", help);
        match &queue.source {
            QueueSource::Url(url) => {
                let help = "KEDA takes it apart: `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`";
                let fits = is_unresolved(url) || is_queue_url(url);
                findings.unless(fits, &place("url"), url, "the URL of a queue", help);
            }
            QueueSource::Variable(name) => {
                let help = "KEDA reads the URL from that variable of the container: add it to `environment`";
                let fits = workload.environment.contains_key(name);
                findings.unless(fits, &place("variable"), name, "a variable in `environment`", help);
            }
        }
    }
}

/// KEDA wants a path of two parts.
fn is_queue_url(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        let parts: Vec<_> = url.path_segments().into_iter().flatten().collect();
        matches!(url.scheme(), "http" | "https") && parts.len() == 2 && parts.iter().all(|part| !part.is_empty())
    })
}

fn network(workload: &Workload, findings: &mut Findings<'_>) {
    for (index, reach) in workload.reach.iter().enumerate() {
        let place = |field: &str| format!("reach[{index}].{field}");
        let fits = reach.cidr.parse::<IpNet>().is_ok_and(|network| network.trunc() == network);
        let help = "write the first address of the network and the length of its prefix: `10.0.0.0/16`";
        findings.unless(fits, &place("cidr"), &reach.cidr, "a network", help);
        let help = "a rule without a port would let all ports through";
        findings.unless(!reach.ports.is_empty(), &place("ports"), "empty", "one port at least", help);
        let fits = !reach.ports.contains(&0);
        findings.unless(fits, &place("ports"), 0, "ports from 1 to 65535", "0 is no port that can be reached");
    }
}
