//! Tasks of SQS that move the messages of a dead-letter queue.

use std::time::Duration;

use aws_sdk_sqs::error::ProvideErrorMetadata as _;
use serde_json::json;

use super::running_stack::RunningStack;
use crate::cloud::explain;
use crate::deploy::interrupt::Interrupt;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::services::cloudformation::Resource;
use crate::services::quantity;
use crate::ui;

/// How long to wait before a task is looked at again.
const PAUSE: Duration = Duration::from_secs(2);

/// A task of SQS that moves messages.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>
#[derive(Debug)]
pub struct MoveTask<'a> {
    running: &'a RunningStack,
    dead: &'a Resource,
    handle: String,
}

impl<'a> MoveTask<'a> {
    /// Starts one; `None` where there are none, such as in the local cloud, or not for such a queue.
    pub async fn start(
        running: &'a RunningStack,
        dead: &'a Resource,
        to: Option<&Resource>,
    ) -> anyhow::Result<Option<Self>> {
        let (sqs, arn) = (&running.cloud.sqs, running.arn(&dead.id));
        let call = sqs.start_message_move_task().source_arn(&arn).set_destination_arn(to.map(|to| running.arn(&to.id)));
        let error = match call.send().await {
            Ok(answer) => return Ok(Some(Self { running, dead, handle: answer.task_handle.unwrap_or_default() })),
            Err(error) => error,
        };
        let code = error.code().unwrap_or_default();
        if code == "InvalidAction" {
            return Ok(None);
        }
        if !code.contains("UnsupportedOperation") {
            return Err(explain(error));
        }
        // It refuses a second task in the same words as a queue that it cannot do this for.
        let tasks = sqs.list_message_move_tasks().source_arn(&arn).send().await.map_err(explain)?;
        if tasks.results().iter().any(|task| task.status() == Some("RUNNING")) {
            let message = format!("SQS is moving the messages of `{}` already, for somebody else", dead.id);
            return Err(Failure::new(message).help("run the same command again when it has ended").into());
        }
        Ok(None)
    }

    /// Says how far it is, until it ends.
    pub async fn follow(&self) -> anyhow::Result<Exit> {
        let arn = self.running.arn(&self.dead.id);
        let sqs = &self.running.cloud.sqs;
        let interrupt = Interrupt::listen();
        ui::say(format!("{}: SQS moves its messages", self.dead.id));
        let (mut is_cancelled, mut said) = (false, 0);
        loop {
            let tasks = sqs.list_message_move_tasks().source_arn(&arn).max_results(10).send().await.map_err(explain)?;
            let is_own = |handle: Option<&str>| handle.is_none_or(|it| it == self.handle);
            // SQS tells the handle of a task only while it runs; the latest comes first.
            let Some(task) = tasks.results().iter().find(|task| is_own(task.task_handle())) else {
                return Err(Failure::new("SQS does not tell what became of the task").into());
            };
            let moved = u64::try_from(task.approximate_number_of_messages_moved()).unwrap_or_default();
            let all = task.approximate_number_of_messages_to_move().and_then(|it| u64::try_from(it).ok());
            match task.status().unwrap_or_default() {
                "COMPLETED" | "CANCELLED" => return Ok(self.report(moved, is_cancelled)),
                "FAILED" => {
                    let why = task.failure_reason().unwrap_or("SQS does not tell why");
                    let message = format!("SQS stopped after {}: {why}", quantity(moved, "message"));
                    return Err(Failure::new(message).help("the others are where they were").into());
                }
                _ => {}
            }
            if moved > said {
                let of = all.map(|all| format!(" of about {all}")).unwrap_or_default();
                ui::say(format!("  {moved}{of} moved"));
                said = moved;
            }
            // More than there were at the beginning: messages come back.
            let is_round = all.is_some_and(|all| moved > all);
            if (is_round || interrupt.is_raised()) && !is_cancelled {
                if is_round {
                    ui::warn("messages come back: stopped after one round");
                }
                sqs.cancel_message_move_task().task_handle(&self.handle).send().await.map_err(explain)?;
                is_cancelled = true;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn report(&self, moved: u64, is_cancelled: bool) -> Exit {
        if is_cancelled {
            ui::say("what was not moved stays where it is");
        }
        if ui::json() {
            ui::result(json!({"version": 1, "queue": self.dead.id, "moved": moved}));
        } else {
            ui::result(format!("{}: moved {}", self.dead.id, quantity(moved, "message")));
        }
        Exit::Done
    }
}
