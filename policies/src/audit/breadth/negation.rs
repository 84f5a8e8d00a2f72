//! Statements about everything but what they list.

use super::place::{allows, item};
use crate::audit::finding::Severity;
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rights::is_on_all;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::document::Effect;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB10",
            severity: Severity::Medium,
            title: "all actions but some allowed",
            fix: "list the actions that are needed in `Action`; those to keep out belong in a `Deny`",
            also_known_as: &[
                "iam-policy-validator:not_action_not_resource",
                "cfn-nag:W15",
                "cfn-nag:W16",
                "cfn-nag:W17",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "sa-east-1"}}}]}"#,
        ),
        check: Check::Statement(actions),
    },
    PolicyRule {
        rule: Rule {
            id: "WB11",
            severity: Severity::Medium,
            title: "actions allowed on all resources but some",
            fix: "list the resources that are needed in `Resource`; those to keep out belong in a `Deny`",
            also_known_as: &[
                "iam-policy-validator:not_action_not_resource",
                "cfn-nag:W21",
                "cfn-nag:W22",
                "cfn-nag:W23",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Statement(resources),
    },
    PolicyRule {
        rule: Rule {
            id: "WB12",
            severity: Severity::Medium,
            title: "all actions but some allowed on all resources but some",
            fix: "list the actions and the resources that are needed in `Action` and `Resource`",
            also_known_as: &["iam-policy-validator:not_action_not_resource"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Statement(both),
    },
    PolicyRule {
        rule: Rule {
            id: "WB13",
            severity: Severity::Medium,
            title: "all actions but some denied, whatever the request",
            fix: "leave the denial out: what no statement allows is denied already; or say in `Condition` when it applies",
            also_known_as: &["iam-policy-validator:not_action_not_resource"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotAction": "s3:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        ),
        check: Check::Statement(lockout),
    },
    PolicyRule {
        rule: Rule {
            id: "WB14",
            severity: Severity::Medium,
            title: "a denial that exempts both actions and resources",
            fix: "write two denials, one with `NotAction` and one with `NotResource`: each exemption alone makes this one void",
            also_known_as: &["iam-policy-validator:not_action_not_resource"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "NotAction": "s3:GetObject", "NotResource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:PutObject", "NotResource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Statement(exempt),
    },
    PolicyRule {
        rule: Rule {
            id: "WB15",
            severity: Severity::Medium,
            title: "an exemption of everything, which leaves a statement with nothing to say",
            fix: "list what the statement is about in `Action` and `Resource`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:PutObject", "NotResource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}]}"#,
        ),
        check: Check::Statement(nothing),
    },
];

/// Whether the statement's own exemption takes in everything, of which another rule tells.
fn exempts_everything(at: &At<'_>) -> bool {
    let statement = at.statement;
    let no_action = statement.action.is_negated() && statement.action.iter().any(|it| it.as_str() == "*");
    let no_resource = statement.resource.is_negated() && statement.resource.iter().any(|it| it == "*");
    no_action || no_resource
}

/// What is listed, in backticks: one item, and how many more.
fn exempted<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let mut items = items;
    let first = items.next().unwrap_or_default();
    match items.count() {
        0 => format!("`{first}`"),
        more => format!("`{first}` and {more} more"),
    }
}

fn all_but_actions(at: &At<'_>) -> String {
    exempted(at.statement.action.iter().map(crate::Action::as_str))
}

fn all_but_resources(at: &At<'_>) -> String {
    exempted(at.statement.resource.iter().map(String::as_str))
}

fn actions(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    if allows(at) && statement.action.is_negated() && !statement.resource.is_negated() && !exempts_everything(at) {
        report.add(at.action(), format!("it allows every action of every service but {}", all_but_actions(at)));
    }
}

fn resources(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    if allows(at) && statement.resource.is_negated() && !statement.action.is_negated() && !exempts_everything(at) {
        report.add(at.resource(), format!("it allows its actions on every resource but {}", all_but_resources(at)));
    }
}

fn both(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    if allows(at) && statement.action.is_negated() && statement.resource.is_negated() && !exempts_everything(at) {
        let (actions, resources) = (all_but_actions(at), all_but_resources(at));
        report.add(at.action(), format!("it allows all actions but {actions} on all resources but {resources}"));
    }
}

fn lockout(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    let denies = statement.effect == Effect::Deny && at.policy.kind == Kind::Identity;
    if denies
        && statement.action.is_negated()
        && statement.condition.is_empty()
        && is_on_all(at)
        && !exempts_everything(at)
    {
        let message = format!("it denies every action but {}, whatever other policies allow", all_but_actions(at));
        report.add(at.action(), message);
    }
}

fn exempt(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    let both = statement.action.is_negated() && statement.resource.is_negated();
    if statement.effect == Effect::Deny && both && !exempts_everything(at) {
        let (actions, resources) = (all_but_actions(at), all_but_resources(at));
        let message = format!("{actions} stays allowed on every resource, and every action on {resources}");
        report.add(at.action(), message);
    }
}

fn nothing(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    for (listed, pointer) in [
        (statement.action.is_negated().then(|| statement.action.iter().position(|it| it.as_str() == "*")), at.action()),
        (statement.resource.is_negated().then(|| statement.resource.iter().position(|it| it == "*")), at.resource()),
    ] {
        if let Some(Some(index)) = listed {
            report.add(item(at, pointer, index), "it is about all but `*`, which is nothing");
        }
    }
}
