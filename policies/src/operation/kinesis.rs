//! Amazon Kinesis Data Streams.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_kinesis.html>

super::operations! {
    "kinesis",
    same: [
        AddTagsToStream, DecreaseStreamRetentionPeriod, DeleteChannel, DeleteResourcePolicy, DeleteStream,
        DeregisterStreamConsumer, DescribeAccountSettings, DescribeChannel, DescribeLimits, DescribeStream,
        DescribeStreamConsumer, DescribeStreamSummary, DisableEnhancedMonitoring, EnableEnhancedMonitoring, GetRecords,
        GetResourcePolicy, GetShardIterator, IncreaseStreamRetentionPeriod, ListChannels, ListShards,
        ListStreamConsumers, ListStreams, ListTagsForResource, ListTagsForStream, MergeShards, PutRecord, PutRecords,
        PutResourcePolicy, RemoveTagsFromStream, SplitShard, StartStreamEncryption, StopStreamEncryption,
        SubscribeToShard, TagResource, UntagResource, UpdateAccountSettings, UpdateChannel, UpdateMaxRecordSize,
        UpdateShardCount, UpdateStreamMode, UpdateStreamRecordDistributionStrategy, UpdateStreamWarmThroughput,
    ],
    CreateChannel: ["iam:PassRole", "kinesis:AssociateStreamsWithChannel", "kinesis:CreateChannel"] if {
        "Tags" => "kinesis:TagResource",
    },
    CreateStream: ["kinesis:CreateStream"] if { "Tags" => "kinesis:AddTagsToStream" },
    RegisterStreamConsumer: ["kinesis:RegisterStreamConsumer"] if { "Tags" => "kinesis:TagResource" },
}
