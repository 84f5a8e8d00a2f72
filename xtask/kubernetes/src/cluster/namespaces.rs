//! What a namespace holds that would go with it.

use kube::api::{ApiResource, DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use kube::{Api, ResourceExt};

use super::Cluster;
use crate::error::causes;

/// The kinds whose objects someone would miss: group, version, kind and plural.
const MISSED: [(&str, &str, &str, &str); 10] = [
    ("", "v1", "Pod", "pods"),
    ("", "v1", "Service", "services"),
    ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
    ("", "v1", "ConfigMap", "configmaps"),
    ("", "v1", "Secret", "secrets"),
    ("apps", "v1", "Deployment", "deployments"),
    ("apps", "v1", "StatefulSet", "statefulsets"),
    ("apps", "v1", "DaemonSet", "daemonsets"),
    ("batch", "v1", "Job", "jobs"),
    ("batch", "v1", "CronJob", "cronjobs"),
];

/// Kubernetes puts it into each namespace.
const CERTIFICATES: &str = "kube-root-ca.crt";

impl Cluster {
    /// Why namespace `name` must stay: what is in it, or that it cannot be known.
    pub(super) async fn holds(&self, name: &str) -> Option<String> {
        for (group, version, kind, plural) in MISSED {
            let resource = &ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
            let list = |client| async move {
                let api: Api<DynamicObject> = Api::namespaced_with(client, name, resource);
                api.list(&ListParams::default().limit(10)).await
            };
            match self.call(list).await {
                Ok(list) => {
                    let found = list.items.iter().map(ResourceExt::name_any).find(|name| name != CERTIFICATES);
                    if let Some(found) = found {
                        return Some(format!("it holds the {kind} `{found}`, which is not of this stack"));
                    }
                }
                Err(error) => return Some(format!("whether it holds a {kind} cannot be known: {}", causes(&error))),
            }
        }
        None
    }
}
