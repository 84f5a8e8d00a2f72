//! Publishes notifications and keeps their history.
//!
//! A notification is claimed in the history before it is published, so that of two deliveries at a time one publishes,
//! and marked as sent after it. A delivery that finds it sent does nothing. One that finds a claim without an end, of an
//! invocation that died, publishes: between SNS and the mark nobody can tell whether it did before, and a notification
//! that comes twice is better than one that never comes. Both have the same `notification_id`.

mod history;
pub mod notification;

use aws_sdk_sns::types::MessageAttributeValue;
use bindings::Program;
use bindings::dynamodb::{PutItem, Query, Table};
use bindings::sns::{Publish, Topic};
use functions::api::Response;
use functions::{CallError, FieldError, Record, clock, sqs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::Failed;
use crate::identity;
use history::{Claim, Claimed};
use notification::Notification;

/// What the notification processor needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where notifications are published.
    pub topic: Topic<Publish>,
    /// What became of each.
    pub history: Table<(PutItem, Query)>,
}

impl Program for Bindings {
    const NAME: &'static str = "roxs-notification-processor";
}

/// Why a message of the queue returns to it, in the end to its dead-letter queue.
#[derive(Debug, thiserror::Error)]
enum MessageError {
    #[error(transparent)]
    Field(#[from] FieldError),
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

/// Why a notification is not known to be published.
#[derive(Debug, thiserror::Error)]
enum DeliveryError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("another invocation is publishing it")]
    Claimed,
}

/// Publishes the notifications of a batch of the queue, or the one of a direct invocation, which is told of it.
///
/// # Errors
/// When a service fails in a direct invocation, or the batch is none.
pub async fn handle(bindings: &Bindings, event: &Value, request_id: &str) -> Result<Value, Failed> {
    let failed = |error: CallError| Failed::because(&error, request_id);
    if event.get("Records").is_some() {
        let unreadable = |error: &dyn std::error::Error| failed(CallError::new("read the batch", error));
        let event = sqs::Event::deserialize(event).map_err(|error| unreadable(&error))?;
        let answer = sqs::process(&event, async |record| message(bindings, record).await).await;
        return Ok(json!(answer.map_err(|error| unreadable(&error))?));
    }
    let notification = match Notification::of("event", event.clone()) {
        Ok(notification) => notification,
        Err(error) => return Ok(json!(Response::from(error))),
    };
    // Lambda tries an asynchronous invocation again under the same id.
    let id = identity::of(&["invocation", request_id]);
    let message_id = deliver(bindings, &id, clock::millis(), &notification)
        .await
        .map_err(|error| failed(CallError::new("deliver the notification", error)))?;
    let body = json!({
        "message": "Notificación procesada exitosamente",
        "notification_id": id,
        "sns_message_id": message_id,
        "recipient": notification.recipient,
        "type": notification.kind,
    });
    Ok(json!(Response::json(200, body.to_string())))
}

async fn message(bindings: &Bindings, record: &Record) -> Result<(), MessageError> {
    let notification = Notification::parse("body", &record.body)?;
    let id = identity::of(&["message", &record.message_id]);
    deliver(bindings, &id, record.first_received, &notification).await?;
    Ok(())
}

/// Publishes a notification that was not published yet, and returns the message's id.
async fn deliver(
    bindings: &Bindings,
    id: &str,
    created: i64,
    notification: &Notification,
) -> Result<String, DeliveryError> {
    let claim = match history::claim(&bindings.history, id, created, notification).await? {
        Claimed::ByUs(claim) => claim,
        Claimed::ByAnother => return Err(DeliveryError::Claimed),
        Claimed::Sent(message_id) => {
            tracing::info!(notification_id = id, "the notification was published before");
            return Ok(message_id);
        }
    };
    match publish(bindings, id, &claim, notification).await {
        Ok(message_id) => {
            history::sent(&bindings.history, &claim, notification, &message_id).await?;
            tracing::info!(notification_id = id, message_id, "notification published");
            Ok(message_id)
        }
        Err(error) => {
            // The claim ends at once, and the history tells; without this it would end by itself.
            if let Err(error) = history::failed(&bindings.history, &claim, notification).await {
                tracing::warn!(%error, "the claim stays until it is old");
            }
            Err(error.into())
        }
    }
}

async fn publish(
    bindings: &Bindings,
    id: &str,
    claim: &Claim<'_>,
    notification: &Notification,
) -> Result<String, CallError> {
    let published = bindings
        .topic
        .publish()
        .message(notification.message_of(id, claim.created))
        .subject(notification.subject())
        .message_attributes("notification_type", attribute(&notification.kind)?)
        .message_attributes("priority", attribute(&notification.priority)?)
        .send()
        .await
        .map_err(|error| CallError::new("publish the notification", error))?;
    Ok(published.message_id.unwrap_or_default())
}

/// An attribute of a message, by which subscriptions filter.
fn attribute(text: &str) -> Result<MessageAttributeValue, CallError> {
    let attribute = MessageAttributeValue::builder().data_type("String").string_value(text).build();
    attribute.map_err(|error| CallError::new("make an attribute of the message", error))
}
