//! `invoke`: a function's answer to an event.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use aws_sdk_lambda::config::StalledStreamProtectionConfig;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use aws_smithy_types::base64;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::{Value as Json, json};

use crate::cli::Invoke;
use crate::cloud::{Cloud, explain};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::content::Content;
use crate::operate::log_line::{LogLine, Report, Says};
use crate::operate::running_stack::{FUNCTION, RunningStack};
use crate::operate::{example, moment};
use crate::services::cloudformation::Resource;
use crate::ui;

/// How long a function may take, and some time to start it and to answer.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const PATIENCE: Duration = Duration::from_mins(16);

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
    let began = Instant::now();
    let answer = invoke(&running.cloud, function, &event).await?;
    let took = began.elapsed();
    let log =
        answer.log_result().map(base64::decode).transpose().context("Lambda's answer has a log that is no Base64")?;
    let log = String::from_utf8_lossy(log.as_deref().unwrap_or_default()).into_owned();
    let lines: Vec<_> = log.lines().map(LogLine::of).collect();
    let report = report(&lines, took);
    let payload = answer.payload().map(|it| String::from_utf8_lossy(it.as_ref()).into_owned()).unwrap_or_default();
    let payload = serde_json::from_str(&payload).unwrap_or(Json::String(payload));
    let failed = answer.function_error().is_some();
    for line in &lines {
        if let (Says::Message { .. }, Some(text)) = (&line.says, line.text()) {
            ui::say(format!("  {text}"));
        }
    }
    ui::say(format!("{}: {}", function.id, report.text()));
    if let Some(file) = &arguments.record {
        let record = json!({
            "version": 1,
            "stack": running.stack.name(),
            "function": function.id,
            "time": moment::text(moment::now()),
            "event": event,
            "answer": payload,
            "failed": failed,
        });
        let text = format!("{}\n", serde_json::to_string_pretty(&record)?);
        std::fs::write(file, text).with_context(|| format!("`{}` cannot be written", file.display()))?;
        ui::say(format!("wrote the event and the answer to `{}`", file.display()));
    }
    if ui::json() {
        ui::result(json!({
            "version": 1,
            "function": function.id,
            "answer": payload,
            "failed": failed,
            "duration": report.duration,
            "memory": report.memory_used,
            "log": log.lines().collect::<Vec<_>>(),
        }));
    } else {
        ui::result(serde_json::to_string_pretty(&payload)?);
    }
    if failed {
        return Err(failure(&running, function, &payload));
    }
    Ok(Exit::Done)
}

/// Once: an event that is handled twice because an answer is slow may do harm.
async fn invoke(cloud: &Cloud, function: &Resource, event: &Json) -> anyhow::Result<InvokeOutput> {
    let once = aws_sdk_lambda::config::Builder::new()
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    let call = cloud.lambda.invoke().function_name(&function.physical_id).log_type(LogType::Tail);
    let call = call.payload(Blob::new(serde_json::to_vec(event)?));
    call.customize().config_override(once).send().await.map_err(explain)
}

/// What Lambda reports; where its log does not hold it, how long the call took.
fn report(lines: &[LogLine], took: Duration) -> Report {
    let told = lines.iter().rev().find_map(|line| match &line.says {
        Says::Report(report) => Some(report.clone()),
        _ => None,
    });
    told.unwrap_or_else(|| Report { duration: Some(format!("{} ms", took.as_millis())), ..Report::default() })
}

fn failure(running: &RunningStack, function: &Resource, payload: &Json) -> anyhow::Error {
    let text = |name: &str| payload.get(name).and_then(Json::as_str).map(str::trim);
    // The runtime for Rust tells the name of a type, which is of no use to who calls.
    let kind = text("errorType").filter(|kind| !kind.contains("::"));
    let why = match (text("errorMessage"), kind) {
        (Some(message), Some(kind)) => format!(": {message} ({kind})"),
        (Some(message), None) => format!(": {message}"),
        _ => String::new(),
    };
    let command = running.cloud.command_line("logs", &running.stack);
    Failure::new(format!("the function `{}` failed{why}", function.id))
        .help(format!("`{command} --level warn` shows more of its log"))
        .into()
}
