//! Actions: what a statement allows or denies.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::document::Version;
use crate::pattern;

/// An IAM action such as `sqs:SendMessage`, or a pattern of them such as `sqs:*`.
///
/// ```
/// use policies::action::{self, Action};
///
/// assert_eq!(action::sqs::SEND_MESSAGE.service(), "sqs");
/// assert!(Action::new("dynamodb:*").has_wildcard());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Action(Cow<'static, str>);

impl Action {
    /// The action `name`, written as IAM writes it: service prefix, colon, operation.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// The action as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The service prefix, such as `sqs`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.0.split_once(':').map_or("", |(service, _)| service)
    }

    /// Whether it is the action `name` or, by its wildcards, stands for it. Case does not matter.
    ///
    /// ```
    /// assert!(policies::Action::new("dynamodb:Get*").covers("dynamodb:GetItem"));
    /// ```
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        // Most actions differ before the first wildcard, which is told without building a pattern.
        let Some(literal) = self.0.find(['*', '?']) else { return self.0.eq_ignore_ascii_case(name) };
        let (before, rest) = self.0.as_bytes().split_at(literal);
        let alike = name.as_bytes().get(..literal).is_some_and(|start| start.eq_ignore_ascii_case(before));
        if !alike || rest == b"*" {
            return alike;
        }
        pattern::matches(&self.pattern(), &name.to_ascii_lowercase())
    }

    /// Its pattern in lowercase; actions have no variables.
    pub(crate) fn pattern(&self) -> Vec<pattern::Token> {
        pattern::pattern(&self.0.to_ascii_lowercase(), Version::V2008)
    }

    /// Whether it stands for more than one action.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.0.contains(['*', '?'])
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $module:ident { $($name:ident = $action:literal),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            pub mod $module {
                use super::{Action, Cow};
                $(
                    #[doc = concat!("`", $action, "`")]
                    pub const $name: Action = Action(Cow::Borrowed($action));
                )+
            }
        )+
    };
}

actions! {
    /// Amazon SQS.
    sqs {
        CHANGE_MESSAGE_VISIBILITY = "sqs:ChangeMessageVisibility",
        DELETE_MESSAGE = "sqs:DeleteMessage",
        GET_QUEUE_ATTRIBUTES = "sqs:GetQueueAttributes",
        RECEIVE_MESSAGE = "sqs:ReceiveMessage",
        SEND_MESSAGE = "sqs:SendMessage",
    }
    /// Amazon SNS.
    sns {
        PUBLISH = "sns:Publish",
    }
    /// Amazon CloudWatch.
    cloudwatch {
        DESCRIBE_ALARMS = "cloudwatch:DescribeAlarms",
    }
    /// AWS CodeDeploy.
    codedeploy {
        PUT_LIFECYCLE_EVENT_HOOK_EXECUTION_STATUS = "codedeploy:PutLifecycleEventHookExecutionStatus",
    }
    /// Amazon DynamoDB.
    dynamodb {
        DELETE_ITEM = "dynamodb:DeleteItem",
        DESCRIBE_STREAM = "dynamodb:DescribeStream",
        GET_ITEM = "dynamodb:GetItem",
        GET_RECORDS = "dynamodb:GetRecords",
        GET_SHARD_ITERATOR = "dynamodb:GetShardIterator",
        LIST_STREAMS = "dynamodb:ListStreams",
        PUT_ITEM = "dynamodb:PutItem",
        UPDATE_ITEM = "dynamodb:UpdateItem",
    }
    /// Amazon EC2.
    ec2 {
        CREATE_NETWORK_INTERFACE = "ec2:CreateNetworkInterface",
        DELETE_NETWORK_INTERFACE = "ec2:DeleteNetworkInterface",
        DESCRIBE_NETWORK_INTERFACES = "ec2:DescribeNetworkInterfaces",
        DESCRIBE_SECURITY_GROUPS = "ec2:DescribeSecurityGroups",
        DESCRIBE_SUBNETS = "ec2:DescribeSubnets",
        DESCRIBE_VPCS = "ec2:DescribeVpcs",
    }
    /// Amazon EventBridge.
    events {
        DESCRIBE_RULE = "events:DescribeRule",
        PUT_EVENTS = "events:PutEvents",
        PUT_RULE = "events:PutRule",
        PUT_TARGETS = "events:PutTargets",
    }
    /// APIs of Amazon API Gateway.
    execute_api {
        MANAGE_CONNECTIONS = "execute-api:ManageConnections",
    }
    /// Amazon MSK.
    kafka {
        DESCRIBE_CLUSTER_V2 = "kafka:DescribeClusterV2",
        GET_BOOTSTRAP_BROKERS = "kafka:GetBootstrapBrokers",
    }
    /// Amazon Kinesis Data Streams.
    kinesis {
        DESCRIBE_STREAM = "kinesis:DescribeStream",
        DESCRIBE_STREAM_SUMMARY = "kinesis:DescribeStreamSummary",
        GET_RECORDS = "kinesis:GetRecords",
        GET_SHARD_ITERATOR = "kinesis:GetShardIterator",
        LIST_SHARDS = "kinesis:ListShards",
        LIST_STREAMS = "kinesis:ListStreams",
        PUT_RECORD = "kinesis:PutRecord",
        PUT_RECORDS = "kinesis:PutRecords",
        SUBSCRIBE_TO_SHARD = "kinesis:SubscribeToShard",
    }
    /// AWS Key Management Service.
    kms {
        ALL = "kms:*",
        DECRYPT = "kms:Decrypt",
        GENERATE_DATA_KEY = "kms:GenerateDataKey",
    }
    /// AWS Lambda.
    lambda {
        GET_ALIAS = "lambda:GetAlias",
        GET_PROVISIONED_CONCURRENCY_CONFIG = "lambda:GetProvisionedConcurrencyConfig",
        INVOKE_FUNCTION = "lambda:InvokeFunction",
        INVOKE_FUNCTION_URL = "lambda:InvokeFunctionUrl",
        UPDATE_ALIAS = "lambda:UpdateAlias",
    }
    /// AWS Secrets Manager.
    secretsmanager {
        DESCRIBE_SECRET = "secretsmanager:DescribeSecret",
        GET_RANDOM_PASSWORD = "secretsmanager:GetRandomPassword",
        GET_SECRET_VALUE = "secretsmanager:GetSecretValue",
        PUT_SECRET_VALUE = "secretsmanager:PutSecretValue",
        UPDATE_SECRET_VERSION_STAGE = "secretsmanager:UpdateSecretVersionStage",
    }
    /// AWS Step Functions.
    states {
        DESCRIBE_EXECUTION = "states:DescribeExecution",
        START_EXECUTION = "states:StartExecution",
        START_SYNC_EXECUTION = "states:StartSyncExecution",
        STOP_EXECUTION = "states:StopExecution",
    }
    /// AWS Security Token Service.
    sts {
        ASSUME_ROLE = "sts:AssumeRole",
        TAG_SESSION = "sts:TagSession",
    }
    /// Amazon CloudWatch Logs.
    logs {
        CREATE_LOG_DELIVERY = "logs:CreateLogDelivery",
        CREATE_LOG_STREAM = "logs:CreateLogStream",
        DELETE_LOG_DELIVERY = "logs:DeleteLogDelivery",
        DESCRIBE_LOG_GROUPS = "logs:DescribeLogGroups",
        DESCRIBE_RESOURCE_POLICIES = "logs:DescribeResourcePolicies",
        GET_LOG_DELIVERY = "logs:GetLogDelivery",
        LIST_LOG_DELIVERIES = "logs:ListLogDeliveries",
        PUT_LOG_EVENTS = "logs:PutLogEvents",
        PUT_RESOURCE_POLICY = "logs:PutResourcePolicy",
        UPDATE_LOG_DELIVERY = "logs:UpdateLogDelivery",
    }
    /// AWS X-Ray.
    xray {
        GET_SAMPLING_RULES = "xray:GetSamplingRules",
        GET_SAMPLING_TARGETS = "xray:GetSamplingTargets",
        PUT_TELEMETRY_RECORDS = "xray:PutTelemetryRecords",
        PUT_TRACE_SEGMENTS = "xray:PutTraceSegments",
    }
}
