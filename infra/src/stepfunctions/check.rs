//! What is wrong with the states of a machine.
//!
//! Step Functions itself looks at a definition only once it is deployed, and at whether a state can be reached not even then.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::action::Pattern;
use super::definition::{Definition, States};
use super::errors::{ALL, Catch, Retry};
use super::language::{Language, QueryLanguage};
use super::nested::{ExecutionType, Mode};
use super::state::{Next, State, Until};
use super::text::Text;
use crate::check::Check;
use crate::nearest::did_you_mean;

/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const MAX_NAME: usize = 80;
const MAX_DEFINITION: usize = 1_048_576;
const MAX_LABEL: usize = 40;
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html>
/// How long an express execution may take: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const EXPRESS: u32 = 5 * 60;

pub(super) fn definition(definition: &Definition, kind: ExecutionType, check: &mut Check<'_>) {
    match definition {
        Definition::Jsonata(states) => machine(states, kind, check),
        Definition::JsonPath(states) => machine(states, kind, check),
    }
    let rendered = Json::Object(definition.render(&mut Text::default()));
    if matches!(definition, Definition::JsonPath(_)) {
        bare_paths(&rendered, check);
    }
    let length = rendered.to_string().len();
    if length > MAX_DEFINITION {
        let message = format!("its definition is {length} bytes long, {MAX_DEFINITION} are allowed");
        check.error("definition-size", message).help("move a part of it into a machine of its own");
    }
}

/// Reports states of which a field for an object is a path. Step Functions looks up paths in such an object alone.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html>
fn bare_paths(rendered: &Json, check: &mut Check<'_>) {
    let inner: Vec<&Json> = match rendered {
        Json::Object(members) => members.values().collect(),
        Json::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for it in inner {
        bare_paths(it, check);
    }
    for (name, state) in rendered.get("States").and_then(Json::as_object).into_iter().flatten() {
        let fields = state.as_object().into_iter().flatten();
        for (field, path) in fields.filter_map(|(field, path)| Some((field.strip_suffix(".$")?, path.as_str()?))) {
            let message = format!("state `{name}` has `{path}` as its `{field}`, expected an object");
            let help = "put the path into an object, or take a part of the input by `input_path`";
            check.error("state-object", message).help(help);
        }
    }
}

fn machine<L: QueryLanguage>(states: &States<L>, kind: ExecutionType, check: &mut Check<'_>) {
    let mut names = BTreeMap::new();
    count(states, &mut names);
    for (name, count) in names {
        if count > 1 {
            let message = format!("{count} states are named `{name}`");
            check.error("state-name", message).help("a name is of one state of the machine, in its branches as well");
        }
        if name.is_empty() || name.chars().count() > MAX_NAME {
            let message = format!("the name `{name}` of a state is not 1 to {MAX_NAME} characters long");
            check.error("state-name", message);
        }
    }
    scope(states, kind, check);
}

fn count<'a, L: QueryLanguage>(states: &'a States<L>, names: &mut BTreeMap<&'a str, usize>) {
    for (name, state) in states.iter() {
        *names.entry(name).or_default() += 1;
        for inner in States::nested(state) {
            count(inner, names);
        }
    }
}

/// Checks states that can lead to each other, and then those within them.
fn scope<L: QueryLanguage>(states: &States<L>, kind: ExecutionType, check: &mut Check<'_>) {
    let ways: BTreeMap<&str, Ways<'_>> = states.iter().map(|(name, state)| (name, Ways::of(state))).collect();
    let first = states.iter().next().map(|(name, _)| name);
    for (name, _) in states.iter() {
        for target in ways[name].to.iter().filter(|target| !ways.contains_key(**target)) {
            let help = did_you_mean(target, ways.keys().copied())
                .unwrap_or_else(|| "a state leads to states of its own machine, branch or list alone".to_owned());
            check.error("state-missing", format!("state `{name}` leads to `{target}`, which is none")).help(help);
        }
    }
    let reached = closure(first, |name| ways.get(name).map_or_else(Vec::new, |ways| ways.to.clone()));
    let ending = ways.iter().filter(|(_, ways)| ways.ends).map(|(name, _)| *name);
    let leading_to =
        |name: &str| ways.iter().filter(|(_, ways)| ways.to.contains(&name)).map(|(from, _)| *from).collect();
    let ends = closure(ending, leading_to);
    for (name, state) in states.iter() {
        if !reached.contains(name) {
            let message = format!("no state leads to `{name}`");
            check.error("state-unreachable", message).help("lead to it from another state, or remove it");
        } else if !ends.contains(name) && ways[name].to.iter().all(|target| ways.contains_key(target)) {
            let message = format!("an execution that comes to state `{name}` never ends");
            check.error("state-without-end", message).help("let a way lead to a state that ends");
        }
        one(name, state, kind, check);
        let inner = match state {
            State::Map(map) => match &map.mode {
                Mode::Inline => kind,
                Mode::Distributed(distributed) => distributed.execution_type,
            },
            _ => kind,
        };
        for nested in States::nested(state) {
            scope(nested, inner, check);
        }
    }
}

/// What is found by going on from `start`.
fn closure<'a>(start: impl IntoIterator<Item = &'a str>, next: impl Fn(&'a str) -> Vec<&'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<_> = start.into_iter().collect();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            open.extend(next(name));
        }
    }
    found
}

/// Where a state leads.
struct Ways<'a> {
    to: Vec<&'a str>,
    /// Whether it may be the last.
    ends: bool,
}

impl<'a> Ways<'a> {
    fn of<L: QueryLanguage>(state: &'a State<L>) -> Self {
        match state {
            State::Task(task) => Self::next(&task.next, &task.catch),
            State::Parallel(parallel) => Self::next(&parallel.next, &parallel.catch),
            State::Map(map) => Self::next(&map.next, &map.catch),
            State::Wait(wait) => Self::next::<L>(&wait.next, &[]),
            State::Pass(pass) => Self::next::<L>(&pass.next, &[]),
            State::Choice(choice) => {
                let rules = choice.rules.iter().map(|rule| rule.next.as_str());
                Self { to: rules.chain(choice.default.as_deref()).collect(), ends: false }
            }
            State::Succeed(_) | State::Fail(_) => Self { to: Vec::new(), ends: true },
        }
    }

    fn next<L: QueryLanguage>(next: &'a Next, catch: &'a [Catch<L>]) -> Self {
        let mut to: Vec<_> = catch.iter().map(|catch| catch.next.as_str()).collect();
        if let Next::To(name) = next {
            to.push(name);
        }
        Self { to, ends: *next == Next::End }
    }
}

/// Checks what is wrong with a state whatever the others are.
fn one<L: QueryLanguage>(name: &str, state: &State<L>, kind: ExecutionType, check: &mut Check<'_>) {
    match state {
        State::Task(task) => {
            errors(name, &task.retry, &task.catch, check);
            if let (Some(timeout), Some(heartbeat)) = (task.timeout, task.heartbeat)
                && heartbeat >= timeout
            {
                let message = format!("state `{name}` may be silent for {heartbeat}, and take {timeout}");
                check.error("state-duration", message).help("make `heartbeat` less than `timeout`");
            }
            waiting(name, task.action.pattern(), kind, check);
            if task.action.pattern() == Pattern::Token && !task.action.sends_token() {
                let message = format!("state `{name}` waits for a token that it does not send");
                let help = format!("put `task_token()`, which is `{}`, into what it sends", <L as Language>::TOKEN);
                check.error("task-token", message).help(help);
            }
            if let Some(query) = task.action.query_in_list().filter(|_| !L::IN_LISTS) {
                let message = format!("state `{name}` has `{query}` in a list, where it stays a text");
                check.error("state-list", message).help("make the list by `States.Array(...)`");
            }
        }
        State::Parallel(parallel) => {
            errors(name, &parallel.retry, &parallel.catch, check);
            if parallel.branches.is_empty() {
                check.error("state-empty", format!("state `{name}` has no branches"));
            }
        }
        State::Map(map) => {
            errors(name, &map.retry, &map.catch, check);
            if let Mode::Distributed(distributed) = &map.mode {
                if kind == ExecutionType::Express {
                    let message = format!("state `{name}` is distributed, which an express machine's cannot be");
                    check.error("express-state", message).help("make the machine a standard one, or run it inline");
                }
                if let Some(label) = distributed.label.as_ref().filter(|label| label.chars().count() > MAX_LABEL) {
                    check.error("state-name", format!("the label `{label}` is longer than {MAX_LABEL} characters"));
                }
            }
        }
        State::Choice(choice) => {
            if choice.rules.is_empty() {
                check.error("state-empty", format!("state `{name}` has no rules to choose by"));
            }
        }
        State::Wait(wait) => {
            if let Until::Passed(seconds) = wait.until
                && kind == ExecutionType::Express
                && seconds.get() > EXPRESS
            {
                let message =
                    format!("the {seconds} of state `{name}` are more than the {EXPRESS} s of an express machine");
                check.error("state-duration", message).help("make the machine a standard one");
            }
        }
        State::Pass(_) | State::Succeed(_) | State::Fail(_) => {}
    }
}

/// <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>
fn waiting(name: &str, pattern: Pattern, kind: ExecutionType, check: &mut Check<'_>) {
    let what = match pattern {
        Pattern::Response => return,
        Pattern::Job => "what it runs",
        Pattern::Token => "a token",
    };
    if kind == ExecutionType::Express {
        let message = format!("state `{name}` waits for {what}, which an express machine cannot");
        check.error("express-state", message).help("make the machine a standard one");
    }
}

/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html>
fn errors<L: QueryLanguage>(name: &str, retry: &[Retry], catch: &[Catch<L>], check: &mut Check<'_>) {
    let retried: Vec<_> = retry.iter().map(|retry| retry.errors.as_slice()).collect();
    let caught: Vec<_> = catch.iter().map(|catch| catch.errors.as_slice()).collect();
    for (list, does) in [(retried, "is tried again after"), (caught, "catches")] {
        for (place, errors) in list.iter().enumerate() {
            if errors.is_empty() {
                check.error("state-errors", format!("state `{name}` {does} no error")).help("name the errors");
            }
            let is_last = place + 1 == list.len();
            if errors.iter().any(|error| error == ALL) && (errors.len() > 1 || !is_last) {
                let message = format!("state `{name}` {does} `{ALL}` beside or before other errors");
                check.error("state-errors", message).help("let it stand alone, in the last");
            }
        }
    }
    for retry in retry {
        if retry.backoff_rate.is_some_and(|rate| rate < 1.0) {
            check.error("state-errors", format!("state `{name}` is tried again at a backoff rate below 1"));
        }
        if let (Some(interval), Some(most)) = (retry.interval, retry.max_delay)
            && most.get() <= interval.get()
        {
            let message = format!("state `{name}` waits for at most {most} and for {interval} at first");
            check.error("state-errors", message).help("make `max_delay` more than `interval`");
        }
    }
}
