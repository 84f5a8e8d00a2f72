//! WB: what is written wider than it needs to be.

mod actions;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[actions::RULES];
