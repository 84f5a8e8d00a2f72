//! From workers to objects.

mod deployment;
mod disruption;
pub(crate) mod keda;
pub(crate) mod monitoring;
mod namespace;
mod network;
mod pod;
mod scaling;

pub(crate) use pod::CONTAINER;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use crate::check::{Invalid, check};
use crate::labels;
use crate::object::Object;
use crate::workload::{Identity, Workload};

/// The objects of `workloads`, in the order in which they are applied: by kind, then by worker.
///
/// # Errors
/// When [`check`] finds what an API server would refuse.
pub fn objects(workloads: &[Workload]) -> Result<Vec<Object>, Invalid> {
    check(workloads)?;
    let mut objects = Vec::new();
    for workload in workloads {
        for object in of_worker(workload) {
            // Workers can share a namespace and a service account.
            let known = |other: &Object| other.known() == object.known() && other.metadata() == object.metadata();
            if !objects.iter().any(known) {
                objects.push(object);
            }
        }
    }
    let place = |object: &Object| {
        (object.known().rank(), object.namespace().unwrap_or_default().to_owned(), object.name().to_owned())
    };
    objects.sort_by_cached_key(place);
    Ok(objects)
}

fn of_worker(workload: &Workload) -> Vec<Object> {
    let mut objects = Vec::new();
    if workload.creates_namespace {
        objects.push(Object::Namespace(Box::new(namespace::namespace(workload))));
    }
    objects.extend([
        Object::ServiceAccount(Box::new(namespace::service_account(workload))),
        Object::NetworkPolicy(Box::new(network::policy(workload))),
        Object::Deployment(Box::new(deployment::deployment(workload))),
        Object::PodDisruptionBudget(Box::new(disruption::budget(workload))),
        Object::TriggerAuthentication(Box::new(scaling::authentication(workload))),
        Object::ScaledObject(Box::new(scaling::scaled_object(workload))),
    ]);
    if workload.monitoring.as_ref().is_some_and(|monitoring| monitoring.monitor) {
        objects.push(Object::PodMonitor(Box::new(monitoring::pod_monitor(workload))));
    }
    objects
}

/// The metadata of an object that has the worker's name.
fn metadata(workload: &Workload) -> ObjectMeta {
    ObjectMeta {
        name: Some(workload.identity.name.clone()),
        namespace: Some(workload.namespace.clone()),
        labels: Some(labels::of_worker(&workload.identity)),
        ..ObjectMeta::default()
    }
}

fn pods_of(identity: &Identity) -> LabelSelector {
    LabelSelector { match_labels: Some(labels::selector(identity)), match_expressions: None }
}
