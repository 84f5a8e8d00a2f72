//! Whether a statement of a resource or trust policy speaks of who makes a request.

use super::arn;
use crate::listed::Listed;
use crate::principal::Principal;

/// How a statement speaks of a principal, from not at all to by its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Match {
    /// Not at all.
    None,
    /// By its account, which leaves it to the account whom it lets.
    Account,
    /// As one of all.
    Anyone,
    /// By its role, of which it is a session.
    Role,
    /// By its own name.
    Exact,
}

/// How `listed` speaks of `caller`.
pub(crate) fn speaks_of(listed: &Listed<Principal>, caller: &Principal) -> Match {
    let best = listed.iter().map(|principal| one(principal, caller)).max().unwrap_or(Match::None);
    match (listed.is_negated(), best) {
        (false, best) => best,
        (true, Match::None) => Match::Anyone,
        (true, _) => Match::None,
    }
}

/// Whether `listed` speaks of `caller` at all.
pub(crate) fn is_spoken_of(listed: &Listed<Principal>, caller: &Principal) -> bool {
    speaks_of(listed, caller) != Match::None
}

fn one(principal: &Principal, caller: &Principal) -> Match {
    match (principal, caller) {
        (Principal::Any, _) => Match::Anyone,
        (Principal::Aws(name), _) if name == "*" => Match::Anyone,
        (Principal::Aws(name), Principal::Aws(caller)) => aws(name, caller),
        _ if principal == caller => Match::Exact,
        _ => Match::None,
    }
}

fn aws(name: &str, caller: &str) -> Match {
    if name == caller {
        return Match::Exact;
    }
    let account_of = |arn| arn::parts(arn).map_or(arn, |parts| parts[4]);
    let names_account = arn::parts(name).is_none_or(|parts| parts[5] == "root");
    if names_account {
        let same = account_of(name) == account_of(caller);
        let is_account = arn::parts(caller).is_none_or(|parts| parts[5] == "root");
        return match (same, is_account) {
            (true, true) => Match::Exact,
            (true, false) => Match::Account,
            (false, _) => Match::None,
        };
    }
    let role = |resource: &'static str, arn| {
        let [_, _, _, _, account, rest]: [&str; 6] = arn::parts(arn)?;
        Some((account, rest.strip_prefix(resource)?))
    };
    // A session names its role without the role's path.
    match (role("role/", name), role("assumed-role/", caller)) {
        (Some((account, path)), Some((other, session)))
            if account == other && path.rsplit('/').next() == session.split('/').next() =>
        {
            Match::Role
        }
        _ => Match::None,
    }
}
