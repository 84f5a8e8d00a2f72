//! What a role must allow where Lambda or Pipes take from a source with it. Parts and pipes grant it, and the audit asks for it.

use policies::Action;
use policies::action::{dynamodb, ec2, kafka, kinesis, sqs};

/// To take the messages of a queue, on the queue.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
pub const MESSAGES: [Action; 3] = [sqs::RECEIVE_MESSAGE, sqs::DELETE_MESSAGE, sqs::GET_QUEUE_ATTRIBUTES];

/// To read the changes of a table, on its stream.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>
pub const CHANGES: [Action; 3] = [dynamodb::DESCRIBE_STREAM, dynamodb::GET_RECORDS, dynamodb::GET_SHARD_ITERATOR];

/// To find the stream of a table. IAM checks it on no resource.
pub const LIST_OF_CHANGES: Action = dynamodb::LIST_STREAMS;

/// To read the records of a stream of Kinesis, on the stream.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html>
pub const RECORDS: [Action; 5] = [
    kinesis::DESCRIBE_STREAM,
    kinesis::DESCRIBE_STREAM_SUMMARY,
    kinesis::GET_RECORDS,
    kinesis::GET_SHARD_ITERATOR,
    kinesis::LIST_SHARDS,
];

/// To find a stream of Kinesis. IAM checks it on no resource.
pub const LIST_OF_STREAMS: Action = kinesis::LIST_STREAMS;

/// To read as a consumer of a stream of Kinesis, on the consumer.
///
/// <https://docs.aws.amazon.com/streams/latest/dev/building-enhanced-consumers-api.html>
pub const CONSUMER: Action = kinesis::SUBSCRIBE_TO_SHARD;

/// To find the brokers of a cluster of MSK, on the cluster. `kafka:DescribeCluster` does as well for a cluster that is not serverless,
/// and AWS advises against it.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html#msk-required-permissions>
pub const CLUSTER: [Action; 2] = [kafka::DESCRIBE_CLUSTER_V2, kafka::GET_BOOTSTRAP_BROKERS];

/// To get into the network of a cluster, on all resources: of most of these IAM checks none.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html#msk-required-permissions>
pub const NETWORK: [Action; 6] = [
    ec2::CREATE_NETWORK_INTERFACE,
    ec2::DELETE_NETWORK_INTERFACE,
    ec2::DESCRIBE_NETWORK_INTERFACES,
    ec2::DESCRIBE_SECURITY_GROUPS,
    ec2::DESCRIBE_SUBNETS,
    ec2::DESCRIBE_VPCS,
];

/// All of them.
pub fn all() -> impl Iterator<Item = Action> {
    let alone = [LIST_OF_CHANGES, LIST_OF_STREAMS, CONSUMER];
    MESSAGES.into_iter().chain(CHANGES).chain(RECORDS).chain(CLUSTER).chain(NETWORK).chain(alone)
}
