//! CloudWatch Logs.

use serde_json::{Value as Json, json};

use super::{body, text};
use crate::account::{Account, Logged};
use crate::http::{Refusal, Request};

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let body = body(request);
    match operation {
        "DescribeLogGroups" => {}
        "FilterLogEvents" => return Ok(events(account, &body)),
        _ => return Err(Refusal::not_implemented("logs", operation)),
    }
    let prefix = text(&body, "logGroupNamePrefix");
    let groups = account.live.iter().filter(|live| {
        live.resource_type == "AWS::Logs::LogGroup" && live.region == request.region && live.id.starts_with(prefix)
    });
    let groups: Vec<_> = groups
        .map(|live| {
            let mut group = json!({"logGroupName": live.id, "arn": format!("{}:*", live.arn())});
            if let Some(days) = live.property("RetentionInDays") {
                group["retentionInDays"] = days.clone();
            }
            group
        })
        .collect();
    Ok(json!({ "logGroups": groups }))
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
fn events(account: &Account, body: &Json) -> Json {
    let from = body.get("startTime").and_then(Json::as_i64).unwrap_or_default();
    let logged = account.logged.iter().enumerate();
    let wanted = logged.filter(|(_, it)| it.group == text(body, "logGroupName") && it.time >= from);
    let events: Vec<_> = wanted
        .map(|(number, Logged { time, message, .. })| {
            json!({"eventId": number.to_string(), "logStreamName": "stream", "timestamp": time, "message": message})
        })
        .collect();
    json!({ "events": events })
}
