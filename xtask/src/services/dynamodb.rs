//! DynamoDB tables: their items, keys, indexes, time to live and backups.

mod backup;
pub mod notation;

use std::path::Path;

use aws_sdk_dynamodb::types::{
    KeySchemaElement, PointInTimeRecoverySpecification, Select, TableDescription, TimeToLiveSpecification,
};
use futures::FutureExt as _;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};
use super::existence::{found, unless_missing};
use super::{Answer, Backup, ResourceType, quantity};
use crate::cloud::{Cloud, explain};

pub(super) const TYPES: &[(&str, &dyn ResourceType)] =
    &[("AWS::DynamoDB::Table", &Table), ("AWS::DynamoDB::GlobalTable", &Table)];

/// How many items are counted exactly.
const SCANNED_ITEMS: i32 = 1_000;

struct Table;

impl ResourceType for Table {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move { found(cloud.dynamodb.describe_table().table_name(id).send().await) }.boxed()
    }

    fn contents<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<String>> {
        items(cloud, id).boxed()
    }

    fn backup(&self) -> Option<&dyn Backup> {
        Some(self)
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(deviations(live).boxed())
    }
}

impl Backup for Table {
    fn back_up<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64> {
        backup::back_up(cloud, id, folder).boxed()
    }

    fn restore<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64> {
        backup::restore(cloud, id, folder).boxed()
    }
}

/// `DescribeTable` counts items only every six hours, so the table itself is asked first.
async fn items(cloud: &Cloud, table: &str) -> anyhow::Result<Option<String>> {
    let scan = cloud.dynamodb.scan().table_name(table).select(Select::Count).limit(SCANNED_ITEMS);
    let Some(page) = unless_missing(scan.send().await)? else { return Ok(None) };
    let scanned = u64::from(page.count().unsigned_abs());
    if page.last_evaluated_key().is_none() {
        return Ok((scanned > 0).then(|| quantity(scanned, "item")));
    }
    let described = cloud.dynamodb.describe_table().table_name(table).send().await.map_err(explain)?;
    let counted = described.table().and_then(TableDescription::item_count).unwrap_or_default().unsigned_abs();
    Ok(Some(if counted > scanned {
        format!("about {}", quantity(counted, "item"))
    } else {
        format!("at least {}", quantity(scanned, "item"))
    }))
}

async fn deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let described = live.cloud.dynamodb.describe_table().table_name(live.physical_id()).send().await;
    let Some(described) = unless_missing(described)? else { return Ok(live.missing()) };
    let Some(table) = described.table() else { return Ok(live.missing()) };
    let mut deviations = Vec::new();

    let expected = keys(live.property("KeySchema"));
    let actual = live_keys(table.key_schema());
    if expected != actual {
        deviations.push(live.deviation("KeySchema", expected, Some(actual)));
    }
    let indexes = live.property("GlobalSecondaryIndexes").and_then(Json::as_array).into_iter().flatten();
    let name_of = |index: &'_ Json| index.get("IndexName").and_then(Json::as_str).unwrap_or_default().to_owned();
    let modelled: Vec<_> = indexes.map(|index| (name_of(index), keys(index.get("KeySchema")))).collect();
    for (name, expected) in &modelled {
        let found = table.global_secondary_indexes().iter().find(|it| it.index_name() == Some(name));
        let actual = found.map(|it| live_keys(it.key_schema()));
        if actual.as_ref() != Some(expected) {
            deviations.push(live.deviation(&format!("GlobalSecondaryIndexes[{name}]"), expected.clone(), actual));
        }
    }
    for index in table.global_secondary_indexes() {
        let name = index.index_name().unwrap_or_default();
        if !modelled.iter().any(|(modelled, _)| modelled == name) {
            let path = format!("GlobalSecondaryIndexes[{name}]");
            deviations.push(live.deviation(&path, "none".to_owned(), Some(live_keys(index.key_schema()))));
        }
    }
    deviations.extend(live.compare("BillingMode", Some(billing_mode(table))));
    let protected = table.deletion_protection_enabled().unwrap_or(false).to_string();
    deviations.extend(live.compare("DeletionProtectionEnabled", Some(protected)));
    deviations.extend(time_to_live(live).await?);
    deviations.extend(point_in_time_recovery(live).await?);
    Ok(deviations)
}

/// A table without a summary was made as `PROVISIONED`.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BillingModeSummary.html>
fn billing_mode(table: &TableDescription) -> String {
    let mode = table.billing_mode_summary().and_then(|summary| summary.billing_mode());
    mode.map_or("PROVISIONED", |mode| mode.as_str()).to_owned()
}

async fn time_to_live(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let expected = live.property("TimeToLiveSpecification.AttributeName").and_then(Json::as_str);
    let (dynamodb, name) = (live.cloud.dynamodb.clone(), live.physical_id().to_owned());
    let described = dynamodb.describe_time_to_live().table_name(&name).send().await.map_err(explain)?;
    let actual = described
        .time_to_live_description()
        .filter(|it| it.time_to_live_status().is_some_and(|status| status.as_str().starts_with("ENABL")))
        .and_then(|it| it.attribute_name().map(str::to_owned));
    if actual.as_deref() == expected {
        return Ok(None);
    }
    let Some(attribute) = expected else {
        return Ok(Some(live.deviation("TimeToLiveSpecification", "none".to_owned(), actual)));
    };
    let deviation = live.deviation("TimeToLiveSpecification", attribute.to_owned(), actual.clone());
    if actual.is_some() {
        // Another attribute can be set only an hour after the first was turned off.
        return Ok(Some(deviation));
    }
    let specification = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build()?;
    Ok(Some(deviation.repaired_by(async move {
        let call = dynamodb.update_time_to_live().table_name(name).time_to_live_specification(specification);
        call.send().await.map(|_| ()).map_err(explain)
    })))
}

async fn point_in_time_recovery(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let path = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled";
    if live.property(path).and_then(Json::as_bool) != Some(true) {
        return Ok(None);
    }
    let (dynamodb, name) = (live.cloud.dynamodb.clone(), live.physical_id().to_owned());
    let described = dynamodb.describe_continuous_backups().table_name(&name).send().await.map_err(explain)?;
    let status = described
        .continuous_backups_description()
        .and_then(|it| it.point_in_time_recovery_description())
        .and_then(|it| it.point_in_time_recovery_status());
    if status.is_some_and(|status| status.as_str() == "ENABLED") {
        return Ok(None);
    }
    let specification = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build()?;
    let deviation = live.deviation(path, "true".to_owned(), Some("false".to_owned()));
    Ok(Some(deviation.repaired_by(async move {
        let call = dynamodb.update_continuous_backups().table_name(name);
        let call = call.point_in_time_recovery_specification(specification);
        call.send().await.map(|_| ()).map_err(explain)
    })))
}

fn keys(schema: Option<&Json>) -> String {
    let entries = schema.and_then(Json::as_array).into_iter().flatten();
    let text = |entry: &Json, name: &str| entry.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    entries.map(|it| format!("{} {}", text(it, "AttributeName"), text(it, "KeyType"))).collect::<Vec<_>>().join(", ")
}

fn live_keys(schema: &[KeySchemaElement]) -> String {
    schema.iter().map(|it| format!("{} {}", it.attribute_name(), it.key_type().as_str())).collect::<Vec<_>>().join(", ")
}
