//! Records the sightings of the queue, each after its model was validated.

pub mod batch;
pub mod models;
pub mod record;
pub mod sighting;
pub mod store;
pub mod validator;

use aws_lambda_events::sqs::SqsBatchResponse;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use bindings::dynamodb::{GetItem, PutItem, Table};
use bindings::{Program, Url};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use models::{Models, ValidationError};
use record::{Record, RecordError};
use sighting::Sighting;
use store::StoreError;
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

/// A batch of SQS messages.
///
/// The records are kept as they came: a false report holds its record whole.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// The messages, in the order of the queue within each message group.
    #[serde(rename = "Records")]
    pub records: Vec<Value>,
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
        |(_, record)| record.group.as_deref(),
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

    let mut response = SqsBatchResponse::default();
    for (_, record) in failed {
        response.add_failure(&record.message_id);
    }
    Ok(response)
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
        let timestamp = store::put(|| sighting.put(&bindings.sightings), record).await?;
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
    Ok(store::holds(sightings, record).await? || store::holds(|| bindings.false_reports.put_item(), record).await?)
}

async fn reject(bindings: &Bindings, record: &Record, reason: &str) -> Result<(), StoreError> {
    let report = || -> PutItemFluentBuilder {
        bindings
            .false_reports
            .put_item()
            .item("event", AttributeValue::S(record.text.clone()))
            .item("reason", AttributeValue::S(reason.to_owned()))
    };
    let timestamp = store::put(report, record).await?;
    tracing::warn!(message_id = record.message_id, timestamp, reason, "false report kept");
    Ok(())
}
