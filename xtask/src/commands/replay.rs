//! `replay`: an event again, and what the code that is deployed now makes of it beside the answer of before.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::cli::Replay;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local;
use crate::operate::invocation::Invocation;
use crate::operate::recording::Recording;
use crate::operate::running_stack::{FUNCTION, RunningStack};
use crate::operate::{moment, side_by_side};
use crate::ui;

/// What was sent before, to which function, and what became of it.
struct Before {
    request: Option<String>,
    function: String,
    time: String,
    duration: Option<String>,
    event: Json,
    answer: Json,
    failed: bool,
}

/// What became of an event before, and what the code of now makes of it.
pub struct Replayed {
    before: Before,
    now: Invocation,
}

/// Sends the event again, and prints both answers.
pub async fn run(arguments: &Replay) -> anyhow::Result<Exit> {
    let recording = arguments.from.as_deref().map(Recording::read).transpose()?;
    let running = RunningStack::find(&arguments.stack, &arguments.target, "replay").await?;
    let before = match (recording, &arguments.request) {
        (Some(recording), _) => of_recording(&running, recording)?,
        (None, Some(request)) => kept(&running, request).await?,
        (None, None) => return Err(Failure::new("there is neither a request id nor a file").exit(Exit::Usage).into()),
    };
    let function = running.require(FUNCTION, &before.function)?;
    let replayed = send(&running, before).await?;
    let Replayed { before, now } = &replayed;
    if let Some(file) = &arguments.record {
        Recording::new(running.stack.name(), &function.id, before.event.clone(), now).write(file)?;
    }
    if ui::json() {
        ui::result(replayed.as_json());
    } else {
        let head = |name: &str, failed: bool, duration: Option<&String>| {
            let outcome = if failed { "failed" } else { "answered" };
            let duration = duration.map(|it| format!(" in {it}")).unwrap_or_default();
            format!("{name}: {outcome}{duration}")
        };
        let heads = [
            head(&before.time, before.failed, before.duration.as_ref()),
            head("now", now.failed, now.report.duration.as_ref()),
        ];
        let answers = [serde_json::to_string_pretty(&before.answer)?, serde_json::to_string_pretty(&now.answer)?];
        for line in side_by_side::lines([&heads[0], &heads[1]], [&answers[0], &answers[1]]) {
            ui::result(line);
        }
        ui::say(if replayed.is_same() { "the answer is the same" } else { "the answer is another" });
    }
    now.require_success(&running, function)?;
    Ok(Exit::Done)
}

/// Sends the event of the invocation `request` again, as the local cloud kept it.
///
/// # Errors
/// When it keeps no such event, or the function cannot be invoked. That it fails is none.
pub async fn again(running: &RunningStack, request: &str) -> anyhow::Result<Replayed> {
    let before = kept(running, request).await?;
    send(running, before).await
}

/// The event of the invocation `request`, as the local cloud kept it, with what became of it.
///
/// # Errors
/// When it keeps no such event.
pub async fn event(running: &RunningStack, request: &str) -> anyhow::Result<Json> {
    let Before { event, answer, failed, .. } = kept(running, request).await?;
    Ok(json!({"event": event, "answer": answer, "failed": failed}))
}

async fn send(running: &RunningStack, before: Before) -> anyhow::Result<Replayed> {
    let function = running.require(FUNCTION, &before.function)?;
    let now = Invocation::of(running, function, &before.event).await?;
    Ok(Replayed { before: Before { function: function.id.clone(), ..before }, now })
}

impl Replayed {
    fn is_same(&self) -> bool {
        self.now.answer == self.before.answer && self.now.failed == self.before.failed
    }

    /// As `replay --json` prints it.
    #[must_use]
    pub fn as_json(&self) -> Json {
        let Self { before, now } = self;
        json!({
            "version": 1,
            "function": before.function,
            "event": before.event,
            "before": {
                "request": before.request,
                "time": before.time,
                "answer": before.answer,
                "failed": before.failed,
                "duration": before.duration,
            },
            "now": {
                "answer": now.answer,
                "failed": now.failed,
                "duration": now.report.duration,
                "memory": now.report.memory_used,
                "log": now.log,
            },
            "same": self.is_same(),
        })
    }
}

fn of_recording(running: &RunningStack, recording: Recording) -> anyhow::Result<Before> {
    let (own, other) = (running.stack.name(), &recording.stack);
    if own != other {
        return Err(Failure::new(format!("the recording is of the stack `{other}`, not of `{own}`"))
            .exit(Exit::Usage)
            .help(format!("`cargo xtask replay {other} --from …` sends it again"))
            .into());
    }
    let Recording { function, time, event, answer, failed, .. } = recording;
    Ok(Before { request: None, function, time, duration: None, event, answer, failed })
}

/// The event with this request id, as the local cloud kept it.
async fn kept(running: &RunningStack, request: &str) -> anyhow::Result<Before> {
    let Some(cloud) = &running.cloud.local else {
        return Err(Failure::new(
            "AWS keeps no events: only those of the local cloud can be sent again by their request id",
        )
        .exit(Exit::Usage)
        .help("`--from FILE` sends the event in a file again, which `invoke --record FILE` writes")
        .into());
    };
    let logical_id = |arn: &str| running.all(FUNCTION).find(|it| running.arn(&it.id) == arn).map(|it| it.id.clone());
    let found = local::event(cloud, request).await?;
    match found.map(|it| (logical_id(&it.invocation.function), it)) {
        Some((Some(function), it)) => Ok(Before {
            request: Some(it.invocation.request),
            function,
            time: moment::text(it.invocation.time),
            duration: Some(format!("{} ms", it.invocation.duration)),
            event: it.event,
            answer: it.answer,
            failed: it.invocation.failed,
        }),
        Some((None, it)) => {
            let name = it.invocation.function.rsplit(':').next().unwrap_or_default().to_owned();
            let stack = running.stack.name();
            Err(Failure::new(format!(
                "the invocation `{request}` is of the function `{name}`, which is none of `{stack}`"
            ))
            .exit(Exit::Usage)
            .into())
        }
        None => {
            let kept = local::invocations(cloud).await?;
            let own = kept.iter().filter(|it| logical_id(&it.function).is_some());
            let times: Vec<_> = own.map(|it| it.time).collect();
            let stack = running.stack.name();
            let what = match times.first() {
                Some(first) => {
                    let age = Duration::from_millis(u64::try_from(moment::now() - first).unwrap_or_default());
                    let (count, since) = (times.len(), moment::text(*first));
                    format!("of `{stack}` it keeps {count}, since {since} ({} ago)", moment::rough(age))
                }
                None => format!("of `{stack}` it keeps none"),
            };
            Err(Failure::new(format!("the local cloud keeps no event with the request id `{request}`: {what}"))
                .help(format!("it keeps {}; `local reset` deletes them", local::KEPT))
                .help(format!("`{} --json` shows the request ids", running.cloud.command_line("logs", &running.stack)))
                .into())
        }
    }
}
