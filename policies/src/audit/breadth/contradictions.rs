//! Conditions that can never hold, or always do.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::wildcard;
use crate::condition::{Condition, Operator};
use crate::evaluate::{moment, number, range};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB70",
            severity: Severity::Medium,
            title: "conditions on a key that no value meets together",
            fix: "remove one of the two: all conditions of a statement must hold, so it never applies",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"s3:prefix": "atlas/"}, "StringNotLike": {"s3:prefix": "atlas*"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"s3:prefix": ["atlas/", "globe/"]}, "StringNotLike": {"s3:prefix": "atlas*"}}}]}"#,
        ),
        check: Check::Statement(no_value),
    },
    PolicyRule {
        rule: Rule {
            id: "WB71",
            severity: Severity::Medium,
            title: "a condition on a key that the request must not have",
            fix: "remove the `Null` with `true`, or the other condition: the statement never applies",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"s3:prefix": "atlas/"}, "Null": {"s3:prefix": "true"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"s3:prefix": "atlas/"}, "Null": {"s3:delimiter": "true"}}}]}"#,
        ),
        check: Check::Statement(absent),
    },
    PolicyRule {
        rule: Rule {
            id: "WB72",
            severity: Severity::Medium,
            title: "limits to a number or a time that leave nothing between them",
            fix: "exchange the limits: all conditions of a statement must hold, so it never applies",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2030-12-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2030-11-01T00:00:00Z"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2030-11-01T00:00:00Z"}, "DateLessThan": {"aws:CurrentTime": "2030-12-01T00:00:00Z"}}}]}"#,
        ),
        check: Check::Statement(nothing_between),
    },
    PolicyRule {
        rule: Rule {
            id: "WB73",
            severity: Severity::Medium,
            title: "a condition that holds whatever the request",
            fix: "keep the one value that is meant, or leave the condition out",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"Null": {"aws:SourceVpce": ["true", "false"]}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"Null": {"aws:SourceVpce": "false"}}}]}"#,
        ),
        check: Check::Statement(either),
    },
];

/// How many conditions on one key are compared with each other at most.
const MOST_ON_A_KEY: usize = 16;

/// How many values of a condition are compared with those of another at most.
const MOST_VALUES: usize = 200;

/// The pairs of conditions on one key of a single value, of which both must hold.
fn pairs<'a>(at: &At<'a>) -> Vec<(&'a Condition, &'a Condition)> {
    let mut by_key: BTreeMap<String, Vec<&Condition>> = BTreeMap::new();
    for condition in at.statement.condition.iter().filter(|it| it.quantifier.is_none()) {
        let same = by_key.entry(condition.key.to_ascii_lowercase()).or_default();
        if same.len() < MOST_ON_A_KEY && condition.values.len() <= MOST_VALUES {
            same.push(condition);
        }
    }
    let ordered = |same: &Vec<&'a Condition>| -> Vec<_> {
        let all = same.iter().flat_map(|one| same.iter().map(move |other| (*one, *other)));
        all.filter(|(one, other)| !std::ptr::eq(*one, *other)).collect()
    };
    by_key.values().flat_map(ordered).collect()
}

/// Whether the value of a condition that must be met in the same statement by `value` fails `test`.
fn fails(value: &str, test: &Condition) -> bool {
    use Operator::{
        IpAddress, NotIpAddress, StringEquals, StringEqualsIgnoreCase, StringLike, StringNotEquals,
        StringNotEqualsIgnoreCase, StringNotLike,
    };
    let any = |meets: fn(&str, &str) -> bool| test.values.iter().any(|it| meets(it, value));
    let in_range = |outer: &str, inner: &str| matches!((range(outer), range(inner)), (Some(outer), Some(inner)) if outer.contains(&inner));
    match test.operator {
        StringEquals => !any(|it, value| it == value),
        StringEqualsIgnoreCase => !any(str::eq_ignore_ascii_case),
        StringLike => !any(wildcard::resource_covers),
        StringNotEquals => any(|it, value| it == value),
        StringNotEqualsIgnoreCase => any(str::eq_ignore_ascii_case),
        StringNotLike => any(wildcard::resource_covers),
        NotIpAddress => test.values.iter().any(|it| in_range(it, value)),
        // Ranges that share nothing.
        IpAddress => !test.values.iter().any(|it| in_range(it, value) || in_range(value, it)),
        _ => false,
    }
}

fn no_value(at: &At<'_>, report: &mut Report<'_>) {
    for (met, test) in pairs(at) {
        let of_texts = matches!(met.operator, Operator::StringEquals) && test.operator.name().starts_with("String");
        let of_addresses = met.operator == Operator::IpAddress
            && matches!(test.operator, Operator::IpAddress | Operator::NotIpAddress)
            && met.values.iter().chain(&test.values).all(|it| range(it).is_some());
        let known = met.values.iter().chain(&test.values).all(|it| !it.contains("${"));
        let comparable = known && (of_texts || of_addresses) && !met.if_exists && !met.values.is_empty();
        if comparable && met.values.iter().all(|value| fails(value, test)) {
            let (one, other) = (met.operator_name(), test.operator_name());
            report.add(at.condition(met), format!("what meets `{one}` for `{}` fails `{other}`", met.key));
        }
    }
}

fn absent(at: &At<'_>, report: &mut Report<'_>) {
    for (null, test) in pairs(at) {
        let is_absent = null.operator == Operator::Null && null.values.iter().all(|it| it == "true");
        let needs = test.operator != Operator::Null && !test.operator.is_negated() && !test.if_exists;
        if is_absent && !null.values.is_empty() && needs {
            let name = test.operator_name();
            report.add(at.condition(test), format!("`{name}` needs `{}`, which must not be there", test.key));
        }
    }
}

/// How two limits to a number or a time are ordered.
fn order(operator: Operator, one: &str, other: &str) -> Option<Ordering> {
    if operator.name().starts_with("Date") {
        Some(moment(one)?.cmp(&moment(other)?))
    } else {
        number(one)?.partial_cmp(&number(other)?)
    }
}

fn nothing_between(at: &At<'_>, report: &mut Report<'_>) {
    use Operator::{
        DateGreaterThan, DateGreaterThanEquals, DateLessThan, DateLessThanEquals, NumericGreaterThan,
        NumericGreaterThanEquals, NumericLessThan, NumericLessThanEquals,
    };
    for (low, high) in pairs(at) {
        let both_inclusive = match (low.operator, high.operator) {
            (DateGreaterThanEquals, DateLessThanEquals) | (NumericGreaterThanEquals, NumericLessThanEquals) => true,
            (DateGreaterThan | DateGreaterThanEquals, DateLessThan | DateLessThanEquals)
            | (NumericGreaterThan | NumericGreaterThanEquals, NumericLessThan | NumericLessThanEquals) => false,
            _ => continue,
        };
        let ([least], [most]) = (low.values.as_slice(), high.values.as_slice()) else { continue };
        let is_empty = match order(low.operator, least, most) {
            Some(Ordering::Equal) => !both_inclusive,
            found => found == Some(Ordering::Greater),
        };
        if is_empty && !(low.if_exists && high.if_exists) {
            let message = format!("no `{}` is after `{least}` and before `{most}`", low.key);
            report.add(at.condition(low), message);
        }
    }
}

fn either(at: &At<'_>, report: &mut Report<'_>) {
    for condition in at.statement.condition.iter().filter(|it| it.quantifier.is_none()) {
        let has = |wanted: &str| condition.values.iter().any(|it| it.eq_ignore_ascii_case(wanted));
        let both = condition.operator == Operator::Null && has("true") && has("false");
        let any = condition.if_exists
            && condition.operator == Operator::StringLike
            && condition.values.iter().any(|it| it == "*");
        if both || any {
            let values = if both { "both `true` and `false`" } else { "`*`, and no value," };
            report.add(at.condition(condition), format!("{values} pass for `{}`", condition.key));
        }
    }
}
