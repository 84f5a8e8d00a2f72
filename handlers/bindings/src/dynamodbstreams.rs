//! Bindings to the streams of DynamoDB tables.
//!
//! A function that is fed by a stream needs none: its event source mapping reads for it.

crate::binding! {
    /// The stream of a table, with the operations `A` granted on it. Its environment variable is the stream's ARN.
    pub struct Stream(arn);
    use aws_sdk_dynamodbstreams if (feature = "dynamodbstreams");

    DescribeStream: "dynamodb:DescribeStream" => describe_stream() -> DescribeStreamFluentBuilder { stream_arn: arn() };
    GetRecords: "dynamodb:GetRecords" => get_records() -> GetRecordsFluentBuilder {};
    GetShardIterator: "dynamodb:GetShardIterator" =>
        get_shard_iterator() -> GetShardIteratorFluentBuilder { stream_arn: arn() };
}
