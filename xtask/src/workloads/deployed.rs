//! The workers of a stack, with the names that they were deployed under.

use serde_json::Value as Json;

use crate::operate::running_stack::RunningStack;

/// A worker of a deployed stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedWorker {
    /// Its logical id.
    pub id: String,
    /// Its namespace.
    pub namespace: String,
    /// The name of its service account and of its deployment.
    pub name: String,
}

/// The workers of a stack that is deployed. An association that no program of the source runs by is none.
#[must_use]
pub fn workers(running: &RunningStack) -> Vec<DeployedWorker> {
    let worker = |(function, _): (&assembly::Function, _)| {
        let properties = running.resource(&function.id).map(|it| running.properties(&it.id))?;
        let text = |name: &str| properties.get(name).and_then(Json::as_str).map(str::to_owned);
        let (namespace, name) = (text("Namespace")?, text("ServiceAccount")?);
        Some(DeployedWorker { id: function.id.clone(), namespace, name })
    };
    running.stack.workers().filter_map(worker).collect()
}
