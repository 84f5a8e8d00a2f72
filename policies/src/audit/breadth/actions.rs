//! Actions with wildcards.

use super::place::{allows, grants, item};
use super::reach::Reach;
use crate::audit::finding::Severity;
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::wildcard;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB01",
            severity: Severity::Medium,
            title: "every action of every service allowed at once",
            fix: "name each action that is needed",
            also_known_as: &[
                "iam-policy-validator:full_wildcard",
                "iam-policy-validator:wildcard_action",
                "checkov:CKV_AWS_49",
                "checkov:CKV_AWS_63",
                "cfn-nag:F3",
                "cfn-nag:F4",
                "cfn-nag:F5",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#,
        ),
        check: Check::Statement(everything),
    },
    PolicyRule {
        rule: Rule {
            id: "WB02",
            severity: Severity::Medium,
            title: "every action of a service allowed at once",
            fix: "name each action that is needed of the service",
            also_known_as: &["iam-policy-validator:service_wildcard", "cloudsplaining:ServiceWildcard"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        check: Check::Statement(service),
    },
    PolicyRule {
        rule: Rule {
            id: "WB03",
            severity: Severity::Medium,
            title: "a wildcard in an action that takes in actions on permissions",
            fix: "name each action that is needed, so that the statement changes no permissions unless it says so",
            also_known_as: &["iam-policy-validator:wildcard_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Put*", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Statement(permissions),
    },
    PolicyRule {
        rule: Rule {
            id: "WB04",
            severity: Severity::Medium,
            title: "a wildcard in an action that takes in both reading and writing",
            fix: "name the actions that read and those that write, each as far as it is needed",
            also_known_as: &["iam-policy-validator:wildcard_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:*Item", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings"}]}"#,
        ),
        check: Check::Statement(mixed),
    },
    PolicyRule {
        rule: Rule {
            id: "WB05",
            severity: Severity::Medium,
            title: "a wildcard in an action that takes in several ways of writing",
            fix: "name each action that is needed",
            also_known_as: &["iam-policy-validator:wildcard_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:Delete*", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:DeleteMessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        check: Check::Statement(writing),
    },
    PolicyRule {
        rule: Rule {
            id: "WB06",
            severity: Severity::Low,
            title: "a wildcard in an action that takes in several ways of reading",
            fix: "name each action that is needed: the service may get more of them",
            also_known_as: &["iam-policy-validator:wildcard_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject*", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Statement(reading),
    },
    PolicyRule {
        rule: Rule {
            id: "WB07",
            severity: Severity::Low,
            title: "a wildcard in an action that stands for a single one",
            fix: "write the action's whole name: the service may get more that fit",
            also_known_as: &["iam-policy-validator:wildcard_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMess*", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        check: Check::Statement(single),
    },
];

/// The actions of a statement that are listed, with their places in the list.
fn listed<'a>(at: &At<'a>) -> impl Iterator<Item = (usize, &'a str)> {
    let negated = at.statement.action.is_negated();
    at.statement.action.iter().enumerate().map(|(index, it)| (index, it.as_str())).filter(move |_| !negated)
}

fn everything(at: &At<'_>, report: &mut Report<'_>) {
    if allows(at) && listed(at).any(|(_, action)| is_everything(action)) {
        report.add(at.action(), "it allows every action of every service").about("*");
    }
}

fn is_everything(action: &str) -> bool {
    matches!(action, "*" | "*:*")
}

/// The service of an action such as `sqs:*`.
fn whole_service(action: &str) -> Option<&str> {
    let (service, name) = action.split_once(':')?;
    let is_whole = !name.is_empty() && name.chars().all(|char| char == '*') && !wildcard::is_in(service);
    is_whole.then_some(service)
}

fn service(at: &At<'_>, report: &mut Report<'_>) {
    let lets_in = allows(at) && at.policy.kind == Kind::Trust;
    if !grants(at) && !lets_in {
        return;
    }
    for (index, action) in listed(at) {
        let Some(service) = whole_service(action) else { continue };
        let count = Reach::of(action).map(|reach| format!(", {} at present", reach.count())).unwrap_or_default();
        let message = format!("`{action}` allows every action of `{service}`{count}");
        report.add(item(at, at.action(), index), message).about(action);
    }
}

/// Reports the partial wildcards of which `what` says something.
fn partial(at: &At<'_>, report: &mut Report<'_>, what: impl Fn(&Reach) -> Option<String>) {
    if !grants(at) {
        return;
    }
    for (index, action) in listed(at).filter(|(_, action)| whole_service(action).is_none()) {
        if let Some(reach) = Reach::of(action)
            && let Some(what) = what(&reach)
        {
            report.add(item(at, at.action(), index), format!("`{action}` stands for {what}")).about(action);
        }
    }
}

/// ` such as` an action of the reach.
fn such_as(reach: &Reach) -> String {
    reach.example.map(|action| format!(" such as `{action}`")).unwrap_or_default()
}

fn permissions(at: &At<'_>, report: &mut Report<'_>) {
    partial(at, report, |reach| {
        let some = reach.grants > 0 && reach.count() > 1;
        some.then(|| {
            format!("{} actions, {} of which change permissions,{}", reach.count(), reach.grants, such_as(reach))
        })
    });
}

fn mixed(at: &At<'_>, report: &mut Report<'_>) {
    partial(at, report, |reach| {
        let both = reach.grants == 0 && reach.reads > 0 && reach.writes > 0;
        both.then(|| format!("{} actions that read and {} that write,{}", reach.reads, reach.writes, such_as(reach)))
    });
}

fn writing(at: &At<'_>, report: &mut Report<'_>) {
    partial(at, report, |reach| {
        let only = reach.grants == 0 && reach.reads == 0 && reach.writes > 1;
        only.then(|| format!("{} actions that write,{}", reach.writes, such_as(reach)))
    });
}

fn reading(at: &At<'_>, report: &mut Report<'_>) {
    partial(at, report, |reach| {
        let only = reach.grants == 0 && reach.writes == 0 && reach.reads > 1;
        only.then(|| format!("{} actions that read,{}", reach.reads, such_as(reach)))
    });
}

fn single(at: &At<'_>, report: &mut Report<'_>) {
    partial(at, report, |reach| match reach.example {
        Some(action) if reach.count() == 1 => Some(format!("`{action}` alone")),
        _ => None,
    });
}
