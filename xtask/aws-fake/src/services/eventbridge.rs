//! EventBridge: buses and rules.

use serde_json::{Value as Json, json};

use super::{body, text};
use crate::account::Account;
use crate::http::{Refusal, Request};

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let body = body(request);
    let name = text(&body, "Name");
    let missing =
        |what: &str, id: &str| Refusal::new(400, "ResourceNotFoundException", format!("{what} {id} does not exist."));
    match operation {
        "DescribeEventBus" => {
            let live = account.find("AWS::Events::EventBus", &request.region, name);
            let live = live.ok_or_else(|| missing("Event bus", name))?;
            Ok(json!({"Name": live.id, "Arn": live.arn()}))
        }
        "DescribeRule" => {
            let bus = text(&body, "EventBusName");
            let id = match bus {
                "" | "default" => name.to_owned(),
                bus => format!("{bus}|{name}"),
            };
            let live = account.find("AWS::Events::Rule", &request.region, &id);
            let live = live.ok_or_else(|| missing("Rule", name))?;
            let state = live.property("State").and_then(Json::as_str).unwrap_or("ENABLED");
            let mut rule = json!({"Name": name, "Arn": live.arn(), "State": state});
            if let Some(pattern) = live.property("EventPattern") {
                rule["EventPattern"] = pattern.to_string().into();
            }
            Ok(rule)
        }
        other => Err(Refusal::not_implemented("events", other)),
    }
}
