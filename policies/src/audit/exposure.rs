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
mod whole_services;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::rule::{Check, PolicyRule, Scope, Sensitive};
use crate::catalogue::Action;

pub(super) use allowed::allowed;

pub(super) const RULES: &[&[PolicyRule]] = &[
    credentials::RULES,
    data::RULES,
    sharing::RULES,
    defence::RULES,
    destruction::RULES,
    account::RULES,
    whole_services::RULES,
];

/// The tables of the family.
fn sensitive() -> impl Iterator<Item = &'static Sensitive> {
    RULES.iter().copied().flatten().filter_map(|row| match &row.check {
        Check::Allowed(sensitive) => Some(sensitive),
        _ => None,
    })
}

/// The actions that rules of the family are about when they are allowed on every resource.
static EVERYWHERE: LazyLock<BTreeSet<(&str, &str)>> = LazyLock::new(|| {
    let tables = sensitive().filter(|it| it.scope == Scope::Every);
    tables.flat_map(|it| it.actions).filter_map(|it| it.split_once(':')).collect()
});

/// Whether a rule of the family is about this action on every resource.
pub(super) fn is_about(action: &Action) -> bool {
    EVERYWHERE.contains(&(action.service, action.name))
}
