//! `trace`: what became of a request or a message.

use serde_json::{Value as Json, json};

use crate::cli::{Level, Trace};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::log_line::name_of;
use crate::operate::moment;
use crate::operate::running_stack::RunningStack;
use crate::operate::trace::{self, Effect, End, Outcome, Step};
use crate::ui;

/// Follows the id, and prints what each function did.
pub async fn run(arguments: &Trace) -> anyhow::Result<Exit> {
    let id = arguments.id.trim();
    if id.is_empty() || id.contains(['"', '\\']) {
        return Err(Failure::new(format!("`{}` is no id", arguments.id)).exit(Exit::Usage).into());
    }
    let running = RunningStack::find(&arguments.stack, &arguments.target, "trace").await?;
    let found = trace::follow(&running, id, moment::before_now(arguments.since)).await?;
    if found.steps.is_empty() {
        let since = moment::rough(arguments.since);
        return Err(Failure::new(format!(
            "no function of `{}` says anything of `{id}` in the last {since}",
            running.stack.name()
        ))
        .help("`--since 1d` looks further back")
        .help("a message that nobody has received yet is in its queue: `peek` shows it")
        .help("only functions that `stackwright-functions` runs tell, at the level INFO or a finer one")
        .into());
    }
    let ends = trace::ends(&running, &found.steps).await?;
    if ui::json() {
        let steps: Vec<_> = found.steps.iter().map(as_json).collect();
        let ends: Vec<_> = ends.iter().map(End::as_json).collect();
        ui::result(json!({"version": 1, "id": id, "traces": found.ids, "steps": steps, "ends": ends}));
        return Ok(Exit::Done);
    }
    let strong = ui::STRONG;
    for step in &found.steps {
        print(step);
    }
    for end in &ends {
        let style = match end {
            End::Dead(..) | End::Lost(_) => ui::DANGER,
            End::Waits(_) => ui::CAUTION,
            End::Written(_) | End::Answered(..) => ui::GOOD,
        };
        ui::result(format!("{style}=> {}{style:#}", end.text()));
    }
    ui::result(format!("{strong}trace{strong:#} {}", found.ids.join(", ")));
    Ok(Exit::Done)
}

fn print(step: &Step) {
    let strong = ui::STRONG;
    let mut about = Vec::new();
    about.extend(step.from.as_ref().map(|from| format!("from {from}")));
    about.extend(step.message.as_ref().map(|id| format!("message {id}")));
    about.extend(step.receive_count.filter(|count| *count > 1).map(|count| format!("received {count} times")));
    about.extend(waited(step).map(|waited| format!("sent {waited} ms before")));
    let about = if about.is_empty() { String::new() } else { format!("  {}", about.join(", ")) };
    ui::result(format!("{} {strong}{}{strong:#}{about}", moment::text(milliseconds(step.began)), step.function));
    for said in &step.said {
        let style = match said.level {
            Some(Level::Error) => ui::DANGER,
            Some(Level::Warn) => ui::CAUTION,
            _ => anstyle::Style::new(),
        };
        let level = said.level.map_or("", name_of);
        ui::result(format!("  {style}{level:<5} {}{style:#}", said.text));
    }
    for Effect { service, operation, to, id, duration, error } in &step.effects {
        let mut parts = vec![format!("{service} {operation}")];
        parts.extend(duration.map(|ms| format!("{ms} ms")));
        parts.extend(id.as_ref().map(|id| format!("as {id}")));
        parts.extend(error.as_ref().map(|error| format!("failed: {error}")));
        ui::result(format!("  -> {to}  {}", parts.join(", ")));
    }
    let (style, outcome) = match &step.outcome {
        Outcome::Done => {
            (ui::GOOD, step.status.map_or_else(|| "done".to_owned(), |status| format!("answered {status}")))
        }
        Outcome::Returned => (ui::CAUTION, "returned to its queue".to_owned()),
        Outcome::Failed(error) => (ui::DANGER, format!("failed: {error}")),
        Outcome::Unknown => (ui::DANGER, "no end is told: it is at work, crashed, or ran out of time".to_owned()),
    };
    let problem = step.report.as_ref().and_then(|report| report.problem.as_ref()).map(|it| format!(" ({it})"));
    let took = milliseconds(step.ended - step.began);
    let (problem, request) = (problem.unwrap_or_default(), &step.request);
    ui::result(format!("  {style}{outcome}{problem}{style:#} after {took} ms, request {request}"));
}

fn milliseconds(microseconds: i128) -> i64 {
    i64::try_from(microseconds / 1_000).unwrap_or(i64::MAX)
}

/// How long ago the message had been sent when it was received, in milliseconds.
fn waited(step: &Step) -> Option<i64> {
    Some((milliseconds(step.began) - step.sent?).max(0))
}

fn as_json(step: &Step) -> Json {
    let effects = step.effects.iter().map(|effect| {
        json!({
            "service": effect.service,
            "operation": effect.operation,
            "to": effect.to,
            "id": effect.id,
            "duration": effect.duration,
            "error": effect.error,
        })
    });
    let said = step
        .said
        .iter()
        .map(|said| json!({"level": said.level.map(|level| name_of(level).to_lowercase()), "text": said.text}));
    json!({
        "function": step.function,
        "request": step.request,
        "trace": step.trace,
        "message": step.message,
        "from": step.from,
        "ids": step.ids,
        "time": moment::text(milliseconds(step.began)),
        "duration": milliseconds(step.ended - step.began),
        "receive_count": step.receive_count,
        "waited": waited(step),
        "effects": effects.collect::<Vec<_>>(),
        "said": said.collect::<Vec<_>>(),
        "outcome": step.outcome.name(),
        "error": match &step.outcome { Outcome::Failed(error) => Some(error), _ => None },
        "status": step.status,
        "problem": step.report.as_ref().and_then(|report| report.problem.as_ref()),
    })
}
