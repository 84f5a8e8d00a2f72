//! Rules about policies: what is wrong in their writing, and what they allow that they should not.
//!
//! Each rule is a row of a table, with a case in which it fires and one in which it does not; tests hold both, and
//! `policy-audit --explain` shows them.

mod breadth;
mod escalation;
mod exposure;
mod facts;
mod finding;
mod grammar;
mod limit;
mod policy;
mod report;
mod resource;
mod rights;
mod rule;
mod wildcard;
mod written;

pub use finding::{Finding, Severity};
pub use policy::{At, Kind, Policy};
pub use report::Report;
pub use rights::Rights;
pub use rule::{Case, Check, PolicyRule, Rule, Scope, Sensitive};

/// Every rule about policies, by family.
pub fn rules() -> impl Iterator<Item = &'static PolicyRule> {
    [grammar::RULES, facts::RULES, breadth::RULES, escalation::RULES, exposure::RULES, resource::RULES]
        .into_iter()
        .flatten()
        .copied()
        .flatten()
}

/// What the rules find in the policies of one principal or of one resource, by policy and place.
///
/// ```
/// use policies::audit::{Kind, Policy, audit};
///
/// let policy = Policy::read(Kind::Identity, r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#);
/// assert!(audit(&[policy]).iter().any(|finding| finding.rule.id == "WB01"));
/// ```
#[must_use]
pub fn audit(policies: &[Policy]) -> Vec<Finding> {
    let rights = Rights::of(policies);
    let mut findings = Vec::new();
    for row in rules() {
        let mut report = Report::new(&row.rule, &mut findings);
        match row.check {
            Check::Written(check) => {
                for (index, policy) in policies.iter().enumerate() {
                    report.policy = index;
                    check(policy, &mut report);
                }
            }
            Check::Statement(check) => {
                for (index, policy) in policies.iter().enumerate() {
                    report.policy = index;
                    for at in policy.statements() {
                        check(&at, &mut report);
                    }
                }
            }
            Check::Rights(check) => check(&rights, &mut report),
            Check::Allowed(sensitive) => exposure::allowed(&sensitive, &rights, &mut report),
        }
    }
    findings.iter_mut().for_each(Finding::name_unknown);
    findings.sort_by(|one, other| one.key().cmp(&other.key()));
    findings
}
