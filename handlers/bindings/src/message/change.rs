//! Changes of the items of a table, as its stream tells them.

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_dynamo::Item;

use super::{Described, Envelope, Message, Way};
use crate::item;

/// A change of an item of the type `M`, as the stream of its table tells it. A program that is fed by the stream takes
/// `Change<Order>`.
///
/// Which of the images are there, the stream's `StreamViewType` says; of an item that was added there is no old one, and of
/// one that was deleted no new one.
///
/// ```
/// #[derive(Debug, PartialEq, serde::Deserialize)]
/// struct Order {
///     amount: u32,
/// }
///
/// let record = r#"{"eventID": "1", "eventName": "INSERT", "dynamodb": {
///     "Keys": {"id": {"S": "a"}}, "NewImage": {"id": {"S": "a"}, "amount": {"N": "7"}}, "SequenceNumber": "100"
/// }}"#;
/// let change: bindings::Change<Order> = serde_json::from_str(record).unwrap();
/// assert_eq!((change.old_image, change.new_image), (None, Some(Order { amount: 7 })));
/// ```
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<M> {
    /// What the stream calls the change.
    pub event_id: String,
    /// Its place among the changes of its shard.
    pub sequence_number: String,
    /// The item before the change.
    pub old_image: Option<M>,
    /// The item after it.
    pub new_image: Option<M>,
}

/// The record of a stream.
#[derive(Serialize, Deserialize)]
struct Record {
    #[serde(rename = "eventID")]
    event_id: String,
    dynamodb: Images,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Images {
    sequence_number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    old_image: Option<Item>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new_image: Option<Item>,
}

impl<'de, M: DeserializeOwned> Deserialize<'de> for Change<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Record { event_id, dynamodb: Images { sequence_number, old_image, new_image } } =
            Record::deserialize(deserializer)?;
        let image = |name, item: Option<Item>| {
            let image = item.map(item::value).transpose();
            image.map_err(|error| D::Error::custom(format_args!("`{name}`: {error}")))
        };
        let (old_image, new_image) = (image("OldImage", old_image)?, image("NewImage", new_image)?);
        Ok(Self { event_id, sequence_number, old_image, new_image })
    }
}

impl<M: Serialize> Serialize for Change<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let image = |image: &Option<M>| image.as_ref().map(serde_dynamo::to_item).transpose().map_err(S::Error::custom);
        let (old_image, new_image) = (image(&self.old_image)?, image(&self.new_image)?);
        let dynamodb = Images { sequence_number: self.sequence_number.clone(), old_image, new_image };
        Record { event_id: self.event_id.clone(), dynamodb }.serialize(serializer)
    }
}

impl<M: Message> Message for Change<M> {
    fn described(way: Way) -> Described {
        Described { envelope: Some(Envelope::Change), ..M::described(way) }
    }
}
