//! RP: whom the policies of resources and roles let in.

mod accounts;
mod bucket;
mod denial;
mod deputy;
mod federated;
mod gaps;
mod provider;
mod public;
mod row;
mod service;
mod source;
mod subject;
mod trust;
mod who;
mod wiring;
mod worst;

use super::rule::PolicyRule;

pub(super) const RULES: &[&[PolicyRule]] = &[
    public::RULES,
    gaps::RULES,
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
