//! What lets KEDA count the messages of a worker's queues.

use policies::audit::Kind;
use policies::{Action, Effect, action};

use super::Wiring;
use crate::audit::expression::{shown, text};
use crate::audit::finding::AuditFinding;
use crate::audit::resources::type_of;
use crate::audit::rights::{Rights, statements};
use crate::audit::rules;

impl Wiring<'_> {
    /// What the roles of scalers do not allow, and what they allow in vain.
    pub(super) fn scalers(&self) -> Vec<AuditFinding> {
        let mut findings = Vec::new();
        for (id, worker) in self.audited.workers() {
            let Some(role) = worker.scaler_role_arn.as_ref().and_then(|arn| self.role(&text(arn))) else { continue };
            let holder = self.subjects.iter().find(|holder| holder.id == role);
            let granted = holder.into_iter().flat_map(|holder| statements(holder, Kind::Identity)).collect();
            let rights = Rights::granted(granted);
            let count = action::sqs::GET_QUEUE_ATTRIBUTES;
            let queues: Vec<_> =
                worker.queues.iter().filter_map(|queue| Some((queue, self.arns.arn(queue)?))).collect();
            for (queue, arn) in &queues {
                if !rights.allows(count.as_str(), arn) || rights.denies(count.as_str(), arn) {
                    let message = format!("the role of `{id}`'s scaler lacks `{count}`: `{id}` would not be scaled");
                    let finding = self.audited.finding(&rules::SCALER_MISSING, role, message);
                    findings.push(finding.about(count.as_str()).on(queue.as_str()));
                }
            }
            for statement in rights.granted.iter().filter(|statement| statement.effect == Effect::Allow) {
                let is_needed = |action: &Action, resource: &String| {
                    *action == count
                        && queues.iter().any(|(_, arn)| resource == arn)
                        && !statement.resource.is_negated()
                };
                for action in &statement.action {
                    for resource in statement.resource.iter().filter(|resource| !is_needed(action, resource)) {
                        let message = format!(
                            "the role of `{id}`'s scaler allows `{action}`, which counting messages does not need"
                        );
                        let finding = self.audited.finding(&rules::SCALER_UNUSED, role, message);
                        findings.push(finding.about(action.as_str()).on(shown(resource)));
                    }
                }
            }
        }
        findings
    }

    fn role(&self, arn: &str) -> Option<&str> {
        self.arns.resource(arn).filter(|id| type_of(self.template(), id) == "AWS::IAM::Role")
    }
}
