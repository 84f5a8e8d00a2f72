//! SA: what lets secrets, data or the account itself be taken.

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[];
