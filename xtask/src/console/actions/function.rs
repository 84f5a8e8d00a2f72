//! Functions: what they are, what they may do and did, and how they are invoked.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum as _;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::audit::expression::shown;
use crate::audit::rights::Rights;
use crate::cli;
use crate::cloud::explain;
use crate::commands;
use crate::console::secrets::is_secret;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local;
use crate::operate::invocation::Invocation;
use crate::operate::running_stack::{FUNCTION, RunningStack};
use crate::services::cloudformation::Resource;
use policies::Effect;

/// An invocation that is asked for.
#[derive(Debug, Deserialize)]
pub struct Invoke {
    event: Json,
}

/// An invocation whose event is sent again.
#[derive(Debug, Deserialize)]
pub struct Replay {
    request: String,
}

/// An example that is asked for.
#[derive(Debug, Deserialize)]
pub struct Example {
    service: String,
}

/// What there is to know of a function.
pub(super) async fn facts(stack: &RunningStack, function: &Resource) -> anyhow::Result<Json> {
    let call = stack.cloud.lambda.get_function_configuration().function_name(&function.physical_id);
    let live = call.send().await.map_err(explain)?;
    let variables: BTreeMap<_, _> = live.environment().and_then(|it| it.variables()).into_iter().flatten().collect();
    let variables = variables.into_iter().map(|(name, value)| {
        let value = if is_secret(name, value) { Json::Null } else { value.as_str().into() };
        json!({"name": name, "value": value})
    });
    let program = stack.stack.program(&function.id).map(|it| it.program.clone());
    Ok(json!({
        "program": program,
        "code_size": live.code_size(),
        "memory": live.memory_size(),
        "timeout": live.timeout(),
        "role": live.role(),
        "variables": variables.collect::<Vec<_>>(),
        "rights": rights(stack, &function.id).await?,
        "examples": examples(stack, function),
    }))
}

/// The services that the stack connects to the function.
fn examples(stack: &RunningStack, function: &Resource) -> Vec<String> {
    let all = cli::Example::value_variants().iter();
    let possible = all.filter(|it| crate::operate::example::is_connected(stack, function, **it));
    possible.filter_map(|it| Some(it.to_possible_value()?.get_name().to_owned())).collect()
}

/// What the role of the function grants, and as the local cloud recorded it, what of it was used and what was denied. AWS
/// tells neither.
pub(super) async fn rights(stack: &RunningStack, id: &str) -> anyhow::Result<Vec<Json>> {
    let calls = match &stack.cloud.local {
        Some(local) => local::calls(local).await?.calls,
        None => Vec::new(),
    };
    // What was recorded before the last deployment, other programs and other roles did.
    let calls = stack.calls(calls.iter().filter(|call| call.last >= stack.changed()));
    let made: Vec<_> = calls.iter().filter(|call| call.function == id).collect();
    let Some(function) = stack.stack.program(id) else { return Ok(Vec::new()) };
    let rights = Rights::of(stack.stack.template(), function);
    let granted = rights.granted.iter().filter(|it| it.effect == Effect::Allow && !it.resource.is_negated());
    let mut rows = BTreeSet::new();
    for statement in granted {
        for resource in &statement.resource {
            let name = shown(resource);
            for action in &statement.action {
                let is_used = made.iter().any(|it| it.allowed && action.covers(&it.action) && it.resource == name);
                let is_used = stack.cloud.local.as_ref().map(|_| is_used);
                let purpose = rights.need(action, resource).map(|need| need.purpose.clone());
                rows.insert((name.clone(), action.to_string(), is_used, false, purpose));
            }
        }
    }
    for call in made.iter().filter(|it| !it.allowed) {
        rows.insert((call.resource.clone(), call.action.clone(), Some(false), true, None));
    }
    let rows = rows.into_iter().map(|(resource, action, used, denied, purpose)| {
        json!({"resource": resource, "action": action, "used": used, "denied": denied, "purpose": purpose})
    });
    Ok(rows.collect())
}

/// Invokes the function.
pub(super) async fn invoke(stack: &RunningStack, id: &str, Invoke { event }: &Invoke) -> anyhow::Result<Json> {
    let function = stack.require(FUNCTION, id)?;
    let invocation = Invocation::of(stack, function, event).await?;
    Ok(json!({
        "answer": invocation.answer,
        "failed": invocation.failed,
        "report": invocation.report.text(),
        "log": invocation.log,
    }))
}

/// Sends the function the event of an invocation again: what it made of it then, and makes of it now.
pub(super) async fn replay(stack: &RunningStack, id: &str, Replay { request }: &Replay) -> anyhow::Result<Json> {
    stack.require(FUNCTION, id)?;
    Ok(commands::replay::again(stack, request).await?.as_json())
}

/// The event of an invocation, as the local cloud kept it.
pub(super) async fn event(stack: &RunningStack, id: &str, Replay { request }: &Replay) -> anyhow::Result<Json> {
    stack.require(FUNCTION, id)?;
    commands::replay::event(stack, request).await
}

/// An event for the function as a service would send it.
pub(super) fn example(stack: &RunningStack, id: &str, Example { service }: &Example) -> anyhow::Result<Json> {
    let function = stack.require(FUNCTION, id)?;
    let example = cli::Example::from_str(service, false)
        .map_err(|_| Failure::new(format!("there is no example of `{service}`")).exit(Exit::Usage))?;
    crate::operate::example::event(stack, function, example, None)
}
