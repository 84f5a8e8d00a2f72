//! Records the sightings of the queue, each after its model was validated.

pub mod models;
pub mod sighting;
pub mod validator;

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use bindings::dynamodb::{GetItem, PutItem, Table};
use bindings::{Program, Url};
use functions::record::{Record, RecordError};
use functions::sqs::Event;
use functions::unique_time::{self, Own, StoreError};
use functions::{batch, sqs};
use serde::{Deserialize, Serialize};

use models::{Models, ValidationError};
use sighting::Sighting;
use validator::Validator;

/// Why a sighting of an unknown model is a false report; the system's documents fix the words.
const UNKNOWN_MODEL: &str = "modelo no existe";

/// What the consumer needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where valid sightings go.
    pub sightings: Table<PutItem>,
    /// Where sightings of no known model and unreadable messages go.
    pub false_reports: Table<PutItem>,
    /// What the validator said of a model in the last ten minutes.
    pub model_cache: Table<(GetItem, PutItem)>,
    /// The service that knows which models are valid.
    pub validator_url: Url,
}

impl Program for Bindings {
    const NAME: &'static str = "spaceships-consumer";
}

/// Why a message could not be processed; it returns to the queue.
#[derive(Debug, thiserror::Error)]
enum Failure<'a> {
    #[error(transparent)]
    Validation(&'a ValidationError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps every message of the batch as a sighting or a false report, and answers which must be delivered again.
///
/// # Errors
/// When a record has no message id, without which its failure could not be told: the whole batch returns.
pub async fn handle(
    bindings: &Bindings,
    validator: &Validator,
    event: &Event,
) -> Result<SqsBatchResponse, RecordError> {
    let messages = event
        .records
        .iter()
        .map(|value| Record::read(value).map(|record| (Sighting::parse(&record.body), record)))
        .collect::<Result<Vec<_>, _>>()?;
    let names = messages.iter().filter_map(|(sighting, _)| Some(sighting.as_ref().ok()?.model.as_str()));
    let models = Models::new(names, &bindings.model_cache, validator);

    let failed = batch::failures(
        &messages,
        |(_, record)| record,
        async |(sighting, record)| {
            let kept = match sighting {
                Ok(sighting) => keep(bindings, &models, sighting, record).await,
                Err(unreadable) => reject(bindings, record, &unreadable.to_string()).await.map_err(Failure::from),
            };
            if let Err(error) = &kept {
                tracing::error!(message_id = record.message_id, %error, "the message returns to the queue");
            }
            kept.is_ok()
        },
    )
    .await;

    Ok(sqs::response(failed.into_iter().map(|(_, record)| record)))
}

async fn keep<'a>(
    bindings: &Bindings,
    models: &'a Models<'_>,
    sighting: &Sighting,
    record: &Record,
) -> Result<(), Failure<'a>> {
    // A validator that changed its mind between two deliveries must not move a message to the other table.
    if record.redelivered && is_kept(bindings, sighting, record).await? {
        tracing::info!(message_id = record.message_id, "the message was kept before");
        return Ok(());
    }
    if models.is_valid(&sighting.model).await.map_err(Failure::Validation)? {
        let timestamp = unique_time::put(|| sighting.put(&bindings.sightings), own(record)).await?;
        tracing::info!(
            message_id = record.message_id,
            spaceship_id = sighting.spaceship_id,
            timestamp,
            "sighting kept"
        );
        Ok(())
    } else {
        Ok(reject(bindings, record, UNKNOWN_MODEL).await?)
    }
}

async fn is_kept(bindings: &Bindings, sighting: &Sighting, record: &Record) -> Result<bool, StoreError> {
    let sightings =
        || bindings.sightings.put_item().item("spaceship_id", AttributeValue::S(sighting.spaceship_id.clone()));
    Ok(unique_time::holds(sightings, own(record)).await?
        || unique_time::holds(|| bindings.false_reports.put_item(), own(record)).await?)
}

async fn reject(bindings: &Bindings, record: &Record, reason: &str) -> Result<(), StoreError> {
    let report = || -> PutItemFluentBuilder {
        bindings
            .false_reports
            .put_item()
            .item("event", AttributeValue::S(record.text.clone()))
            .item("reason", AttributeValue::S(reason.to_owned()))
    };
    let timestamp = unique_time::put(report, own(record)).await?;
    tracing::warn!(message_id = record.message_id, timestamp, reason, "false report kept");
    Ok(())
}

/// A message is kept under the time when it was first received.
fn own(record: &Record) -> Own<'_> {
    Own { time: "timestamp", from: record.first_received, owner: "message_id", id: &record.message_id }
}
