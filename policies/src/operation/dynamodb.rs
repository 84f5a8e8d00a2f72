//! Amazon DynamoDB.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_dynamodb.html>; for transactions
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>; for backups
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html>; for exports and imports
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html> and
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html>; for Kinesis
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds_iam.html>; for global tables
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html>

super::operations! {
    "dynamodb",
    same: [
        BatchGetItem, BatchWriteItem, CreateBackup, CreateGlobalTable, DeleteBackup, DeleteResourcePolicy, DeleteTable,
        DescribeBackup, DescribeContinuousBackups, DescribeContributorInsights, DescribeEndpoints, DescribeExport,
        DescribeGlobalTable, DescribeGlobalTableSettings, DescribeImport, DescribeLimits,
        DescribeTableReplicaAutoScaling, DisableKinesisStreamingDestination, GetResourcePolicy, ListBackups,
        ListContributorInsights, ListExports, ListGlobalTables, ListImports, ListTables, ListTagsOfResource,
        PutResourcePolicy, Query, Scan, SearchVectors, TagResource, UntagResource, UpdateContinuousBackups,
        UpdateContributorInsights, UpdateGlobalTable, UpdateGlobalTableSettings, UpdateItem,
        UpdateKinesisStreamingDestination, UpdateTableReplicaAutoScaling,
    ],
    BatchExecuteStatement: [] if {
        "Statements.Statement (DELETE)" => "dynamodb:PartiQLDelete",
        "Statements.Statement (INSERT)" => "dynamodb:PartiQLInsert",
        "Statements.Statement (SELECT)" => "dynamodb:PartiQLSelect",
        "Statements.Statement (UPDATE)" => "dynamodb:PartiQLUpdate",
    },
    CreateTable: ["dynamodb:CreateTable"] if {
        "GlobalTableSourceArn" => "dynamodb:AssociateTableReplica",
        "GlobalTableSourceArn" => "dynamodb:BatchWriteItem",
        "GlobalTableSourceArn" => "dynamodb:CreateTableReplica",
        "GlobalTableSourceArn" => "dynamodb:DeleteItem",
        "GlobalTableSourceArn" => "dynamodb:GetItem",
        "GlobalTableSourceArn" => "dynamodb:PutItem",
        "GlobalTableSourceArn" => "dynamodb:Query",
        "GlobalTableSourceArn" => "dynamodb:Scan",
        "GlobalTableSourceArn" => "dynamodb:UpdateItem",
        "ResourcePolicy" => "dynamodb:PutResourcePolicy",
        "SSESpecification.KMSMasterKeyId" => "kms:CreateGrant",
        "SSESpecification.KMSMasterKeyId" => "kms:DescribeKey",
        "Tags" => "dynamodb:TagResource",
    },
    DeleteItem: ["dynamodb:DeleteItem"] never ["dynamodb:WriteDataForReplication"],
    DescribeKinesisStreamingDestination: [
        "dynamodb:DescribeKinesisStreamingDestination", "kinesis:DescribeStream", "kinesis:DescribeStreamSummary",
    ],
    DescribeTable: ["dynamodb:DescribeTable"] never [
        "dynamodb:ReadDataForReplication", "dynamodb:ReplicateSettings",
    ],
    DescribeTimeToLive: ["dynamodb:DescribeTimeToLive"] never ["dynamodb:ReadDataForReplication"],
    EnableKinesisStreamingDestination: [
        "dynamodb:EnableKinesisStreamingDestination", "kinesis:DescribeStream", "kinesis:ListStreams",
        "kinesis:PutRecords",
    ],
    ExecuteStatement: [] if {
        "Statement (DELETE)" => "dynamodb:PartiQLDelete",
        "Statement (INSERT)" => "dynamodb:PartiQLInsert",
        "Statement (SELECT)" => "dynamodb:PartiQLSelect",
        "Statement (UPDATE)" => "dynamodb:PartiQLUpdate",
    },
    ExecuteTransaction: [] if {
        "TransactStatements.Statement (DELETE)" => "dynamodb:PartiQLDelete",
        "TransactStatements.Statement (INSERT)" => "dynamodb:PartiQLInsert",
        "TransactStatements.Statement (SELECT)" => "dynamodb:PartiQLSelect",
        "TransactStatements.Statement (UPDATE)" => "dynamodb:PartiQLUpdate",
    },
    ExportTableToPointInTime: ["dynamodb:ExportTableToPointInTime", "s3:AbortMultipartUpload", "s3:PutObject"] if {
        "S3BucketOwner" => "s3:PutObjectAcl",
        "S3SseKmsKeyId" => "kms:Decrypt",
        "S3SseKmsKeyId" => "kms:GenerateDataKey",
    },
    GetItem: ["dynamodb:GetItem"] never ["dynamodb:ReadDataForReplication"],
    ImportTable: [
        "dynamodb:ImportTable", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups",
        "logs:DescribeLogStreams", "logs:PutLogEvents", "logs:PutRetentionPolicy", "s3:GetObject", "s3:ListBucket",
    ] if {
        "TableCreationParameters.SSESpecification.KMSMasterKeyId" => "kms:CreateGrant",
        "TableCreationParameters.SSESpecification.KMSMasterKeyId" => "kms:DescribeKey",
    },
    PutItem: ["dynamodb:PutItem"] never ["dynamodb:WriteDataForReplication"],
    RestoreTableFromBackup: [
        "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query",
        "dynamodb:RestoreTableFromBackup", "dynamodb:Scan", "dynamodb:UpdateItem",
    ] if {
        "SSESpecificationOverride.KMSMasterKeyId" => "kms:CreateGrant",
        "SSESpecificationOverride.KMSMasterKeyId" => "kms:DescribeKey",
    },
    RestoreTableToPointInTime: [
        "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query",
        "dynamodb:RestoreTableToPointInTime", "dynamodb:Scan", "dynamodb:UpdateItem",
    ] if {
        "SSESpecificationOverride.KMSMasterKeyId" => "kms:CreateGrant",
        "SSESpecificationOverride.KMSMasterKeyId" => "kms:DescribeKey",
    } never ["dynamodb:AssociateTableReplica", "dynamodb:CreateTableReplica"],
    TransactGetItems: ["dynamodb:GetItem"],
    TransactWriteItems: [] if {
        "TransactItems.ConditionCheck" => "dynamodb:ConditionCheckItem",
        "TransactItems.Delete" => "dynamodb:DeleteItem",
        "TransactItems.Put" => "dynamodb:PutItem",
        "TransactItems.Update" => "dynamodb:UpdateItem",
    },
    UpdateTable: ["dynamodb:UpdateTable"] if {
        "GlobalTableWitnessUpdates.Create" => "dynamodb:CreateGlobalTableWitness",
        "GlobalTableWitnessUpdates.Delete" => "dynamodb:DeleteGlobalTableWitness",
        "ReplicaUpdates.Create" => "dynamodb:BatchWriteItem",
        "ReplicaUpdates.Create" => "dynamodb:CreateTable",
        "ReplicaUpdates.Create" => "dynamodb:CreateTableReplica",
        "ReplicaUpdates.Create" => "dynamodb:DeleteItem",
        "ReplicaUpdates.Create" => "dynamodb:GetItem",
        "ReplicaUpdates.Create" => "dynamodb:PutItem",
        "ReplicaUpdates.Create" => "dynamodb:Query",
        "ReplicaUpdates.Create" => "dynamodb:Scan",
        "ReplicaUpdates.Create" => "dynamodb:TagResource",
        "ReplicaUpdates.Create" => "dynamodb:UpdateItem",
        "ReplicaUpdates.Delete" => "dynamodb:DeleteTable",
        "ReplicaUpdates.Delete" => "dynamodb:DeleteTableReplica",
        "SSESpecification.KMSMasterKeyId" => "kms:CreateGrant",
        "SSESpecification.KMSMasterKeyId" => "kms:DescribeKey",
    } never ["dynamodb:ReplicateSettings", "dynamodb:WriteDataForReplication"],
    UpdateTimeToLive: ["dynamodb:UpdateTimeToLive"] never [
        "dynamodb:ReplicateSettings", "dynamodb:WriteDataForReplication",
    ];
    ways:
    AlsoBatchGetItem as BatchGetItem by BatchGetItem,
    AlsoBatchWriteItem as BatchWriteItem by BatchWriteItem,
    TransactConditionCheckItem as TransactWriteItems by ConditionCheckItem,
    TransactDeleteItem as TransactWriteItems by DeleteItem,
    TransactGetItem as TransactGetItems by GetItem,
    TransactPutItem as TransactWriteItems by PutItem,
    TransactUpdateItem as TransactWriteItems by UpdateItem;
    ConditionCheckItem as TransactWriteItems: ["dynamodb:ConditionCheckItem"],
}
