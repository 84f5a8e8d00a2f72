//! What there is to know of a worker.

use serde_json::{Value as Json, json};

use super::function::rights;
use crate::console::secrets::is_secret;
use crate::local;
use crate::operate::running_stack::RunningStack;

/// How it runs in the local cloud, and what its role grants. On AWS its cluster knows how it runs.
pub(super) async fn facts(stack: &RunningStack, id: &str) -> anyhow::Result<Json> {
    let Some((program, worker)) = stack.stack.workers().find(|(program, _)| program.id == id) else {
        return Ok(Json::Null);
    };
    let running = match &stack.cloud.local {
        Some(local) => local::workers(local).await?,
        None => Vec::new(),
    };
    let is_it = |it: &local::RunningWorker| {
        (&*it.region, &*it.stack, &*it.id) == (&*stack.cloud.region, stack.stack.stack_name(), id)
    };
    let running = running.into_iter().find(is_it);
    let variables = worker.environment.iter().map(|(name, value)| {
        let value = stack.resolve(value);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let value = if is_secret(name, &text) { Json::Null } else { text.into() };
        json!({"name": name, "value": value})
    });
    Ok(json!({
        "program": program.program,
        "queues": worker.queues,
        "namespace": worker.namespace,
        "service_account": worker.service_account,
        "max": worker.replicas.max,
        "running": running,
        "role": stack.resolve(&worker.role_arn),
        "variables": variables.collect::<Vec<_>>(),
        "rights": rights(stack, id).await?,
    }))
}
