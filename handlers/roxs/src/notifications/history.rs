//! What became of each notification.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use bindings::dynamodb::{PutItem, Query, Table};
use functions::{CallError, clock};

use super::notification::Notification;
use crate::attributes::{as_integer, as_text, number, text};
use crate::instant;

/// How long a claim holds, in milliseconds: longer than the function may take, and shorter than its queue hides a
/// message, so that the next delivery finds the claim of one that died ended.
const CLAIM_MILLIS: i64 = 45_000;

/// It was published.
const SENT: &str = "sent";
/// An invocation is publishing it, or died of it.
const SENDING: &str = "sending";
/// SNS refused it.
const ERROR: &str = "error";

type History = Table<(PutItem, Query)>;

/// The right to publish a notification.
pub(super) struct Claim<'a> {
    id: &'a str,
    /// When the notification came first, in milliseconds.
    pub created: i64,
    /// When it was claimed, in milliseconds.
    since: i64,
}

/// Whose a notification is.
pub(super) enum Claimed<'a> {
    /// Ours to publish.
    ByUs(Claim<'a>),
    /// Another invocation's.
    ByAnother,
    /// Nobody's any more: it was published with this message id.
    Sent(String),
}

/// Claims the notification `id`, which came at `created` unless it is known from before.
pub(super) async fn claim<'a>(
    history: &History,
    id: &'a str,
    created: i64,
    notification: &Notification,
) -> Result<Claimed<'a>, CallError> {
    let found = history
        .query()
        .key_condition_expression("NotificationId = :id")
        .expression_attribute_values(":id", text(id))
        .consistent_read(true)
        .limit(1)
        .send()
        .await
        .map_err(|error| CallError::new("query the history", error))?;
    let now = clock::millis();
    let (created, before) = match found.items().first() {
        None => (created, None),
        Some(item) => {
            let since = as_integer(item.get("ClaimedAt")).unwrap_or_default();
            match as_text(item.get("Status")) {
                Some(SENT) => {
                    let message_id = as_text(item.get("SNSMessageId")).unwrap_or_default();
                    return Ok(Claimed::Sent(message_id.to_owned()));
                }
                Some(SENDING) if now < since + CLAIM_MILLIS => return Ok(Claimed::ByAnother),
                _ => (as_integer(item.get("CreatedAt")).unwrap_or(created), Some(since)),
            }
        }
    };
    let claim = Claim { id, created, since: now };
    let put = put(history, &claim, notification, SENDING);
    let put = match before {
        None => put.condition_expression("attribute_not_exists(NotificationId)"),
        Some(since) => held(put, since),
    };
    match put.send().await {
        Ok(_) => Ok(Claimed::ByUs(claim)),
        Err(error) if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) => {
            Ok(Claimed::ByAnother)
        }
        Err(error) => Err(CallError::new("claim the notification", error)),
    }
}

/// Says that the notification was published.
pub(super) async fn sent(
    history: &History,
    claim: &Claim<'_>,
    notification: &Notification,
    message_id: &str,
) -> Result<(), CallError> {
    // Nobody else's word may stand in its place, for it is out.
    let put = put(history, claim, notification, SENT).item("SNSMessageId", text(message_id));
    put.send().await.map_err(|error| CallError::new("mark the notification as sent", error))?;
    Ok(())
}

/// Says that the notification was not published, and ends the claim.
pub(super) async fn failed(history: &History, claim: &Claim<'_>, notification: &Notification) -> Result<(), CallError> {
    let put = put(history, claim, notification, ERROR).item("ErrorMessage", text("the topic did not take it"));
    held(put, claim.since).send().await.map_err(|error| CallError::new("mark the notification as failed", error))?;
    Ok(())
}

/// Puts only if the last claim is that of `since`.
fn held(put: PutItemFluentBuilder, since: i64) -> PutItemFluentBuilder {
    put.condition_expression("ClaimedAt = :since").expression_attribute_values(":since", number(since))
}

fn put(history: &History, claim: &Claim<'_>, notification: &Notification, status: &str) -> PutItemFluentBuilder {
    history
        .put_item()
        .item("NotificationId", text(claim.id))
        .item("CreatedAt", number(claim.created))
        .item("ClaimedAt", number(claim.since))
        .item("Type", text(notification.kind.as_str()))
        .item("Recipient", text(notification.recipient.as_str()))
        .item("Title", text(notification.title.as_str()))
        .item("Message", text(notification.message.as_str()))
        .item("Priority", text(notification.priority.as_str()))
        .item("Status", text(status))
        .item("ProcessedAt", text(instant::now()))
}
