//! Amazon Data Firehose. Every delivery stream has a destination, and every destination the role that writes to it.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_firehose.html>; for keys
//! <https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html>

super::operations! {
    "firehose",
    same: [
        DeleteDeliveryStream, DescribeDeliveryStream, ListDeliveryStreams, ListTagsForDeliveryStream, PutRecord,
        PutRecordBatch, StopDeliveryStreamEncryption, TagDeliveryStream, UntagDeliveryStream,
    ],
    CreateDeliveryStream: ["firehose:CreateDeliveryStream", "iam:PassRole"] if {
        "DeliveryStreamEncryptionConfigurationInput.KeyARN" => "kms:CreateGrant",
        "Tags" => "firehose:TagDeliveryStream",
    },
    StartDeliveryStreamEncryption: ["firehose:StartDeliveryStreamEncryption"] if {
        "DeliveryStreamEncryptionConfigurationInput.KeyARN" => "kms:CreateGrant",
    },
    UpdateDestination: ["firehose:UpdateDestination"] if {
        "AmazonOpenSearchServerlessDestinationUpdate.RoleARN"
            | "AmazonopensearchserviceDestinationUpdate.RoleARN"
            | "ElasticsearchDestinationUpdate.RoleARN"
            | "ExtendedS3DestinationUpdate.RoleARN"
            | "HttpEndpointDestinationUpdate.RoleARN"
            | "IcebergDestinationUpdate.RoleARN"
            | "RedshiftDestinationUpdate.RoleARN"
            | "S3DestinationUpdate.RoleARN"
            | "SnowflakeDestinationUpdate.RoleARN"
            | "SplunkDestinationUpdate.S3Update.RoleARN"
            => "iam:PassRole",
    },
}
