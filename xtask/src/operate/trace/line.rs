//! A line of a log, as far as it tells of a trace.

use serde_json::{Map, Value as Json};

use crate::cli::Level;
use crate::operate::log_events::LogEvent;
use crate::operate::log_line::{LogLine, Report, Says};

/// A line of a log.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TraceLine {
    /// The number of its group.
    pub group: usize,
    /// When it was written, in microseconds since the epoch: as it tells itself, else as CloudWatch Logs does.
    pub time: i128,
    /// The invocation.
    pub request: Option<String>,
    /// The trace.
    pub trace: Option<String>,
    /// The message of a queue on whose behalf it was written.
    pub message: Option<String>,
    /// How grave it is.
    pub level: Option<Level>,
    /// What Lambda reports of the invocation.
    pub report: Option<Report>,
    /// Whether it is about the trace itself.
    pub is_own: bool,
    /// What it says.
    pub text: String,
    /// What it says beside it.
    pub fields: Map<String, Json>,
    /// The whole line.
    whole: String,
}

impl TraceLine {
    pub(super) fn of(event: &LogEvent) -> Self {
        Self::of_text(event.group, event.time, &event.message)
    }

    pub(super) fn of_text(group: usize, time: i64, message: &str) -> Self {
        let line = LogLine::of(message);
        let (report, text, fields) = match line.says {
            Says::Report(report) => (Some(report), String::new(), Map::new()),
            Says::Message { text, fields } => (None, text, fields),
            Says::Started | Says::Nothing => (None, String::new(), Map::new()),
        };
        Self {
            group,
            time: line.time.unwrap_or_else(|| i128::from(time) * 1_000),
            request: line.request,
            trace: line.trace,
            message: line.message,
            level: line.level,
            report,
            is_own: line.is_own,
            text,
            fields,
            whole: message.to_owned(),
        }
    }

    /// Whether it has this id in it, and not only as a part of another: `order-1` is not in `order-10`.
    pub(super) fn names(&self, id: &str) -> bool {
        let is_of_id = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
        self.whole.match_indices(id).any(|(start, _)| {
            let (before, after) = (&self.whole[..start], &self.whole[start + id.len()..]);
            !before.ends_with(is_of_id) && !after.starts_with(is_of_id)
        })
    }

    /// The ids by which others know what was sent here.
    pub(super) fn sent_ids(&self) -> impl Iterator<Item = &str> {
        let sent = (self.is_own && self.text == "called").then(|| self.field("id")).flatten();
        sent.unwrap_or_default().split_whitespace()
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.fields.get(name)?.as_i64()
    }
}
