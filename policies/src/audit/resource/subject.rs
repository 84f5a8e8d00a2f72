//! Subjects of identity providers that are wider than they look.

use super::provider::{claim, providers};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::{Gap, gap, has_wildcard};
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::condition::{Condition, Operator};

/// What comes in a subject before the name of its owner.
const OWNERS: &[&str] = &["repo:", "project_path:", "organization:", "owner:"];

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP71", Critical,
        "subjects of more owners than one",
        "name the owner and the repository, project or workspace",
        &["checkov:CKV_AWS_358"],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:*"}}}"#,
        any_owner
    ),
    row!(
        "RP72", Medium,
        "subjects of several repositories or projects of an owner",
        "name the repository or project",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/*"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:*"}}}"#,
        any_of_owner
    ),
    row!(
        "RP73", Medium,
        "service accounts of every namespace of a cluster",
        "name the namespace and the service account",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3:sub": "system:serviceaccount:*:*"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3:sub": "system:serviceaccount:maps:*"}}}"#,
        any_namespace
    ),
    row!(
        "RP74", High,
        "a subject that never matches, for its wildcards are none",
        "compare the subject by `StringLike`, which knows wildcards",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringEqualsIgnoreCase": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:*"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:*"}}}"#,
        wildcards
    ),
    row!(
        "RP75", High,
        "a subject that is limited with a gap",
        "take a positive operator without `IfExists` or `ForAllValues`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLikeIfExists": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:*"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:*"}}}"#,
        with_gap
    ),
    row!(
        "RP76", Medium,
        "workflows of pull requests, which anyone may open",
        "name the branch, tag or environment: `repo:OWNER/NAME:ref:refs/heads/main`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:pull_request"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:ref:refs/heads/main"}}}"#,
        pull_requests
    ),
];

/// The conditions on subjects of providers that the statement trusts.
fn subjects<'a>(at: &At<'a>) -> impl Iterator<Item = &'a Condition> + use<'a> {
    let providers: Vec<_> = providers(at).take(8).collect();
    at.statement.condition.iter().filter(move |condition| {
        providers.iter().any(|it| claim(condition, it).is_some_and(|claim| claim.eq_ignore_ascii_case("sub")))
    })
}

/// The owner in a subject and what comes after it, when it says so.
fn owned(subject: &str) -> Option<(&str, &str)> {
    let names = OWNERS.iter().find_map(|start| subject.strip_prefix(start))?;
    let (owner, rest) = names.split_once(['/', ':']).unwrap_or((names, ""));
    Some((owner, rest.strip_prefix("project:").unwrap_or(rest)))
}

/// The subject with `$` in place of each variable, whose name has separators of its own.
fn without_variables(subject: &str) -> String {
    let mut parts = subject.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('$');
        text.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

/// Whether `text` has a wildcard, and no variable before it whose value may end what `text` is about.
fn is_pattern(text: &str) -> bool {
    text.find(['*', '?']).is_some_and(|at| !text[..at].contains('$'))
}

/// Whether a pattern of subjects is for more owners than one.
fn is_any_owner(subject: &str) -> bool {
    let subject = without_variables(subject);
    let all = subject.chars().all(|it| matches!(it, '*' | '?' | ':'));
    let is_of_any = || owned(&subject).is_some_and(|(owner, _)| is_pattern(owner));
    all || subject.starts_with('*') && !subject.contains('/') || is_of_any()
}

/// Whether a pattern of subjects is for more of one owner than a repository or project.
fn is_any_of_owner(subject: &str) -> bool {
    let text = without_variables(subject);
    let is_of_several = owned(&text).is_some_and(|(_, rest)| rest.split(':').next().is_some_and(is_pattern));
    is_of_several && !is_any_owner(subject)
}

fn find(at: &At<'_>, report: &mut Report<'_>, is_wide: impl Fn(&str) -> bool, what: &str) {
    for condition in subjects(at).filter(|it| it.operator == Operator::StringLike) {
        if let Some(subject) = condition.values.iter().find(|it| is_wide(it)) {
            report.add(at.condition(condition), format!("`{subject}` is for {what}")).on(subject);
            return;
        }
    }
}

fn any_owner(at: &At<'_>, report: &mut Report<'_>) {
    find(at, report, is_any_owner, "owners with other names too");
}

fn any_of_owner(at: &At<'_>, report: &mut Report<'_>) {
    find(at, report, is_any_of_owner, "more than one repository or project, new ones included");
}

fn any_namespace(at: &At<'_>, report: &mut Report<'_>) {
    let is_wide = |subject: &str| subject.strip_prefix("system:serviceaccount:").is_some_and(|it| it.starts_with('*'));
    find(at, report, is_wide, "every namespace of the cluster");
}

fn pull_requests(at: &At<'_>, report: &mut Report<'_>) {
    for condition in subjects(at).filter(|it| !it.operator.is_negated()) {
        let of_requests = |it: &&String| it.starts_with("repo:") && it.ends_with(":pull_request");
        if let Some(subject) = condition.values.iter().find(of_requests) {
            let message = format!("`{subject}` is for workflows that run before anyone has reviewed them");
            report.add(at.condition(condition), message).on(subject);
        }
    }
}

fn wildcards(at: &At<'_>, report: &mut Report<'_>) {
    for condition in subjects(at) {
        let exact = matches!(condition.operator, Operator::StringEquals | Operator::StringEqualsIgnoreCase);
        if let Some(subject) = condition.values.iter().find(|it| exact && has_wildcard(it)) {
            let message = format!(
                "`{}` takes the wildcards of `{subject}` for what they are, so it never matches",
                condition.operator
            );
            report.add(at.condition(condition), message).on(subject);
        }
    }
}

fn with_gap(at: &At<'_>, report: &mut Report<'_>) {
    let is_limit = |it: &&Condition| gap(it).is_none_or(|gap| gap == Gap::Everything);
    if subjects(at).any(|it| is_limit(&it)) {
        return;
    }
    if let Some(condition) = subjects(at).next() {
        report
            .add(at.condition(condition), format!("subjects that are not meant pass `{condition}`"))
            .on(&*condition.key);
    }
}
