//! Statements that let everyone in, by what they allow.

use super::principals::{Open, allows, is_public, open};
use super::public_actions::{
    ANYTHING, API, BUCKET_POLICY, CHANGE_FUNCTION, EVENTS, FUNCTION_URL, INVOKE, KEYS, LAYERS, LIST_OBJECTS, LOGS,
    PUBLIC, PUBLISH, PULL_IMAGES, PUSH_IMAGES, READ_OBJECTS, SECRETS, SEND_MESSAGES, SNAPSHOTS, STREAMS, SUBSCRIBE,
    TAKE_MESSAGES, WRITE_OBJECTS,
};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::is_key;
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rights::acts;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP01", Critical,
        "everyone, allowed everything",
        "name the principals and the actions that they need",
        &["iam-policy-validator:principal_validation"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, ANYTHING, report)
    ),
    row!(
        "RP02", Critical,
        "everyone, allowed to open a bucket or its objects to others",
        "name the principals; buckets that only their owner manages need no such statement",
        &["checkov:CKV_AWS_70", "cfn-nag:F16"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:PutBucketPolicy", "Resource": "arn:aws:s3:::maps"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:PutBucketPolicy", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, BUCKET_POLICY, report)
    ),
    row!(
        "RP03", Critical,
        "everyone, allowed to write or delete objects",
        "name the principals, or let others upload by presigned requests",
        &["checkov:CKV_AWS_70", "cfn-nag:F16"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, WRITE_OBJECTS, report)
    ),
    row!(
        "RP04", Critical,
        "everyone, allowed to read objects",
        "serve the objects by a CloudFront distribution whose ARN `aws:SourceArn` names, or name the principals",
        &["checkov:CKV_AWS_70", "cfn-nag:F16"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, READ_OBJECTS, report)
    ),
    row!(
        "RP05", Critical,
        "everyone, allowed to list the objects of a bucket",
        "name the principals",
        &["checkov:CKV_AWS_70", "cfn-nag:F16"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, LIST_OBJECTS, report)
    ),
    row!(
        "RP06", Critical,
        "everyone, allowed to take messages from a queue or to change it",
        "name the principals; a function that reads the queue needs a policy of its role only",
        &["checkov:CKV_AWS_168", "cfn-nag:F21"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, TAKE_MESSAGES, report)
    ),
    row!(
        "RP07", Critical,
        "everyone, allowed to send to a queue",
        "name the service that sends as the principal, and in `aws:SourceArn` for which resource",
        &["checkov:CKV_AWS_168", "cfn-nag:F21"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, SEND_MESSAGES, report)
    ),
    row!(
        "RP08", Critical,
        "everyone, allowed to subscribe to a topic or to change it",
        "name the principals, or the endpoints in `sns:Endpoint`",
        &["checkov:CKV_AWS_169", "cfn-nag:F18"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, SUBSCRIBE, report)
    ),
    row!(
        "RP09", Critical,
        "everyone, allowed to publish to a topic",
        "name the service that publishes as the principal, and in `aws:SourceArn` for which resource",
        &["checkov:CKV_AWS_169", "cfn-nag:F18"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, PUBLISH, report)
    ),
    row!(
        "RP10", Critical,
        "everyone, allowed to use or change a key",
        "name the account as the principal, and let its policies say who uses the key, or limit `kms:CallerAccount`",
        &["checkov:CKV_AWS_33"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, KEYS, report)
    ),
    row!(
        "RP11", Critical,
        "everyone, allowed to read or replace a secret",
        "name the principals",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, SECRETS, report)
    ),
    row!(
        "RP12", Critical,
        "everyone, allowed to push images or to change a repository",
        "name the principals",
        &["checkov:CKV_AWS_32"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "ecr:PutImage", "Resource": "arn:aws:ecr:eu-west-1:123456789012:repository/orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "ecr:PutImage", "Resource": "arn:aws:ecr:eu-west-1:123456789012:repository/orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, PUSH_IMAGES, report)
    ),
    row!(
        "RP13", High,
        "everyone, allowed to pull images",
        "name the accounts, or publish the images in a public repository",
        &["checkov:CKV_AWS_32"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", "Resource": "arn:aws:ecr:eu-west-1:123456789012:repository/orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", "Resource": "arn:aws:ecr:eu-west-1:123456789012:repository/orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, PULL_IMAGES, report)
    ),
    row!(
        "RP14", Critical,
        "everyone, allowed to put events on a bus or rules",
        "name the accounts, or the organization in `aws:PrincipalOrgID`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": "arn:aws:events:eu-west-1:123456789012:event-bus/orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, EVENTS, report)
    ),
    row!(
        "RP15", Critical,
        "everyone, allowed to change a function",
        "name the principals",
        &["checkov:CKV_AWS_301"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:UpdateFunctionCode", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:UpdateFunctionCode", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, CHANGE_FUNCTION, report)
    ),
    row!(
        "RP16", Medium,
        "everyone, allowed to call a function by its URL",
        "name the principals, or keep the URL open on purpose and have the program check who calls",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, FUNCTION_URL, report)
    ),
    row!(
        "RP17", Critical,
        "everyone, allowed to invoke a function",
        "name the service that invokes as the principal, and in `aws:SourceArn` for which resource",
        &["checkov:CKV_AWS_301"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, INVOKE, report)
    ),
    row!(
        "RP18", Medium,
        "everyone, allowed to read a layer",
        "name the accounts, or the organization in `aws:PrincipalOrgID`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:GetLayerVersion", "Resource": "arn:aws:lambda:eu-west-1:123456789012:layer:tools:1"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "lambda:GetLayerVersion", "Resource": "arn:aws:lambda:eu-west-1:123456789012:layer:tools:1", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, LAYERS, report)
    ),
    row!(
        "RP19", High,
        "everyone, allowed to write into a log",
        "name the service that writes as the principal, and in `aws:SourceArn` for which resource",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:eu-west-1:123456789012:log-group:orders:*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:eu-west-1:123456789012:log-group:orders:*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, LOGS, report)
    ),
    row!(
        "RP20", Critical,
        "everyone, allowed to copy into, restore from or delete in a backup vault",
        "name the accounts, or the organization in `aws:PrincipalOrgID`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, SNAPSHOTS, report)
    ),
    row!(
        "RP21", Critical,
        "everyone, allowed to read or write a table, a stream or a search domain",
        "name the principals",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, STREAMS, report)
    ),
    row!(
        "RP22", Low,
        "everyone, allowed to call an API",
        "leave the policy away when the API is public on purpose, or name the callers, their addresses or endpoints",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, API, report)
    ),
    row!(
        "RP23", Critical,
        "everyone, allowed anything else on a resource",
        "name the principals, or the organization in `aws:PrincipalOrgID`",
        &["iam-policy-validator:principal_validation"],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "ses:SendEmail", "Resource": "arn:aws:ses:eu-west-1:123456789012:identity/example.com"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "ses:SendEmail", "Resource": "arn:aws:ses:eu-west-1:123456789012:identity/example.com", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| to_everyone(at, &[], report)
    ),
];

/// Reports a statement about everyone whose worst is one of `facts`; of no fact, when there are none.
fn to_everyone(at: &At<'_>, facts: &'static [&'static str], report: &mut Report<'_>) {
    if !allows(at, Kind::Resource) || !is_public(at) {
        return;
    }
    let worst = PUBLIC.iter().find(|facts| facts.iter().any(|fact| acts(at, fact)));
    if worst.copied().unwrap_or_default() != facts {
        return;
    }
    let is_url = |at: &At<'_>| at.statement.condition.iter().all(|it| is_key(it, "lambda:FunctionUrlAuthType"));
    match open(at) {
        Some(Open::Unconditioned) => {}
        Some(Open::Unrelated) if facts == FUNCTION_URL && is_url(at) => {}
        _ => return,
    }
    let what = facts.iter().find(|fact| acts(at, fact)).copied();
    let what = what.filter(|fact| *fact != ANYTHING[0]);
    let written = at.statement.action.iter().next().map_or("*", |it| it.as_str());
    let what = what.unwrap_or(written);
    report
        .add(at.principal(), format!("it allows `{what}` to `*`, and no condition limits who that is"))
        .about(what)
        .on("*");
}
