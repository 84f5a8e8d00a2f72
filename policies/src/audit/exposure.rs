//! SA: what lets secrets, data or the account itself be taken.
//!
//! The classes of actions follow those of cloudsplaining, <https://cloudsplaining.readthedocs.io/en/latest/glossary/>,
//! and AWS's own access levels.

mod account;
mod allowed;
mod credentials;
mod data;
mod defence;
mod destruction;
mod sharing;
mod together;

use super::rule::{Check, PolicyRule, Scope, Sensitive};

pub(super) use allowed::allowed;

pub(super) const RULES: &[&[PolicyRule]] = &[
    credentials::RULES,
    data::RULES,
    sharing::RULES,
    defence::RULES,
    destruction::RULES,
    account::RULES,
    together::RULES,
];

/// The tables of the family.
fn sensitive() -> impl Iterator<Item = &'static Sensitive> {
    RULES.iter().copied().flatten().filter_map(|row| match &row.check {
        Check::Allowed(sensitive) => Some(sensitive),
        _ => None,
    })
}

/// Whether a rule of the family is about this action on every resource.
pub(super) fn is_about(action: &str) -> bool {
    sensitive().filter(|it| it.scope == Scope::Every).any(|it| it.actions.contains(&action))
}
