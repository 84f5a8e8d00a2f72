//! Tables: their items by key or index, a page at a time.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{done, require};
use crate::cloud::explain;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::services::cloudformation::Resource;
use crate::services::dynamodb::notation::{item_as_json, item_of};

/// How many items a page has.
const PAGE: i32 = 25;

/// Which items are asked for.
#[derive(Debug, Deserialize)]
pub struct Items {
    /// The index; without one, the table itself.
    index: Option<String>,
    /// The value of the partition key; without one, all items.
    partition: Option<String>,
    /// The value of the sort key.
    sort: Option<String>,
    /// Where the page begins, in DynamoDB's notation.
    after: Option<Map<String, Json>>,
}

/// An item to write in place of the one with the same key.
#[derive(Debug, Deserialize)]
pub struct PutItem {
    key: Map<String, Json>,
    item: Map<String, Json>,
}

/// An item to delete.
#[derive(Debug, Deserialize)]
pub struct DeleteItem {
    key: Map<String, Json>,
}

fn table<'a>(stack: &'a RunningStack, id: &str) -> anyhow::Result<&'a Resource> {
    require(stack, id, &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"], "table")
}

/// The partition key and the sort key of a schema, each with its type.
fn keys(properties: &Json, schema: &Json) -> Vec<(String, String)> {
    let type_of = |name: &str| {
        let attributes = properties["AttributeDefinitions"].as_array().into_iter().flatten();
        let mut named = attributes.filter(|it| it["AttributeName"] == name);
        named.find_map(|it| it["AttributeType"].as_str()).unwrap_or("S").to_owned()
    };
    let names = schema.as_array().into_iter().flatten().filter_map(|it| it["AttributeName"].as_str());
    names.map(|name| (name.to_owned(), type_of(name))).collect()
}

/// The indexes of a table.
fn indexes(properties: &Json) -> impl Iterator<Item = &Json> {
    let kinds = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
    kinds.into_iter().filter_map(move |kind| properties[kind].as_array()).flatten()
}

/// What there is to know of a table.
pub(super) fn facts(stack: &RunningStack, id: &str) -> Json {
    let properties = stack.properties(id);
    let named = |keys: Vec<(String, String)>| keys.into_iter().map(|(name, it)| json!({"name": name, "type": it}));
    let indexes = indexes(properties).map(
        |it| json!({"name": it["IndexName"], "keys": named(keys(properties, &it["KeySchema"])).collect::<Vec<_>>()}),
    );
    json!({
        "keys": named(keys(properties, &properties["KeySchema"])).collect::<Vec<_>>(),
        "indexes": indexes.collect::<Vec<_>>(),
        "time_to_live": properties["TimeToLiveSpecification"]["AttributeName"],
    })
}

/// A page of items.
pub(super) async fn items(stack: &RunningStack, id: &str, asked: Items) -> anyhow::Result<Json> {
    let (resource, properties) = (table(stack, id)?, stack.properties(id));
    let given = |text: Option<String>| text.filter(|it| !it.is_empty());
    let (index, partition, sort) = (given(asked.index), given(asked.partition), given(asked.sort));
    let after = asked.after.map(|it| item_of(&it)).transpose()?.map(|it| it.into_iter().collect());
    let client = &stack.cloud.dynamodb;
    let (items, next) = if let Some(partition) = partition {
        let schema = match &index {
            None => &properties["KeySchema"],
            Some(name) => {
                let index = indexes(properties).find(|it| it["IndexName"] == *name);
                let none = || Failure::new(format!("the table has no index `{name}`")).exit(Exit::Usage);
                &index.ok_or_else(none)?["KeySchema"]
            }
        };
        let keys = keys(properties, schema);
        let mut call = client.query().table_name(&resource.physical_id).set_index_name(index).limit(PAGE);
        let mut condition = Vec::new();
        for (number, ((name, kind), value)) in keys.iter().zip([Some(partition), sort]).enumerate() {
            let Some(value) = value else { continue };
            condition.push(format!("#k{number} = :v{number}"));
            call = call.expression_attribute_names(format!("#k{number}"), name);
            call = call.expression_attribute_values(format!(":v{number}"), value_of(kind, &value)?);
        }
        let call = call.key_condition_expression(condition.join(" AND ")).set_exclusive_start_key(after);
        let answer = call.send().await.map_err(explain)?;
        (answer.items.unwrap_or_default(), answer.last_evaluated_key)
    } else {
        let call = client.scan().table_name(&resource.physical_id).set_index_name(index).limit(PAGE);
        let answer = call.set_exclusive_start_key(after).send().await.map_err(explain)?;
        (answer.items.unwrap_or_default(), answer.last_evaluated_key)
    };
    let items = items.iter().map(item_as_json).collect::<Result<Vec<_>, _>>()?;
    let next = next.filter(|it| !it.is_empty()).as_ref().map(item_as_json).transpose()?;
    Ok(json!({"items": items, "next": next}))
}

/// A key as somebody types it.
fn value_of(kind: &str, text: &str) -> anyhow::Result<AttributeValue> {
    match kind {
        "S" => Ok(AttributeValue::S(text.to_owned())),
        "N" if text.trim().parse::<f64>().is_ok() => Ok(AttributeValue::N(text.trim().to_owned())),
        "N" => Err(Failure::new(format!("the key is a number, and `{text}` is none")).exit(Exit::Usage).into()),
        _ => Err(Failure::new("a key of bytes cannot be typed here").exit(Exit::Usage).into()),
    }
}

/// Writes an item in place of one.
pub(super) async fn put(stack: &RunningStack, id: &str, PutItem { key, item }: &PutItem) -> anyhow::Result<Json> {
    let table = table(stack, id)?;
    if let Some((name, _)) = key.iter().find(|(name, value)| item.get(*name) != Some(value)) {
        return Err(Failure::new(format!("the key `{name}` of an item cannot be changed"))
            .exit(Exit::Usage)
            .help("with another key it is another item")
            .into());
    }
    let item = item_of(item)
        .map_err(|error| Failure::new(format!("it is no item in DynamoDB's notation: {error:#}")).exit(Exit::Usage))?;
    let call = stack.cloud.dynamodb.put_item().table_name(&table.physical_id);
    call.set_item(Some(item.into_iter().collect())).send().await.map_err(explain)?;
    Ok(done())
}

/// Deletes an item.
pub(super) async fn delete(stack: &RunningStack, id: &str, DeleteItem { key }: &DeleteItem) -> anyhow::Result<Json> {
    let table = table(stack, id)?;
    let call = stack.cloud.dynamodb.delete_item().table_name(&table.physical_id);
    call.set_key(Some(item_of(key)?.into_iter().collect())).send().await.map_err(explain)?;
    Ok(done())
}
