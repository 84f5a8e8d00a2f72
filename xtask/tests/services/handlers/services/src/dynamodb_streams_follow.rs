//! Keeps a history of the changes of a table.

use bindings::dynamodb::{PutItem, Table};
use bindings::{Change, Program};
use functions::CallError;
use functions::stream::{self, DynamoDbEventResponse, Event, NotAChange};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is in the table.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Article {
    /// What it is called.
    pub id: String,
    /// In cents.
    pub price: u32,
}

bindings::message!(Article);

/// What is in the history.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What the stream calls the change: the same in each delivery.
    pub change: String,
    /// The article.
    pub id: String,
    /// What it cost, unless it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    /// What it costs, unless it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u32>,
}

bindings::message!(Entry);

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The changes.
    pub history: Table<PutItem, Entry>,
}

impl Program<Change<Article>> for Bindings {
    const NAME: &'static str = "dynamodb-streams-follow";
}

/// Keeps each change under its own id: once more writes the same item again.
///
/// # Errors
/// When the event is none of a table's stream. A change that cannot be kept is delivered again, with all later ones.
pub async fn handle(bindings: &Bindings, event: Event) -> Result<DynamoDbEventResponse, NotAChange> {
    stream::process_input(bindings, event, keep).await
}

async fn keep(bindings: &Bindings, change: Change<Article>) -> Result<(), CallError> {
    let Change { event_id, old_image, new_image, .. } = change;
    let (before, after) = (old_image.as_ref().map(|it| it.price), new_image.as_ref().map(|it| it.price));
    let Some(Article { id, .. }) = new_image.or(old_image) else { return Ok(()) };
    let put = bindings.history.put(&Entry { change: event_id, id, before, after });
    let put = put.map_err(|error| CallError::new("write the change", error))?;
    put.send().await.map_err(|error| CallError::new("keep the change", error))?;
    Ok(())
}
