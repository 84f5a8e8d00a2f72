//! One round through a dead-letter queue.

mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System};
use futures::future::join_all;

use super::{Ends, Mended, editor};
use crate::cli::Redrive;
use crate::deploy::interrupt::Interrupt;
use crate::operate::moment;
use crate::operate::queue::{self, Receiver};
use crate::operate::running_stack::{QUEUE, RunningStack};
use crate::operate::undelivered::{self, Origin};

/// For how long nobody else receives what is at work, and how long what stays is hidden if this is killed.
const HIDDEN_FOR: Duration = Duration::from_mins(5);
/// The same while somebody edits a message.
const EDITED_WITHIN: Duration = Duration::from_hours(1);

/// One round through the queue, in which each message is met once.
pub(super) struct Round<'a> {
    arguments: &'a Redrive,
    /// The one message that is sent, when it is one.
    mended: Option<&'a Mended>,
    running: &'a RunningStack,
    ends: Ends<'a>,
    /// When it began, in milliseconds since the epoch.
    began: i64,
    /// The URL of the one queue that fails to the dead-letter queue, when there is one.
    only_source: Option<String>,
    /// The URLs of queues, by ARN.
    urls: BTreeMap<String, String>,
    sent: Vec<Sent>,
    /// What stays, and is put back at the end: SQS would give it again at once.
    kept: Vec<Message>,
    /// How many of those do not tell where they go.
    homeless: usize,
    /// How many of those cannot be given again, by why.
    unreachable: BTreeMap<String, usize>,
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

/// Where a message goes.
enum Target {
    /// To the queue with this URL.
    Queue(String),
    /// To whom this one of the origins could not deliver it.
    Of(usize),
}

/// What becomes of a message.
enum Fate {
    Sent(Sent),
    Kept,
}

impl<'a> Round<'a> {
    /// The round through the dead-letter queue of `ends`, when it has ended.
    pub(super) async fn go(
        running: &'a RunningStack,
        arguments: &'a Redrive,
        mended: Option<&'a Mended>,
        ends: Ends<'a>,
    ) -> anyhow::Result<Self> {
        let sources = running.sources(&ends.dead.id);
        let mut round = Self {
            arguments,
            mended,
            running,
            ends,
            began: moment::now(),
            only_source: if let [source] = &sources[..] { Some(source.physical_id.clone()) } else { None },
            urls: BTreeMap::new(),
            sent: Vec::new(),
            kept: Vec::new(),
            homeless: 0,
            unreachable: BTreeMap::new(),
            met: BTreeSet::new(),
            made: BTreeSet::new(),
            came_back: 0,
        };
        let ended = round.run(&Interrupt::listen()).await;
        queue::put_back(&running.cloud, &round.ends.dead.physical_id, &round.kept).await?;
        ended?;
        Ok(round)
    }

    async fn run(&mut self, interrupt: &Interrupt) -> anyhow::Result<()> {
        let (cloud, url) = (self.running.cloud.clone(), self.ends.dead.physical_id.clone());
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
            let (again, new): (Vec<_>, Vec<_>) = new.into_iter().partition(|it| self.failed_again(it));
            self.came_back += back.len() + again.len();
            self.kept.extend(again);
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

    /// Whether `message` came since something was given to others than queues: it has another id than what was given.
    fn failed_again(&self, message: &Message) -> bool {
        let is_of_queue = queue::system(message, &System::DeadLetterQueueSourceArn).is_some();
        !is_of_queue && !self.made.is_empty() && !self.ends.origins.is_empty() && queue::sent(message) >= self.began
    }

    /// Sends what is wanted of a batch. What is not sent stays, also when one cannot be.
    async fn take(&mut self, messages: Vec<Message>, interrupt: &Interrupt) -> anyhow::Result<()> {
        let (mut targets, mut failure) = (Vec::new(), None);
        for message in messages {
            self.met.insert(queue::id(&message).to_owned());
            let is_wanted = self.arguments.filter.as_ref().is_none_or(|text| queue::body(&message).contains(text))
                && self.mended.is_none_or(|mended| mended.id == queue::id(&message));
            match self.target(&message).await {
                Ok(Some(target)) if is_wanted => match self.unreachable(&target) {
                    None => targets.push((message, target)),
                    Some(reason) => {
                        *self.unreachable.entry(reason).or_default() += 1;
                        self.kept.push(message);
                    }
                },
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
        let at_once =
            if queue::is_fifo(&self.ends.dead.physical_id) || self.arguments.edit { 1 } else { targets.len() };
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

    /// Where a message goes, if it tells.
    async fn target(&mut self, message: &Message) -> anyhow::Result<Option<Target>> {
        if let Some(to) = self.ends.to {
            return Ok(Some(Target::Queue(to.physical_id.clone())));
        }
        let Some(arn) = queue::system(message, &System::DeadLetterQueueSourceArn) else {
            return Ok(self.told_target(message));
        };
        if let Some(url) = self.urls.get(arn) {
            return Ok(Some(Target::Queue(url.clone())));
        }
        let url = queue::url_of(self.running, arn).await?;
        self.urls.insert(arn.to_owned(), url.clone());
        Ok(Some(Target::Queue(url)))
    }

    /// Where a message goes that no queue gave up.
    fn told_target(&self, message: &Message) -> Option<Target> {
        let Ends { dead, origins, .. } = &self.ends;
        let sources = self.running.sources(&dead.id);
        if let Some(origin) = undelivered::origin_of(origins, message, sources.is_empty()) {
            return origins.iter().position(|it| std::ptr::eq(it, origin)).map(Target::Of);
        }
        // What else comes from the origins goes to the same queue.
        let source = self.only_source.clone()?;
        let arn = sources.first().map(|it| self.running.arn(&it.id))?;
        origins.iter().all(|it| it.is_to_queue(&arn)).then_some(Target::Queue(source))
    }

    fn origin(&self, target: &Target) -> Option<&Origin> {
        if let Target::Of(index) = target { self.ends.origins.get(*index) } else { None }
    }

    /// Why a message cannot be given again to whom it was for.
    fn unreachable(&self, target: &Target) -> Option<String> {
        let origin = self.origin(target)?;
        let reason = origin.endpoint.as_ref().err()?;
        Some(format!("`{}`: {reason}", origin.id))
    }

    /// What a target is called.
    fn label(&self, target: &Target) -> String {
        match target {
            Target::Of(_) => self.origin(target).map(|it| it.to.clone()).unwrap_or_default(),
            Target::Queue(url) => {
                let own = self.running.all(QUEUE).find(|it| it.physical_id == *url);
                own.map_or_else(|| url.rsplit('/').next().unwrap_or(url).to_owned(), |own| own.id.clone())
            }
        }
    }

    /// Sends first and deletes then: whenever this ends, the message is in one of the queues at least.
    async fn send(&self, message: &Message, target: &Target) -> anyhow::Result<Fate> {
        let (running, id, to) = (self.running, queue::id(message).to_owned(), self.label(target));
        if self.arguments.dry_run {
            return Ok(Fate::Sent(Sent { id, to, new_id: String::new() }));
        }
        let origin = self.origin(target);
        let content = origin.map_or_else(|| queue::body(message).to_owned(), |origin| origin.content(message));
        let body = match self.mended {
            Some(mended) => mended.body.clone(),
            None if self.arguments.edit => editor::edited(&content)?,
            None => content,
        };
        if body.is_empty() {
            return Ok(Fate::Kept);
        }
        let new_id = match (target, origin) {
            (Target::Queue(url), _) => queue::send_on(&running.cloud, url, message, &body).await?,
            (Target::Of(_), Some(origin)) => origin.give(running, message, &body).await?,
            (Target::Of(_), None) => return Ok(Fate::Kept),
        };
        queue::delete(&running.cloud, &self.ends.dead.physical_id, message).await?;
        Ok(Fate::Sent(Sent { id, to, new_id }))
    }
}
