//! `redrive`: the messages of a dead-letter queue go back to where they came from, or to whom they could not be delivered.

mod editor;
mod round;

use serde_json::Value as Json;

use crate::cli::Redrive;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::move_task::MoveTask;
use crate::operate::running_stack::{QUEUE, RunningStack};
use crate::operate::undelivered::{self, Origin};
use crate::services::cloudformation::Resource;
use round::Round;

/// Sends messages back.
pub async fn run(arguments: &Redrive) -> anyhow::Result<Exit> {
    let running = RunningStack::find(&arguments.stack, &arguments.target, "redrive").await?;
    let ends = Ends::of(&running, arguments)?;
    // SQS moves the messages of dead-letter queues only, and of those only back to queues.
    let is_movable = !running.sources(&ends.dead.id).is_empty() && (ends.to.is_some() || ends.origins.is_empty());
    let is_plain = arguments.filter.is_none() && !arguments.edit && !arguments.dry_run && is_movable;
    if is_plain && let Some(task) = MoveTask::start(&running, ends.dead, ends.to).await? {
        return task.follow().await;
    }
    Round::go(&running, arguments, None, ends).await?.report().await
}

/// A message with the body that it is sent with; of a record of an invocation that is the event of the function.
#[derive(Debug)]
pub struct Mended {
    /// The id of the message.
    pub id: String,
    /// The body.
    pub body: String,
}

/// Sends messages back in one round, or only one that was mended, and says which, as `redrive --json` prints it.
///
/// # Errors
/// When the queue is none that messages fail to, or SQS refuses.
pub async fn redrive(running: &RunningStack, arguments: &Redrive, mended: Option<&Mended>) -> anyhow::Result<Json> {
    let ends = Ends::of(running, arguments)?;
    Ok(Round::go(running, arguments, mended, ends).await?.as_json())
}

/// Where messages are, and where they may go.
struct Ends<'a> {
    /// The queue that they are in.
    dead: &'a Resource,
    /// The one queue that they are to go to, when one is named.
    to: Option<&'a Resource>,
    /// Who else than a queue put them there.
    origins: Vec<Origin>,
}

impl<'a> Ends<'a> {
    fn of(running: &'a RunningStack, arguments: &Redrive) -> anyhow::Result<Self> {
        let dead = running.require(QUEUE, &arguments.queue)?;
        let to = arguments.to.as_ref().map(|to| running.require(QUEUE, to)).transpose()?;
        if to.is_some_and(|to| to.id == dead.id) {
            let message = format!("`{}` is the queue that the messages are in", dead.id);
            return Err(Failure::new(message).exit(Exit::Usage).into());
        }
        let origins = undelivered::origins(running, dead);
        if running.sources(&dead.id).is_empty() && to.is_none() {
            require_origin(running, dead, &origins)?;
        }
        Ok(Self { dead, to, origins })
    }
}

/// Refuses a queue from which no message can be given to anybody again.
fn require_origin(running: &RunningStack, queue: &Resource, origins: &[Origin]) -> anyhow::Result<()> {
    let (stack, id) = (running.stack.name(), &queue.id);
    if origins.iter().any(|it| it.endpoint.is_ok()) {
        return Ok(());
    }
    if !origins.is_empty() {
        let why = origins.iter().filter_map(|it| Some((&it.id, it.endpoint.as_ref().err()?)));
        let why: Vec<_> = why.map(|(id, reason)| format!("`{id}`: {reason}")).collect();
        let message = format!("nothing in `{id}` can be given again to whom it was for: {}", why.join("; "));
        return Err(Failure::new(message).exit(Exit::Usage).help("`--to QUEUE` says where its messages go").into());
    }
    let is_dead = |it: &&Resource| !running.sources(&it.id).is_empty() || !running.undelivered(&it.id).is_empty();
    let others: Vec<_> = running.all(QUEUE).filter(is_dead).map(|it| it.id.as_str()).collect();
    let failure = Failure::new(format!(
        "`{id}` is no dead-letter queue: nothing of `{stack}` names it for what it could not deliver"
    ))
    .exit(Exit::Usage);
    let failure = if others.is_empty() {
        failure
    } else {
        failure.help(format!("its dead-letter queues: {}", others.join(", ")))
    };
    Err(failure.help("`--to QUEUE` sends the messages of any queue to another").into())
}
