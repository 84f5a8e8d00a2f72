//! RP: whom the policies of resources and roles let in.

mod accounts;
mod bucket;
mod denial;
mod deputy;
mod federated;
mod ineffective_conditions;
mod principals;
mod provider;
mod public;
mod public_actions;
mod row;
mod service;
mod source;
mod subject;
mod trust;
mod wiring;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[
    public::RULES,
    ineffective_conditions::RULES,
    deputy::RULES,
    source::RULES,
    wiring::RULES,
    accounts::RULES,
    bucket::RULES,
    trust::RULES,
    service::RULES,
    provider::RULES,
    subject::RULES,
    federated::RULES,
];
