//! One invocation of a function of a deployed stack.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use aws_sdk_lambda::config::StalledStreamProtectionConfig;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use aws_smithy_types::base64;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::Value as Json;

use super::log_line::{LogLine, Report, Says};
use super::running_stack::RunningStack;
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::services::cloudformation::Resource;
use crate::ui;

/// How long a function may take, and some time to start it and to answer.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const PATIENCE: Duration = Duration::from_mins(16);

/// What a function did with an event.
#[derive(Debug)]
pub struct Invocation {
    /// What it answered; of a failure, what Lambda says of it.
    pub answer: Json,
    /// Whether it failed.
    pub failed: bool,
    /// What Lambda reports; where its log does not hold it, how long the call took.
    pub report: Report,
    /// The end of its log.
    pub log: Vec<String>,
}

impl Invocation {
    /// Invokes `function` with `event`, and says what it logs and how long it took.
    ///
    /// # Errors
    /// When it cannot be invoked. That it fails is none.
    pub async fn of(running: &RunningStack, function: &Resource, event: &Json) -> anyhow::Result<Self> {
        let began = Instant::now();
        let answer = invoke(&running.cloud, function, event).await?;
        let took = began.elapsed();
        let log = answer.log_result().map(base64::decode).transpose();
        let log = log.context("Lambda's answer has a log that is no Base64")?.unwrap_or_default();
        let log: Vec<_> = String::from_utf8_lossy(&log).lines().map(str::to_owned).collect();
        let lines: Vec<_> = log.iter().map(|line| LogLine::of(line)).collect();
        let report = report(&lines, took);
        for line in &lines {
            if let (Says::Message { .. }, Some(text)) = (&line.says, line.text()) {
                ui::say(format!("  {text}"));
            }
        }
        ui::say(format!("{}: {}", function.id, report.text()));
        let payload = answer.payload().map(|it| String::from_utf8_lossy(it.as_ref()).into_owned()).unwrap_or_default();
        Ok(Self {
            answer: serde_json::from_str(&payload).unwrap_or(Json::String(payload)),
            failed: answer.function_error().is_some(),
            report,
            log,
        })
    }

    /// Refuses a function that failed.
    ///
    /// # Errors
    /// When it did.
    pub fn require_success(&self, running: &RunningStack, function: &Resource) -> anyhow::Result<()> {
        if !self.failed {
            return Ok(());
        }
        let text = |name: &str| self.answer.get(name).and_then(Json::as_str).map(str::trim);
        // The runtime for Rust tells the name of a type, which is of no use to who calls.
        let kind = text("errorType").filter(|kind| !kind.contains("::"));
        let why = match (text("errorMessage"), kind) {
            (Some(message), Some(kind)) => format!(": {message} ({kind})"),
            (Some(message), None) => format!(": {message}"),
            _ => String::new(),
        };
        let command = running.cloud.command_line("logs", &running.stack);
        Err(Failure::new(format!("the function `{}` failed{why}", function.id))
            .help(format!("`{command} --level warn` shows more of its log"))
            .into())
    }
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

fn report(lines: &[LogLine], took: Duration) -> Report {
    let told = lines.iter().rev().find_map(|line| match &line.says {
        Says::Report(report) => Some(report.clone()),
        _ => None,
    });
    told.unwrap_or_else(|| Report { duration: Some(format!("{} ms", took.as_millis())), ..Report::default() })
}
