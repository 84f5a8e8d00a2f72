//! What one function did on behalf of one request or message.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::line::TraceLine;
use crate::cli::Level;
use crate::operate::log_events::LogGroup;
use crate::operate::log_line::Report;
use crate::operate::running_stack::RunningStack;

/// What one function did on behalf of one request or message, in one invocation.
#[derive(Debug, Clone)]
pub struct Step {
    /// The logical id of the function.
    pub function: String,
    /// The request id of the invocation.
    pub request: String,
    /// The trace.
    pub trace: String,
    /// The message of a queue.
    pub message: Option<String>,
    /// Whom it came from: a resource by its logical id, a route, or the name of an event.
    pub from: Option<String>,
    /// The ARN or name of whom it came from.
    pub source: Option<String>,
    /// By what others know it.
    pub ids: Vec<String>,
    /// How often the message was received by then.
    pub receive_count: Option<i64>,
    /// When the message was sent, in milliseconds since the epoch.
    pub sent: Option<i64>,
    /// When it began, in microseconds since the epoch.
    pub began: i128,
    /// When its last line was written.
    pub ended: i128,
    /// What it wrote and sent.
    pub effects: Vec<Effect>,
    /// What it said itself.
    pub said: Vec<Said>,
    /// How it ended.
    pub outcome: Outcome,
    /// The status code that it answered to a route.
    pub status: Option<i64>,
    /// What Lambda reports of the invocation.
    pub report: Option<Report>,
}

/// A call that writes or sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// On what, by its logical id where it is of the stack.
    pub to: String,
    /// By what others know what was sent.
    pub id: Option<String>,
    /// How long it took, in milliseconds.
    pub duration: Option<i64>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Effect {
    /// Whether it left something in a table or a bucket.
    #[must_use]
    pub fn is_written(&self) -> bool {
        let keeps = matches!(self.service.as_str(), "DynamoDB" | "S3") && !self.operation.starts_with("Delete");
        keeps && self.error.is_none()
    }
}

/// A line of the function's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// How grave it is.
    pub level: Option<Level>,
    /// The line as a person reads it, without its level.
    pub text: String,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Done,
    /// The message goes back to its queue.
    Returned,
    /// The invocation failed, with why.
    Failed(String),
    /// Nothing says it: it is still at work, ended without a word, or ran out of time.
    Unknown,
}

impl Outcome {
    /// In a word.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Returned => "returned",
            Self::Failed(_) => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// The steps that `lines` tell of, in the order in which they began.
pub(super) fn steps<'a>(
    running: &RunningStack,
    groups: &[LogGroup],
    lines: impl Iterator<Item = &'a TraceLine>,
    reports: &BTreeMap<String, Report>,
) -> Vec<Step> {
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by_key(|line| line.time);
    let mut steps: IndexMap<_, Step> = IndexMap::new();
    for line in lines {
        let (Some(request), Some(trace)) = (&line.request, &line.trace) else { continue };
        let function = &groups[line.group].label;
        let key = (line.group, request.clone(), trace.clone(), line.message.clone());
        let step = steps.entry(key).or_insert_with(|| Step {
            function: function.clone(),
            request: request.clone(),
            trace: trace.clone(),
            message: line.message.clone(),
            from: None,
            source: None,
            ids: Vec::new(),
            receive_count: None,
            sent: None,
            began: line.time,
            ended: line.time,
            effects: Vec::new(),
            said: Vec::new(),
            outcome: Outcome::Unknown,
            status: None,
            report: reports.get(request).cloned(),
        });
        step.take(running, line);
    }
    steps.into_values().collect()
}

impl Step {
    fn take(&mut self, running: &RunningStack, line: &TraceLine) {
        self.ended = line.time;
        let text = |name| line.field(name).map(str::to_owned);
        if !line.is_own {
            let parts = Some(line.text.clone()).into_iter().filter(|it| !it.is_empty());
            let fields = line.fields.iter().map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name}={text}"),
                None => format!("{name}={value}"),
            });
            self.said.push(Said { level: line.level, text: parts.chain(fields).collect::<Vec<_>>().join("  ") });
            return;
        }
        match line.text.as_str() {
            "received" => {
                self.source = text("from");
                self.from = self.source.as_deref().map(|it| running.named(it));
                self.ids = line.field("ids").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
                self.receive_count = line.number("receive_count");
                self.sent = line.number("sent");
            }
            "called" => self.effects.push(Effect {
                service: text("service").unwrap_or_default(),
                operation: text("operation").unwrap_or_default(),
                to: line.field("to").map(|it| running.named(it)).unwrap_or_default(),
                id: text("id").filter(|id| !id.is_empty()),
                duration: line.number("ms"),
                error: text("error"),
            }),
            "ended" => {
                self.status = line.number("status");
                self.outcome = match line.field("outcome") {
                    Some("done") => Outcome::Done,
                    Some("returned") => Outcome::Returned,
                    _ => Outcome::Failed(text("error").unwrap_or_default()),
                };
            }
            _ => {}
        }
    }

    /// Whether it is to be done again, if that is still allowed.
    #[must_use]
    pub const fn is_undone(&self) -> bool {
        !matches!(self.outcome, Outcome::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_or_refused_is_not_written() {
        let effect = |service: &str, operation: &str, error: Option<&str>| Effect {
            service: service.to_owned(),
            operation: operation.to_owned(),
            to: "Target".to_owned(),
            id: None,
            duration: None,
            error: error.map(str::to_owned),
        };
        for written in [effect("DynamoDB", "UpdateItem", None), effect("S3", "PutObject", None)] {
            assert!(written.is_written(), "{written:?}");
        }
        for other in [
            effect("DynamoDB", "DeleteItem", None),
            effect("S3", "DeleteObject", None),
            effect("DynamoDB", "PutItem", Some("ConditionalCheckFailedException")),
            effect("SQS", "SendMessage", None),
        ] {
            assert!(!other.is_written(), "{other:?}");
        }
    }
}
