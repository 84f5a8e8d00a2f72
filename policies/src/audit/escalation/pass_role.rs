//! Roles passed to services, and made for them, without a limit.

use super::everything::{is_administrator, is_everything};
use super::path::is_open;
use super::step::{Reach, is_about, is_any_of_its_kind, limits_resource};
use crate::audit::finding::Severity;
use crate::audit::limit::{Gap, gap, is_key};
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rights::Rights;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

const PASS: &str = "iam:PassRole";
const CREATE: &str = "iam:CreateServiceLinkedRole";

/// How a statement gets to allow too much.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// The action is named, on all roles.
    All,
    /// The action is named, on all roles but some.
    AllBut,
    /// The action is what `NotAction` does not list.
    NotAction,
}

/// A rule about an action, what limits it, and how it is allowed without that.
macro_rules! wide {
    ($id:literal, $severity:ident, $title:literal, $action:ident, $key:literal, $how:ident, $fix:literal, $also:expr, $firing:literal, $quiet:literal) => {
        PolicyRule {
            rule: Rule { id: $id, severity: Severity::$severity, title: $title, fix: $fix, also_known_as: $also },
            firing: Case::identity(concat!(
                r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "#,
                $firing,
                "}]}"
            )),
            quiet: Case::identity(concat!(
                r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "#,
                $quiet,
                "}]}"
            )),
            check: Check::Rights(|rights, report| widely($action, $key, How::$how, rights, report)),
        }
    };
}

pub(super) const RULES: &[PolicyRule] = &[
    wide!(
        "PE101",
        High,
        "any role that may be passed to any service",
        PASS,
        "iam:PassedToService",
        All,
        "name the roles, and the service in `iam:PassedToService`",
        &["access-analyzer:PASS_ROLE_WITH_STAR_IN_RESOURCE"],
        r#""Action": "iam:PassRole", "Resource": "*""#,
        r#""Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}"#
    ),
    wide!(
        "PE102",
        High,
        "every role but some that may be passed to any service",
        PASS,
        "iam:PassedToService",
        AllBut,
        "name the roles that are needed instead of those that are not, and the service in `iam:PassedToService`",
        &[
            "access-analyzer:PASS_ROLE_WITH_NOT_RESOURCE",
            "access-analyzer:PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
        ],
        r#""Action": "iam:PassRole", "NotResource": "arn:aws:iam::123456789012:role/admin""#,
        r#""Action": "iam:GetRole", "NotResource": "arn:aws:iam::123456789012:role/admin""#
    ),
    wide!(
        "PE103",
        High,
        "roles that may be passed because passing them is not among what is left out",
        PASS,
        "iam:PassedToService",
        NotAction,
        "list the actions that are needed, and `iam:PassRole` on the roles that are needed",
        &[
            "access-analyzer:PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
            "access-analyzer:PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
        ],
        r#""NotAction": ["iam:C*", "iam:D*", "iam:U*", "iam:A*", "iam:Put*", "iam:S*", "iam:R*", "sts:*"], "Resource": "arn:aws:iam::123456789012:role/*""#,
        r#""NotAction": ["iam:C*", "iam:D*", "iam:U*", "iam:A*", "iam:P*", "iam:S*", "iam:R*", "sts:*"], "Resource": "arn:aws:iam::123456789012:role/*""#
    ),
    wide!(
        "PE104",
        Low,
        "a role that may be made for any service of AWS",
        CREATE,
        "iam:AWSServiceName",
        All,
        "name the service in the resource, `role/aws-service-role/SERVICE/*`, or in `iam:AWSServiceName`",
        &["access-analyzer:CREATE_SLR_WITH_STAR_IN_RESOURCE"],
        r#""Action": "iam:CreateServiceLinkedRole", "Resource": "*""#,
        r#""Action": "iam:CreateServiceLinkedRole", "Resource": "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*""#
    ),
    wide!(
        "PE105",
        Low,
        "a role that may be made for every service of AWS but some",
        CREATE,
        "iam:AWSServiceName",
        AllBut,
        "name the services that are needed instead of those that are not",
        &[
            "access-analyzer:CREATE_SLR_WITH_NOT_RESOURCE",
            "access-analyzer:CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
        ],
        r#""Action": "iam:CreateServiceLinkedRole", "NotResource": "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*""#,
        r#""Action": "iam:GetRole", "NotResource": "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*""#
    ),
    wide!(
        "PE106",
        Low,
        "a role that may be made for a service because making it is not among what is left out",
        CREATE,
        "iam:AWSServiceName",
        NotAction,
        "list the actions that are needed, and `iam:CreateServiceLinkedRole` for the services that are needed",
        &[
            "access-analyzer:CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
            "access-analyzer:CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
        ],
        r#""NotAction": ["iam:CreateR*", "iam:D*", "iam:U*", "iam:A*", "iam:P*", "iam:R*", "sts:*"], "Resource": "arn:aws:iam::123456789012:role/*""#,
        r#""NotAction": ["iam:C*", "iam:D*", "iam:U*", "iam:A*", "iam:P*", "iam:R*", "sts:*"], "Resource": "arn:aws:iam::123456789012:role/*""#
    ),
];

fn widely(action: &'static str, key: &str, how: How, rights: &Rights<'_>, report: &mut Report<'_>) {
    let limited = |at: &At<'_>| {
        at.statement
            .condition
            .iter()
            .any(|it| limits_resource(it) || is_key(it, key) && matches!(gap(it), None | Some(Gap::IfExists)))
    };
    let wide = |at: &At<'_>| how == written(at) && (how == How::AllBut || on_any(at, action)) && !limited(at);
    let Some((policy, at)) = rights.allowing(action).find(|(_, at)| wide(at)) else { return };
    // Whoever can use the role has a path, or needs none, and that says more.
    let leads_on = || super::paths().any(|path| matches!(path.reach, Reach::Passed(_)) && is_open(path, rights));
    if is_administrator(rights) || is_everything(rights) || action == PASS && leads_on() {
        return;
    }
    let without = match how {
        How::All => "on any role",
        How::AllBut => "on every role but some",
        How::NotAction => "by what it leaves out of `NotAction`",
    };
    let message = format!("it allows `{action}` {without}, and no condition on `{key}` limits the service");
    report.add_to(policy, at.action(), message).about(action);
}

fn written(at: &At<'_>) -> How {
    match (at.statement.action.is_negated(), at.statement.resource.is_negated()) {
        (true, _) => How::NotAction,
        (false, true) => How::AllBut,
        (false, false) => How::All,
    }
}

/// Whether the statement is about all roles, or for a role that is made, about those of all services.
fn on_any(at: &At<'_>, action: &str) -> bool {
    let resource = &at.statement.resource;
    let any = |it: &String| is_any_of_its_kind(it) || action == CREATE && it.contains("/aws-service-role/*");
    resource.is_negated() || resource.iter().any(|it| is_about(it, action) && any(it))
}
