//! Amazon DynamoDB Streams, which has the prefix of DynamoDB.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_dynamodb.html>

super::operations! {
    "dynamodbstreams" as "dynamodb",
    same: [ListStreams],
    DescribeStream: ["dynamodb:DescribeStream"] never ["dynamodb:ReadDataForReplication"],
    GetRecords: ["dynamodb:GetRecords"] never ["dynamodb:ReadDataForReplication"],
    GetShardIterator: ["dynamodb:GetShardIterator"] never ["dynamodb:ReadDataForReplication"],
}
