//! How conditions are written: operators, keys and lists of values.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>

use std::collections::BTreeMap;
use std::mem::discriminant;

use serde_json::Value as Json;

use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Test, escaped, has_variable, quoted, shown};
use crate::condition::Operator;
use crate::nearest::nearest;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR58",
            severity: Severity::Error,
            title: "a condition operator that IAM does not have",
            fix: "use one of IAM's operators, with its case",
            also_known_as: &["access-analyzer:INVALID_CONDITION_OPERATOR", "iam-policy-validator:invalid_operator"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEqual": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}"#,
        ),
        check: Check::Written(unknown_operator),
    },
    PolicyRule {
        rule: Rule {
            id: "GR59",
            severity: Severity::Error,
            title: "`Null` with `IfExists`",
            fix: "write `Null`, which is itself about existence",
            also_known_as: &["access-analyzer:NULL_WITH_IF_EXISTS"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"NullIfExists": {"aws:TokenIssueTime": "true"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Null": {"aws:TokenIssueTime": "true"}}}}"#,
        ),
        check: Check::Written(null_if_exists),
    },
    PolicyRule {
        rule: Rule {
            id: "GR60",
            severity: Severity::Low,
            title: "`Null` with `ForAllValues` or `ForAnyValue`",
            fix: "write `Null` alone: it asks whether there is any value",
            also_known_as: &["access-analyzer:NULL_WITH_QUALIFIER"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:TagQueue", "Resource": "*", "Condition": {"ForAllValues:Null": {"aws:TagKeys": "true"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:TagQueue", "Resource": "*", "Condition": {"Null": {"aws:TagKeys": "true"}}}}"#,
        ),
        check: Check::Written(null_quantified),
    },
    PolicyRule {
        rule: Rule {
            id: "GR61",
            severity: Severity::Low,
            title: "an empty condition",
            fix: "remove it, or write what it was meant to ask for",
            also_known_as: &["access-analyzer:EMPTY_OBJECT_CONDITION"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}"#,
        ),
        check: Check::Written(empty),
    },
    PolicyRule {
        rule: Rule {
            id: "GR62",
            severity: Severity::Error,
            title: "a condition on a key without values",
            fix: "write the values; a test without any never passes, or always when it is negated",
            also_known_as: &[
                "access-analyzer:EMPTY_ARRAY_CONDITION",
                "access-analyzer:EMPTY_ARRAY_CONDITION_FORALLVALUES",
                "access-analyzer:EMPTY_ARRAY_CONDITION_FORANYVALUE",
                "access-analyzer:EMPTY_ARRAY_CONDITION_IFEXISTS",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": []}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}}}}"#,
        ),
        check: Check::Written(no_values),
    },
    PolicyRule {
        rule: Rule {
            id: "GR63",
            severity: Severity::Error,
            title: "a condition key without a prefix",
            fix: "write the key with its prefix and a colon, such as `aws:SourceArn`",
            also_known_as: &["access-analyzer:INVALID_CONDITION_KEY_FORMAT"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"SecureTransport": "false"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}"#,
        ),
        check: Check::Written(key_form),
    },
    PolicyRule {
        rule: Rule {
            id: "GR64",
            severity: Severity::Error,
            title: "a condition on a tag without its name",
            fix: "write the tag's name after a slash, such as `aws:ResourceTag/team`",
            also_known_as: &["access-analyzer:MISSING_TAG_KEY_IN_CONDITION"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag": "green"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "green"}}}}"#,
        ),
        check: Check::Written(no_tag),
    },
    PolicyRule {
        rule: Rule {
            id: "GR65",
            severity: Severity::Error,
            title: "a condition key twice in different case",
            fix: "write the key once with all of its values: its case has no meaning",
            also_known_as: &["access-analyzer:DUPLICATE_KEYS_WITH_DIFFERENT_CASE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1", "aws:requestedregion": "sa-east-1"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "sa-east-1"]}}}}"#,
        ),
        check: Check::Written(key_twice),
    },
    PolicyRule {
        rule: Rule {
            id: "GR66",
            severity: Severity::Error,
            title: "a condition's value that is no text, number or boolean",
            fix: "write the value as a text, or several as one list of texts",
            also_known_as: &["access-analyzer:DATA_TYPE_MISMATCH"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": null}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "null"}}}}"#,
        ),
        check: Check::Written(value_kind),
    },
    PolicyRule {
        rule: Rule {
            id: "GR67",
            severity: Severity::Error,
            title: "values of different kinds of JSON for one key",
            fix: "write all of them as texts",
            also_known_as: &["access-analyzer:INVALID_CONDITION_DATA_TYPE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericEquals": {"s3:max-keys": [10, "20"]}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericEquals": {"s3:max-keys": ["10", "20"]}}}}"#,
        ),
        check: Check::Written(mixed_kinds),
    },
    PolicyRule {
        rule: Rule {
            id: "GR68",
            severity: Severity::Error,
            title: "`Bool` with several values",
            fix: "write the one of `true` and `false` that is meant",
            also_known_as: &["access-analyzer:INVALID_CONDITION_MULTIPLE_BOOLEAN"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}}}"#,
        ),
        check: Check::Written(several_booleans),
    },
];

/// Calls `look` with each operator of each condition, its place and its keys.
fn each_operator(policy: &Policy, mut look: impl FnMut(String, &str, &Json)) {
    for (statement, members) in policy.objects() {
        for (operator, keys) in members.get("Condition").and_then(Json::as_object).into_iter().flatten() {
            look(format!("{statement}/Condition/{}", escaped(operator)), operator, keys);
        }
    }
}

/// Calls `look` with each test of each condition.
fn each_test(policy: &Policy, mut look: impl FnMut(Test<'_>)) {
    for (statement, members) in policy.objects() {
        written::tests(&statement, members).for_each(&mut look);
    }
}

fn unknown_operator(policy: &Policy, report: &mut Report<'_>) {
    each_operator(policy, |pointer, name, _| {
        if written::operator(name).is_none() {
            let finding = report.add(pointer, format!("{} is no condition operator", quoted(name)));
            if let Some(meant) = meant(name) {
                finding.help(format!("did you mean `{meant}`?"));
            }
        }
    });
}

/// The operator that `name` is most likely a slip of, with what is written around it.
fn meant(name: &str) -> Option<String> {
    let (before, rest) = name.split_once(':').map_or((None, name), |(before, rest)| (Some(before), rest));
    let before = match before {
        Some(before) => format!("{}:", nearest(before, ["ForAllValues", "ForAnyValue"])?),
        None => String::new(),
    };
    let plain = Operator::ALL.iter().map(|operator| operator.name().to_owned());
    let if_exists = plain.clone().filter(|name| name != "Null").map(|name| format!("{name}IfExists"));
    let names: Vec<_> = plain.chain(if_exists).collect();
    Some(format!("{before}{}", nearest(rest, names.iter().map(String::as_str))?))
}

fn null_if_exists(policy: &Policy, report: &mut Report<'_>) {
    each_operator(policy, |pointer, name, _| {
        if written::operator(name).is_some_and(|it| it.operator == Operator::Null && it.if_exists) {
            report.add(pointer, format!("{} asks twice for existence: expected `Null`", quoted(name)));
        }
    });
}

fn null_quantified(policy: &Policy, report: &mut Report<'_>) {
    each_operator(policy, |pointer, name, _| {
        let named = written::operator(name).filter(|it| it.operator == Operator::Null);
        if let Some(quantifier) = named.and_then(|it| it.quantifier) {
            report.add(pointer, format!("`Null` has `{quantifier:?}`, with which its answer is always the same"));
        }
    });
}

fn empty(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        if members.get("Condition").and_then(Json::as_object).is_some_and(serde_json::Map::is_empty) {
            report.add(format!("{statement}/Condition"), "the condition is empty");
        }
    }
    each_operator(policy, |pointer, name, keys| {
        if keys.as_object().is_some_and(serde_json::Map::is_empty) {
            report.add(pointer, format!("{} has no key to test", quoted(name)));
        }
    });
}

fn no_values(policy: &Policy, report: &mut Report<'_>) {
    each_test(policy, |test| {
        if test.values.as_array().is_some_and(Vec::is_empty) {
            report.add(test.pointer(), format!("`{}` of {} has no values", test.operator, quoted(test.key)));
        }
    });
}

fn key_form(policy: &Policy, report: &mut Report<'_>) {
    each_test(policy, |test| {
        let (prefix, name) = test.key.split_once(':').unwrap_or_default();
        let is_formed = !prefix.is_empty() && !name.is_empty() && test.key.trim() == test.key;
        if !is_formed && !has_variable(test.key) {
            let why = if test.key.trim() == test.key { "is no condition key" } else { "has space around it" };
            report.add(test.pointer(), format!("{} {why}: expected such as `aws:SourceArn`", quoted(test.key)));
        }
    });
}

/// What must be followed by the name of a tag.
const TAG_KEYS: &[&str] = &["requesttag", "resourcetag", "principaltag", "existingobjecttag", "requestobjecttag"];

fn no_tag(policy: &Policy, report: &mut Report<'_>) {
    each_test(policy, |test| {
        let Some((_, name)) = test.key.split_once(':') else { return };
        let (name, tag) = name.split_once('/').unwrap_or((name, ""));
        if tag.is_empty() && TAG_KEYS.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            report.add(test.pointer(), format!("{} names no tag", quoted(test.key)));
        }
    });
}

fn key_twice(policy: &Policy, report: &mut Report<'_>) {
    each_operator(policy, |pointer, _, keys| {
        let mut seen = BTreeMap::new();
        for key in keys.as_object().into_iter().flatten().map(|(key, _)| key) {
            if let Some(first) = seen.insert(key.to_lowercase(), key) {
                let message = format!("{} is the same key as {}", quoted(key), quoted(first));
                report.add(format!("{pointer}/{}", escaped(key)), message);
            }
        }
    });
}

fn value_kind(policy: &Policy, report: &mut Report<'_>) {
    each_test(policy, |test| {
        for (index, json) in written::items(Some(test.values)) {
            if matches!(json, Json::Null | Json::Object(_) | Json::Array(_)) {
                let message = format!("{} is tested with {}: expected a text", quoted(test.key), shown(json));
                report.add(test.value_pointer(index), message);
            }
        }
    });
}

fn mixed_kinds(policy: &Policy, report: &mut Report<'_>) {
    each_test(policy, |test| {
        let mut kinds =
            test.values.as_array().into_iter().flatten().filter(|json| !json.is_object() && !json.is_array());
        let Some(first) = kinds.next() else { return };
        if let Some(other) = kinds.find(|json| discriminant(*json) != discriminant(first)) {
            let message = format!("the values of {} are of different kinds: {first} and {other}", quoted(test.key));
            report.add(test.pointer(), message);
        }
    });
}

fn several_booleans(policy: &Policy, report: &mut Report<'_>) {
    each_test(policy, |test| {
        let is_boolean = test.named().is_some_and(|it| matches!(it.operator, Operator::Bool | Operator::Null));
        let count = test.values.as_array().map_or(1, Vec::len);
        if is_boolean && count > 1 {
            let message = format!("`{}` of {} has {count} values: expected one", test.operator, quoted(test.key));
            report.add(test.pointer(), message);
        }
    });
}
