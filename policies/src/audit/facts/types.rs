//! Whether the operators of conditions suit the values that their keys have.

use super::known::condition_key;
use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Named, Test, quoted, variables};
use crate::catalogue::{ConditionKey, ValueType};
use crate::condition::{Operator, Quantifier};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "CT15",
            severity: Severity::Error,
            title: "an operator that cannot compare what the key has",
            fix: "use an operator for the type of the key",
            also_known_as: &["iam-policy-validator:type_mismatch", "parliament:MISMATCHED_TYPE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringNotLike": {"aws:SourceIp": "203.0.113.*"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}}"#,
        ),
        check: Check::Written(cannot_compare),
    },
    PolicyRule {
        rule: Rule {
            id: "CT16",
            severity: Severity::Low,
            title: "a string operator on a key that is not of texts",
            fix: "use `ArnLike` for ARNs, which compares them part by part, and `Bool` for booleans",
            also_known_as: &[
                "access-analyzer:STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
                "iam-policy-validator:type_mismatch_usable",
                "parliament:MISMATCHED_TYPE_BUT_USABLE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}}}}"#,
        ),
        check: Check::Written(as_text),
    },
    PolicyRule {
        rule: Rule {
            id: "CT17",
            severity: Severity::High,
            title: "a key with several values tested like one with a single value",
            fix: "say `ForAnyValue:` or `ForAllValues:` before the operator",
            also_known_as: &["access-analyzer:MISSING_QUALIFIER"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:TagQueue", "Resource": "*", "Condition": {"StringEquals": {"aws:TagKeys": "team"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:TagQueue", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}}}"#,
        ),
        check: Check::Written(several_as_one),
    },
    PolicyRule {
        rule: Rule {
            id: "CT18",
            severity: Severity::High,
            title: "`ForAllValues` on a key with a single value",
            fix: "leave it away: with it the test holds for requests without the key",
            also_known_as: &[
                "access-analyzer:FORALLVALUES_WITH_SINGLE_VALUED_KEY",
                "iam-policy-validator:set_operator_on_single_valued_key",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:TagQueue", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}}}"#,
        ),
        check: Check::Written(|policy, report| one_as_several(policy, Quantifier::ForAllValues, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "CT19",
            severity: Severity::Low,
            title: "`ForAnyValue` on a key with a single value",
            fix: "leave it away: it is for keys with several values",
            also_known_as: &["iam-policy-validator:set_operator_on_single_valued_key"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}}}"#,
        ),
        check: Check::Written(|policy, report| one_as_several(policy, Quantifier::ForAnyValue, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "CT20",
            severity: Severity::Error,
            title: "a policy variable for a key with several values",
            fix: "use a key with a single value: others cannot stand in a text",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:PrincipalOrgPaths}/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:PrincipalOrgID}/*"}}"#,
        ),
        check: Check::Written(variable_of_several),
    },
];

/// Calls `look` with each test whose operator and key are known.
fn each(policy: &Policy, mut look: impl FnMut(Test<'_>, Named, &'static ConditionKey)) {
    for (statement, members) in policy.objects() {
        for test in written::tests(&statement, members) {
            if let Some((named, key)) = test.named().zip(condition_key(test.key)) {
                look(test, named, key);
            }
        }
    }
}

/// How an operator suits the values of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suits {
    Well,
    AsText,
    NotAtAll,
}

fn suits(operator: Operator, values: ValueType) -> Suits {
    let name = operator.name();
    let starts = |word: &str| name.starts_with(word);
    match values {
        _ if operator == Operator::Null => Suits::Well,
        ValueType::Arn | ValueType::Bool if starts("String") => Suits::AsText,
        ValueType::Arn if starts("Arn") => Suits::Well,
        ValueType::Bool if starts("Bool") => Suits::Well,
        // Times are also compared as the numbers of their seconds, and ages as times.
        ValueType::Date | ValueType::Numeric if starts("Date") || starts("Numeric") => Suits::Well,
        // What the catalogue has as numbers, services may send as texts.
        ValueType::Numeric if starts("String") => Suits::Well,
        ValueType::IpAddress if operator == Operator::IpAddress || operator == Operator::NotIpAddress => Suits::Well,
        // Texts such as tags may hold anything.
        ValueType::String if !(starts("Date") || name.ends_with("IpAddress")) => Suits::Well,
        _ => Suits::NotAtAll,
    }
}

const fn words(values: ValueType) -> &'static str {
    match values {
        ValueType::Arn => "ARNs",
        ValueType::Bool => "booleans",
        ValueType::Date => "dates",
        ValueType::IpAddress => "IP addresses",
        ValueType::Numeric => "numbers",
        ValueType::String => "texts",
    }
}

fn cannot_compare(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, named, key| {
        if suits(named.operator, key.values) == Suits::NotAtAll && !is_of_any_type(key) {
            let message = format!(
                "the values of {} are {}: `{}` does not compare them",
                quoted(test.key),
                words(key.values),
                named.operator
            );
            report.add(test.pointer(), message);
        }
    });
}

/// Whether its values are what the user makes them.
fn is_of_any_type(key: &ConditionKey) -> bool {
    key.name.contains("${")
}

/// Whether all values are whole ARNs, which are equal as texts too.
fn are_whole_arns(test: Test<'_>, key: &ConditionKey) -> bool {
    let is_whole = |text: &str| text.starts_with("arn:") && !text.contains(['*', '?']);
    key.values == ValueType::Arn && test.texts().all(|(_, text)| is_whole(&text))
}

fn as_text(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, named, key| {
        if suits(named.operator, key.values) == Suits::AsText && !are_whole_arns(test, key) {
            let message = format!(
                "the values of {} are {}: `{}` compares them as texts",
                quoted(test.key),
                words(key.values),
                named.operator
            );
            report.add(test.pointer(), message);
        }
    });
}

fn several_as_one(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, named, key| {
        if key.multivalued && named.quantifier.is_none() && named.operator != Operator::Null {
            report.add(test.pointer(), format!("requests have several values for {}", quoted(test.key)));
        }
    });
}

fn one_as_several(policy: &Policy, quantifier: Quantifier, report: &mut Report<'_>) {
    each(policy, |test, named, key| {
        // Identity providers may send several values for any of their keys.
        let is_of_aws = test.key.split_once(':').is_some_and(|(prefix, _)| !prefix.contains('.') && prefix != "saml");
        let is_quantified = named.quantifier == Some(quantifier) && named.operator != Operator::Null;
        if is_quantified && !key.multivalued && is_of_aws {
            report.add(test.pointer(), format!("requests have one value for {}", quoted(test.key)));
        }
    });
}

fn variable_of_several(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for it in written::resources(&statement, members) {
            for inside in variables(it.text).flatten() {
                let key = inside.split_once(',').map_or(inside, |(key, _)| key);
                if condition_key(key).is_some_and(|key| key.multivalued) {
                    let message = format!("the variable in {} stands for several values", quoted(it.text));
                    report.add(it.pointer(), message).on(it.text);
                }
            }
        }
    }
}
