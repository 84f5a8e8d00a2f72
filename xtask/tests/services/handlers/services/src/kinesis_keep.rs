//! Keeps the clicks of a stream in a table.

use aws_sdk_dynamodb::types::AttributeValue::S;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bindings::Program;
use bindings::dynamodb::{PutItem, Table};
use functions::CallError;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The clicks.
    pub clicks: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "kinesis-keep";
}

/// A batch of the records of one shard, as far as it is used here.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html>
#[derive(Debug, Deserialize)]
pub struct Batch {
    /// The records, in the order of the shard.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// A record of the stream.
#[derive(Debug, Deserialize)]
pub struct Record {
    /// The shard and the number of the record in it: the same in each delivery.
    #[serde(rename = "eventID")]
    pub event_id: String,
    /// What was put.
    pub kinesis: Put,
}

/// What was put into the stream.
#[derive(Debug, Deserialize)]
pub struct Put {
    /// The data, in base64.
    pub data: String,
}

/// Why a batch was not kept. Lambda tries it again.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A record that is no page.
    #[error("`{id}` is no page")]
    Unreadable {
        /// The record.
        id: String,
    },
    /// DynamoDB refused.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Keeps each click under the id of its record: once more writes the same item again.
///
/// # Errors
/// When a record is no page, or cannot be kept: the whole batch is tried again.
pub async fn handle(bindings: &Bindings, batch: Batch) -> Result<(), Failure> {
    for Record { event_id: id, kinesis: Put { data } } in batch.records {
        let page = STANDARD.decode(data).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let page = page.ok_or_else(|| Failure::Unreadable { id: id.clone() })?;
        let put = bindings.clicks.put_item().item("id", S(id)).item("page", S(page));
        put.send().await.map_err(|error| CallError::new("keep the click", error))?;
    }
    Ok(())
}
