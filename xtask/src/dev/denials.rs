//! What roles denied to the functions that run, as the local cloud saw it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::time::sleep;

use crate::audit::expression::{items, shown, texts};
use crate::audit::recorded::RecordedCall;
use crate::cloud::Cloud;
use crate::console::Running;
use crate::local::{self, Call, LocalCloud};
use crate::operate::running_stack::RunningStack;
use crate::stack::Stack;
use crate::ui;

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(500);

/// Says each call that is denied from now on, once, for ever.
pub(super) async fn tell(cloud: &Cloud, running: Receiver<Running>) {
    let Some(local) = &cloud.local else { return std::future::pending().await };
    let mut counts = denied(local).await.map(|calls| counts(&calls)).unwrap_or_default();
    let mut said: BTreeSet<(String, RecordedCall)> = BTreeSet::new();
    loop {
        sleep(PAUSE).await;
        // It may be restarted meanwhile; whoever deploys is told when it is gone.
        let Ok(calls) = denied(local).await else { continue };
        let new: Vec<_> = calls.iter().filter(|call| counts.get(&key(call)) != Some(&call.count)).cloned().collect();
        counts = self::counts(&calls);
        let stacks = running.borrow().clone();
        for stack in stacks.iter() {
            for call in stack.calls(new.iter()) {
                let name = stack.stack.name().to_owned();
                if said.insert((name, call.clone())) {
                    ui::warn(text(stack, &call, stacks.len() > 1));
                }
            }
        }
    }
}

type Key = (String, String, String, String);

fn key(call: &Call) -> Key {
    (call.role.clone(), call.session.clone(), call.action.clone(), call.resource.clone())
}

fn counts(calls: &[Call]) -> BTreeMap<Key, u64> {
    calls.iter().map(|call| (key(call), call.count)).collect()
}

async fn denied(local: &LocalCloud) -> anyhow::Result<Vec<Call>> {
    Ok(local::calls(local).await?.calls.into_iter().filter(|call| !call.allowed).collect())
}

/// Who was denied what, and what its bindings grant of it.
fn text(stack: &RunningStack, call: &RecordedCall, several: bool) -> String {
    let RecordedCall { function, action, resource, .. } = call;
    let name = if several { format!("{}/{function}", stack.stack.name()) } else { function.clone() };
    format!("`{name}` was denied {action} on {resource}: {}", reason(&stack.stack, call))
}

/// What the function's bindings grant of what it was denied.
fn reason(stack: &Stack, call: &RecordedCall) -> String {
    let id = call.resource.split('/').next().unwrap_or_default();
    let granted = stack.bindings(&call.function).iter().filter_map(|binding| {
        let is_of_it = |name: String| shown(&name).split('/').next() == Some(id);
        let grants = binding.grants.iter().filter(|grant| texts(&grant["Resource"]).into_iter().any(is_of_it));
        let actions = grants.flat_map(|grant| items(&grant["Action"])).filter_map(|it| it.as_str());
        let actions: Vec<_> = actions.map(|it| it.split_once(':').map_or(it, |(_, name)| name)).collect();
        (!actions.is_empty()).then(|| format!("its binding `{}` grants {}", binding.field, actions.join(", ")))
    });
    let granted: Vec<_> = granted.collect();
    if granted.is_empty() { "it has no binding of that".to_owned() } else { granted.join("; ") }
}
