//! Archives batches of log entries and indexes them.
//!
//! The archive is written first, in one call: from then on the batch is whole somewhere, with an id for each entry.
//! The index comes second. When it fails, the batch comes again with the same id, finds its archive, and indexes the
//! entries that are not indexed yet; when the archive fails, nothing was done. In the other order a batch would come
//! again that nobody recognises, and its entries would be indexed twice.

pub mod archive;
pub mod batch;
mod index;

pub(crate) use index::PARTS;

use bindings::Program;
use bindings::dynamodb::{PutItem, Query, Table};
use bindings::s3::{Bucket, GetObject, PutObject};
use functions::CallError;
use functions::api::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Failed;
use archive::Archived;
use batch::Batch;

/// What the log processor needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where whole batches go.
    pub storage: Bucket<(GetObject, PutObject)>,
    /// Where each entry goes, its message cut.
    pub index: Table<(PutItem, Query)>,
}

impl Program for Bindings {
    const NAME: &'static str = "roxs-log-processor";
}

/// Keeps a batch of entries, see [`Batch::of`], of which nothing is kept when one is wrong.
///
/// # Errors
/// When a service fails; the same batch can be given again.
pub async fn handle(bindings: &Bindings, event: &Value, request_id: &str) -> Result<Response, Failed> {
    let batch = match Batch::of(event, request_id) {
        Ok(batch) => batch,
        Err(error) => return Ok(error.into()),
    };
    // In a box: its type is too deep for the compiler otherwise.
    Box::pin(keep(bindings, &batch)).await.map_err(|error| Failed::because(&error, request_id))
}

async fn keep(bindings: &Bindings, batch: &Batch) -> Result<Response, CallError> {
    let archived = archive::put(&bindings.storage, batch).await?;
    let (key, entries) = match archived {
        Archived::Now { key, entries } => {
            index::put(&bindings.index, &batch.id, &entries).await?;
            (key, entries)
        }
        Archived::Before { key, entries } if batch.is_of(&entries) => {
            let missing = index::missing(&bindings.index, &batch.id, &entries).await?;
            index::put(&bindings.index, &batch.id, &missing).await?;
            (key, entries)
        }
        Archived::Before { .. } => {
            let message = format!("`batch_id`: `{}` was given to other logs before", batch.id);
            return Ok(Response::json(409, json!({ "message": message, "field": "batch_id" }).to_string()));
        }
    };
    tracing::info!(batch_id = batch.id, logs = entries.len(), "logs kept");
    let body = json!({
        "message": format!("Procesados {} logs exitosamente", entries.len()),
        "batch_id": batch.id,
        "storage_location": format!("s3://{}/{key}", bindings.storage.name()),
        "logs_indexed": entries.len(),
    });
    Ok(Response::json(200, body.to_string()))
}
