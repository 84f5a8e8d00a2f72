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
    BatchExecuteStatement: Some ["PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"],
    ExecuteStatement: Some ["PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"],
    ExecuteTransaction: Some ["PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"],
    TransactGetItems: Every ["GetItem"],
    TransactWriteItems: Some ["ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"],
}
