//! As much of DynamoDB as the functions use.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::cloud::Answer;

/// An item in DynamoDB's JSON.
pub(crate) type Item = Map<String, Value>;

/// How many items a page of a query has.
const PAGE: usize = 2;

#[derive(Default)]
pub(crate) struct DynamoDb {
    tables: BTreeMap<String, Vec<Item>>,
    /// The operation and table that the role does not allow.
    pub(crate) denied: Option<(&'static str, &'static str)>,
    /// The operations called, each with its table.
    pub(crate) calls: Vec<String>,
}

impl DynamoDb {
    pub(crate) fn items(&mut self, table: &str) -> &mut Vec<Item> {
        self.tables.entry(table.to_owned()).or_default()
    }

    pub(crate) fn answer(&mut self, operation: &str, request: &Value) -> Answer {
        let table = request["TableName"].as_str().unwrap();
        self.calls.push(format!("{operation} {table}"));
        if self.denied == Some((operation, table)) {
            return (400, json!({ "__type": "AccessDeniedException", "message": "secret internals" }));
        }
        let items = self.tables.entry(table.to_owned()).or_default();
        match operation {
            "PutItem" => put(items, request),
            "GetItem" => {
                let key = request["Key"].as_object().unwrap();
                let found = items.iter().find(|item| key.iter().all(|(name, value)| item.get(name) == Some(value)));
                (200, found.map_or_else(|| json!({}), |item| json!({ "Item": item })))
            }
            "Query" => (200, query(items, request)),
            _ => (400, json!({ "__type": "UnknownOperationException" })),
        }
    }
}

fn put(items: &mut Vec<Item>, request: &Value) -> Answer {
    let item = request["Item"].as_object().unwrap();
    let key = |item: &Item| ["spaceship_id", "timestamp", "cache_key"].map(|name| item.get(name).cloned());
    let existing = items.iter().position(|other| key(other) == key(item));
    let holds = match request["ConditionExpression"].as_str() {
        None => true,
        Some("attribute_not_exists(#time)") => existing.is_none(),
        Some("attribute_exists(#time) AND attribute_not_exists(#time)") => false,
        Some(other) => panic!("unknown condition `{other}`"),
    };
    if !holds {
        let old = existing.filter(|_| request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD");
        return (400, json!({ "__type": "ConditionalCheckFailedException", "Item": old.map(|index| &items[index]) }));
    }
    match existing {
        Some(index) => items[index].clone_from(item),
        None => items.push(item.clone()),
    }
    (200, json!({}))
}

fn query(items: &[Item], request: &Value) -> Value {
    let condition = request["KeyConditionExpression"].as_str().unwrap();
    let partition = condition.strip_suffix(" = :name AND #timestamp >= :start").unwrap();
    let values = &request["ExpressionAttributeValues"];
    let millis = |value: &Value| value["N"].as_str().unwrap().parse::<i64>().unwrap();
    let mut timestamps: Vec<_> = items
        .iter()
        .filter(|item| item.get(partition) == Some(&values[":name"]))
        .map(|item| millis(&item["timestamp"]))
        .filter(|timestamp| *timestamp >= millis(&values[":start"]))
        .filter(|timestamp| {
            request["ExclusiveStartKey"].as_object().is_none_or(|key| *timestamp > millis(&key["timestamp"]))
        })
        .collect();
    timestamps.sort_unstable();
    let last = (timestamps.len() > PAGE).then(|| number(timestamps[PAGE - 1]));
    let page: Vec<_> = timestamps.into_iter().take(PAGE).map(number).collect();
    match last {
        Some(key) => json!({ "Items": page, "LastEvaluatedKey": key }),
        None => json!({ "Items": page }),
    }
}

fn number(timestamp: i64) -> Value {
    json!({ "timestamp": { "N": timestamp.to_string() } })
}
