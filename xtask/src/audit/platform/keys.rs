//! The keys of one's own with which resources are encrypted, and what calls on the resources need of the keys.

use std::collections::BTreeSet;

use infra::Template;
use policies::Action;
use policies::action::kms;
use serde_json::Value as Json;

use super::{PlatformNeed, Reason};
use crate::audit::arns::{Arns, normal};
use crate::audit::expression::{items, shown, text};
use crate::audit::resources::{of_type, properties, type_of};
use crate::audit::rules;

/// The property that names the key, of each type whose resources calls are on; `*` is each of a list.
const KEYS: [(&str, &[&str]); 12] = [
    ("AWS::DynamoDB::GlobalTable", &["Replicas", "*", "SSESpecification", "KMSMasterKeyId"]),
    ("AWS::DynamoDB::Table", &["SSESpecification", "KMSMasterKeyId"]),
    ("AWS::Events::EventBus", &["KmsKeyIdentifier"]),
    ("AWS::Kinesis::Stream", &["StreamEncryption", "KeyId"]),
    ("AWS::KinesisFirehose::DeliveryStream", &["DeliveryStreamEncryptionConfigurationInput", "KeyARN"]),
    ("AWS::Lambda::Function", &["KmsKeyArn"]),
    ("AWS::Logs::LogGroup", &["KmsKeyId"]),
    (
        "AWS::S3::Bucket",
        &[
            "BucketEncryption",
            "ServerSideEncryptionConfiguration",
            "*",
            "ServerSideEncryptionByDefault",
            "KMSMasterKeyID",
        ],
    ),
    ("AWS::SNS::Topic", &["KmsMasterKeyId"]),
    ("AWS::SQS::Queue", &["KmsMasterKeyId"]),
    ("AWS::SecretsManager::Secret", &["KmsKeyId"]),
    ("AWS::StepFunctions::StateMachine", &["EncryptionConfiguration", "KmsKeyId"]),
];

const NOTHING: &[Action] = &[];
const READ: &[Action] = &[kms::DECRYPT];
const WRITE: &[Action] = &[kms::GENERATE_DATA_KEY];
const BOTH: &[Action] = &[kms::DECRYPT, kms::GENERATE_DATA_KEY];

/// What calls on an encrypted resource need of its key: the right to decrypt, that to make a key for data, both, or nothing.
static NEEDS: &[(&[Action], &[&str])] = &[
    // https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html: who reads or writes items decrypts the key
    // of the table.
    (
        READ,
        &[
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:GetRecords",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    (
        NOTHING,
        &[
            "dynamodb:DescribeStream",
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:GetShardIterator",
        ],
    ),
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html: EventBridge itself is let in.
    (NOTHING, &["events:DescribeEventBus", "events:PutEvents"]),
    // https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamEncryptionConfigurationInput.html: Firehose has
    // a grant.
    (NOTHING, &["firehose:DescribeDeliveryStream", "firehose:PutRecord", "firehose:PutRecordBatch"]),
    // https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
    (READ, &["kinesis:GetRecords", "kinesis:SubscribeToShard"]),
    (WRITE, &["kinesis:PutRecord", "kinesis:PutRecords"]),
    (
        NOTHING,
        &["kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetShardIterator", "kinesis:ListShards"],
    ),
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html: who may decrypt is shown the variables.
    (READ, &["lambda:GetFunctionConfiguration"]),
    (NOTHING, &["lambda:InvokeFunction"]),
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html: CloudWatch Logs itself is let in.
    (NOTHING, &["logs:CreateLogStream", "logs:PutLogEvents"]),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html and
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html; `UploadPart` stands for all that uploads in parts, for
    // which IAM has no action of its own.
    (
        READ,
        &[
            "s3:GetObject",
            "s3:GetObjectAttributes",
            "s3:GetObjectVersion",
            "s3:GetObjectVersionAttributes",
            "s3:ListMultipartUploadParts",
        ],
    ),
    (WRITE, &["s3:PutObject"]),
    (BOTH, &["s3:UploadPart"]),
    (
        NOTHING,
        &[
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:DeleteObjectTagging",
            "s3:DeleteObjectVersion",
            "s3:DeleteObjectVersionTagging",
            "s3:GetObjectTagging",
            "s3:GetObjectVersionTagging",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListBucketVersions",
            "s3:PutObjectTagging",
            "s3:PutObjectVersionTagging",
        ],
    ),
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    (READ, &["secretsmanager:GetSecretValue"]),
    (BOTH, &["secretsmanager:PutSecretValue"]),
    (
        NOTHING,
        &[
            "secretsmanager:DescribeSecret",
            "secretsmanager:ListSecretVersionIds",
            "secretsmanager:UpdateSecretVersionStage",
        ],
    ),
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    (BOTH, &["sns:Publish"]),
    (NOTHING, &["sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Subscribe"]),
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    (READ, &["sqs:ReceiveMessage"]),
    (BOTH, &["sqs:SendMessage"]),
    (NOTHING, &["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:PurgeQueue"]),
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html and
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html: who may decrypt gets the
    // definition.
    (READ, &["states:DescribeStateMachine", "states:StartSyncExecution"]),
    (NOTHING, &["states:ListExecutions"]),
];

/// What a call on an encrypted resource needs of its key; of an action that is not listed it is not known.
fn of_key(action: &Action) -> Option<&'static [Action]> {
    NEEDS.iter().find(|(_, actions)| actions.contains(&action.as_str())).map(|(needed, _)| *needed)
}

/// What `calls` need of the keys of what they are on, where the keys are not AWS's own.
pub(super) fn needs(template: &Template, arns: &Arns, calls: &[(String, Vec<Action>)]) -> Vec<PlatformNeed> {
    let mut needs = Vec::new();
    for (id, resource) in template.section("Resources") {
        let Some(key) = own_key(template, resource) else { continue };
        let is_within = |text: &str, whole: &str| {
            text.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_on = |resource: &str| {
            let written = normal(resource);
            is_within(&shown(resource), id) || arns.spellings(id).iter().any(|arn| is_within(&written, arn))
        };
        let on_it: BTreeSet<_> =
            calls.iter().filter(|(resource, _)| is_on(resource)).flat_map(|(_, actions)| actions).collect();
        let with_key = |reason: &Reason, actions: &[Action]| PlatformNeed {
            key: Some(key.clone()),
            ..reason.anywhere(actions.iter().cloned())
        };
        let known: BTreeSet<_> = on_it.iter().filter_map(|it| of_key(it)).flatten().cloned().collect();
        if !known.is_empty() {
            let reason = Reason::new(format!("using the key of {id}"), &rules::KEY_MISSING);
            needs.push(with_key(&reason, &known.into_iter().collect::<Vec<_>>()));
        }
        for action in on_it.into_iter().filter(|it| of_key(it).is_none()) {
            let reason = Reason::new(format!("what `{action}` needs of the key of `{id}`"), &rules::UNLISTED);
            needs.push(with_key(&reason, &[kms::DECRYPT, kms::GENERATE_DATA_KEY]).perhaps());
        }
    }
    needs
}

/// The key of KMS with which a resource is encrypted, when it is not one of AWS's own, such as `alias/aws/sns`: its
/// logical id, or as the template names it.
fn own_key(template: &Template, resource: &Json) -> Option<String> {
    let (_, path) = KEYS.iter().find(|(kind, _)| resource["Type"] == **kind)?;
    let key = shown(&text(at(&resource["Properties"], path)?));
    if key.contains("alias/aws/") {
        return None;
    }
    let is_named = |alias: &Json| alias.get("AliasName").is_some_and(|name| shown(&text(name)) == key);
    let target = match type_of(template, &key) {
        "AWS::KMS::Alias" => Some(&properties(template, &key)["TargetKeyId"]),
        _ => of_type(template, "AWS::KMS::Alias").find(|(_, it)| is_named(it)).map(|(_, it)| &it["TargetKeyId"]),
    };
    Some(target.map_or(key, |target| shown(&text(target))))
}

/// The first value at the end of `path`.
fn at<'a>(json: &'a Json, path: &[&str]) -> Option<&'a Json> {
    match path {
        [] => Some(json).filter(|json| !json.is_null()),
        ["*", rest @ ..] => items(json).find_map(|item| at(item, rest)),
        [name, rest @ ..] => at(json.get(name)?, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS's documents do not say what these need of a key.
    const NOT_KNOWN: [&str; 6] = [
        "s3:RestoreObject",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:RedriveExecution",
        "states:StartExecution",
        "states:StopExecution",
    ];

    #[test]
    fn what_the_calls_of_bindings_need_of_keys_is_listed() {
        let service = |action: &'static str| action.split(':').next();
        let services: BTreeSet<_> = NEEDS.iter().flat_map(|(_, actions)| *actions).map(|it| service(it)).collect();
        let granted = bindings::kinds().into_iter().flat_map(|(_, operations)| operations);
        let on_something = granted.flat_map(|it| it.actions).filter(|(_, on)| *on != "*").map(|(action, _)| *action);
        let of_services = on_something.filter(|action| services.contains(&service(action)));
        let missing: BTreeSet<_> = of_services.filter(|action| of_key(&Action::new(*action)).is_none()).collect();
        assert_eq!(missing, NOT_KNOWN.into());
    }
}
