//! Whom a statement lets in.

use super::denial::keeps_out_all_but_some;
use crate::audit::limit::{Gap, gap, has_wildcard, is_key, starts_key};
use crate::audit::policy::{At, Kind};
use crate::condition::Condition;
use crate::document::Effect;
use crate::evaluate::arn_parts;
use crate::principal::Principal;

/// Condition keys by which a caller is known; names and tags are none, as any account can give them.
pub(super) const CALLER_KEYS: &[&str] = &[
    "aws:FederatedProvider",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:userid",
    "elasticfilesystem:AccessedViaMountTarget",
    "elasticfilesystem:AccessPointArn",
    "kms:CallerAccount",
    "lambda:InvokedViaFunctionUrl",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
    "sns:Endpoint",
];

/// Condition keys that say for whose resource a service calls.
const SOURCE_KEYS: &[&str] = &[
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "kms:CallerAccount",
];

/// How a statement about everyone is left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open<'a> {
    /// It has no condition.
    Unconditioned,
    /// Its conditions say nothing of who calls.
    Unrelated,
    /// Its condition is about what every caller can send.
    Spoofable(&'a Condition),
    /// Its condition is about the source, but of any account.
    AnyAccount(&'a Condition),
    /// Its condition says who calls, but lets others through.
    Gap(Gap, &'a Condition),
}

/// Whether it is a statement of a policy of this kind that allows.
pub(super) fn allows(at: &At<'_>, kind: Kind) -> bool {
    at.policy.kind == kind && at.statement.effect == Effect::Allow
}

/// The principals that the statement names.
pub(super) fn principals<'a>(at: &At<'a>) -> impl Iterator<Item = &'a Principal> + use<'a> {
    at.statement.principal.as_ref().filter(|it| !it.is_negated()).into_iter().flat_map(|it| it.iter())
}

/// The accounts, roles and users that the statement names.
pub(super) fn identities<'a>(at: &At<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    principals(at).filter_map(|it| if let Principal::Aws(name) = it { Some(name.as_str()) } else { None })
}

/// The services that the statement names.
pub(super) fn services<'a>(at: &At<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    principals(at).filter_map(|it| if let Principal::Service(name) = it { Some(name.as_str()) } else { None })
}

/// Whether the statement speaks of everyone.
pub(super) fn is_public(at: &At<'_>) -> bool {
    principals(at).any(|it| *it == Principal::Any) || identities(at).any(|it| it == "*")
}

/// The name of a service before `.amazonaws.com`, without a Region.
pub(super) fn short(service: &str) -> &str {
    service.split('.').next().unwrap_or(service)
}

/// The account of an account, role or user, when it is written out.
pub(super) fn account(identity: &str) -> Option<&str> {
    let account = arn_parts(identity).map_or(identity, |parts| parts[4]);
    is_account(account).then_some(account)
}

/// Whether `text` is the id of an account.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the identity is an account as a whole.
pub(super) fn is_whole_account(identity: &str) -> bool {
    arn_parts(identity).map_or(is_account(identity), |parts| parts[5] == "root")
}

/// Whether the condition is about one of `keys`.
pub(super) fn is_one_of(condition: &Condition, keys: &[&str]) -> bool {
    keys.iter().any(|key| is_key(condition, key))
}

/// How a statement is left open to everyone; nothing when a condition, or a denial, limits who calls.
pub(super) fn open<'a>(at: &At<'a>) -> Option<Open<'a>> {
    let mut open = if at.statement.condition.is_empty() { Open::Unconditioned } else { Open::Unrelated };
    for condition in &at.statement.condition {
        let found = if is_one_of(condition, CALLER_KEYS) || is_of_service(condition) {
            match gap(condition) {
                None if is_one_of(condition, &["aws:SourceArn", "aws:PrincipalArn"])
                    && is_of_any_account(condition) =>
                {
                    Open::AnyAccount(condition)
                }
                None => return None,
                Some(gap) => Open::Gap(gap, condition),
            }
        } else if is_one_of(condition, &["aws:Referer", "aws:UserAgent"]) {
            Open::Spoofable(condition)
        } else {
            continue;
        };
        if open == Open::Unrelated {
            open = found;
        }
    }
    (!keeps_out_all_but_some(at)).then_some(open)
}

/// Whether a condition leaves services of AWS only.
fn is_of_service(condition: &Condition) -> bool {
    is_key(condition, "aws:PrincipalIsAWSService") && condition.values.iter().all(|it| it.eq_ignore_ascii_case("true"))
}

/// Whether a condition says for whose resource a service calls.
pub(super) fn names_source(at: &At<'_>) -> bool {
    let names = |condition: &Condition| {
        is_one_of(condition, SOURCE_KEYS) && gap(condition).is_none()
            || starts_key(condition, "kms:EncryptionContext:") && gap(condition).is_none()
    };
    at.statement.condition.iter().any(names)
}

/// Whether a value is an ARN in any account; buckets are told by their names alone.
pub(super) fn is_of_any_account(condition: &Condition) -> bool {
    condition.values.iter().any(|value| {
        let Some([_, _, service, _, account, name]) = arn_parts(value) else {
            return is_short_of_account(value);
        };
        has_wildcard(account) && (service != "s3" || name.starts_with('*'))
    })
}

/// Whether a wildcard of a pattern stands for several parts of an ARN, the account among them.
fn is_short_of_account(pattern: &str) -> bool {
    has_wildcard(pattern) && !pattern.contains("${") && !pattern.split(':').any(is_account)
}
