//! The actions that nobody else may be allowed, by what they do: rules about public statements name them.

/// What a rule is about: the worst first, as a statement is reported once.
pub(super) const PUBLIC: &[&[&str]] = &[
    ANYTHING,
    BUCKET_POLICY,
    WRITE_OBJECTS,
    READ_OBJECTS,
    LIST_OBJECTS,
    TAKE_MESSAGES,
    SEND_MESSAGES,
    SUBSCRIBE,
    PUBLISH,
    KEYS,
    SECRETS,
    PUSH_IMAGES,
    PULL_IMAGES,
    EVENTS,
    CHANGE_FUNCTION,
    FUNCTION_URL,
    INVOKE,
    LAYERS,
    LOGS,
    SNAPSHOTS,
    STREAMS,
    API,
];

pub(super) const ANYTHING: &[&str] = &["any-other:AnyOther"];
pub(super) const BUCKET_POLICY: &[&str] = &[
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutObjectAcl",
    "s3:PutBucketPublicAccessBlock",
];
pub(super) const WRITE_OBJECTS: &[&str] =
    &["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:DeleteBucket"];
pub(super) const READ_OBJECTS: &[&str] = &["s3:GetObject", "s3:GetObjectVersion"];
pub(super) const LIST_OBJECTS: &[&str] = &["s3:ListBucket", "s3:ListBucketVersions"];
pub(super) const TAKE_MESSAGES: &[&str] =
    &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:SetQueueAttributes", "sqs:AddPermission"];
pub(super) const SEND_MESSAGES: &[&str] = &["sqs:SendMessage"];
pub(super) const SUBSCRIBE: &[&str] =
    &["sns:Subscribe", "sns:SetTopicAttributes", "sns:AddPermission", "sns:DeleteTopic"];
pub(super) const PUBLISH: &[&str] = &["sns:Publish"];
pub(super) const KEYS: &[&str] =
    &["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:PutKeyPolicy", "kms:Sign"];
pub(super) const SECRETS: &[&str] =
    &["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:PutResourcePolicy"];
pub(super) const PUSH_IMAGES: &[&str] =
    &["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:SetRepositoryPolicy", "ecr:DeleteRepository"];
pub(super) const PULL_IMAGES: &[&str] = &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
pub(super) const EVENTS: &[&str] = &["events:PutEvents", "events:PutRule", "events:PutTargets"];
pub(super) const CHANGE_FUNCTION: &[&str] =
    &["lambda:UpdateFunctionCode", "lambda:AddPermission", "lambda:DeleteFunction"];
pub(super) const FUNCTION_URL: &[&str] = &["lambda:InvokeFunctionUrl"];
pub(super) const INVOKE: &[&str] = &["lambda:InvokeFunction"];
pub(super) const LAYERS: &[&str] = &["lambda:GetLayerVersion"];
pub(super) const LOGS: &[&str] = &["logs:PutLogEvents", "logs:CreateLogStream", "logs:PutSubscriptionFilter"];
pub(super) const SNAPSHOTS: &[&str] =
    &["backup:CopyIntoBackupVault", "backup:StartRestoreJob", "backup:DeleteRecoveryPoint"];
pub(super) const STREAMS: &[&str] = &[
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "kinesis:GetRecords",
    "kinesis:PutRecord",
    "es:ESHttpGet",
    "es:ESHttpPost",
];
pub(super) const API: &[&str] = &["execute-api:Invoke"];
