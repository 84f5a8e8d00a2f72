//! CloudWatch Logs.

use serde_json::{Value as Json, json};

use super::{body, text};
use crate::account::Account;
use crate::http::{Refusal, Request};

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    if operation != "DescribeLogGroups" {
        return Err(Refusal::not_implemented("logs", operation));
    }
    let body = body(request);
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
