//! WB: what is written wider than it needs to be.

mod actions;
pub(super) mod arn;
mod conditions;
mod contradictions;
mod everywhere;
mod negation;
pub(super) mod place;
mod reach;
mod redundant;
mod resources;
mod shadowed;
mod values;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[
    actions::RULES,
    negation::RULES,
    everywhere::RULES,
    resources::RULES,
    redundant::RULES,
    shadowed::RULES,
    conditions::RULES,
    values::RULES,
    contradictions::RULES,
];
