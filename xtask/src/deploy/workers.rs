//! The workers of a stack in the local cloud, once its template is deployed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use assembly::{Function, Worker};
use serde_json::{Value as Json, json};

use super::stack_instance::StackInstance;
use crate::local::{self, Queue, Spec};
use crate::operate::running_stack::RunningStack;

/// Runs the workers of a stack that is deployed, whose programs are in `programs` by their logical ids; those that are other
/// than before.
///
/// # Errors
/// When something of their environment is not known, or the local cloud does not run them.
pub async fn run(instance: &StackInstance<'_>, programs: &BTreeMap<String, PathBuf>) -> anyhow::Result<Vec<String>> {
    let StackInstance { stack, cloud, .. } = instance;
    let (Some(local), Some(_)) = (&cloud.local, stack.workers().next()) else { return Ok(Vec::new()) };
    let running = RunningStack::of((*cloud).clone(), (*stack).clone()).await?;
    let mut changed = Vec::new();
    for (function, worker) in stack.workers() {
        let Some(program) = programs.get(&function.id) else { continue };
        let program = local::keep_program(local, program)?;
        let spec = spec(&running, function, worker, program)?;
        if local::run_worker(local, &cloud.region, stack.stack_name(), &function.id, &spec).await? {
            changed.push(function.id.clone());
        }
    }
    Ok(changed)
}

/// Ends the workers of a stack before what they consume is deleted. Which those are, the local cloud knows: the source may
/// not have them any more.
///
/// # Errors
/// When the local cloud does not answer.
pub async fn end(instance: &StackInstance<'_>) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, .. } = instance;
    match &cloud.local {
        Some(local) => local::end_workers(local, &cloud.region, stack.stack_name()).await,
        None => Ok(()),
    }
}

fn spec(running: &RunningStack, function: &Function, worker: &Worker, program: PathBuf) -> anyhow::Result<Spec> {
    let known = |what: &str, value: &Json| running.text(&format!("{what} of `{}`", function.id), value);
    let environment = worker
        .environment
        .iter()
        .map(|(name, value)| anyhow::Ok((name.clone(), known(&format!("the variable `{name}`"), value)?)));
    let queues = worker.queues.iter().map(|id| {
        let url = known("a queue's URL", &json!({ "Ref": id }))?;
        anyhow::Ok(Queue { url, arn: running.arn(id) })
    });
    let scaler_role = worker.scaler_role_arn.as_ref().map(|arn| known("the scaler's role", arn)).transpose()?;
    Ok(Spec {
        program,
        environment: environment.collect::<Result<_, _>>()?,
        keda_operator: scaler_role.as_ref().and_then(|_| operator(running, worker)),
        scaler_role,
        queues: queues.collect::<Result<_, _>>()?,
        min: worker.replicas.min,
        max: worker.replicas.max,
        messages_per_pod: worker.replicas.messages_per_pod,
        grace: worker.pod.termination_grace_period,
    })
}

/// Whom the role of the scaler lets in.
fn operator(running: &RunningStack, worker: &Worker) -> Option<String> {
    let role = worker.scaler_role_arn.as_ref()?.pointer("/Fn::GetAtt/0")?.as_str()?;
    let trust = running.properties(role).pointer("/AssumeRolePolicyDocument/Statement/0/Principal/AWS")?;
    trust.as_str().map(str::to_owned)
}
