//! Conditions that guard less than they seem to.

use super::place::allows;
use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::catalogue;
use crate::condition::{Condition, Operator, Quantifier};
use crate::document::Effect;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB50",
            severity: Severity::Medium,
            title: "`ForAllValues` in an allowance, which holds for requests without the key",
            fix: "add `\"Null\": {key: \"false\"}`, so that the request must have the key",
            also_known_as: &["iam-policy-validator:set_operator_validation"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings", "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:userid}"]}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings", "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:userid}"]}, "Null": {"dynamodb:LeadingKeys": "false"}}}]}"#,
        ),
        check: Check::Statement(all_of_none),
    },
    PolicyRule {
        rule: Rule {
            id: "WB52",
            severity: Severity::Medium,
            title: "`IfExists` in an allowance with a key that says where a request is from or who makes it",
            fix: "leave out `IfExists`: with it the test holds for requests without the key",
            also_known_as: &["iam-policy-validator:ifexists_condition_usage"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole", "Condition": {"StringEqualsIfExists": {"sts:ExternalId": "maps"}}}]}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "maps"}}}]}"#,
        ),
        check: Check::Statement(if_exists),
    },
    PolicyRule {
        rule: Rule {
            id: "WB53",
            severity: Severity::High,
            title: "a denial without multi-factor authentication that lets long-term access keys through",
            fix: "use `BoolIfExists`: requests signed with long-term keys lack `aws:MultiFactorAuthPresent`",
            also_known_as: &["parliament:BAD_PATTERN_FOR_MFA", "iam-policy-validator:mfa_condition_antipattern"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        ),
        check: Check::Statement(without_factor),
    },
    PolicyRule {
        rule: Rule {
            id: "WB54",
            severity: Severity::High,
            title: "an allowance without multi-factor authentication where it is asked about",
            fix: "allow with `\"Bool\": {\"aws:MultiFactorAuthPresent\": \"true\"}`",
            also_known_as: &["parliament:BAD_PATTERN_FOR_MFA", "iam-policy-validator:mfa_condition_antipattern"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings", "Condition": {"Null": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}"#,
        ),
        check: Check::Statement(present_factor),
    },
    PolicyRule {
        rule: Rule {
            id: "WB55",
            severity: Severity::Medium,
            title: "an allowance whose conditions all say when it does not hold",
            fix: "add a condition that says when it holds, or write the exception as a `Deny`",
            also_known_as: &[],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1234567890abcdef0"}}}]}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1234567890abcdef0"}}}]}"#,
        ),
        check: Check::Statement(only_negated),
    },
    PolicyRule {
        rule: Rule {
            id: "WB56",
            severity: Severity::Low,
            title: "`IfExists` with a key that every request has",
            fix: "leave out `IfExists`",
            also_known_as: &["iam-policy-validator:ifexists_condition_usage"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"DateLessThanIfExists": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}}]}"#,
        ),
        check: Check::Statement(always_exists),
    },
];

/// Keys of which a request without them is no danger to an allowance: they limit what it adds.
const OF_TAGS: [&str; 2] = ["aws:tagkeys", "aws:requesttag/"];

/// Keys that say where a request is from or who makes it, in lowercase.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const OF_ORIGIN: [&str; 17] = [
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "sts:externalid",
];

/// Keys that every request has, in lowercase.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const OF_ALL_REQUESTS: [&str; 4] = ["aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:securetransport"];

const FACTOR: &str = "aws:MultiFactorAuthPresent";

/// Whether the statement holds only for requests with the key.
fn needs_key(at: &At<'_>, key: &str) -> bool {
    at.statement.condition.iter().any(|it| {
        let is_present = it.operator == Operator::Null && it.values.iter().all(|value| value == "false");
        let is_tested = it.operator != Operator::Null && !it.operator.is_negated() && !it.if_exists;
        let holds_without = it.quantifier == Some(Quantifier::ForAllValues);
        it.key.eq_ignore_ascii_case(key) && !holds_without && (is_present || is_tested)
    })
}

fn is_one_of(key: &str, keys: &[&str]) -> bool {
    let key = key.to_ascii_lowercase();
    keys.iter().any(|known| key == *known || (known.ends_with('/') && key.starts_with(known)))
}

/// The conditions of an allowance that hold for each value of a key, also when there is none.
fn for_all<'a>(at: &At<'a>) -> impl Iterator<Item = &'a Condition> {
    let conditions = if allows(at) { at.statement.condition.as_slice() } else { &[] };
    conditions
        .iter()
        .filter(|it| it.quantifier == Some(Quantifier::ForAllValues) && it.operator != Operator::Null && !it.if_exists)
}

fn has_one_value(key: &str) -> bool {
    catalogue::condition_key(key).is_some_and(|known| !known.multivalued)
}

/// The actions whose every request names the partition keys of its items, so that it has `dynamodb:LeadingKeys`.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
const OF_ITEMS: [&str; 7] = [
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];

/// Whether all requests for the statement's actions have the key.
fn always_has_key(at: &At<'_>, key: &str) -> bool {
    let actions = &at.statement.action;
    let is_of_items = |action: &str| OF_ITEMS.iter().any(|it| it.eq_ignore_ascii_case(action));
    key.eq_ignore_ascii_case("dynamodb:LeadingKeys")
        && !actions.is_negated()
        && actions.iter().all(|it| is_of_items(it.as_str()))
}

fn all_of_none(at: &At<'_>, report: &mut Report<'_>) {
    for condition in for_all(at) {
        let key = &condition.key;
        if !has_one_value(key) && !is_one_of(key, &OF_TAGS) && !needs_key(at, key) && !always_has_key(at, key) {
            let message = format!("`{}` holds for requests without `{key}`", condition.operator_name());
            report.add(at.condition(condition), message);
        }
    }
}

fn if_exists(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at) {
        return;
    }
    for condition in at.statement.condition.iter().filter(|it| it.if_exists && !it.operator.is_negated()) {
        if is_one_of(&condition.key, &OF_ORIGIN) && !needs_key(at, &condition.key) {
            let message = format!("`{}` holds for requests without `{}`", condition.operator_name(), condition.key);
            report.add(at.condition(condition), message);
        }
    }
}

fn without_factor(at: &At<'_>, report: &mut Report<'_>) {
    if at.statement.effect != Effect::Deny {
        return;
    }
    for condition in &at.statement.condition {
        let is_false = condition.values.iter().any(|it| it.eq_ignore_ascii_case("false"));
        let plain = condition.operator == Operator::Bool && !condition.if_exists && condition.quantifier.is_none();
        if condition.key.eq_ignore_ascii_case(FACTOR) && is_false && plain {
            let message = format!("`{}` is not there when a request is signed with a long-term key", condition.key);
            report.add(at.condition(condition), message);
        }
    }
}

fn present_factor(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at) {
        return;
    }
    for condition in at.statement.condition.iter().filter(|it| it.key.eq_ignore_ascii_case(FACTOR)) {
        let is_false = condition.values.iter().any(|it| it.eq_ignore_ascii_case("false"));
        let message = match condition.operator {
            Operator::Bool if is_false => "it allows requests that were made without the second factor",
            // The key is there, with `false`, for the temporary credentials of a user without the second factor.
            Operator::Null if !requires_factor(at) => "it asks whether the key is there, not whether it is `true`",
            _ => continue,
        };
        report.add(at.condition(condition), message);
    }
}

fn requires_factor(at: &At<'_>) -> bool {
    at.statement.condition.iter().any(|it| {
        it.operator == Operator::Bool && it.key.eq_ignore_ascii_case(FACTOR) && it.values.iter().all(|it| it == "true")
    })
}

fn only_negated(at: &At<'_>, report: &mut Report<'_>) {
    let conditions = &at.statement.condition;
    if allows(at)
        && let Some(first) = conditions.first()
        && conditions.iter().all(|it| it.operator.is_negated())
    {
        let message = format!("`{}` holds for every other `{}`, and without it", first.operator_name(), first.key);
        report.add(at.condition(first), message);
    }
}

fn always_exists(at: &At<'_>, report: &mut Report<'_>) {
    for condition in at.statement.condition.iter().filter(|it| it.if_exists) {
        if is_one_of(&condition.key, &OF_ALL_REQUESTS) {
            report.add(at.condition(condition), format!("every request has `{}`", condition.key));
        }
    }
}
