//! What the functions of a stack did, as their logs and their calls tell.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use infra::Graph;
use infra::graph::Line;

use crate::console::state::{Change, Event, Kind, Numbers, Passage};
use crate::operate::log_events::{LogEvent, LogGroup};
use crate::operate::log_line::{LogLine, Report, Says};
use crate::operate::running_stack::{FUNCTION, RunningStack};

/// How many of the last durations percentiles are of.
const DURATIONS: usize = 1_000;

/// How many invocations at most are remembered to have failed, so that each counts once.
const FAILED: usize = 10_000;

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
        let deployed: Vec<_> = stack.all(FUNCTION).collect();
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
        before.map_or(0, |before| count.saturating_sub(before))
    }

    /// Reads what functions logged.
    pub(super) fn take_lines(&mut self, lines: &[LogEvent], change: &mut Change) {
        for line in lines {
            self.take(line, change);
        }
    }

    fn take(&mut self, event: &LogEvent, change: &mut Change) {
        let line = LogLine::of(&event.message);
        let stream = (event.group, event.stream.clone());
        let request = line.request.clone().or_else(|| self.current.get(&stream).cloned());
        let part = self.groups.get(event.group).map(|group| group.label.clone()).unwrap_or_default();
        let mut is_error = line.level == Some(crate::cli::Level::Error);
        let (kind, text, fields) = match line.says {
            Says::Nothing => return,
            Says::Started => {
                if let Some(id) = &request {
                    self.current.insert(stream, id.clone());
                }
                if let Some(function) = self.functions.get_mut(&part) {
                    function.invocations += 1;
                }
                self.entered(&part, change);
                (Kind::Start, "invoked".to_owned(), serde_json::Map::new())
            }
            Says::Report(report) => {
                self.current.remove(&stream);
                is_error = report.problem.is_some();
                if let (Some(function), Some(took)) = (self.functions.get_mut(&part), milliseconds(&report)) {
                    if function.durations.len() == DURATIONS {
                        function.durations.pop_front();
                    }
                    function.durations.push_back(took);
                }
                (Kind::End, report.text(), serde_json::Map::new())
            }
            Says::Message { text, fields } => (Kind::Log, text, fields),
        };
        if is_error && let Some(function) = self.functions.get_mut(&part) {
            function.fail(request.as_deref());
        }
        change.events.push(Event {
            number: 0,
            time: event.time,
            stack: self.stack.stack.name().to_owned(),
            part,
            kind,
            level: if is_error { Some("error") } else { line.level.map(level) },
            request,
            text,
            fields,
        });
    }

    /// Something invoked the function `id`: the way that it came is known when only one is possible.
    fn entered(&self, id: &str, change: &mut Change) {
        if self.invoked.get(id).is_some_and(|invoked| invoked.elapsed() < INVOKED) {
            // The way of that call was shown.
            return;
        }
        let is_function = |id: &str| self.functions.contains_key(id);
        let mut ways =
            self.graph.edges.iter().filter(|it| it.to == id && it.line == Line::Solid && !is_function(&it.from));
        if let (Some(way), None) = (ways.next(), ways.next()) {
            let (from, to) = (way.from.clone(), way.to.clone());
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
    fn errors_of_one_invocation_count_once() {
        let mut function = Function::default();
        for request in [Some("1"), Some("1"), Some("2"), None] {
            function.fail(request);
        }
        assert_eq!(function.errors, 3);
    }
}
