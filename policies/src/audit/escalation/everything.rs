//! Rights that need no path: all of IAM, or all of everything else.

use super::path::Path;
use super::step::limits_resource;
use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rights::{Rights, acts, is_on_all};
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

/// An action that no list names: only what allows all of IAM allows it.
const ANY_OF_IAM: &str = "iam:AnyOther";

/// An action of no service: only what allows everything allows it.
const ANY: &str = "any-other:AnyOther";

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "PE01",
            severity: Severity::Critical,
            title: "an administrator, who may change the rights of everyone",
            fix: "allow the actions that are needed, and those of IAM only on named resources and within a permissions boundary",
            also_known_as: &[
                "access-analyzer:PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
                "access-analyzer:CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
                "checkov:CKV_AWS_1",
                "checkov:CKV_AWS_62",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]}"#,
        ),
        check: Check::Rights(administrator),
    },
    PolicyRule {
        rule: Rule {
            id: "PE02",
            severity: Severity::Critical,
            title: "all but IAM, and with it the rights of every role that runs a program",
            fix: "name the services and actions that are needed instead of leaving some out",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["dynamodb:*", "sqs:*"], "Resource": "*"}]}"#,
        ),
        check: Check::Rights(all_but_iam),
    },
];

/// Whether the rights need no `path`, because they hold all that it would give.
pub(super) fn is_more(path: &Path, rights: &Rights<'_>) -> bool {
    let is_of_iam = |need: &&str| need.starts_with("iam:");
    is_administrator(rights) || is_everything(rights) && !path.needs.iter().any(is_of_iam)
}

/// Whether the rights hold all but what is left out.
pub(super) fn is_everything(rights: &Rights<'_>) -> bool {
    everything(rights).is_some()
}

/// Whether the rights hold all of IAM.
pub(super) fn is_administrator(rights: &Rights<'_>) -> bool {
    all_of_iam(rights).is_some()
}

fn administrator(rights: &Rights<'_>, report: &mut Report<'_>) {
    let Some((policy, at)) = all_of_iam(rights) else { return };
    let what = match acts(&at, ANY) {
        true if at.statement.action.is_negated() => "every action but some, those of IAM among them,",
        true => "every action there is",
        false => "every action of IAM",
    };
    let place = place(&at);
    let condition = if at.statement.condition.is_empty() { "" } else { ", under a condition" };
    let message = format!("it allows {what} on {place}{condition}: whoever has it needs no way to get more");
    report.add_to(policy, at.action(), message).about("iam:*");
}

fn all_but_iam(rights: &Rights<'_>, report: &mut Report<'_>) {
    if is_administrator(rights) {
        return;
    }
    let Some((policy, at)) = everything(rights) else { return };
    let place = place(&at);
    let message =
        format!("it allows every action but some on {place}, so it can run programs with any role that one has");
    report.add_to(policy, at.action(), message).about("*");
}

const fn place(at: &At<'_>) -> &'static str {
    if at.statement.resource.is_negated() { "everything but some resources" } else { "everything" }
}

fn all_of_iam<'a>(rights: &Rights<'a>) -> Option<(usize, At<'a>)> {
    rights.allowing(ANY_OF_IAM).find(|(_, at)| is_unlimited(at))
}

fn everything<'a>(rights: &Rights<'a>) -> Option<(usize, At<'a>)> {
    rights.allowing(ANY).find(|(_, at)| is_unlimited(at))
}

fn is_unlimited(at: &At<'_>) -> bool {
    let resource = &at.statement.resource;
    (is_on_all(at) || resource.is_negated()) && !at.statement.condition.iter().any(limits_resource)
}
