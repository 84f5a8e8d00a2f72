//! WB: what is written wider than it needs to be.

mod actions;
mod negation;
mod place;
mod reach;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[actions::RULES, negation::RULES];
