//! CT: what does not fit the actions, resources and condition keys that AWS has.

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[];
