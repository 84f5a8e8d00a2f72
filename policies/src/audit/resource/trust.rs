//! Who may assume a role.

use super::principals::{
    Open, account, allows, identities, is_one_of, is_public, is_whole_account, open, principals, services, short,
};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::{gap, is_key, starts_key};
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::condition::Condition;
use crate::evaluate::arn_parts;
use crate::principal::Principal;

/// Services that run programs with the role, which seldom need the same rights.
const RUNNING: &[&str] = &[
    "apprunner",
    "batch",
    "codebuild",
    "codepipeline",
    "ec2",
    "ecs-tasks",
    "eks",
    "glue",
    "lambda",
    "sagemaker",
    "states",
];

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP54", Critical,
        "everyone, allowed to assume a role",
        "name who assumes the role",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}"#,
        everyone
    ),
    row!(
        "RP55", High,
        "everyone who knows an external id, allowed to assume a role",
        "name the account that assumes the role beside the external id, which is no secret",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "a1b2c3"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "a1b2c3"}}}"#,
        everyone_with_id
    ),
    row!(
        "RP56", High,
        "more than assuming a role, allowed by a pattern of actions",
        "list the action, which the kind of principal tells: `sts:AssumeRole`, `sts:AssumeRoleWithWebIdentity` or `sts:AssumeRoleWithSAML`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:*"}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}"#,
        pattern
    ),
    row!(
        "RP57", Medium,
        "a whole account that may assume a role without an external id",
        "name the role in the account that assumes this one, or add `sts:ExternalId` when the account is of another company",
        &["checkov:CKV_AWS_61"],
        trust r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "a1b2c3"}}}"#,
        account_without_id
    ),
    row!(
        "RP58", Low,
        "a user with lasting keys who may assume a role",
        "name a role, whose credentials pass, or require `aws:MultiFactorAuthPresent`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ada"}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/ada"}, "Action": "sts:AssumeRole"}"#,
        user
    ),
    row!(
        "RP59", Low,
        "a role for services and for people or accounts at once",
        "give each a role with the rights that it needs",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::123456789012:role/admin"}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
        mixed
    ),
    row!(
        "RP60", Low,
        "a role for programs of several services",
        "give the programs of each service a role of their own",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}, "Action": "sts:AssumeRole"}"#,
        shared
    ),
    row!(
        "RP62", High,
        "an action that the principals cannot use to assume a role",
        "use `sts:AssumeRole` for accounts, roles, users and services",
        &["iam-policy-validator:trust_policy_validation"],
        trust r#"{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
        wrong_action
    ),
];

fn everyone(at: &At<'_>, report: &mut Report<'_>) {
    if allows(at, Kind::Trust) && is_public(at) && open(at).is_some() && !has_external_id(at) {
        let why = match open(at) {
            Some(Open::Gap(_, condition) | Open::Spoofable(condition) | Open::AnyAccount(condition)) => {
                format!("callers of any account can pass `{condition}`")
            }
            _ => "no condition says of which account that is".to_owned(),
        };
        report.add(at.principal(), format!("it lets `*` assume the role, and {why}")).about("sts:AssumeRole").on("*");
    }
}

fn everyone_with_id(at: &At<'_>, report: &mut Report<'_>) {
    if allows(at, Kind::Trust) && is_public(at) && open(at).is_some() && has_external_id(at) {
        let message = "it lets `*` assume the role, and only `sts:ExternalId` limits who that is";
        report.add(at.principal(), message).about("sts:AssumeRole").on("*");
    }
}

fn has_external_id(at: &At<'_>) -> bool {
    at.statement.condition.iter().any(|it| is_key(it, "sts:ExternalId") && gap(it).is_none())
}

fn pattern(at: &At<'_>, report: &mut Report<'_>) {
    let actions = &at.statement.action;
    if allows(at, Kind::Trust)
        && let Some(found) = actions.iter().find(|it| it.has_wildcard() || actions.is_negated())
    {
        report.add(at.action(), format!("`{found}` is for more than one way to assume the role")).about(found.as_str());
    }
}

/// Whether a condition tells which of an account's principals it is about, or that someone is there.
fn is_about_caller(condition: &Condition) -> bool {
    const KEYS: &[&str] = &[
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:SourceArn",
        "aws:SourceIp",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:userid",
        "aws:username",
        "sts:ExternalId",
        "sts:RoleSessionName",
        "sts:SourceIdentity",
    ];
    (is_one_of(condition, KEYS) || starts_key(condition, "aws:PrincipalTag/")) && gap(condition).is_none()
}

fn account_without_id(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Trust) || at.statement.condition.iter().any(is_about_caller) {
        return;
    }
    if let Some(identity) = identities(at).find(|it| is_whole_account(it) && account(it).is_some()) {
        let message = format!("everyone in `{identity}` whose own policies allow it may assume the role");
        report.add(at.principal(), message).about("sts:AssumeRole").on(identity);
    }
}

fn user(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Trust) || at.statement.condition.iter().any(is_about_caller) {
        return;
    }
    let is_user = |it: &&str| arn_parts(it).is_some_and(|parts| parts[2] == "iam" && parts[5].starts_with("user/"));
    if let Some(identity) = identities(at).find(is_user) {
        report.add(at.principal(), format!("`{identity}` assumes the role with keys that do not expire")).on(identity);
    }
}

fn mixed(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Trust) || is_public(at) {
        return;
    }
    let is_service = |it: &&Principal| matches!(it, Principal::Service(_));
    let service = services(at).next();
    if let (Some(service), true) = (service, principals(at).any(|it| !is_service(&it))) {
        report
            .add(at.principal(), format!("`{service}` and others that are no services assume the same role"))
            .on(service);
    }
}

fn shared(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Trust) {
        return;
    }
    let mut running = services(at).filter(|it| RUNNING.contains(&short(it)));
    let Some(first) = running.next() else { return };
    if let Some(other) = running.find(|it| short(it) != short(first)) {
        report.add(at.principal(), format!("programs of `{first}` and of `{other}` have the same rights")).on(other);
    }
}

fn wrong_action(at: &At<'_>, report: &mut Report<'_>) {
    let federated = principals(at).any(|it| matches!(it, Principal::Federated(_)));
    if !allows(at, Kind::Trust) || federated || is_public(at) || at.statement.action.is_negated() {
        return;
    }
    let of_provider = ["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"];
    let found =
        at.statement.action.iter().find(|it| of_provider.iter().any(|name| it.as_str().eq_ignore_ascii_case(name)));
    if let (Some(found), true) = (found, principals(at).next().is_some()) {
        let message = format!("`{found}` is for identity providers, and the principals are none");
        report.add(at.action(), message).about(found.as_str());
    }
}
