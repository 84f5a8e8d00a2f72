//! `invoke`: a function's answer to an event.

use anyhow::Context as _;
use serde_json::{Value as Json, json};

use crate::cli::Invoke;
use crate::exit::Exit;
use crate::operate::content::Content;
use crate::operate::invocation::Invocation;
use crate::operate::running_stack::{FUNCTION, RunningStack};
use crate::operate::{example, moment};
use crate::ui;

/// Invokes the function and prints what it answers.
pub async fn run(arguments: &Invoke) -> anyhow::Result<Exit> {
    // What is no JSON is told before anything is asked of AWS.
    let given = arguments.event.as_deref().map(|event| Content::of(event)?.as_json()).transpose()?;
    let body = arguments.body.as_deref().map(|body| Content::of(body)?.into_text()).transpose()?;
    let running = RunningStack::find(&arguments.stack, &arguments.target, "invoke").await?;
    let function = running.require(FUNCTION, &arguments.function)?;
    let event = match (given, arguments.example) {
        (Some(event), _) => event,
        (None, Some(kind)) => example::event(&running, function, kind, body.as_deref())?,
        (None, None) => Json::Null,
    };
    let invocation = Invocation::of(&running, function, &event).await?;
    if let Some(file) = &arguments.record {
        let record = json!({
            "version": 1,
            "stack": running.stack.name(),
            "function": function.id,
            "time": moment::text(moment::now()),
            "event": event,
            "answer": invocation.answer,
            "failed": invocation.failed,
        });
        let text = format!("{}\n", serde_json::to_string_pretty(&record)?);
        std::fs::write(file, text).with_context(|| format!("`{}` cannot be written", file.display()))?;
        ui::say(format!("wrote the event and the answer to `{}`", file.display()));
    }
    if ui::json() {
        ui::result(json!({
            "version": 1,
            "function": function.id,
            "answer": invocation.answer,
            "failed": invocation.failed,
            "duration": invocation.report.duration,
            "memory": invocation.report.memory_used,
            "log": invocation.log,
        }));
    } else {
        ui::result(serde_json::to_string_pretty(&invocation.answer)?);
    }
    invocation.require_success(&running, function)?;
    Ok(Exit::Done)
}
