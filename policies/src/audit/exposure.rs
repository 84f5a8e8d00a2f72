//! SA: what lets secrets, data or the account itself be taken.

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[];

/// Whether a rule of the family is about this action on every resource.
pub(super) fn is_about(_action: &str) -> bool {
    false
}
