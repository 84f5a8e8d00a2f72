//! GR: what IAM refuses, or reads otherwise than it is written.

mod structure;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[structure::RULES];
