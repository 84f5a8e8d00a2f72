//! What the wiring of a template needs beside the roles of its functions: that who gets something lets in who sends it.
//!
//! The emulator enforces little of it, so that only AWS would tell, by silence: what cannot be delivered is dropped.
//! What a template does not say itself, such as the policy of a queue in another stack, is taken for right.

mod admission;
mod deliveries;
mod gateway;
mod roles;
mod routes;
mod scalers;

use std::collections::BTreeMap;

use infra::Template;
use infra::iam::{Subject, subjects};

use super::arns::Arns;
use super::audited::Audited;
use super::finding::AuditFinding;
use super::resources::of_type;
use super::rights::role_of;
use super::rules;
use deliveries::Delivery;

/// Everything that a service delivers and whose target does not let it in, what the roles of APIs, pipes, schedules and
/// rules do not allow, and what is allowed to them, to API Gateway and to the scalers of workers in vain.
#[must_use]
pub fn findings(audited: &Audited<'_>) -> Vec<AuditFinding> {
    let wiring = Wiring::of(audited);
    let refused = wiring.deliveries().into_iter().filter(|delivery| !wiring.lets_in(delivery));
    let mut findings: Vec<_> = refused.map(|delivery| wiring.not_let_in(&delivery)).collect();
    findings.extend(wiring.roles_of_services());
    findings.extend(wiring.needless_permissions());
    findings.extend(wiring.shared_roles());
    findings.extend(wiring.scalers());
    findings
}

/// A template with what its wiring is read from.
struct Wiring<'a> {
    audited: &'a Audited<'a>,
    arns: Arns,
    /// Who has policies.
    subjects: Vec<Subject>,
}

impl<'a> Wiring<'a> {
    fn of(audited: &'a Audited<'a>) -> Self {
        Self { audited, arns: Arns::of(audited.template), subjects: subjects(audited.template) }
    }

    const fn template(&self) -> &'a Template {
        self.audited.template
    }

    fn not_let_in(&self, delivery: &Delivery) -> AuditFinding {
        let Delivery { service, action, target, purpose, by, .. } = delivery;
        let rule = if *service == gateway::SERVICE { &rules::ROUTE_NOT_LET_IN } else { &rules::NOT_LET_IN };
        self.audited
            .finding(rule, by, format!("`{target}` does not let {purpose}"))
            .evidence(format!("no policy or permission of `{target}` allows `{service}` to `{action}` for this source"))
            .fix(if action.service() == "lambda" {
                format!("add a `Permission` of `{target}` for `{service}` with the source's ARN")
            } else if delivery.takes_no_condition() {
                format!("allow `{action}` to `{service}` in a policy of `{target}`, without a condition, which it cannot meet")
            } else {
                format!("allow `{action}` to `{service}` in a policy of `{target}`, with `aws:SourceArn` in a condition")
            })
            .about(action.as_str())
            .on(target.as_str())
    }

    /// Roles that several functions have: each has the rights of all.
    fn shared_roles(&self) -> Vec<AuditFinding> {
        let mut functions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (id, _) in of_type(self.template(), "AWS::Lambda::Function") {
            if let Some(role) = role_of(self.template(), &self.arns, id) {
                functions.entry(role).or_default().push(format!("`{id}`"));
            }
        }
        let shared = functions.into_iter().filter(|(_, of)| of.len() > 1);
        let finding = |(role, of): (&str, Vec<String>)| {
            let message = format!("the role `{role}` is that of {}, so that each has the rights of all", of.join(", "));
            self.audited.finding(&rules::SHARED_ROLE, role, message)
        };
        shared.map(finding).collect()
    }
}
