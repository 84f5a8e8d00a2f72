//! What Kubernetes runs of a stack's workers.

pub mod apply;
pub mod cluster;
pub mod deployed;
pub mod drift;
mod findings;
pub mod folder;
pub mod image;
pub mod outputs;
pub mod packages;
pub mod plan;
mod registries;
mod repository;
pub mod stacks;

use std::collections::BTreeMap;
use std::convert::Infallible;

use assembly::{Egress, Function, Worker};
use kubernetes::{ANYWHERE, Identity, Monitoring, Queue, Reach, Resources, Workload};
use serde_json::{Value as Json, json};

use crate::audit::expression::text;
use crate::stack::Stack;

pub use findings::findings;
use repository::Repository;

/// Where the files for Kubernetes are in the folder of a stack.
pub const FOLDER: &str = "kubernetes";

/// The workers of `stack`, of the project `project`, as far as they are known before anything is asked of AWS: what is not is
/// written as `${...}`.
#[must_use]
pub fn undeployed(stack: &Stack, project: &str) -> Vec<Workload> {
    let image = |function: &Function| {
        let repository = Repository { project, stack: stack.stack_name(), program: &function.program };
        format!("{}@${{{}ImageDigest}}", repository.unresolved_uri(), function.id)
    };
    let images = stack.workers().map(|(function, _)| (function.id.clone(), image(function))).collect();
    let named = |_: &str, value: &Json| Ok(infra::iam::name_variables(&text(value)));
    let Ok(workloads) = workloads::<Infallible>(stack, project, "${AWS::Region}", &images, &named);
    workloads
}

/// The workers of `stack` in `region`, with the images that they run by their logical ids. `resolve` gives the text of a
/// value, of which it is told what it is.
///
/// # Errors
/// The first that `resolve` gives.
pub(crate) fn workloads<E>(
    stack: &Stack,
    project: &str,
    region: &str,
    images: &BTreeMap<String, String>,
    resolve: &dyn Fn(&str, &Json) -> Result<String, E>,
) -> Result<Vec<Workload>, E> {
    let workload = |(function, worker): (&Function, &Worker)| {
        let resolve = |what: &str, value: &Json| resolve(&format!("{what} of `{}`", function.id), value);
        let identity = Identity {
            project: project.to_owned(),
            stage: stack.stage().to_owned(),
            stack: stack.stack_name().to_owned(),
            name: worker.service_account.clone(),
        };
        let queue = |id: &String| {
            let url = resolve("a queue's URL", &json!({ "Ref": id }))?;
            Ok(Queue::at(url, region, worker.replicas.messages_per_pod))
        };
        let queues = worker.queues.iter().map(queue).collect::<Result<_, E>>()?;
        let image = images.get(&function.id).cloned().unwrap_or_default();
        let architecture = image::architecture(function.architecture);
        let variable =
            |(name, value): (&String, &Json)| Ok((name.clone(), resolve(&format!("the variable `{name}`"), value)?));
        // EKS sets it as well, where its webhook is.
        let region = Ok(("AWS_REGION".to_owned(), region.to_owned()));
        let scaler_role = worker.scaler_role_arn.as_ref().map(|arn| resolve("the scaler's role", arn));
        let memory = format!("{}Mi", worker.pod.mebibytes);
        let workload = Workload::new(identity, worker.namespace.clone(), image, architecture, queues);
        Ok(Workload {
            creates_namespace: worker.creates_namespace,
            environment: worker.environment.iter().map(variable).chain([region]).collect::<Result<_, E>>()?,
            min_replicas: worker.replicas.min,
            max_replicas: worker.replicas.max,
            resources: Resources {
                cpu_request: format!("{}m", worker.pod.millicores),
                cpu_limit: format!("{}m", worker.pod.millicores.max(1_000)),
                memory_request: memory.clone(),
                memory_limit: memory,
            },
            grace: worker.pod.termination_grace_period,
            scaler_role: scaler_role.transpose()?,
            monitoring: worker.monitoring.as_ref().map(monitoring),
            reach: workload.reach.iter().cloned().chain(worker.egress.iter().flat_map(reach)).collect(),
            ..workload
        })
    };
    stack.workers().map(workload).collect()
}

/// What is reached by a rule, network by network.
fn reach(egress: &Egress) -> impl Iterator<Item = Reach> {
    let all = ANYWHERE.iter().filter(|_| egress.ip_blocks.is_empty()).map(|cidr| (*cidr).to_owned());
    all.chain(egress.ip_blocks.iter().cloned()).map(|cidr| Reach { cidr, ports: egress.ports.clone() })
}

fn monitoring(monitoring: &assembly::Monitoring) -> Monitoring {
    let labels = monitoring.pod_monitor.iter().flatten();
    Monitoring {
        namespace: monitoring.namespace.clone(),
        monitor: monitoring.pod_monitor.is_some(),
        labels: labels.map(|(name, value)| (name.clone(), value.clone())).collect(),
    }
}

/// The files for `kubectl apply -k`; none without workers.
///
/// # Errors
/// When an API server would refuse what they say.
pub fn files(workloads: &[Workload]) -> anyhow::Result<Vec<kubernetes::File>> {
    Ok(kubernetes::files(&kubernetes::objects(workloads)?))
}

/// What is known as text, and what is not with its placeholders.
fn written(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => infra::iam::name_variables(&text(other)),
    }
}
