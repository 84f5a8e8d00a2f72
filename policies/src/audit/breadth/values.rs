//! Values of conditions that match anything, or otherwise than they look.

use ipnet::IpNet;

use super::place::allows;
use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::wildcard;
use crate::condition::{Condition, Operator};
use crate::evaluate::range;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB60",
            severity: Severity::Medium,
            title: "a condition that any value meets",
            fix: "write the values that are meant; to ask only whether the key is there, use `Null`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringLike": {"aws:PrincipalOrgID": "*"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringLike": {"aws:PrincipalTag/team": "maps-*"}}}]}"#,
        ),
        check: Check::Statement(anything),
    },
    PolicyRule {
        rule: Rule {
            id: "WB62",
            severity: Severity::Low,
            title: "`StringLike` whose values have no wildcards",
            fix: "use `StringEquals` or `StringNotEquals`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringLike": {"s3:prefix": "atlas/"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringLike": {"s3:prefix": ["atlas/", "atlas/*"]}}}]}"#,
        ),
        check: Check::Statement(exact),
    },
    PolicyRule {
        rule: Rule {
            id: "WB63",
            severity: Severity::Medium,
            title: "a range of addresses that takes in all or nearly all of them",
            fix: "write the ranges that requests are expected from",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}"#,
        ),
        check: Check::Statement(any_address),
    },
    PolicyRule {
        rule: Rule {
            id: "WB65",
            severity: Severity::Low,
            title: "several limits to a number or a time, of which one decides",
            fix: "keep the one that decides",
            also_known_as: &["access-analyzer:REDUNDANT_CONDITION_VALUE_NUM"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"NumericLessThan": {"s3:max-keys": ["10", "20"]}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"NumericEquals": {"s3:max-keys": ["10", "20"]}}}]}"#,
        ),
        check: Check::Statement(limits),
    },
    PolicyRule {
        rule: Rule {
            id: "WB66",
            severity: Severity::Low,
            title: "a range of addresses within one that stands beside it",
            fix: "leave out the wider range if the others are enough; else leave out this one",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "203.0.113.128/25"]}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/25", "203.0.113.128/25"]}}}]}"#,
        ),
        check: Check::Statement(nested),
    },
];

/// Whether the operator has wildcards.
fn has_wildcards(operator: Operator) -> bool {
    use Operator::{ArnEquals, ArnLike, ArnNotEquals, ArnNotLike, StringLike, StringNotLike};
    matches!(operator, ArnEquals | ArnLike | ArnNotEquals | ArnNotLike | StringLike | StringNotLike)
}

/// Whether a pattern stands for any text, or for any ARN.
fn is_anything(condition: &Condition, value: &str) -> bool {
    let of_arns = !matches!(condition.operator, Operator::StringLike);
    let all = |text: &str| text.contains('*') && text.chars().all(|char| char == '*');
    all(value) || (of_arns && value.strip_prefix("arn:").is_some_and(|rest| rest.split(':').all(all)))
}

fn anything(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at) {
        return;
    }
    for condition in &at.statement.condition {
        // For the tag of a resource it is how one says that the tag must be there.
        let key = condition.key.to_ascii_lowercase();
        let of_tags = key.contains("requesttag/") || key.contains("resourcetag/");
        let applies = has_wildcards(condition.operator) && !condition.operator.is_negated() && !of_tags;
        let applies = applies && !condition.if_exists;
        if let Some(value) = condition.values.iter().find(|it| applies && is_anything(condition, it)) {
            let message = format!("any `{}` is like `{value}`", condition.key);
            report.add(at.condition(condition), message);
        }
    }
}

fn exact(at: &At<'_>, report: &mut Report<'_>) {
    for condition in &at.statement.condition {
        let like = matches!(condition.operator, Operator::StringLike | Operator::StringNotLike);
        // A variable of a template may stand for a pattern.
        let is_exact = |it: &String| !wildcard::is_in(it) && !it.contains("${");
        if like && !condition.values.is_empty() && condition.values.iter().all(is_exact) {
            let message = format!("no value of `{}` has a wildcard", condition.operator_name());
            report.add(at.condition(condition), message);
        }
    }
}

fn of_addresses(condition: &Condition) -> bool {
    matches!(condition.operator, Operator::IpAddress | Operator::NotIpAddress)
}

/// The longest prefix of a range that takes in an eighth or more of all addresses: all of IPv6 in use has 3 bits.
const WIDEST: u8 = 3;

fn any_address(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at) {
        return;
    }
    for condition in at.statement.condition.iter().filter(|it| it.operator == Operator::IpAddress) {
        let wide = |it: &&String| range(it).is_some_and(|range| range.prefix_len() <= WIDEST);
        if let Some(value) = condition.values.iter().find(wide) {
            let message = format!("`{value}` takes in requests from nearly everywhere");
            report.add(at.condition(condition), message);
        }
    }
}

fn limits(at: &At<'_>, report: &mut Report<'_>) {
    for condition in &at.statement.condition {
        let name = condition.operator.name();
        let is_limit = name.contains("LessThan") || name.contains("GreaterThan");
        let known = condition.values.iter().all(|it| !it.contains("${"));
        if is_limit && known && condition.values.len() > 1 {
            let message =
                format!("`{name}` holds when `{}` passes any of its {} values", condition.key, condition.values.len());
            report.add(at.condition(condition), message);
        }
    }
}

fn nested(at: &At<'_>, report: &mut Report<'_>) {
    for condition in at.statement.condition.iter().filter(|it| of_addresses(it)) {
        let mut ranges: Vec<_> = condition.values.iter().filter_map(|it| Some((range(it)?.trunc(), it))).collect();
        // A range comes right after those that take it in, or after others that they take in.
        ranges.sort_unstable_by_key(|(range, _)| (range.network(), range.prefix_len()));
        let mut widest: Option<(IpNet, &String)> = None;
        for (range, value) in ranges {
            match widest {
                Some((wide, outer)) if wide.contains(&range) => {
                    if wide != range {
                        let message = format!("`{outer}` takes in `{value}` already");
                        report.add(at.condition(condition), message);
                    }
                }
                _ => widest = Some((range, value)),
            }
        }
    }
}
