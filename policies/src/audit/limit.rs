//! Whether a condition limits what a statement allows.

use core::net::IpAddr;

use ipnet::IpNet;

use crate::condition::{Condition, Operator, Quantifier};

/// Why a condition leaves requests through that it looks like stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// Requests without the key pass.
    IfExists,
    /// Requests without the key pass, because all of no values match.
    ForAllValues,
    /// It only asks whether the key is there.
    Null,
    /// All values but the listed ones pass.
    Negated,
    /// A value is a pattern that everything matches.
    Everything,
}

/// Condition keys whose values are the id of an account.
const ACCOUNTS: &[&str] =
    &["aws:PrincipalAccount", "aws:SourceAccount", "aws:SourceOwner", "aws:VpceAccount", "kms:CallerAccount"];

/// Condition keys whose values are the id of an organization, or start with it.
const ORGANIZATIONS: &[&str] = &[
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
];

/// How the values of a condition key start, whosever they are.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
const STARTS: &[(&str, &str)] =
    &[("aws:SourceVpc", "vpc-0"), ("aws:SourceVpce", "vpce-0"), ("aws:userid", "AIDA"), ("aws:userid", "AROA")];

/// Why `condition` does not limit its key to the values it lists; nothing when it does.
pub(super) fn gap(condition: &Condition) -> Option<Gap> {
    if condition.operator == Operator::Null {
        Some(Gap::Null)
    } else if condition.operator.is_negated() {
        Some(Gap::Negated)
    } else if condition.if_exists {
        Some(Gap::IfExists)
    } else if condition.quantifier == Some(Quantifier::ForAllValues) {
        Some(Gap::ForAllValues)
    } else if condition.values.is_empty()
        || condition.values.iter().any(|value| is_everything(condition, value))
        || condition.operator == Operator::IpAddress && hold_every_address(&condition.values)
    {
        Some(Gap::Everything)
    } else {
        None
    }
}

/// Whether `value` stands for every value there is.
fn is_everything(condition: &Condition, value: &str) -> bool {
    match condition.operator {
        Operator::StringLike | Operator::ArnLike | Operator::ArnEquals => {
            value.contains('*') && value.chars().all(|char| matches!(char, '*' | '?' | ':'))
                || value.strip_prefix("arn:").is_some_and(|rest| rest.chars().all(|char| matches!(char, '*' | ':')))
                || is_of_anyone(condition, value)
        }
        _ => false,
    }
}

/// Whether a pattern of ids leaves open whose they are.
fn is_of_anyone(condition: &Condition, value: &str) -> bool {
    let is_one_of = |keys: &[&str]| keys.iter().any(|key| is_key(condition, key));
    if is_one_of(ACCOUNTS) {
        has_wildcard(value)
    } else if is_one_of(ORGANIZATIONS) {
        has_wildcard(value.split('/').next().unwrap_or(value))
    } else {
        let start = value.split(['*', '?']).next().filter(|start| start.len() < value.len());
        STARTS.iter().any(|(key, all)| is_key(condition, key) && start.is_some_and(|start| all.starts_with(start)))
    }
}

/// Whether ranges of addresses hold every address of IPv4 or of IPv6, together if not alone.
fn hold_every_address(ranges: &[String]) -> bool {
    let range = |text: &String| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    let ranges: Vec<IpNet> = ranges.iter().filter_map(range).collect();
    IpNet::aggregate(&ranges).iter().any(|range| range.prefix_len() == 0)
}

/// Whether `key` is the condition key `name`; case does not matter.
pub(super) fn is_key(condition: &Condition, name: &str) -> bool {
    condition.key.eq_ignore_ascii_case(name)
}

/// Whether the condition key starts with `start`, such as `aws:ResourceTag/`; case does not matter.
pub(super) fn starts_key(condition: &Condition, start: &str) -> bool {
    condition.key.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start))
}

/// Whether `text` has a wildcard that is not inside of a variable such as `${aws:username}`.
pub(super) fn has_wildcard(text: &str) -> bool {
    let mut rest = text;
    loop {
        let variable = rest.find("${").unwrap_or(rest.len());
        if rest[..variable].contains(['*', '?']) {
            return true;
        }
        let Some(end) = rest[variable..].find('}') else { return false };
        rest = &rest[variable + end + 1..];
    }
}
