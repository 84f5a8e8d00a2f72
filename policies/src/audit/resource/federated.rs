//! Kinds of identity providers, and the actions for them.

use super::principals::{allows, principals};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::starts_key;
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rights::acts;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::principal::Principal;

const SAML: &str = "sts:AssumeRoleWithSAML";
const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP77", Medium,
        "assertions that a SAML provider made for another audience",
        "name the audience in `SAML:aud`: `https://signin.aws.amazon.com/saml`",
        &["iam-policy-validator:trust_policy_validation"],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/login"}, "Action": "sts:AssumeRoleWithSAML"}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/login"}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}"#,
        audience
    ),
    row!(
        "RP78", High,
        "a SAML provider without the action by which its users assume a role",
        "allow `sts:AssumeRoleWithSAML`",
        &["iam-policy-validator:trust_policy_validation"],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/login"}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/login"}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}"#,
        wrong_for_saml
    ),
    row!(
        "RP79", High,
        "a web identity provider without the action by which its users assume a role",
        "allow `sts:AssumeRoleWithWebIdentity`",
        &["iam-policy-validator:trust_policy_validation"],
        trust r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/login.example.com"}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/login.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"login.example.com:sub": "ada", "login.example.com:aud": "maps"}}}"#,
        wrong_for_web
    ),
];

/// The first provider that is one of SAML, or that is none.
fn provider<'a>(at: &At<'a>, is_saml: bool) -> Option<&'a str> {
    let of_kind = |name: &str| name.contains(":saml-provider/") == is_saml && !name.starts_with("${");
    allows(at, Kind::Trust)
        .then(|| {
            principals(at).find_map(|it| match it {
                Principal::Federated(name) if of_kind(name) => Some(name.as_str()),
                _ => None,
            })
        })
        .flatten()
}

fn audience(at: &At<'_>, report: &mut Report<'_>) {
    let Some(provider) = provider(at, true) else { return };
    if acts(at, SAML) && !at.statement.condition.iter().any(|it| starts_key(it, "SAML:")) {
        report
            .add(at.principal(), format!("no condition on `SAML:aud` tells for whom `{provider}` vouches"))
            .about(SAML)
            .on(provider);
    }
}

fn wrong_for_saml(at: &At<'_>, report: &mut Report<'_>) {
    expect(at, provider(at, true), SAML, report);
}

fn wrong_for_web(at: &At<'_>, report: &mut Report<'_>) {
    expect(at, provider(at, false), WEB_IDENTITY, report);
}

fn expect(at: &At<'_>, provider: Option<&str>, action: &'static str, report: &mut Report<'_>) {
    // A statement may be about the tags of a session alone.
    let assumes = at.statement.action.iter().any(|it| it.as_str().to_ascii_lowercase().starts_with("sts:assumerole"));
    if let Some(provider) = provider.filter(|_| assumes && !acts(at, action)) {
        report
            .add(at.action(), format!("users of `{provider}` assume the role by `{action}`, which is not allowed"))
            .about(action)
            .on(provider);
    }
}
