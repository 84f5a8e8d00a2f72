//! Amazon Kinesis Data Streams: streams, and who reads one beside others.

use serde::{Serialize, Serializer};

use crate::reference::{HasArn, LogicalId, Ref, Resource};
use crate::units::Integer;
use crate::value::{Intrinsic, Value};

/// A stream of records.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html>
#[derive(Debug, Clone, Default)]
pub struct Stream {
    /// 1 to 128 letters, digits and `_.-`. Changing it replaces the stream.
    pub name: Option<Value>,
    /// How long records are kept, 24 to 8,760 hours. Kinesis' default is 24.
    pub retention_period_hours: Option<Integer<24, 8_760>>,
    /// How much it takes, and how that is paid for.
    pub capacity: Capacity,
    /// The key that encrypts the records; without it they are encrypted by Kinesis' own.
    pub kms_key_id: Option<Value>,
}

/// How much a stream takes, and how that is paid for.
///
/// <https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Capacity {
    /// As much as comes, paid by the gigabyte.
    #[default]
    OnDemand,
    /// So many shards, each of which takes 1 MiB or 1,000 records a second, paid by the hour.
    Shards(u32),
}

impl Serialize for Stream {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Mode {
            stream_mode: &'static str,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Encryption<'a> {
            encryption_type: &'static str,
            key_id: Value<&'a str>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            name: &'a Option<Value>,
            retention_period_hours: Option<Integer<24, 8_760>>,
            stream_mode_details: Mode,
            shard_count: Option<u32>,
            stream_encryption: Encryption<'a>,
        }
        let (stream_mode, shard_count) = match self.capacity {
            Capacity::OnDemand => ("ON_DEMAND", None),
            Capacity::Shards(count) => ("PROVISIONED", Some(count)),
        };
        let key_id = match &self.kms_key_id {
            None => Value::Literal("alias/aws/kinesis"),
            Some(Value::Literal(key)) => Value::Literal(key.as_str()),
            Some(Value::Intrinsic(key)) => Value::Intrinsic(key.clone()),
        };
        Wire {
            name: &self.name,
            retention_period_hours: self.retention_period_hours,
            stream_mode_details: Mode { stream_mode },
            shard_count,
            stream_encryption: Encryption { encryption_type: "KMS", key_id },
        }
        .serialize(serializer)
    }
}

impl Resource for Stream {
    const TYPE: &'static str = "AWS::Kinesis::Stream";
}

impl HasArn for Stream {}

/// A reader of a stream that gets 2 MiB a second of each shard for itself, whoever else reads.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-streamconsumer.html>
#[derive(Debug, Clone)]
pub struct StreamConsumer {
    /// 1 to 128 letters, digits and `_.-`, unique among those of the stream. Changing it replaces the consumer.
    pub consumer_name: Value,
    /// The stream. Changing it replaces the consumer.
    pub stream: Ref<Stream>,
}

impl Serialize for StreamConsumer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            #[serde(rename = "ConsumerName")]
            consumer_name: &'a Value,
            #[serde(rename = "StreamARN")]
            stream_arn: Intrinsic,
        }
        Wire { consumer_name: &self.consumer_name, stream_arn: self.stream.arn() }.serialize(serializer)
    }
}

impl Resource for StreamConsumer {
    const TYPE: &'static str = "AWS::Kinesis::StreamConsumer";
}

impl HasArn for StreamConsumer {
    fn arn(id: LogicalId) -> Intrinsic {
        Intrinsic::GetAtt(id, "ConsumerARN")
    }
}
