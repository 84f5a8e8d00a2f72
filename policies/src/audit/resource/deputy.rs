//! Services of AWS that anyone may have act, and statements about all but some.

use super::principals::{allows, is_of_any_account, is_one_of, names_source, services, short};
use super::row::row;
use super::wiring::is_topic_of_eventbridge;
use crate::audit::finding::Severity;
use crate::audit::limit::{gap, is_key};
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rights::acts;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::condition::Condition;

/// The services that say for whose resource they call, by `aws:SourceArn` and `aws:SourceAccount`.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html>
const NAMING: &[&str] = &[
    "apigateway",
    "appflow",
    "backup",
    "bedrock",
    "budgets",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codestar-notifications",
    "cognito-idp",
    "config",
    "config-multiaccountsetup",
    "connect",
    "costalerts",
    "delivery",
    "elasticloadbalancing",
    "events",
    "firehose",
    "guardduty",
    "inspector2",
    "iot",
    "lex",
    "lexv2",
    "logdelivery",
    "logging",
    "logs",
    "macie",
    "pipes",
    "s3",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "ses",
    "sns",
    "ssm",
    "ssm-incidents",
    "states",
    "vpc-flow-logs",
];

/// Condition keys that name the account of a source.
const ACCOUNT_KEYS: &[&str] =
    &["aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths", "aws:SourceOwner", "kms:CallerAccount"];

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP33", High,
        "a service of AWS that may act for any account",
        "add `aws:SourceArn` with the resource for which the service acts, or `aws:SourceAccount`",
        &["access-analyzer:RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL"],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        unnamed
    ),
    row!(
        "RP34", High,
        "a service of AWS whose source may be in any account",
        "name the account in `aws:SourceArn`, or in `aws:SourceAccount` beside it",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:orders"}, "StringEquals": {"aws:SourceAccount": "123456789012"}}}"#,
        of_any_account
    ),
    row!(
        "RP35", High,
        "a service of AWS whose source is limited with a gap",
        "take the operator without `IfExists`, `ForAllValues` or negation, and values that not every source has",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLikeIfExists": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        with_gap
    ),
    row!(
        "RP36", Low,
        "a bucket that is known by its name only, not by its account",
        "add `aws:SourceAccount`: when the bucket is deleted, others can take its name",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::maps"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::maps"}, "StringEquals": {"aws:SourceAccount": "123456789012"}}}"#,
        by_name
    ),
    row!(
        "RP37", Critical,
        "everyone but some, by `NotPrincipal` in a statement that allows",
        "name who is let in by `Principal`",
        &["access-analyzer:ALLOW_WITH_NOT_PRINCIPAL", "iam-policy-validator:not_principal_validation", "parliament:NOTPRINCIPAL_WITH_ALLOW", "cfn-nag:F8", "cfn-nag:F9"],
        resource r#"{"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:user/ada"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:user/ada"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        all_but
    ),
];

/// The first service of the statement that would say for whose resource it calls, or that may do anything with a key.
fn naming<'a>(at: &At<'a>) -> Option<&'a str> {
    let is_any_of_keys = acts(at, "kms:PutKeyPolicy");
    let is_one = |service: &&str| NAMING.contains(&short(service)) || is_any_of_keys;
    // What EventBridge publishes to a topic can have no condition.
    let may_name = allows(at, Kind::Resource) && !is_topic_of_eventbridge(at);
    may_name.then(|| services(at).find(is_one)).flatten()
}

fn is_source(condition: &Condition) -> bool {
    is_key(condition, "aws:SourceArn") || is_one_of(condition, ACCOUNT_KEYS)
}

fn unnamed(at: &At<'_>, report: &mut Report<'_>) {
    let Some(service) = naming(at) else { return };
    if !names_source(at) && !at.statement.condition.iter().any(is_source) {
        let message = format!("`{service}` may act on it for any account that asks it to");
        report.add(at.principal(), message).about(first(at)).on(service);
    }
}

fn of_any_account(at: &At<'_>, report: &mut Report<'_>) {
    let Some(service) = naming(at) else { return };
    let conditions = &at.statement.condition;
    let names_account = conditions.iter().any(|it| is_one_of(it, ACCOUNT_KEYS) && gap(it).is_none());
    let found = conditions.iter().find(|it| is_key(it, "aws:SourceArn") && gap(it).is_none() && is_of_any_account(it));
    if let Some(condition) = found.filter(|_| !names_account) {
        let message = format!("`{service}` may act on it for any account, as `{condition}` names none");
        report.add(at.condition(condition), message).about(first(at)).on(service);
    }
}

fn with_gap(at: &At<'_>, report: &mut Report<'_>) {
    let Some(service) = naming(at) else { return };
    let conditions = &at.statement.condition;
    let found = conditions.iter().find(|it| is_source(it));
    if let Some(condition) = found.filter(|_| !names_source(at)) {
        let message = format!("`{service}` may act on it for any account, as every source passes `{condition}`");
        report.add(at.condition(condition), message).about(first(at)).on(service);
    }
}

fn by_name(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Resource) || !services(at).any(|service| short(service) == "s3") {
        return;
    }
    let conditions = &at.statement.condition;
    let by_name = |it: &&Condition| is_key(it, "aws:SourceArn") && it.values.iter().any(|it| it.contains(":s3:::"));
    if let Some(condition) =
        conditions.iter().find(by_name).filter(|_| !conditions.iter().any(|it| is_one_of(it, ACCOUNT_KEYS)))
    {
        let message = format!("`{condition}` names a bucket, and no `aws:SourceAccount` says whose it is");
        report.add(at.condition(condition), message).about(first(at)).on("s3.amazonaws.com");
    }
}

fn all_but(at: &At<'_>, report: &mut Report<'_>) {
    let negated = at.statement.principal.as_ref().is_some_and(crate::Listed::is_negated);
    if negated && (allows(at, Kind::Resource) || allows(at, Kind::Trust)) {
        report
            .add(at.principal(), "it allows everyone but those it lists, requests without credentials included")
            .about(first(at));
    }
}

fn first<'a>(at: &At<'a>) -> &'a str {
    at.statement.action.iter().next().map_or("*", |it| it.as_str())
}
