//! Entries of a statement that others of the same list make needless.

use std::collections::{BTreeMap, BTreeSet};

use super::place::item;
use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::wildcard;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB40",
            severity: Severity::Low,
            title: "an action that is listed twice",
            fix: "list the action once; its case has no meaning",
            also_known_as: &["access-analyzer:REDUNDANT_ACTION"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:getobject"], "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Statement(repeated_action),
    },
    PolicyRule {
        rule: Rule {
            id: "WB41",
            severity: Severity::Low,
            title: "an action that a wildcard beside it stands for already",
            fix: "leave out the wildcard if the named actions are enough; else leave out the action",
            also_known_as: &["access-analyzer:REDUNDANT_ACTION"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Statement(covered_action),
    },
    PolicyRule {
        rule: Rule {
            id: "WB42",
            severity: Severity::Low,
            title: "a resource that is listed twice",
            fix: "list the resource once",
            also_known_as: &["access-analyzer:REDUNDANT_RESOURCE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::maps/*", "arn:aws:s3:::maps/*"]}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::maps/*", "arn:aws:s3:::Maps/*"]}]}"#,
        ),
        check: Check::Statement(repeated_resource),
    },
    PolicyRule {
        rule: Rule {
            id: "WB43",
            severity: Severity::Low,
            title: "a resource that a wildcard beside it stands for already",
            fix: "leave out the wildcard if the named resources are enough; else leave out the resource",
            also_known_as: &["access-analyzer:REDUNDANT_RESOURCE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::maps/*", "arn:aws:s3:::maps/atlas.png"]}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::maps/*", "arn:aws:s3:::maps"]}]}"#,
        ),
        check: Check::Statement(covered_resource),
    },
    PolicyRule {
        rule: Rule {
            id: "WB44",
            severity: Severity::Low,
            title: "a value of a condition that is listed twice",
            fix: "list the value once",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"s3:prefix": ["atlas/", "atlas/"]}}}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringEquals": {"s3:prefix": ["atlas/", ""]}}}]}"#,
        ),
        check: Check::Statement(repeated_value),
    },
];

/// How many pairs of entries of one list are compared at most; more are seen in no policy that AWS accepts.
const MOST_PAIRS: usize = 100_000;

/// Reports each entry of `entries` that is there before.
fn repeated<'a>(at: &At<'_>, report: &mut Report<'_>, pointer: &str, entries: impl Iterator<Item = (String, &'a str)>) {
    let mut seen = BTreeSet::new();
    for (index, (entry, text)) in entries.enumerate() {
        if !seen.insert(entry) {
            let place = item(at, pointer.to_owned(), index);
            report.add(place, format!("`{text}` is listed before"));
        }
    }
}

fn repeated_action(at: &At<'_>, report: &mut Report<'_>) {
    let actions = at.statement.action.iter().map(|it| (it.as_str().to_ascii_lowercase(), it.as_str()));
    repeated(at, report, &at.action(), actions);
}

fn repeated_resource(at: &At<'_>, report: &mut Report<'_>) {
    let resources = at.statement.resource.iter().map(|it| (it.clone(), it.as_str()));
    repeated(at, report, &at.resource(), resources);
}

fn repeated_value(at: &At<'_>, report: &mut Report<'_>) {
    for condition in &at.statement.condition {
        let values = condition.values.iter().map(|it| (it.clone(), it.as_str()));
        repeated(at, report, &at.condition(condition), values);
    }
}

/// The entries that another one of the list covers without being the same, each with that other one.
fn covered<'a>(
    entries: &[&'a str],
    group: impl Fn(&'a str) -> &'a str,
    covers: impl Fn(&str, &str) -> bool,
) -> Vec<(usize, &'a str, &'a str)> {
    let mut wide: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for entry in entries.iter().filter(|it| wildcard::is_in(it)) {
        let name = group(entry);
        wide.entry(if wildcard::is_in(name) { "*" } else { name }).or_default().insert(entry);
    }
    let (mut found, mut pairs) = (Vec::new(), 0);
    for (index, entry) in entries.iter().enumerate() {
        let own = group(entry);
        let beside = wide.get(own).into_iter().chain(wide.get("*").filter(|_| own != "*")).flatten();
        for other in beside {
            pairs += 1;
            if pairs > MOST_PAIRS {
                return found;
            }
            // Of two that cover each other the first stays.
            if other != entry && covers(other, entry) && !(covers(entry, other) && *entry < *other) {
                found.push((index, *entry, *other));
                break;
            }
        }
    }
    found
}

fn covered_action(at: &At<'_>, report: &mut Report<'_>) {
    let actions: Vec<_> = at.statement.action.iter().map(crate::Action::as_str).collect();
    for (index, action, other) in covered(&actions, service_of, wildcard::action_covers) {
        // One that differs in case alone is listed twice.
        if !action.eq_ignore_ascii_case(other) {
            let place = item(at, at.action(), index);
            report.add(place, format!("`{other}` stands for `{action}` already")).about(action);
        }
    }
}

fn service_of(action: &str) -> &str {
    action.split_once(':').map_or("*", |(service, _)| service)
}

fn covered_resource(at: &At<'_>, report: &mut Report<'_>) {
    let resources: Vec<_> = at.statement.resource.iter().map(String::as_str).collect();
    for (index, resource, other) in covered(&resources, |_| "*", wildcard::resource_covers) {
        let place = item(at, at.resource(), index);
        report.add(place, format!("`{other}` stands for `{resource}` already")).on(resource);
    }
}
