//! GR: what IAM refuses, or reads otherwise than it is written.

mod actions;
mod conditions;
mod meanings;
mod names;
mod organization;
mod principals;
mod resources;
mod sizes;
mod statement;
mod structure;
mod trust;
mod values;
mod variables;
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
    meanings::RULES,
    variables::RULES,
    sizes::RULES,
    organization::RULES,
];
