//! DynamoDB.

use serde_json::{Map, Value as Json, json};

use super::{body, text};
use crate::account::{Account, Live};
use crate::http::{Refusal, Request};

const TABLE: &str = "AWS::DynamoDB::Table";

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "ValidationException", message)
}

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let body = body(request);
    let name = text(&body, "TableName").to_owned();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    let count = account.holds(&name);
    let Some(live) = account.find_mut(TABLE, &request.region, &name) else {
        let message = format!("Requested resource not found: Table: {name} not found");
        return Err(Refusal::new(400, "ResourceNotFoundException", message));
    };
    match operation {
        "DescribeTable" => Ok(json!({ "Table": describe(live, count) })),
        "Scan" => {
            let limit = body.get("Limit").and_then(Json::as_u64).unwrap_or(u64::MAX);
            let shown = count.min(limit);
            let mut page = json!({"Count": shown, "ScannedCount": shown});
            if shown < count {
                page["LastEvaluatedKey"] = json!({"id": {"S": shown.to_string()}});
            }
            Ok(page)
        }
        "DescribeTimeToLive" => Ok(json!({ "TimeToLiveDescription": time_to_live(live) })),
        "UpdateTimeToLive" => {
            let specification = body.get("TimeToLiveSpecification").cloned().unwrap_or_default();
            let before = live.property("TimeToLiveSpecification");
            let is_enabled = |it: &Json| it.get("Enabled").and_then(Json::as_bool) == Some(true);
            // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
            if before.is_some_and(is_enabled) == is_enabled(&specification) {
                let state = if is_enabled(&specification) { "enabled" } else { "disabled" };
                return Err(invalid(&format!("TimeToLive is already {state}")));
            }
            live.set("TimeToLiveSpecification", specification.clone());
            Ok(json!({ "TimeToLiveSpecification": specification }))
        }
        "DescribeContinuousBackups" => Ok(backups(live)),
        "UpdateContinuousBackups" => {
            let specification = body.get("PointInTimeRecoverySpecification").cloned().unwrap_or_default();
            live.set("PointInTimeRecoverySpecification", specification);
            Ok(backups(live))
        }
        other => Err(Refusal::not_implemented("dynamodb", other)),
    }
}

fn describe(live: &Live, count: u64) -> Json {
    let mut table = Map::new();
    for name in ["AttributeDefinitions", "KeySchema"] {
        table.insert(name.to_owned(), live.property(name).cloned().unwrap_or_else(|| json!([])));
    }
    table.insert("TableName".to_owned(), live.id.as_str().into());
    table.insert("TableArn".to_owned(), live.arn().into());
    table.insert("TableStatus".to_owned(), "ACTIVE".into());
    table.insert("ItemCount".to_owned(), count.into());
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BillingModeSummary.html
    if live.property("BillingMode").and_then(Json::as_str) == Some("PAY_PER_REQUEST") {
        table.insert("BillingModeSummary".to_owned(), json!({"BillingMode": "PAY_PER_REQUEST"}));
    }
    let is_protected = live.property("DeletionProtectionEnabled").and_then(Json::as_bool).unwrap_or(false);
    table.insert("DeletionProtectionEnabled".to_owned(), is_protected.into());
    if let Some(indexes) = live.property("GlobalSecondaryIndexes").and_then(Json::as_array) {
        let described = indexes.iter().map(|index| {
            json!({
                "IndexName": index.get("IndexName"),
                "KeySchema": index.get("KeySchema"),
                "Projection": index.get("Projection"),
                "IndexStatus": "ACTIVE",
            })
        });
        table.insert("GlobalSecondaryIndexes".to_owned(), described.collect());
    }
    Json::Object(table)
}

fn time_to_live(live: &Live) -> Json {
    let specification = live.property("TimeToLiveSpecification");
    let is_enabled = specification.is_some_and(|it| it.get("Enabled").and_then(Json::as_bool) == Some(true));
    let mut description = json!({"TimeToLiveStatus": if is_enabled { "ENABLED" } else { "DISABLED" }});
    if let Some(attribute) = specification.filter(|_| is_enabled).and_then(|it| it.get("AttributeName")) {
        description["AttributeName"] = attribute.clone();
    }
    description
}

fn backups(live: &Live) -> Json {
    let specification = live.property("PointInTimeRecoverySpecification");
    let enabled = specification.and_then(|it| it.get("PointInTimeRecoveryEnabled")?.as_bool()) == Some(true);
    json!({"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {
            "PointInTimeRecoveryStatus": if enabled { "ENABLED" } else { "DISABLED" },
        },
    }})
}
