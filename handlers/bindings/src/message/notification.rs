//! Messages of a topic in the envelope that SNS puts around them.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Described, Envelope, Message, Way};

/// A message of a topic in the envelope in which a queue gets it, unless its subscription delivers it raw. A program that
/// takes messages from such a queue takes `Notification<Order>`.
///
/// ```
/// let envelope = r#"{"Type": "Notification", "MessageId": "m-1", "TopicArn": "arn", "Message": "{\"id\": 7}"}"#;
/// let notification: bindings::Notification<serde_json::Value> = serde_json::from_str(envelope).unwrap();
/// assert_eq!(notification.message["id"], 7);
/// assert_eq!(serde_json::to_value(&notification).unwrap()["Message"], r#"{"id":7}"#);
/// ```
///
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase", bound(serialize = "M: Serialize"))]
pub struct Notification<M> {
    /// What SNS calls the message.
    pub message_id: String,
    /// The ARN of the topic.
    pub topic_arn: String,
    /// The message.
    #[serde(serialize_with = "text")]
    pub message: M,
}

/// SNS has the message as a text, whatever it is.
fn text<M: Serialize, S: Serializer>(message: &M, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&serde_json::to_string(message).map_err(S::Error::custom)?)
}

impl<'de, M: DeserializeOwned> Deserialize<'de> for Notification<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Envelope {
            message_id: String,
            topic_arn: String,
            message: String,
        }
        let Envelope { message_id, topic_arn, message } = Envelope::deserialize(deserializer)?;
        Ok(Self { message_id, topic_arn, message: serde_json::from_str(&message).map_err(D::Error::custom)? })
    }
}

impl<M: Message> Message for Notification<M> {
    fn described(way: Way) -> Described {
        Described { envelope: Some(Envelope::Notification), ..M::described(way) }
    }
}
