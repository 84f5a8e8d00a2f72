//! What is in a cluster now.

use kube::api::{DynamicObject, ListParams};

use super::Cluster;
use super::call::{refused, status};
use super::event::ObjectName;
use super::owner::Owner;
use crate::Error;
use crate::object::{Kind, Object};

/// An object of a cluster.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub(super) kind: Kind,
    pub(super) name: ObjectName,
    pub(super) object: DynamicObject,
}

impl Cluster {
    pub(super) async fn get(&self, kind: Kind, name: &ObjectName) -> Result<Option<DynamicObject>, Error> {
        let get = |client| async move { Self::api(client, kind, name.namespace.as_deref()).get_opt(&name.name).await };
        self.call(get).await.map_err(|error| refused("read", name, &error))
    }

    /// The kinds of which this cluster can have objects: others need definitions that may not be installed.
    pub(super) async fn kinds(&self) -> Result<Vec<Kind>, Error> {
        let mut kinds = Vec::new();
        for kind in Kind::ALL {
            // Groups of Kubernetes itself have no dot or end in its domain.
            if !kind.group.contains('.') || kind.group.ends_with(".k8s.io") || self.is_installed(kind).await? {
                kinds.push(kind);
            }
        }
        Ok(kinds)
    }

    async fn is_installed(&self, kind: Kind) -> Result<bool, Error> {
        let version = &kind.api_version();
        match self.call(|client| async move { client.list_api_group_resources(version).await }).await {
            Ok(list) => Ok(list.resources.iter().any(|resource| resource.name == kind.plural)),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) => Err(refused("read the definition of", &ObjectName::new(kind, None, ""), &error)),
        }
    }

    /// The kinds, if all of `objects` are among them.
    pub(super) async fn kinds_with(&self, objects: &[Object]) -> Result<Vec<Kind>, Error> {
        let kinds = self.kinds().await?;
        let Some(missing) = objects.iter().find(|object| !kinds.contains(&object.known())) else { return Ok(kinds) };
        let (kind, version) = (missing.kind(), missing.api_version());
        let error = Error::new(format!(
            "the cluster of context `{}` does not know the kind {kind} of `{version}`",
            self.context
        ));
        Err(match missing.known() {
            Kind::POD_MONITOR => error.help("install Prometheus's operator, or do without a monitor").help("<https://prometheus-operator.dev/docs/getting-started/installation/>"),
            _ => error.help("install KEDA 2.17 or later, which scales workers: with Helm, the chart `kedacore/keda` in the namespace `keda`").help("<https://keda.sh/docs/2.20/deploy/>"),
        })
    }

    /// The objects of `owner`, by its labels, of these kinds.
    pub(super) async fn all_of(&self, owner: Owner<'_>, kinds: &[Kind]) -> Result<Vec<Live>, Error> {
        let mut all = Vec::new();
        for kind in kinds.iter().copied() {
            let selector = owner.selector();
            let parameters = &ListParams::default().labels(&selector);
            let list = |client| async move { Self::api(client, kind, None).list(parameters).await };
            let name = ObjectName::new(kind, None, "*");
            let list = self.call(list).await.map_err(|error| refused("list", &name, &error))?;
            all.extend(list.items.into_iter().map(|object| {
                let (namespace, name) = (object.metadata.namespace.as_deref(), object.metadata.name.as_deref());
                Live { kind, name: ObjectName::new(kind, namespace, name.unwrap_or_default()), object }
            }));
        }
        Ok(all)
    }
}
