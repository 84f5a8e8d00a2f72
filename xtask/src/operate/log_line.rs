//! What a line of a function's log says: of the function itself, or of Lambda about an invocation.
//!
//! Lambda writes its own lines as text or as JSON, as the function's logging configuration says.
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value as Json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::Level;
use crate::ui;

/// A line of a function's log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// How grave it is, when it tells.
    pub level: Option<Level>,
    /// The invocation that it belongs to, when it tells.
    pub request: Option<String>,
    /// The trace that it belongs to, when it tells.
    pub trace: Option<String>,
    /// The message of a queue on whose behalf it was written, when it tells.
    pub message: Option<String>,
    /// When it was written, in microseconds since the epoch, when it tells.
    pub time: Option<i128>,
    /// Whether it says what came, what was called or how it ended, as `stackwright-functions` and the bindings do.
    pub is_own: bool,
    /// What it says.
    pub says: Says,
}

/// What a line of a function's log says.
#[derive(Debug, Clone, PartialEq)]
pub enum Says {
    /// An invocation begins.
    Started,
    /// What nobody needs to know who sees when invocations begin and what Lambda reports of them.
    Nothing,
    /// What Lambda reports of an invocation that has ended.
    Report(Report),
    /// What the function says.
    Message {
        /// The message.
        text: String,
        /// What it says beside it, by name.
        fields: Map<String, Json>,
    },
}

/// What Lambda reports of an invocation, each with its unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How long it took: `12.3 ms`.
    pub duration: Option<String>,
    /// The memory that was used at most: `34 MB`.
    pub memory_used: Option<String>,
    /// The memory that the function has: `128 MB`.
    pub memory_size: Option<String>,
    /// How long the function took to start, when it did: `120 ms`.
    pub init: Option<String>,
    /// How it ended, when not well: `error`, `timeout`.
    pub problem: Option<String>,
}

/// The target of lines that say what came, what was called and how it ended.
const TARGET: &str = "stackwright";

/// The target of the line by which a worker reports a batch.
const WORKER: &str = "worker::slot";

/// What tells the time of a line, the thread or the source: no reader misses it.
const UNSHOWN: [&str; 9] =
    ["timestamp", "time", "target", "span", "spans", "threadId", "threadName", "requestId", "AWSRequestId"];

impl LogLine {
    /// Reads a line. Whatever is in it, it says something.
    #[must_use]
    pub fn of(line: &str) -> Self {
        let line = line.trim_end();
        if line.starts_with('{')
            && let Ok(Json::Object(members)) = serde_json::from_str(line)
        {
            return Self::of_json(members);
        }
        Self::of_lambda(line).unwrap_or_else(|| {
            let text = line.to_owned();
            Self::saying(level_in(line), None, Says::Message { text, fields: Map::new() })
        })
    }

    /// A line that tells no more than this.
    const fn saying(level: Option<Level>, request: Option<String>, says: Says) -> Self {
        Self { level, request, trace: None, message: None, time: None, is_own: false, says }
    }

    fn of_json(mut members: Map<String, Json>) -> Self {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        if let Some(event) = members.get("type").and_then(Json::as_str).and_then(|it| it.strip_prefix("platform.")) {
            let record = &members["record"];
            let request = record.get("requestId").and_then(text);
            let says = match event {
                "start" => Says::Started,
                "report" => Says::Report(Report::of_json(record)),
                "logsDropped" => Says::Message { text: "Lambda lost lines of this log".to_owned(), fields: Map::new() },
                _ => Says::Nothing,
            };
            return Self::saying(Some(says.level()), request, says);
        }
        // A field of the program's own may have one of these names for something else, which the span has not.
        let of_span = |name: &str| members.get("span").and_then(|span| span.get(name));
        let named = || ["requestId", "AWSRequestId", "request_id"].iter().find_map(|name| members.get(*name));
        let request = of_span("requestId").or_else(named).and_then(text);
        let (trace, message) = (of_span("trace_id").and_then(text), of_span("message_id").and_then(text));
        let time = members.get("timestamp").and_then(Json::as_str);
        let time =
            time.and_then(|it| OffsetDateTime::parse(it, &Rfc3339).ok()).map(|it| it.unix_timestamp_nanos() / 1_000);
        let is_own = members.get("target").is_some_and(|it| it == TARGET);
        let level = ["level", "severity"].iter().find_map(|name| members.remove(*name));
        let level = level.as_ref().and_then(Json::as_str).and_then(level_of);
        let is_of_worker = members.get("target").is_some_and(|it| it == WORKER);
        let said = ["message", "msg"].iter().find_map(|name| members.remove(*name));
        members.retain(|name, _| !UNSHOWN.contains(&name.as_str()));
        let says = match Report::of_batch(&members).filter(|_| is_of_worker) {
            Some(report) => Says::Report(report),
            None => Says::Message { text: said.as_ref().map(plain).unwrap_or_default(), fields: members },
        };
        Self { level, request, trace, message, time, is_own, says }
    }

    fn of_lambda(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ')?;
        if word == "INIT_START" {
            return Some(Self::saying(Some(Level::Info), None, Says::Nothing));
        }
        let request = rest.strip_prefix("RequestId: ")?;
        let (id, rest) = request.split_once([' ', '\t']).unwrap_or((request, ""));
        let says = match word {
            "START" => Says::Started,
            "END" => Says::Nothing,
            "REPORT" => Says::Report(Report::of_text(rest)),
            _ => return None,
        };
        Some(Self::saying(Some(says.level()), Some(id.to_owned()), says))
    }

    /// The line as a person reads it: its level, what it says, and the fields; nothing when it says nothing.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let dim = Style::new().dimmed();
        let request = self.request.as_deref().unwrap_or_default();
        match &self.says {
            Says::Nothing => None,
            Says::Started => Some(format!("{dim}START {request}{dim:#}")),
            Says::Report(report) => {
                let style = if report.problem.is_some() { ui::DANGER } else { dim };
                Some(format!("{style}END   {request}  {}{style:#}", report.text()))
            }
            Says::Message { text, fields } => {
                let style = match self.level {
                    Some(Level::Error) => ui::DANGER,
                    Some(Level::Warn) => ui::CAUTION,
                    Some(Level::Info) => ui::GOOD,
                    Some(Level::Debug | Level::Trace) => dim,
                    None => Style::new(),
                };
                let level = self.level.map_or("", name_of);
                let names = AnsiColor::Cyan.on_default();
                let fields = fields.iter().map(|(name, value)| format!("{names}{name}{names:#}={}", plain(value)));
                let text = Some(text.clone()).filter(|text| !text.is_empty());
                let parts: Vec<_> = text.into_iter().chain(fields).collect();
                Some(format!("{style}{level:<5}{style:#} {}", parts.join("  ")))
            }
        }
    }
}

impl Says {
    fn level(&self) -> Level {
        match self {
            Self::Report(Report { problem: Some(_), .. }) => Level::Error,
            Self::Message { .. } => Level::Warn,
            _ => Level::Info,
        }
    }
}

impl Report {
    /// `Duration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 34 MB`.
    fn of_text(text: &str) -> Self {
        let value = |name: &str| {
            let found = text.split('\t').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix(": "));
            found.map(|value| value.trim().to_owned())
        };
        Self {
            duration: value("Duration"),
            // The emulator reports this of what it did not measure.
            memory_used: value("Max Memory Used").filter(|used| used != "0 MB"),
            memory_size: value("Memory Size"),
            init: value("Init Duration"),
            problem: value("Status").filter(|status| status != "success"),
        }
    }

    /// What a worker says of a batch that has ended: `{"outcome": "done", "messages": 8, "failed": 0, "ms": 22}`.
    fn of_batch(fields: &Map<String, Json>) -> Option<Self> {
        let outcome = fields.get("outcome")?.as_str()?;
        let duration = format!("{} ms", fields.get("ms")?.as_u64()?);
        let problem = (outcome != "done").then(|| outcome.to_owned());
        Some(Self { duration: Some(duration), problem, ..Self::default() })
    }

    fn of_json(record: &Json) -> Self {
        let value = |name: &str, unit: &str| Some(format!("{} {unit}", record.get("metrics")?.get(name)?));
        let status = record.get("status").and_then(Json::as_str);
        Self {
            duration: value("durationMs", "ms"),
            memory_used: value("maxMemoryUsedMB", "MB"),
            memory_size: value("memorySizeMB", "MB"),
            init: value("initDurationMs", "ms"),
            problem: status.filter(|status| *status != "success").map(str::to_owned),
        }
    }

    /// `12.3 ms, 34 MB of 128 MB, started in 120 ms`.
    #[must_use]
    pub fn text(&self) -> String {
        let memory = match (&self.memory_used, &self.memory_size) {
            (Some(used), Some(size)) => Some(format!("{used} of {size}")),
            _ => None,
        };
        let init = self.init.as_ref().map(|init| format!("started in {init}"));
        let parts = [self.problem.clone(), self.duration.clone(), memory, init];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// A value as a person reads it: text without quotes, unless it would be taken for something else.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) if !text.contains(char::is_control) => text.clone(),
        other => other.to_string(),
    }
}

/// The name of a level, as logs have it.
#[must_use]
pub const fn name_of(level: Level) -> &'static str {
    match level {
        Level::Trace => "TRACE",
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
    }
}

fn level_of(word: &str) -> Option<Level> {
    match word.to_ascii_uppercase().as_str() {
        "TRACE" => Some(Level::Trace),
        "DEBUG" => Some(Level::Debug),
        "INFO" => Some(Level::Info),
        "WARN" | "WARNING" => Some(Level::Warn),
        "ERROR" | "FATAL" | "CRITICAL" => Some(Level::Error),
        _ => None,
    }
}

/// The level among the first words of a line of text, in capitals: `[ERROR]`, or after a time and a request id.
fn level_in(line: &str) -> Option<Level> {
    let words = line.split_whitespace().take(4);
    words
        .map(|word| word.trim_matches(['[', ']', ':']))
        .filter(|word| *word == word.to_ascii_uppercase())
        .find_map(level_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8f507cfc-xmpl-4697-b07a-ac58fc914c95";

    /// Asserts what a line is shown as, without its colours.
    #[track_caller]
    fn check(line: &str, level: Option<Level>, request: Option<&str>, shown: Option<&str>) {
        let read = LogLine::of(line);
        assert_eq!(read.level, level);
        assert_eq!(read.request.as_deref(), request);
        let text = read.text().map(|text| anstream::adapter::strip_str(&text).to_string());
        assert_eq!(text.as_deref(), shown);
    }

    #[test]
    fn a_json_line_is_unfolded() {
        check(
            r#"{"timestamp":"2026-11-22T22:03:32Z","level":"WARN","message":"kept","reason":"no model","at":{"n":1},"target":"a::b","span":{"requestId":"r-1"}}"#,
            Some(Level::Warn),
            Some("r-1"),
            Some(r#"WARN  kept  reason=no model  at={"n":1}"#),
        );
        check(
            r#"{"request_id":"order-1","span":{"requestId":"r-1"}}"#,
            None,
            Some("r-1"),
            Some("      request_id=order-1"),
        );
        check(r#"{"level":"error"}"#, Some(Level::Error), None, Some("ERROR "));
        check(r#"{"a":"line\nbreak"}"#, None, None, Some(r#"      a="line\nbreak""#));
    }

    #[test]
    fn a_line_tells_its_trace_its_message_and_its_time() {
        let line = LogLine::of(
            r#"{"timestamp":"2026-11-22T21:23:32.007001Z","target":"stackwright","message":"received","span":{"requestId":"r-1","trace_id":"t-1","message_id":"m-1"}}"#,
        );
        assert_eq!((line.trace.as_deref(), line.message.as_deref()), (Some("t-1"), Some("m-1")));
        assert_eq!((line.time, line.is_own), (Some(1_795_382_612_007_001), true));
        let other = LogLine::of(r#"{"timestamp":"yesterday","trace_id":"t-1"}"#);
        assert_eq!((other.trace, other.time, other.is_own), (None, None, false));
    }

    #[test]
    fn lines_of_lambda_are_condensed() {
        let info = Some(Level::Info);
        check(&format!("START RequestId: {ID} Version: $LATEST\n"), info, Some(ID), Some(&format!("START {ID}")));
        check(&format!("END RequestId: {ID}"), info, Some(ID), None);
        check("INIT_START Runtime Version: provided:al2023.v1", info, None, None);
        let report = "\tDuration: 12.30 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 34 MB";
        let line = format!("REPORT RequestId: {ID}{report}\tInit Duration: 20.1 ms\t\n");
        let shown = format!("END   {ID}  12.30 ms, 34 MB of 128 MB, started in 20.1 ms");
        check(&line, info, Some(ID), Some(&shown));
        let timeout = format!("REPORT RequestId: {ID}{report}\tStatus: timeout");
        let shown = format!("END   {ID}  timeout, 12.30 ms, 34 MB of 128 MB");
        check(&timeout, Some(Level::Error), Some(ID), Some(&shown));
    }

    #[test]
    fn lines_of_lambda_in_json_say_the_same() {
        let start = format!(r#"{{"time":"","type":"platform.start","record":{{"requestId":"{ID}"}}}}"#);
        check(&start, Some(Level::Info), Some(ID), Some(&format!("START {ID}")));
        let metrics = r#""metrics":{"durationMs":101.149,"memorySizeMB":128,"maxMemoryUsedMB":32,"initDurationMs":7}"#;
        let report = |status: &str| {
            format!(r#"{{"type":"platform.report","record":{{"requestId":"{ID}",{metrics},"status":"{status}"}}}}"#)
        };
        let shown = format!("END   {ID}  101.149 ms, 32 MB of 128 MB, started in 7 ms");
        check(&report("success"), Some(Level::Info), Some(ID), Some(&shown));
        let shown = format!("END   {ID}  error, 101.149 ms, 32 MB of 128 MB, started in 7 ms");
        check(&report("error"), Some(Level::Error), Some(ID), Some(&shown));
        check(r#"{"type":"platform.runtimeDone","record":{}}"#, Some(Level::Info), None, None);
        let dropped = r#"{"type":"platform.logsDropped","record":{"reason":"x"}}"#;
        check(dropped, Some(Level::Warn), None, Some("WARN  Lambda lost lines of this log"));
    }

    #[test]
    fn the_level_of_a_text_line_is_among_its_first_words() {
        check("[ERROR] boom", Some(Level::Error), None, Some("ERROR [ERROR] boom"));
        check(
            "2026-11-22T22:03:32Z\tid\tINFO\thello",
            Some(Level::Info),
            None,
            Some("INFO  2026-11-22T22:03:32Z\tid\tINFO\thello"),
        );
        check("an error of mine", None, None, Some("      an error of mine"));
        check(
            "thread 'main' panicked at src/main.rs:1",
            None,
            None,
            Some("      thread 'main' panicked at src/main.rs:1"),
        );
        check("", None, None, Some("      "));
        check("START of something", None, None, Some("      START of something"));
        check("{\"level\": cut", None, None, Some("      {\"level\": cut"));
    }
}
