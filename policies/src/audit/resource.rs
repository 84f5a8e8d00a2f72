//! RP: whom the policies of resources and roles let in.

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[];
