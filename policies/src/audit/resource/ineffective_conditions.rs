//! Conditions on who calls that let everyone through.

use super::principals::{Open, allows, is_public, open};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::{Gap, is_key};
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

/// What lets everyone through a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Addresses,
    Values,
    IfExists,
    ForAllValues,
    Negated,
    Null,
    AnyAccount,
    Spoofable,
    Unrelated,
}

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP24", Critical,
        "everyone, by an address range that holds every address",
        "name the ranges that are needed",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}"#,
        |at, report| through(at, Way::Addresses, report)
    ),
    row!(
        "RP25", Critical,
        "everyone, by a pattern that every value matches",
        "name the values that are needed",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringLike": {"aws:PrincipalOrgID": "*"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringLike": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| through(at, Way::Values, report)
    ),
    row!(
        "RP26", Critical,
        "everyone without the key of a condition, by `IfExists`",
        "take the operator without `IfExists`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| through(at, Way::IfExists, report)
    ),
    row!(
        "RP27", Critical,
        "everyone without the key of a condition, by `ForAllValues`",
        "take `ForAnyValue`, or the operator alone for a key with one value",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}}"#,
        |at, report| through(at, Way::ForAllValues, report)
    ),
    row!(
        "RP28", Critical,
        "everyone but some, by a negated operator",
        "name who is let in with a positive operator, and whom to keep out in a statement that denies",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| through(at, Way::Negated, report)
    ),
    row!(
        "RP29", Critical,
        "everyone who has a key, or has it not, whatever its value",
        "name the values that are needed",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"Null": {"aws:PrincipalOrgID": "false"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        |at, report| through(at, Way::Null, report)
    ),
    row!(
        "RP30", Critical,
        "everyone, by a source or role in any account",
        "name the account in the ARN, or in `aws:SourceAccount` or `aws:PrincipalAccount`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:orders"}}}"#,
        |at, report| through(at, Way::AnyAccount, report)
    ),
    row!(
        "RP31", Critical,
        "everyone, by a header that every caller can send",
        "name the principals, the organization or the network; `aws:Referer` and `aws:UserAgent` are the caller's own words",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringLike": {"aws:Referer": "https://example.com/*"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-a1b2c3d4"}}}"#,
        |at, report| through(at, Way::Spoofable, report)
    ),
    row!(
        "RP32", Critical,
        "everyone, under a condition that says nothing of who calls",
        "add a condition on who calls, such as `aws:PrincipalOrgID` or `aws:SourceAccount`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceAccount": "123456789012"}}}"#,
        |at, report| through(at, Way::Unrelated, report)
    ),
];

fn through(at: &At<'_>, way: Way, report: &mut Report<'_>) {
    if !allows(at, Kind::Resource) || !is_public(at) {
        return;
    }
    let (found, condition) = match open(at) {
        Some(Open::Gap(Gap::Everything, condition)) if is_key(condition, "aws:SourceIp") => (Way::Addresses, condition),
        Some(Open::Gap(gap, condition)) => (of(gap), condition),
        Some(Open::AnyAccount(condition)) => (Way::AnyAccount, condition),
        Some(Open::Spoofable(condition)) => (Way::Spoofable, condition),
        Some(Open::Unrelated) => match at.statement.condition.first() {
            // A function's URL has a rule of its own.
            Some(first) if !is_key(first, "lambda:FunctionUrlAuthType") => (Way::Unrelated, first),
            _ => return,
        },
        Some(Open::Unconditioned) | None => return,
    };
    if found == way {
        let message = format!("it is for `*`, and {} `{condition}`", passing(way));
        let about = at.statement.action.iter().next().map_or("*", |it| it.as_str());
        report.add(at.condition(condition), message).about(about).on("*");
    }
}

/// Who passes a condition, in words that come before it.
const fn passing(way: Way) -> &'static str {
    match way {
        Way::Addresses | Way::Values => "everyone passes",
        Way::IfExists | Way::ForAllValues => "everyone whose request is without the key passes",
        Way::Negated => "everyone but those it names passes",
        Way::Null => "everyone with the key, or without it, passes",
        Way::AnyAccount => "what is named so in any account passes",
        Way::Spoofable => "everyone who sends the header passes",
        Way::Unrelated => "callers of any account can pass",
    }
}

const fn of(gap: Gap) -> Way {
    match gap {
        Gap::IfExists => Way::IfExists,
        Gap::ForAllValues => Way::ForAllValues,
        Gap::Null => Way::Null,
        Gap::Negated => Way::Negated,
        Gap::Everything => Way::Values,
    }
}
