//! DynamoDB tables: keys, indexes, time to live, backups.

use aws_sdk_dynamodb::types::{KeySchemaElement, PointInTimeRecoverySpecification, TimeToLiveSpecification};
use serde_json::Value as Json;

use super::{Deviation, Live};
use crate::cloud::explain;

pub(super) async fn verify(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let name = &live.resource.physical_id;
    let described = live.cloud.dynamodb.describe_table().table_name(name).send().await.map_err(explain)?;
    let Some(table) = described.table() else { return Ok(Vec::new()) };
    let mut deviations = Vec::new();

    let expected = keys(live.property("KeySchema"));
    let actual = live_keys(table.key_schema());
    if expected != actual {
        deviations.push(live.deviation("KeySchema", expected, Some(actual)));
    }
    for index in live.property("GlobalSecondaryIndexes").and_then(Json::as_array).into_iter().flatten() {
        let index_name = index.get("IndexName").and_then(Json::as_str).unwrap_or_default();
        let expected = keys(index.get("KeySchema"));
        let found = table.global_secondary_indexes().iter().find(|it| it.index_name() == Some(index_name));
        let actual = found.map(|it| live_keys(it.key_schema()));
        if actual.as_ref() != Some(&expected) {
            deviations.push(live.deviation(&format!("GlobalSecondaryIndexes[{index_name}]"), expected, actual));
        }
    }
    deviations.extend(time_to_live(live).await?);
    deviations.extend(point_in_time_recovery(live).await?);
    Ok(deviations)
}

async fn time_to_live(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let Some(attribute) = live.property("TimeToLiveSpecification.AttributeName").and_then(Json::as_str) else {
        return Ok(None);
    };
    let (dynamodb, name) = (&live.cloud.dynamodb, &live.resource.physical_id);
    let described = dynamodb.describe_time_to_live().table_name(name).send().await.map_err(explain)?;
    let actual = described
        .time_to_live_description()
        .filter(|it| it.time_to_live_status().is_some_and(|status| status.as_str().starts_with("ENABL")))
        .and_then(|it| it.attribute_name().map(str::to_owned));
    if actual.as_deref() == Some(attribute) {
        return Ok(None);
    }
    let specification = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build()?;
    let call = dynamodb.update_time_to_live().table_name(name).time_to_live_specification(specification);
    call.send().await.map_err(explain)?;
    let deviation = live.deviation("TimeToLiveSpecification", attribute.to_owned(), actual);
    Ok(Some(Deviation { repaired: true, ..deviation }))
}

async fn point_in_time_recovery(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let path = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    if live.property(path).and_then(Json::as_bool) != Some(true) {
        return Ok(None);
    }
    let (dynamodb, name) = (&live.cloud.dynamodb, &live.resource.physical_id);
    let described = dynamodb.describe_continuous_backups().table_name(name).send().await.map_err(explain)?;
    let status = described
        .continuous_backups_description()
        .and_then(|it| it.point_in_time_recovery_description())
        .and_then(|it| it.point_in_time_recovery_status());
    if status.is_some_and(|status| status.as_str() == "ENABLED") {
        return Ok(None);
    }
    let specification = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build()?;
    let call =
        dynamodb.update_continuous_backups().table_name(name).point_in_time_recovery_specification(specification);
    call.send().await.map_err(explain)?;
    let deviation = live.deviation(path, "true".to_owned(), Some("false".to_owned()));
    Ok(Some(Deviation { repaired: true, ..deviation }))
}

fn keys(schema: Option<&Json>) -> String {
    let entries = schema.and_then(Json::as_array).into_iter().flatten();
    let text = |entry: &Json, name: &str| entry.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    entries.map(|it| format!("{} {}", text(it, "AttributeName"), text(it, "KeyType"))).collect::<Vec<_>>().join(", ")
}

fn live_keys(schema: &[KeySchemaElement]) -> String {
    schema.iter().map(|it| format!("{} {}", it.attribute_name(), it.key_type().as_str())).collect::<Vec<_>>().join(", ")
}
