//! Keeps a history of the changes of a table.

use aws_sdk_dynamodb::types::AttributeValue::S;
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use functions::CallError;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The changes.
    pub history: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "dynamodb-streams-follow";
}

/// A batch of the changes of a table, as far as it is used here.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// The changes, in the order of the shard.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// A change of an item.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The same in each delivery.
    #[serde(rename = "eventID")]
    pub event_id: String,
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// What was changed.
    pub dynamodb: Change,
}

/// What was changed.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Change {
    /// The key of the item.
    pub keys: Keys,
}

/// The key of an item.
#[derive(Debug, Deserialize)]
pub struct Keys {
    /// The partition key.
    pub id: Text,
}

/// A text, as DynamoDB writes it.
#[derive(Debug, Deserialize)]
pub struct Text {
    /// The text.
    #[serde(rename = "S")]
    pub text: String,
}

/// Keeps each change under its own id: once more writes the same item again.
///
/// # Errors
/// When one cannot be kept: the whole batch is tried again.
pub async fn handle(bindings: &Bindings, batch: Batch) -> Result<(), CallError> {
    for Record { event_id, event_name, dynamodb } in batch.records {
        let put = bindings
            .history
            .put_item()
            .item("change", S(event_id))
            .item("what", S(event_name))
            .item("id", S(dynamodb.keys.id.text));
        put.send().await.map_err(|error| CallError::new("keep the change", error))?;
    }
    Ok(())
}
