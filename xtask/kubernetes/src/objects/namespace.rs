//! The namespace and the service account.

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::labels;
use crate::workload::Workload;

/// Pods that are less restricted than a worker are not let in.
///
/// <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
const POD_SECURITY: (&str, &str) = ("pod-security.kubernetes.io/enforce", "restricted");

pub(super) fn namespace(workload: &Workload) -> Namespace {
    let mut labels = labels::of_stack(&workload.identity);
    labels.insert(POD_SECURITY.0.to_owned(), POD_SECURITY.1.to_owned());
    let metadata = ObjectMeta { name: Some(workload.namespace.clone()), labels: Some(labels), ..ObjectMeta::default() };
    Namespace { metadata, ..Namespace::default() }
}

pub(super) fn service_account(workload: &Workload) -> ServiceAccount {
    let metadata = ObjectMeta {
        name: Some(workload.service_account.clone()),
        namespace: Some(workload.namespace.clone()),
        labels: Some(labels::of_stack(&workload.identity)),
        ..ObjectMeta::default()
    };
    ServiceAccount { metadata, automount_service_account_token: Some(false), ..ServiceAccount::default() }
}
