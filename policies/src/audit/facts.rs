//! CT: what does not fit the actions, resources and condition keys that AWS has.

mod keys;
mod known;
mod names;
mod requests;
mod resources;
mod types;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] =
    &[names::RULES, keys::RULES, requests::RULES, types::RULES, resources::RULES];
