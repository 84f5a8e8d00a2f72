//! What the functions of a stack did, as their logs and their calls tell.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use infra::Graph;
use infra::graph::{Kind as NodeKind, Line};
use serde_json::{Map, Value as Json};

use crate::console::state::{Change, Event, Kind, Numbers, Passage};
use crate::operate::log_events::{LogEvent, LogGroup};
use crate::operate::log_line::{LogLine, Report, Says};
use crate::operate::running_stack::{PROGRAM, RunningStack};

/// How many of the last durations percentiles are of.
const DURATIONS: usize = 1_000;

/// How many invocations at most are remembered to have failed, so that each counts once.
const FAILED: usize = 10_000;

/// How many messages at most are remembered, for each dead-letter queue, to be received for the last time.
const DOOMED: usize = 1_000;

/// How long an id may be: others are not kept.
const LONGEST_ID: usize = 200;

/// For how long an invocation is taken to be by a function that invoked it: its log comes when it has ended.
const INVOKED: Duration = Duration::from_secs(30);

/// What was counted of the functions of a stack, by logical id.
pub(super) type Functions = BTreeMap<String, Function>;

/// What the functions of a stack did.
pub(super) struct Activity<'a> {
    stack: &'a RunningStack,
    groups: Vec<LogGroup>,
    graph: Graph,
    functions: &'a mut Functions,
    /// The invocation that each stream of a group is at: a line of text does not tell its own.
    current: BTreeMap<(usize, String), String>,
    /// How many messages each queue had.
    messages: BTreeMap<String, u64>,
    /// When functions were last invoked by others.
    invoked: BTreeMap<String, Instant>,
    /// The messages that are received for the last time, by the dead-letter queue that they go to when that fails.
    doomed: BTreeMap<String, VecDeque<Doomed>>,
}

/// A message that is received for the last time.
pub(super) struct Doomed {
    pub(super) message: String,
    pub(super) trace: Option<String>,
}

/// What the lines of an invocation tell of it together.
struct Span {
    /// When it began at the latest, in milliseconds since the epoch.
    began: i64,
    /// When it ended at the earliest.
    ended: i64,
    /// Whom it came from, when a line tells it; empty when that is nobody.
    from: Option<String>,
}

/// What was counted of a function.
#[derive(Default)]
pub(super) struct Function {
    invocations: u64,
    throttles: u64,
    denied: u64,
    errors: u64,
    failed: BTreeSet<String>,
    durations: VecDeque<f64>,
}

impl<'a> Activity<'a> {
    /// Goes on counting `functions`.
    pub(super) fn of(stack: &'a RunningStack, functions: &'a mut Functions) -> Self {
        let deployed: Vec<_> = stack.all(PROGRAM).collect();
        functions.retain(|id, _| deployed.iter().any(|it| it.id == *id));
        for function in &deployed {
            functions.entry(function.id.clone()).or_default();
        }
        Self {
            stack,
            groups: stack.log_groups(&deployed),
            graph: Graph::of(stack.stack.assembled()),
            functions,
            current: BTreeMap::new(),
            messages: BTreeMap::new(),
            invoked: BTreeMap::new(),
            doomed: BTreeMap::new(),
        }
    }

    /// Whether the picture has a part `id`.
    pub(super) fn is_part(&self, id: &str) -> bool {
        self.graph.nodes.iter().any(|node| node.id == id)
    }

    /// The function `id` called a service.
    pub(super) fn called(&mut self, id: &str, part: &str, action: &str, is_allowed: bool) {
        if let Some(function) = self.functions.get_mut(id).filter(|_| !is_allowed) {
            function.denied += 1;
        }
        if is_allowed && action == "InvokeFunction" {
            self.invoked.insert(part.to_owned(), Instant::now());
        }
    }

    /// So many invocations of the function `id` were refused in all.
    pub(super) fn throttled(&mut self, id: &str, count: u64) {
        if let Some(function) = self.functions.get_mut(id) {
            function.throttles = count;
        }
    }

    /// The queue `id` has `count` messages in all; how many more than before.
    pub(super) fn arrived(&mut self, id: &str, count: u64) -> u64 {
        let before = self.messages.insert(id.to_owned(), count);
        if before.is_none() {
            // What died before is in it already.
            self.doomed.remove(id);
        }
        before.map_or(0, |before| count.saturating_sub(before))
    }

    /// What sends to the part `id` what failed.
    pub(super) fn failing_to(&self, id: &str) -> Vec<String> {
        let ways = self.graph.edges.iter().filter(|it| it.to == id && it.line == Line::Dashed);
        ways.map(|it| it.from.clone()).collect()
    }

    /// Which `count` messages at most came to the dead-letter queue `id`, as far as logs told before.
    pub(super) fn died(&mut self, id: &str, count: u64) -> Vec<Doomed> {
        let Some(doomed) = self.doomed.get_mut(id) else { return Vec::new() };
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(doomed.len());
        doomed.drain(..count).collect()
    }

    /// Reads what functions logged.
    pub(super) fn take_lines(&mut self, events: &[LogEvent], change: &mut Change) {
        let lines: Vec<_> = events.iter().map(|event| (event, LogLine::of(&event.message))).collect();
        let spans = spans(&lines);
        for (event, line) in lines {
            self.take(event, line, &spans, change);
        }
    }

    fn take(&mut self, event: &LogEvent, line: LogLine, spans: &BTreeMap<String, Span>, change: &mut Change) {
        let stream = (event.group, event.stream.clone());
        let request = line.request.clone().or_else(|| self.current.get(&stream).cloned());
        let span = request.as_ref().and_then(|it| spans.get(it));
        let part = self.groups.get(event.group).map(|group| group.label.clone()).unwrap_or_default();
        let mut is_error = line.level == Some(crate::cli::Level::Error);
        let mut time = own_time(&line).unwrap_or(event.time);
        let (mut from, mut to) = (None, None);
        let (kind, text, fields) = match line.says {
            Says::Nothing => return,
            Says::Started => {
                if let Some(id) = &request {
                    self.current.insert(stream, id.clone());
                }
                if let Some(function) = self.functions.get_mut(&part) {
                    function.invocations += 1;
                }
                time = span.map_or(time, |it| it.began.min(time));
                from = self.origin(&part, span.and_then(|it| it.from.as_deref()));
                self.entered(&part, from.as_deref(), change);
                (Kind::Start, "invoked".to_owned(), Map::new())
            }
            Says::Report(report) => {
                // A worker writes no line when a batch begins.
                if self.current.remove(&stream).is_none()
                    && let Some(function) = self.functions.get_mut(&part)
                {
                    function.invocations += 1;
                }
                is_error = report.problem.is_some();
                if let (Some(function), Some(took)) = (self.functions.get_mut(&part), milliseconds(&report)) {
                    if function.durations.len() == DURATIONS {
                        function.durations.pop_front();
                    }
                    function.durations.push_back(took);
                }
                time = span.map_or(time, |it| it.ended.max(time));
                (Kind::End, report.text(), Map::new())
            }
            Says::Message { text, mut fields } => {
                if line.is_own {
                    self.follow(&text, &fields, line.message.as_deref(), line.trace.as_deref());
                    from = self.origin(&part, Some(sender(&fields))).filter(|_| text == "received");
                    to = fields.get("to").and_then(Json::as_str).and_then(|it| self.part_of(it));
                    for name in ["from", "to"] {
                        if let Some(Json::String(text)) = fields.get_mut(name) {
                            *text = self.stack.named(text);
                        }
                    }
                }
                (Kind::Log, text, fields)
            }
        };
        if is_error && let Some(function) = self.functions.get_mut(&part) {
            function.fail(request.as_deref());
        }
        change.events.push(Event {
            time,
            stack: self.stack.stack.name().to_owned(),
            part,
            kind,
            level: if is_error { Some("error") } else { line.level.map(level) },
            request,
            trace: line.trace.filter(|it| it.len() <= LONGEST_ID),
            message: line.message.filter(|it| it.len() <= LONGEST_ID),
            from,
            to,
            text,
            fields,
            ..Event::default()
        });
    }

    /// Remembers which messages are received for the last time, until they end well.
    fn follow(&mut self, text: &str, fields: &Map<String, Json>, message: Option<&str>, trace: Option<&str>) {
        let Some(message) = message else { return };
        if text == "ended" && fields.get("outcome").is_some_and(|it| it == "done") {
            for doomed in self.doomed.values_mut() {
                doomed.retain(|it| it.message != message);
            }
        }
        let queue = fields.get("from").and_then(Json::as_str).filter(|_| text == "received");
        let policy = queue.and_then(|arn| self.stack.redrive_policy(&self.stack.queue(arn)?.id));
        let count = fields.get("receive_count").and_then(Json::as_i64);
        if let (Some((most, dead)), Some(count)) = (policy, count)
            && count >= most
            && let Some(dead) = self.stack.queue(dead)
        {
            let doomed = self.doomed.entry(dead.id.clone()).or_default();
            doomed.retain(|it| it.message != message);
            if doomed.len() == DOOMED {
                doomed.pop_front();
            }
            doomed.push_back(Doomed { message: message.to_owned(), trace: trace.map(str::to_owned) });
        }
    }

    /// The part of the picture that `text`, a name, an ARN or the place of an object, is or is in.
    fn part_of(&self, text: &str) -> Option<String> {
        self.stack.named(text).split('/').next().filter(|it| self.is_part(it)).map(str::to_owned)
    }

    /// What set off an invocation of the function `id`: whom its log names, which may be nobody, or else the only part
    /// that it can be.
    fn origin(&self, id: &str, told: Option<&str>) -> Option<String> {
        let ways = self.graph.edges.iter().filter(|it| it.to == id && it.line == Line::Solid);
        let mut ways: Vec<_> = ways.map(|it| it.from.as_str()).collect();
        let kind = |id: &str| self.graph.nodes.iter().find(|it| it.id == id).map(|it| it.kind);
        match told {
            None => ways.retain(|it| !matches!(kind(it), Some(NodeKind::Function | NodeKind::Worker))),
            Some("") => return None,
            Some(told) => match self.part_of(told).filter(|it| ways.contains(&it.as_str())) {
                Some(part) => return Some(part),
                // A route is of an API, and any other name of a rule's event.
                None if told.contains(" /") => ways.retain(|it| kind(it) == Some(NodeKind::Api)),
                None => ways.retain(|it| kind(it) == Some(NodeKind::Rule)),
            },
        }
        if let [only] = ways[..] { Some(only.to_owned()) } else { None }
    }

    /// `from` invoked the function `id`.
    fn entered(&self, id: &str, from: Option<&str>, change: &mut Change) {
        // The way of a function's call was shown.
        let is_shown = self.invoked.get(id).is_some_and(|invoked| invoked.elapsed() < INVOKED);
        if let Some(from) = from.filter(|_| !is_shown) {
            let (from, to) = (from.to_owned(), id.to_owned());
            change.passages.push(Passage { stack: self.stack.stack.name().to_owned(), from, to, good: true });
        }
    }

    pub(super) fn numbers(&self) -> BTreeMap<String, Numbers> {
        self.functions.iter().map(|(id, function)| (id.clone(), function.numbers())).collect()
    }
}

impl Function {
    /// Counts an error; those of one invocation once.
    fn fail(&mut self, request: Option<&str>) {
        if let Some(request) = request {
            if !self.failed.insert(request.to_owned()) {
                return;
            }
            if self.failed.len() > FAILED {
                self.failed.pop_first();
            }
        }
        self.errors += 1;
    }

    fn numbers(&self) -> Numbers {
        let mut sorted: Vec<_> = self.durations.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let Self { invocations, errors, denied, throttles, .. } = *self;
        let (p50, p99) = (percentile(&sorted, 50), percentile(&sorted, 99));
        Numbers::Function { invocations, errors, denied, throttles, p50, p99 }
    }
}

/// What `lines` tell of each invocation: the emulator gives all of them the time of its end, and they may tell their own.
fn spans(lines: &[(&LogEvent, LogLine)]) -> BTreeMap<String, Span> {
    let mut spans = BTreeMap::<String, Span>::new();
    for (event, line) in lines {
        let Some(request) = &line.request else { continue };
        let (began, ended) = match &line.says {
            Says::Report(report) => (event.time - milliseconds(report).map_or(0, whole), event.time),
            _ => (own_time(line).unwrap_or(event.time), own_time(line).unwrap_or(i64::MIN)),
        };
        let span = spans.entry(request.clone()).or_insert(Span { began, ended, from: None });
        span.began = span.began.min(began);
        span.ended = span.ended.max(ended);
        if let Says::Message { text, fields } = &line.says
            && line.is_own
            && text == "received"
        {
            span.from = Some(sender(fields).to_owned());
        }
    }
    spans
}

/// Whom something came from, as a line tells that it was received.
fn sender(fields: &Map<String, Json>) -> &str {
    fields.get("from").and_then(Json::as_str).unwrap_or_default()
}

/// When a line was written, in milliseconds since the epoch, when it tells.
fn own_time(line: &LogLine) -> Option<i64> {
    i64::try_from(line.time? / 1_000).ok()
}

/// Whole milliseconds, the last one begun.
fn whole(milliseconds: f64) -> i64 {
    let duration = Duration::try_from_secs_f64(milliseconds / 1_000.0).unwrap_or_default();
    i64::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or_default()
}

/// The smallest of `sorted` that at least `percent` of 100 are not above.
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn milliseconds(report: &Report) -> Option<f64> {
    report.duration.as_ref()?.strip_suffix(" ms")?.parse().ok()
}

const fn level(level: crate::cli::Level) -> &'static str {
    use crate::cli::Level;
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_duration_that_was_measured() {
        let sorted: Vec<_> = (1..=100).map(f64::from).collect();
        assert_eq!((percentile(&sorted, 50), percentile(&sorted, 99)), (Some(50.0), Some(99.0)));
        assert_eq!((percentile(&[7.0], 50), percentile(&[7.0], 99)), (Some(7.0), Some(7.0)));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn an_invocation_began_before_its_first_line_and_its_duration_before_its_end() {
        let event = |message: &str| LogEvent::new(1_795_382_612_500, message);
        let events = [
            event("START RequestId: r-1 Version: $LATEST"),
            event(
                r#"{"timestamp":"2026-11-22T21:23:32.407001Z","target":"stackwright","message":"received","from":"a","span":{"requestId":"r-1"}}"#,
            ),
            event("REPORT RequestId: r-1\tDuration: 99.50 ms"),
            event("START RequestId: r-2 Version: $LATEST"),
        ];
        let lines: Vec<_> = events.iter().map(|event| (event, LogLine::of(&event.message))).collect();
        let spans = spans(&lines);
        assert_eq!((spans["r-1"].began, spans["r-1"].ended), (1_795_382_612_400, 1_795_382_612_500));
        assert_eq!(spans["r-1"].from.as_deref(), Some("a"));
        assert_eq!((spans["r-2"].began, spans["r-2"].from.is_none()), (1_795_382_612_500, true));
    }

    #[test]
    fn errors_of_one_invocation_count_once() {
        let mut function = Function::default();
        for request in [Some("1"), Some("1"), Some("2"), None] {
            function.fail(request);
        }
        assert_eq!(function.errors, 3);
    }
}
