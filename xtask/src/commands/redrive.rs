//! `redrive`: the messages of a dead-letter queue go back to where they came from.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System};
use futures::future::join_all;
use serde_json::{Value as Json, json};

use crate::cli::Redrive;
use crate::deploy::interrupt::Interrupt;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::move_task::MoveTask;
use crate::operate::queue::{self, Receiver};
use crate::operate::running_stack::{QUEUE, RunningStack};
use crate::services::{cloudformation::Resource, quantity};
use crate::ui;

/// For how long nobody else receives what is at work, and how long what stays is hidden if this is killed.
const HIDDEN_FOR: Duration = Duration::from_mins(5);
/// The same while somebody edits a message.
const EDITED_WITHIN: Duration = Duration::from_hours(1);

/// Sends messages back.
pub async fn run(arguments: &Redrive) -> anyhow::Result<Exit> {
    let running = RunningStack::find(&arguments.stack, &arguments.target, "redrive").await?;
    let (dead, to) = ends(&running, arguments)?;
    let is_dead_letter_queue = !running.sources(&dead.id).is_empty();
    // SQS moves the messages of dead-letter queues only.
    let is_plain = arguments.filter.is_none() && !arguments.edit && !arguments.dry_run && is_dead_letter_queue;
    if is_plain && let Some(task) = MoveTask::start(&running, dead, to).await? {
        return task.follow().await;
    }
    Round::go(&running, arguments, None, dead, to).await?.report().await
}

/// A message with the body that it is sent with.
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
    let (dead, to) = ends(running, arguments)?;
    Ok(Round::go(running, arguments, mended, dead, to).await?.as_json())
}

/// The queue that the messages are in, and the one that they are to go to if it is not the one that they came from.
fn ends<'a>(running: &'a RunningStack, arguments: &Redrive) -> anyhow::Result<(&'a Resource, Option<&'a Resource>)> {
    let dead = running.require(QUEUE, &arguments.queue)?;
    let to = arguments.to.as_ref().map(|to| running.require(QUEUE, to)).transpose()?;
    if to.is_some_and(|to| to.id == dead.id) {
        let message = format!("`{}` is the queue that the messages are in", dead.id);
        return Err(Failure::new(message).exit(Exit::Usage).into());
    }
    if running.sources(&dead.id).is_empty() && to.is_none() {
        return Err(no_dead_letter_queue(running, dead));
    }
    Ok((dead, to))
}

fn no_dead_letter_queue(running: &RunningStack, queue: &Resource) -> anyhow::Error {
    let (stack, id) = (running.stack.name(), &queue.id);
    let undelivered = running.undelivered(id);
    if !undelivered.is_empty() {
        let message = format!("`{id}` takes what {} could not deliver, which is no queue", undelivered.join(", "));
        return Failure::new(message).exit(Exit::Usage).help("`--to QUEUE` says where its messages go").into();
    }
    let others = running.all(QUEUE).filter(|it| !running.sources(&it.id).is_empty());
    let others: Vec<_> = others.map(|it| it.id.as_str()).collect();
    let failure =
        Failure::new(format!("`{id}` is no dead-letter queue: no queue of `{stack}` names it in its redrive policy"))
            .exit(Exit::Usage);
    let failure = if others.is_empty() {
        failure
    } else {
        failure.help(format!("its dead-letter queues: {}", others.join(", ")))
    };
    failure.help("`--to QUEUE` sends the messages of any queue to another").into()
}

/// One round through the queue, in which each message is met once.
struct Round<'a> {
    arguments: &'a Redrive,
    /// The one message that is sent, when it is one.
    mended: Option<&'a Mended>,
    running: &'a RunningStack,
    dead: &'a Resource,
    to: Option<&'a Resource>,
    /// The URL of the one queue that fails to the dead-letter queue, when there is one.
    only_source: Option<String>,
    /// The URLs of queues, by ARN.
    urls: BTreeMap<String, String>,
    sent: Vec<Sent>,
    /// What stays, and is put back at the end: SQS would give it again at once.
    kept: Vec<Message>,
    /// How many of those tell no queue to go back to.
    homeless: usize,
    /// The ids of messages that were met, and of those that were made of them.
    met: BTreeSet<String>,
    made: BTreeSet<String>,
    came_back: usize,
}

struct Sent {
    id: String,
    to: String,
    new_id: String,
}

/// What becomes of a message.
enum Fate {
    Sent(Sent),
    Kept,
}

impl<'a> Round<'a> {
    /// The round through the queue `dead`, when it has ended.
    async fn go(
        running: &'a RunningStack,
        arguments: &'a Redrive,
        mended: Option<&'a Mended>,
        dead: &'a Resource,
        to: Option<&'a Resource>,
    ) -> anyhow::Result<Self> {
        let sources = running.sources(&dead.id);
        let mut round = Self {
            arguments,
            mended,
            running,
            dead,
            to,
            only_source: if let [source] = &sources[..] { Some(source.physical_id.clone()) } else { None },
            urls: BTreeMap::new(),
            sent: Vec::new(),
            kept: Vec::new(),
            homeless: 0,
            met: BTreeSet::new(),
            made: BTreeSet::new(),
            came_back: 0,
        };
        let ended = round.run(&Interrupt::listen()).await;
        queue::put_back(&running.cloud, &dead.physical_id, &round.kept).await?;
        ended?;
        Ok(round)
    }

    async fn run(&mut self, interrupt: &Interrupt) -> anyhow::Result<()> {
        let (cloud, url) = (self.running.cloud.clone(), self.dead.physical_id.clone());
        let (limit, hidden_for) = if self.arguments.edit { (1, EDITED_WITHIN) } else { (10, HIDDEN_FOR) };
        let mut receiver = Receiver::new(&cloud, &url, hidden_for);
        while !interrupt.is_raised() {
            let messages = receiver.next(limit).await?;
            if messages.is_empty() {
                return Ok(());
            }
            let (back, others): (Vec<_>, Vec<_>) =
                messages.into_iter().partition(|it| self.made.contains(queue::id(it)));
            let (met, new): (Vec<_>, Vec<_>) = others.into_iter().partition(|it| self.met.contains(queue::id(it)));
            let is_round = !back.is_empty() || !met.is_empty();
            self.came_back += back.len();
            // What was met before has another receipt now, and is in the list already.
            self.kept.retain(|kept| !met.iter().any(|it| it.message_id == kept.message_id));
            self.kept.extend(back.into_iter().chain(met));
            self.take(new, interrupt).await?;
            if is_round {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Sends what is wanted of a batch. What is not sent stays, also when one cannot be.
    async fn take(&mut self, messages: Vec<Message>, interrupt: &Interrupt) -> anyhow::Result<()> {
        let (mut targets, mut failure) = (Vec::new(), None);
        for message in messages {
            self.met.insert(queue::id(&message).to_owned());
            let is_wanted = self.arguments.filter.as_ref().is_none_or(|text| queue::body(&message).contains(text))
                && self.mended.is_none_or(|mended| mended.id == queue::id(&message));
            match self.target(&message).await {
                Ok(Some(target)) if is_wanted => targets.push((message, target)),
                Ok(target) => {
                    self.homeless += usize::from(is_wanted && target.is_none());
                    self.kept.push(message);
                }
                Err(error) => {
                    self.kept.push(message);
                    failure = Some(error);
                }
            }
        }
        // What keeps an order is sent in that order, and what somebody edits one after the other.
        let at_once = if queue::is_fifo(&self.dead.physical_id) || self.arguments.edit { 1 } else { targets.len() };
        for batch in targets.chunks(at_once.max(1)) {
            // Behind one that stays, those of its group stay as well.
            let is_ended = failure.is_some() || interrupt.is_raised();
            let fates = batch.iter().map(
                async |(message, target)| {
                    if is_ended { Ok(Fate::Kept) } else { self.send(message, target).await }
                },
            );
            let fates = join_all(fates).await;
            for ((message, _), fate) in batch.iter().zip(fates) {
                failure = self.keep(message.clone(), fate).err().or(failure);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn keep(&mut self, message: Message, fate: anyhow::Result<Fate>) -> anyhow::Result<()> {
        match fate {
            Ok(Fate::Sent(sent)) => {
                self.made.insert(sent.new_id.clone());
                self.sent.push(sent);
                // What is only looked at stays.
                if self.arguments.dry_run {
                    self.kept.push(message);
                }
                Ok(())
            }
            Ok(Fate::Kept) => {
                self.kept.push(message);
                Ok(())
            }
            Err(error) => {
                self.kept.push(message);
                Err(error)
            }
        }
    }

    /// The URL of the queue that a message goes to.
    async fn target(&mut self, message: &Message) -> anyhow::Result<Option<String>> {
        if let Some(to) = self.to {
            return Ok(Some(to.physical_id.clone()));
        }
        let Some(arn) = queue::system(message, &System::DeadLetterQueueSourceArn) else {
            return Ok(self.only_source.clone());
        };
        if let Some(url) = self.urls.get(arn) {
            return Ok(Some(url.clone()));
        }
        let url = queue::url_of(self.running, arn).await?;
        self.urls.insert(arn.to_owned(), url.clone());
        Ok(Some(url))
    }

    /// Sends first and deletes then: whenever this ends, the message is in one of the queues at least.
    async fn send(&self, message: &Message, target: &str) -> anyhow::Result<Fate> {
        let (cloud, id) = (&self.running.cloud, queue::id(message).to_owned());
        let to = target.rsplit('/').next().unwrap_or(target);
        let own = self.running.all(QUEUE).find(|it| it.physical_id == target);
        let to = own.map_or_else(|| to.to_owned(), |own| own.id.clone());
        if self.arguments.dry_run {
            return Ok(Fate::Sent(Sent { id, to, new_id: String::new() }));
        }
        let body = match self.mended {
            Some(mended) => mended.body.clone(),
            None if self.arguments.edit => edited(queue::body(message))?,
            None => queue::body(message).to_owned(),
        };
        if body.is_empty() {
            return Ok(Fate::Kept);
        }
        let new_id = queue::send_on(cloud, target, message, &body).await?;
        queue::delete(cloud, &self.dead.physical_id, message).await?;
        Ok(Fate::Sent(Sent { id, to, new_id }))
    }

    /// How many were sent, and how many stayed.
    fn counts(&self) -> (u64, u64) {
        let (sent, kept) = (self.sent.len() as u64, self.kept.len() as u64);
        (sent, if self.arguments.dry_run { kept - sent } else { kept })
    }

    fn as_json(&self) -> Json {
        let (sent, stayed) = self.counts();
        let moved = self.sent.iter().map(
            |Sent { id, to, new_id }| json!({"id": id, "to": to, "new_id": Some(new_id).filter(|it| !it.is_empty())}),
        );
        json!({
            "version": 1,
            "queue": self.dead.id,
            "moved": if self.arguments.dry_run { 0 } else { sent },
            "stayed": stayed,
            "came_back": self.came_back,
            "messages": moved.collect::<Vec<Json>>(),
        })
    }

    async fn report(&self) -> anyhow::Result<Exit> {
        let (sent, stayed) = self.counts();
        if ui::json() {
            ui::result(self.as_json());
        } else {
            for Sent { id, to, new_id } in &self.sent {
                let new_id = if new_id.is_empty() { String::new() } else { format!(" as {new_id}") };
                ui::result(format!("  {id} -> {to}{new_id}"));
            }
            let moved = if self.arguments.dry_run { "would move" } else { "moved" };
            let stay = if stayed > 0 { format!(", {stayed} stay") } else { String::new() };
            ui::result(format!("{}: {moved} {}{stay}", self.dead.id, quantity(sent, "message")));
        }
        if self.came_back > 0 {
            ui::warn(format!(
                "{} failed again at once: one round was made",
                quantity(self.came_back as u64, "message")
            ));
        }
        if self.homeless > 0 {
            let count = quantity(self.homeless as u64, "message");
            return Err(Failure::new(format!("{count} tell no queue that they came from, and stay"))
                .help("`--to QUEUE` says where they go")
                .into());
        }
        if queue::is_fifo(&self.dead.physical_id) && stayed > 0 {
            let visible = queue::counts(&self.running.cloud, &self.dead.physical_id).await?.visible;
            if visible > stayed {
                let behind = quantity(visible - stayed, "message");
                ui::say(format!("{behind} may be behind those of their groups that stay, and were not met"));
            }
        }
        Ok(Exit::Done)
    }
}

/// A body as somebody leaves it in an editor.
fn edited(body: &str) -> anyhow::Result<String> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let Some(editor) = variable("VISUAL").or_else(|| variable("EDITOR")) else {
        return Err(Failure::new("there is no editor to open the message in")
            .help("set `EDITOR`, such as to `vi`")
            .into());
    };
    let mut file = tempfile::Builder::new().prefix("message-").suffix(".json").tempfile()?;
    file.write_all(body.as_bytes())?;
    file.flush()?;
    // The variable may hold arguments as well.
    let status = Command::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh").arg(file.path()).status();
    let status = status.with_context(|| format!("`{editor}` cannot be run"))?;
    if !status.success() {
        return Err(Failure::new(format!("the editor `{editor}` ended with {status}; the message stays")).into());
    }
    let edited = std::fs::read_to_string(file.path()).context("what the editor left cannot be read")?;
    // Editors end a file with a line break.
    let edited = if body.ends_with('\n') { edited.as_str() } else { edited.trim_end_matches('\n') };
    Ok(edited.to_owned())
}
