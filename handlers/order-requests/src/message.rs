//! What the topic tells the queues of a request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::status::Status;

bindings::message!(Message);

/// A request that was stored. What else is known of it is in the table: a message has a limit of 256 KiB, and a copy of
/// the request in four queues would be four places to keep secrets in.
///
/// Two messages of one request are the same text, by which a FIFO topic knows that the second is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The key of its item.
    pub request_id: String,
    /// Its status.
    pub status: Status,
    /// Whose it is, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
}
