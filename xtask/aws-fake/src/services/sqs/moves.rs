//! Tasks that move the messages of a dead-letter queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>

use serde_json::{Value as Json, json};

use super::QUEUE;
use crate::account::{Account, Live, MoveTask};
use crate::http::Refusal;
use crate::services::text;

/// How many messages are moved from one look at a task to the next.
const PACE: u64 = 2;

/// Carries a call out.
pub(super) fn call(account: &mut Account, body: &Json, operation: &str) -> Result<Json, Refusal> {
    match operation {
        "StartMessageMoveTask" => start(account, text(body, "SourceArn"), text(body, "DestinationArn")),
        "ListMessageMoveTasks" => Ok(list(account, text(body, "SourceArn"))),
        "CancelMessageMoveTask" => {
            let handle = text(body, "TaskHandle");
            let task = account.moves.iter_mut().find(|task| task.handle == handle && task.status == "RUNNING");
            let task =
                task.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", "The task does not exist."))?;
            task.status = "CANCELLED";
            Ok(json!({"ApproximateNumberOfMessagesMoved": task.moved}))
        }
        other => Err(Refusal::not_implemented("sqs", other)),
    }
}

fn start(account: &mut Account, source: &str, destination: &str) -> Result<Json, Refusal> {
    let refused = |message: &str| Refusal::new(400, "UnsupportedOperation", message);
    let missing = || Refusal::new(404, "ResourceNotFoundException", "The resource does not exist.");
    let queue = |is: &dyn Fn(&Live) -> bool| account.live.iter().find(|it| it.resource_type == QUEUE && is(it));
    let from = queue(&|it| it.arn() == source).ok_or_else(missing)?.id.clone();
    let fails_to_it = |it: &Live| it.property("RedrivePolicy").is_some_and(|it| it["deadLetterTargetArn"] == source);
    let origin = queue(&fails_to_it).ok_or_else(|| refused("The source queue is no dead-letter queue."))?;
    let to = if destination.is_empty() { origin } else { queue(&|it| it.arn() == destination).ok_or_else(missing)? };
    let to = to.id.clone();
    if account.moves.iter().any(|task| task.source == source && task.status == "RUNNING") {
        return Err(refused("There is already a task running."));
    }
    let (handle, all) = (account.uuid(), account.holds(&from));
    let task =
        MoveTask { handle: handle.clone(), source: source.to_owned(), from, to, all, moved: 0, status: "RUNNING" };
    account.moves.push(task);
    Ok(json!({ "TaskHandle": handle }))
}

/// The tasks, the latest first. A handle is told of those that run only.
fn list(account: &mut Account, source: &str) -> Json {
    let Account { moves, contents, returning, .. } = account;
    for task in moves.iter_mut().filter(|task| task.source == source && task.status == "RUNNING") {
        let left = contents.get(&task.from).copied().unwrap_or_default();
        let now = left.min(PACE);
        task.moved += now;
        if !*returning {
            contents.insert(task.from.clone(), left - now);
            *contents.entry(task.to.clone()).or_default() += now;
        }
        if left == now && !*returning {
            task.status = "COMPLETED";
        }
    }
    let tasks = moves.iter().rev().filter(|task| task.source == source);
    let told = |task: &MoveTask| {
        let mut told = json!({
            "Status": task.status,
            "SourceArn": task.source,
            "ApproximateNumberOfMessagesMoved": task.moved,
            "ApproximateNumberOfMessagesToMove": task.all,
        });
        if task.status == "RUNNING" {
            told["TaskHandle"] = task.handle.as_str().into();
        }
        told
    };
    json!({ "Results": tasks.map(told).collect::<Vec<_>>() })
}
