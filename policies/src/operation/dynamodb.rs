//! Amazon DynamoDB.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>, and for transactions
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>

super::operations! {
    "dynamodb",
    same: [
        BatchGetItem, BatchWriteItem, CreateBackup, CreateTable, DeleteBackup, DeleteItem, DeleteResourcePolicy,
        DeleteTable, DescribeBackup, DescribeContinuousBackups, DescribeContributorInsights, DescribeEndpoints,
        DescribeExport, DescribeImport, DescribeKinesisStreamingDestination, DescribeLimits, DescribeTable,
        DescribeTimeToLive, DisableKinesisStreamingDestination, EnableKinesisStreamingDestination,
        ExportTableToPointInTime, GetItem, GetResourcePolicy, ImportTable, ListBackups, ListContributorInsights,
        ListExports, ListGlobalTables, ListImports, ListTables, ListTagsOfResource, PutItem, PutResourcePolicy, Query,
        Scan, TagResource, UntagResource, UpdateContinuousBackups, UpdateContributorInsights, UpdateItem,
        UpdateKinesisStreamingDestination, UpdateTable, UpdateTimeToLive,
    ],
    BatchExecuteStatement: [] if {
        "Statement (DELETE)" => "dynamodb:PartiQLDelete",
        "Statement (INSERT)" => "dynamodb:PartiQLInsert",
        "Statement (SELECT)" => "dynamodb:PartiQLSelect",
        "Statement (UPDATE)" => "dynamodb:PartiQLUpdate",
    },
    ExecuteStatement: [] if {
        "Statement (DELETE)" => "dynamodb:PartiQLDelete",
        "Statement (INSERT)" => "dynamodb:PartiQLInsert",
        "Statement (SELECT)" => "dynamodb:PartiQLSelect",
        "Statement (UPDATE)" => "dynamodb:PartiQLUpdate",
    },
    ExecuteTransaction: [] if {
        "Statement (DELETE)" => "dynamodb:PartiQLDelete",
        "Statement (INSERT)" => "dynamodb:PartiQLInsert",
        "Statement (SELECT)" => "dynamodb:PartiQLSelect",
        "Statement (UPDATE)" => "dynamodb:PartiQLUpdate",
    },
    TransactGetItems: ["dynamodb:GetItem"],
    TransactWriteItems: [] if {
        "TransactItems.ConditionCheck" => "dynamodb:ConditionCheckItem",
        "TransactItems.Delete" => "dynamodb:DeleteItem",
        "TransactItems.Put" => "dynamodb:PutItem",
        "TransactItems.Update" => "dynamodb:UpdateItem",
    },
}
