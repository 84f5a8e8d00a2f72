//! GR: what IAM refuses, or reads otherwise than it is written.

mod actions;
mod conditions;
mod names;
mod principals;
mod resources;
mod statement;
mod structure;
mod trust;
mod values;
mod version;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[
    structure::RULES,
    version::RULES,
    statement::RULES,
    actions::RULES,
    resources::RULES,
    principals::RULES,
    names::RULES,
    trust::RULES,
    conditions::RULES,
    values::RULES,
];
