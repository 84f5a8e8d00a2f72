//! Identity providers: whom they vouch for.

use super::principals::{allows, principals};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::starts_key;
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rights::acts;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::condition::Condition;
use crate::evaluate::arn_parts;
use crate::principal::Principal;

const GITHUB: &str = "token.actions.githubusercontent.com";
const COGNITO: &str = "cognito-identity.amazonaws.com";
const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// What tells in GitHub's tokens whose workflow it is.
const GITHUB_CLAIMS: &[&str] =
    &["sub", "job_workflow_ref", "repository", "repository_id", "repository_owner", "repository_owner_id"];

/// Providers that many companies share, and the claims that tell whose user it is.
const SHARED: &[(&str, &[&str])] = &[
    ("accounts.google.com", &["aud", "oaud", "sub"]),
    ("agent.buildkite.com", &["sub"]),
    ("app.terraform.io", &["sub"]),
    ("gitlab.com", &["sub", "project_path", "namespace_path"]),
    ("graph.facebook.com", &["app_id", "id"]),
    ("oidc.vercel.com", &["sub"]),
    ("www.amazon.com", &["app_id", "user_id"]),
];

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP63", Critical,
        "workflows of every repository of GitHub",
        "name the repository in `token.actions.githubusercontent.com:sub`, such as `repo:OWNER/NAME:ref:refs/heads/main`",
        &["checkov:CKV_AWS_358"],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", "token.actions.githubusercontent.com:sub": "repo:starfleet/maps:ref:refs/heads/main"}}}"#,
        github
    ),
    row!(
        "RP64", Critical,
        "every user of an identity provider that many share",
        "name whose users it is in the claim of the provider that tells, such as `gitlab.com:sub`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"gitlab.com:sub": "project_path:starfleet/maps:*"}}}"#,
        shared
    ),
    row!(
        "RP65", Critical,
        "the users of every identity pool",
        "name the pool in `cognito-identity.amazonaws.com:aud`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:a1b2c3"}, "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}"#,
        pools
    ),
    row!(
        "RP66", Medium,
        "users of an identity pool who need not sign in",
        "name who it is for in `cognito-identity.amazonaws.com:amr`: `authenticated`, or `unauthenticated` on purpose",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:a1b2c3"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:a1b2c3"}, "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}"#,
        guests
    ),
    row!(
        "RP67", High,
        "every program in a cluster of Amazon EKS",
        "name the service account in the `sub` of the provider: `system:serviceaccount:NAMESPACE:NAME`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3:aud": "sts.amazonaws.com"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3:aud": "sts.amazonaws.com", "oidc.eks.eu-west-1.amazonaws.com/id/A1B2C3:sub": "system:serviceaccount:maps:reader"}}}"#,
        clusters
    ),
    row!(
        "RP68", High,
        "everyone whom an identity provider vouches for",
        "name the audience and the subject in the `aud` and `sub` of the provider",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/login.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/login.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"login.example.com:sub": "ada", "login.example.com:aud": "maps"}}}"#,
        any_user
    ),
    row!(
        "RP69", Medium,
        "tokens that an identity provider made for another audience",
        "name the audience in the `aud` of the provider, such as `sts.amazonaws.com`",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/login.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"login.example.com:sub": "ada"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/login.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"login.example.com:sub": "ada", "login.example.com:aud": "maps"}}}"#,
        audience
    ),
    row!(
        "RP70", High,
        "a condition on the claim of another identity provider",
        "write the provider before the claim as the principal has it",
        &[],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"gitlab.com:sub": "project_path:starfleet/maps:*", "gitlab.example.com:aud": "maps"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"gitlab.com:sub": "project_path:starfleet/maps:*", "gitlab.com:aud": "maps"}}}"#,
        other_provider
    ),
];

/// The providers of web identities that the statement trusts, by the names that their condition keys start with.
pub(super) fn providers<'a>(at: &At<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let trusts = allows(at, Kind::Trust) && acts(at, WEB_IDENTITY);
    principals(at).filter_map(move |it| match it {
        Principal::Federated(name) if trusts && !name.contains(":saml-provider/") => Some(host(name)),
        _ => None,
    })
}

fn host(name: &str) -> &str {
    arn_parts(name).map_or(name, |parts| parts[5].strip_prefix("oidc-provider/").unwrap_or(parts[5]))
}

/// The claim of `provider` that a condition is about.
pub(super) fn claim<'a>(condition: &'a Condition, provider: &str) -> Option<&'a str> {
    starts_key(condition, provider).then(|| condition.key[provider.len()..].strip_prefix(':')).flatten()
}

/// Whether a condition is about one of the claims of `provider`, whatever it says of it.
fn has(at: &At<'_>, provider: &str, claims: &[&str]) -> bool {
    let is_claim = |it: &str| claims.iter().any(|claim| claim.eq_ignore_ascii_case(it));
    at.statement.condition.iter().any(|it| claim(it, provider).is_some_and(is_claim))
}

/// Reports a provider for which `is_open` and that `message` is about.
fn find(at: &At<'_>, report: &mut Report<'_>, is_open: impl Fn(&str) -> bool, message: impl Fn(&str) -> String) {
    // What a template fills in is not known to be a provider of one kind or another.
    if let Some(provider) = providers(at).find(|it| !it.contains("${") && is_open(it)) {
        report.add(at.principal(), message(provider)).about(WEB_IDENTITY).on(provider);
    }
}

fn is_of_cluster(provider: &str) -> bool {
    provider.starts_with("oidc.eks.")
}

fn claims_of(provider: &str) -> Option<&'static [&'static str]> {
    SHARED.iter().find(|(name, _)| *name == provider).map(|(_, claims)| *claims)
}

fn github(at: &At<'_>, report: &mut Report<'_>) {
    let is_open = |it: &str| it == GITHUB && !has(at, it, GITHUB_CLAIMS);
    find(at, report, is_open, |it| format!("no condition on `{it}:sub` tells whose workflows may assume the role"));
}

fn shared(at: &At<'_>, report: &mut Report<'_>) {
    let is_open = |it: &str| claims_of(it).is_some_and(|claims| !has(at, it, claims));
    find(at, report, is_open, |it| {
        let claim = claims_of(it).and_then(|claims| claims.first()).copied().unwrap_or("sub");
        format!("no condition on `{it}:{claim}` tells whose users may assume the role")
    });
}

fn pools(at: &At<'_>, report: &mut Report<'_>) {
    let is_open = |it: &str| it == COGNITO && !has(at, it, &["aud"]);
    find(at, report, is_open, |it| format!("no condition on `{it}:aud` tells of which identity pool the users are"));
}

fn guests(at: &At<'_>, report: &mut Report<'_>) {
    let is_open = |it: &str| it == COGNITO && has(at, it, &["aud"]) && !has(at, it, &["amr", "sub"]);
    find(at, report, is_open, |it| format!("no condition on `{it}:amr` tells whether the users have signed in"));
}

fn clusters(at: &At<'_>, report: &mut Report<'_>) {
    let is_open = |it: &str| is_of_cluster(it) && !has(at, it, &["sub"]);
    find(at, report, is_open, |it| {
        format!("no condition on `{it}:sub` tells which service account may assume the role")
    });
}

fn any_user(at: &At<'_>, report: &mut Report<'_>) {
    let is_known = |it: &str| it == GITHUB || it == COGNITO || is_of_cluster(it) || claims_of(it).is_some();
    let is_open =
        |it: &str| !is_known(it) && !at.statement.condition.iter().any(|condition| claim(condition, it).is_some());
    find(at, report, is_open, |it| format!("no condition on a claim of `{it}` tells who may assume the role"));
}

fn audience(at: &At<'_>, report: &mut Report<'_>) {
    // AWS compares the audience with those of the provider itself; a second check is for providers with several.
    let is_open = |it: &str| {
        it != COGNITO
            && !is_of_cluster(it)
            && claims_of(it).is_none()
            && has(at, it, GITHUB_CLAIMS)
            && !has(at, it, &["aud", "azp"])
    };
    find(at, report, is_open, |it| format!("no condition on `{it}:aud` tells for whom the token was made"));
}

fn other_provider(at: &At<'_>, report: &mut Report<'_>) {
    if providers(at).next().is_none() || providers(at).any(|it| it.contains("${")) {
        return;
    }
    for condition in &at.statement.condition {
        let Some((name, claim)) = condition.key.rsplit_once(':') else { continue };
        let is_claim = ["sub", "aud", "amr", "azp"].iter().any(|it| it.eq_ignore_ascii_case(claim));
        let is_theirs = providers(at).any(|it| it.eq_ignore_ascii_case(name));
        if is_claim && name.contains('.') && !name.contains('$') && !is_theirs {
            let message = format!("`{}` is no claim of a provider that the statement trusts", condition.key);
            let expected = providers(at).next().map(|it| format!("did you mean `{it}:{claim}`?"));
            let finding = report.add(at.condition(condition), message);
            finding.about(WEB_IDENTITY).on(name);
            if let Some(help) = expected {
                finding.help(help);
            }
            return;
        }
    }
}
