//! The events of several log groups, in the order of time.
//!
//! Of each group one page is held. The earliest event of all pages comes next, so that any number of events can be read in
//! little memory.

use std::collections::{BTreeSet, VecDeque};

use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use futures::stream::{self, TryStreamExt as _};

use crate::cloud::{Cloud, explain};

/// How far back is read again while logs are followed, in milliseconds: CloudWatch Logs may show an event some seconds
/// after later ones of another stream.
const OVERLAP: i64 = 10_000;

/// How many events a page has at most. AWS would send 10,000, in 1 MB at most, which take ten times as much as JSON is read.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
const PAGE: i32 = 5_000;

/// How many groups are read at once: an account may read five times a second in a region.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const AT_ONCE: usize = 5;

/// Where functions write their logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    /// The logical ids of the functions, with commas.
    pub label: String,
    /// Its name.
    pub name: String,
}

/// An event of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// The number of its group.
    pub group: usize,
    /// When it was written, in milliseconds since the epoch.
    pub time: i64,
    /// The stream that it is in: on Lambda that of one execution environment, which serves one invocation at a time.
    pub stream: String,
    /// What was written.
    pub message: String,
    id: String,
}

impl LogEvent {
    /// One of no stream, for tests.
    #[cfg(test)]
    #[must_use]
    pub fn new(time: i64, message: &str) -> Self {
        Self { group: 0, time, stream: String::new(), message: message.to_owned(), id: String::new() }
    }

    /// What a pod wrote of a worker in a cluster.
    #[must_use]
    pub const fn of_pod(group: usize, time: i64, pod: String, message: String) -> Self {
        Self { group, time, stream: pod, message, id: String::new() }
    }

    /// What no other event has.
    #[must_use]
    pub fn key(&self) -> (i64, String) {
        (self.time, self.id.clone())
    }
}

/// The events of several log groups.
#[derive(Debug)]
pub struct LogEvents<'a> {
    cloud: &'a Cloud,
    groups: Vec<GroupEvents>,
}

#[derive(Debug)]
struct GroupEvents {
    number: usize,
    name: String,
    /// The time of the first event that is asked for.
    from: i64,
    /// What the events that are asked for contain, in the syntax of CloudWatch Logs.
    pattern: Option<String>,
    /// The time of the last event so far.
    latest: i64,
    /// Where the next page begins.
    next: Option<String>,
    is_read: bool,
    page: VecDeque<LogEvent>,
    /// Which of the events that would be read again were given already.
    given: Option<BTreeSet<(i64, String)>>,
}

impl<'a> LogEvents<'a> {
    /// Those of `groups` since `from`.
    #[must_use]
    pub fn since(cloud: &'a Cloud, groups: &[LogGroup], from: i64) -> Self {
        let group = |(number, group): (usize, &LogGroup)| GroupEvents {
            number,
            name: group.name.clone(),
            from,
            pattern: None,
            latest: from,
            next: None,
            is_read: false,
            page: VecDeque::new(),
            given: None,
        };
        Self { cloud, groups: groups.iter().enumerate().map(group).collect() }
    }

    /// How many texts can be asked for at a time: a pattern has 1,024 characters at most, and an id 36.
    pub const MOST_TEXTS: usize = 20;

    /// The same, of which only those are asked for that contain one of `texts`, which have no `"` and are
    /// [`Self::MOST_TEXTS`] at most.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
    #[must_use]
    pub fn containing_any(mut self, texts: &[String]) -> Self {
        let pattern = match texts {
            [text] => format!("\"{text}\""),
            texts => texts.iter().map(|text| format!("?\"{text}\"")).collect::<Vec<_>>().join(" "),
        };
        for group in &mut self.groups {
            group.pattern = Some(pattern.clone());
        }
        self
    }

    /// The same, which can be read again for what was written meanwhile.
    #[must_use]
    pub fn followed(mut self) -> Self {
        for group in &mut self.groups {
            group.given = Some(BTreeSet::new());
        }
        self
    }

    /// The next event; `None` when there is none for now.
    pub async fn next(&mut self) -> anyhow::Result<Option<LogEvent>> {
        let cloud = self.cloud;
        let waiting = self.groups.iter_mut().filter(|group| group.page.is_empty() && !group.is_read);
        stream::iter(waiting.map(Ok)).try_for_each_concurrent(AT_ONCE, |group| group.fill(cloud)).await?;
        let first = |group: &GroupEvents| Some((group.page.front()?.time, group.number));
        let earliest = self.groups.iter().filter_map(first).min();
        Ok(earliest.and_then(|(_, number)| self.groups[number].page.pop_front()))
    }

    /// Goes on with what was written since the last event that was given.
    pub fn go_on(&mut self) {
        self.groups.iter_mut().for_each(GroupEvents::go_on);
    }
}

impl GroupEvents {
    /// Reads until there is an event, or no page is left.
    async fn fill(&mut self, cloud: &Cloud) -> anyhow::Result<()> {
        while self.page.is_empty() && !self.is_read {
            let call = cloud.logs.filter_log_events().log_group_name(&self.name).start_time(self.from).limit(PAGE);
            let call = call.set_filter_pattern(self.pattern.clone()).set_next_token(self.next.take());
            match call.send().await {
                Ok(answer) => {
                    self.next = answer.next_token;
                    self.is_read = self.next.is_none();
                    self.take(answer.events.unwrap_or_default());
                }
                // A function makes its group when it first writes to it.
                Err(error) if error.code() == Some("ResourceNotFoundException") => self.is_read = true,
                Err(error) => return Err(explain(error)),
            }
        }
        Ok(())
    }

    fn take(&mut self, events: Vec<FilteredLogEvent>) {
        for event in events {
            let event = LogEvent {
                group: self.number,
                time: event.timestamp.unwrap_or_default(),
                stream: event.log_stream_name.unwrap_or_default(),
                message: event.message.unwrap_or_default(),
                id: event.event_id.unwrap_or_default(),
            };
            self.latest = self.latest.max(event.time);
            let is_new = self.given.as_mut().is_none_or(|given| given.insert((event.time, event.id.clone())));
            if is_new {
                self.page.push_back(event);
            }
        }
    }

    fn go_on(&mut self) {
        // What is not read to its end goes on by itself, and its next page is of the same beginning.
        if !self.is_read {
            return;
        }
        self.from = self.from.max(self.latest - OVERLAP);
        self.is_read = false;
        if let Some(given) = &mut self.given {
            *given = given.split_off(&(self.from, String::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(time: i64, id: &str) -> FilteredLogEvent {
        FilteredLogEvent::builder().timestamp(time).event_id(id).message(id).build()
    }

    fn group() -> GroupEvents {
        GroupEvents {
            number: 0,
            name: String::new(),
            from: 0,
            pattern: None,
            latest: 0,
            next: None,
            is_read: true,
            page: VecDeque::new(),
            given: Some(BTreeSet::new()),
        }
    }

    /// As when this was the last page.
    fn read(group: &mut GroupEvents, events: Vec<FilteredLogEvent>) {
        group.take(events);
        group.is_read = true;
    }

    fn given(group: &mut GroupEvents) -> Vec<String> {
        group.page.drain(..).map(|event| event.message).collect()
    }

    #[test]
    fn what_is_read_again_is_given_once_and_what_came_late_is_given() {
        let mut group = group();
        read(&mut group, vec![event(50_000, "a"), event(50_000, "b")]);
        assert_eq!(given(&mut group), ["a", "b"]);
        group.go_on();
        assert_eq!(group.from, 40_000);
        read(&mut group, vec![event(49_999, "late"), event(50_000, "a"), event(50_000, "b"), event(50_000, "c")]);
        assert_eq!(given(&mut group), ["late", "c"]);
        group.go_on();
        read(&mut group, vec![event(49_999, "late"), event(50_000, "a"), event(50_000, "b"), event(50_000, "c")]);
        assert_eq!(given(&mut group), [""; 0]);
    }

    #[test]
    fn only_what_may_be_read_again_is_remembered() {
        let mut group = group();
        for second in 0..1_000 {
            read(&mut group, vec![event(second * 1_000, "a")]);
            group.go_on();
        }
        assert_eq!(group.given.map(|given| given.len()), Some(11));
    }
}
