//! PE: what a principal can make of its rights to get more.

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[];
