//! Sources that no service can have.

use super::principals::{allows, is_account, services, short};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::{has_wildcard, is_key};
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::condition::{Condition, Operator};
use crate::evaluate::arn_parts;

/// What the ARN of a source has as its service, by the service that calls.
const SOURCES: &[(&str, &[&str])] = &[
    ("apigateway", &["execute-api", "apigateway"]),
    ("cloudfront", &["cloudfront"]),
    ("cloudtrail", &["cloudtrail"]),
    ("cloudwatch", &["cloudwatch"]),
    ("cognito-idp", &["cognito-idp"]),
    ("elasticloadbalancing", &["elasticloadbalancing"]),
    ("events", &["events"]),
    ("iot", &["iot"]),
    ("s3", &["s3"]),
    ("scheduler", &["scheduler"]),
    ("secretsmanager", &["secretsmanager"]),
    ("ses", &["ses"]),
    ("sns", &["sns"]),
    ("states", &["states"]),
];

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP38", High,
        "a source that never matches, for its wildcards are none",
        "compare `aws:SourceArn` by `ArnLike`, which knows wildcards",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:*"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:*"}}}"#,
        wildcards
    ),
    row!(
        "RP39", High,
        "an account as `aws:SourceArn`",
        "give the account as `aws:SourceAccount`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "123456789012"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}"#,
        account_as_arn
    ),
    row!(
        "RP40", High,
        "an ARN as `aws:SourceAccount`",
        "give the ARN as `aws:SourceArn`, and only its account as `aws:SourceAccount`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:SourceAccount": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}"#,
        arn_as_account
    ),
    row!(
        "RP41", High,
        "a source of another service than the one that calls",
        "name a resource of the service, or the service of the resource",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::maps"}, "StringEquals": {"aws:SourceAccount": "123456789012"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::maps"}, "StringEquals": {"aws:SourceAccount": "123456789012"}}}"#,
        of_other_service
    ),
];

fn conditions<'a>(at: &At<'a>, key: &'static str) -> impl Iterator<Item = &'a Condition> + use<'a> {
    let allows = allows(at, Kind::Resource) || allows(at, Kind::Trust);
    at.statement.condition.iter().filter(move |it| allows && is_key(it, key))
}

fn wildcards(at: &At<'_>, report: &mut Report<'_>) {
    for condition in conditions(at, "aws:SourceArn") {
        let exact = matches!(condition.operator, Operator::StringEquals | Operator::StringEqualsIgnoreCase);
        if let Some(value) = condition.values.iter().find(|it| exact && has_wildcard(it)) {
            let message = format!(
                "`{}` takes the wildcards of `{value}` for what they are, so it never matches",
                condition.operator
            );
            report.add(at.condition(condition), message).on(value);
        }
    }
}

fn account_as_arn(at: &At<'_>, report: &mut Report<'_>) {
    for condition in conditions(at, "aws:SourceArn") {
        if let Some(value) = condition.values.iter().find(|it| is_account(it)) {
            report
                .add(at.condition(condition), format!("`{value}` is the id of an account, not the ARN of a source"))
                .on(value);
        }
    }
}

fn arn_as_account(at: &At<'_>, report: &mut Report<'_>) {
    for condition in conditions(at, "aws:SourceAccount") {
        if let Some(value) = condition.values.iter().find(|it| it.starts_with("arn:")) {
            report.add(at.condition(condition), format!("`{value}` is an ARN, not the id of an account")).on(value);
        }
    }
}

fn of_other_service(at: &At<'_>, report: &mut Report<'_>) {
    let mut services = services(at);
    let (Some(service), None) = (services.next(), services.next()) else { return };
    let Some((_, expected)) = SOURCES.iter().find(|(name, _)| *name == short(service)) else { return };
    for condition in conditions(at, "aws:SourceArn").filter(|it| !it.operator.is_negated()) {
        let of_other = |value: &&String| {
            arn_parts(value).is_some_and(|parts| {
                let is_plain = parts[2].bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
                is_plain && !expected.contains(&parts[2])
            })
        };
        if let Some(value) = condition.values.iter().find(of_other) {
            let message = format!("`{service}` never calls for `{value}`: expected an ARN of `{}`", expected[0]);
            report.add(at.condition(condition), message).on(value);
        }
    }
}
