//! What runs of a worker.

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;

use super::Cluster;
use super::call::refused;
use super::event::ObjectName;
use crate::Error;
use crate::object::Kind;
use crate::objects::CONTAINER;

/// What runs of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The image of its pods.
    pub image: String,
    /// How many pods do what they should.
    pub ready: i32,
    /// How many shall be there.
    pub wanted: i32,
}

impl Cluster {
    /// What runs of the worker `name`; nothing where there is no such worker.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn running(&self, namespace: &str, name: &str) -> Result<Option<Running>, Error> {
        let get = |client| async move { Api::<Deployment>::namespaced(client, namespace).get_opt(name).await };
        let found = self.call(get).await;
        let found = found
            .map_err(|error| refused("read", &ObjectName::new(Kind::DEPLOYMENT, Some(namespace), name), &error))?;
        Ok(found.map(|deployment| {
            let (spec, status) = (deployment.spec.unwrap_or_default(), deployment.status.unwrap_or_default());
            let pod = spec.template.spec.unwrap_or_default();
            let container = pod.containers.into_iter().find(|it| it.name == CONTAINER);
            Running {
                image: container.and_then(|it| it.image).unwrap_or_default(),
                ready: status.ready_replicas.unwrap_or_default(),
                wanted: spec.replicas.unwrap_or(1),
            }
        }))
    }
}
