//! What services do with roles of the template that are no function's: what the roles lack, and what they allow in vain.

use std::collections::BTreeSet;

use policies::audit::{Kind, Rule};
use policies::{Action, Effect, Statement};
use serde_json::Value as Json;

use super::Wiring;
use crate::audit::arns::{normal, stands_for};
use crate::audit::expression::{shown, text};
use crate::audit::finding::AuditFinding;
use crate::audit::platform::{self, PlatformNeed, services};
use crate::audit::resources::{of_type, type_of};
use crate::audit::{rights, rules};

/// Something that a service does with a role of the template.
pub(super) struct RoleUse<'a> {
    /// The resource that says so.
    by: &'a str,
    /// The service.
    service: &'static str,
    role: &'a str,
    /// What it needs; `None` when that is not known.
    needs: Option<Vec<PlatformNeed>>,
    /// The rule that is broken by a right that nothing needs.
    in_vain: &'static Rule,
}

impl Wiring<'_> {
    /// What the roles of services lack, and what they allow in vain.
    pub(super) fn roles_of_services(&self) -> Vec<AuditFinding> {
        let uses = self.role_uses();
        let roles: BTreeSet<_> = uses.iter().map(|it| it.role).collect();
        let missing = uses.iter().flat_map(|it| self.missing(it));
        missing.chain(roles.into_iter().flat_map(|role| self.in_vain(role, &uses))).collect()
    }

    fn role_uses(&self) -> Vec<RoleUse<'_>> {
        let (template, arns) = (self.template(), &self.arns);
        let mut uses = self.role_uses_of_apis();
        let mut add = |by, service, it: services::RoleUse<'_>| {
            uses.extend(self.role_use(by, service, it.role, it.needs, &rules::SERVICE_UNUSED));
        };
        for (id, pipe) in of_type(template, "AWS::Pipes::Pipe") {
            add(id, "Pipes", services::of_pipe(template, arns, pipe, &rules::SERVICE_MISSING));
        }
        for (id, schedule) in of_type(template, "AWS::Scheduler::Schedule") {
            add(id, "Scheduler", services::of_schedule(template, arns, schedule, &rules::SERVICE_MISSING));
        }
        for (id, rule) in of_type(template, "AWS::Events::Rule") {
            for target in services::of_rule(template, arns, rule, &rules::SERVICE_MISSING) {
                add(id, "EventBridge", target);
            }
        }
        uses
    }

    /// What `service` does with the role of which `role` is the ARN, when that is one of the template.
    pub(super) fn role_use<'b>(
        &'b self,
        by: &'b str,
        service: &'static str,
        role: &Json,
        needs: Option<Vec<PlatformNeed>>,
        in_vain: &'static Rule,
    ) -> Option<RoleUse<'b>> {
        let role = self.arns.resource(&text(role)).filter(|it| type_of(self.template(), it) == "AWS::IAM::Role")?;
        let needs = needs.map(|needs| services::with_keys(self.template(), &self.arns, needs));
        Some(RoleUse { by, service, role, needs, in_vain })
    }

    /// What is allowed and denied to the role `id`.
    fn rights_of(&self, id: &str) -> Vec<Statement> {
        let role = self.subjects.iter().filter(|subject| subject.id == id);
        role.flat_map(|role| rights::statements(role, Kind::Identity)).collect()
    }

    /// What the role does not allow. Of a role with policies that the template does not have, that is not known.
    fn missing(&self, RoleUse { by, service, role, needs, .. }: &RoleUse<'_>) -> Vec<AuditFinding> {
        if !rights::unread(self.template(), &self.arns, role).is_empty() {
            return Vec::new();
        }
        let granted = self.rights_of(role);
        let finding = |need: &PlatformNeed| {
            if need.is_unlisted() {
                let finding = self.audited.finding(need.rule, by, format!("it is not known {}", need.purpose));
                return Some(finding.fix(platform::UNLISTED));
            }
            let lacking: Vec<_> = need.actions.iter().filter(|action| !self.allows(&granted, need, action)).collect();
            let first = lacking.first()?;
            let names: Vec<_> = lacking.iter().map(|action| format!("`{action}`")).collect();
            let on = need.resource.as_ref().or(need.key.as_ref()).map_or_else(|| "*".to_owned(), |it| shown(it));
            let message = format!("the role `{role}` does not allow {} on `{on}`", names.join(", "));
            let finding = self.audited.finding(need.rule, by, message);
            Some(finding.evidence(format!("{service} uses it for {}", need.purpose)).about(first.as_str()).on(on))
        };
        let judged = needs.iter().flatten().filter(|need| need.is_certain || need.is_unlisted());
        judged.filter_map(finding).collect()
    }

    fn allows(&self, granted: &[Statement], need: &PlatformNeed, action: &Action) -> bool {
        let speaks = |it: &Statement, effect| {
            let is_action = it.action.iter().any(|it| it.covers(action.as_str())) != it.action.is_negated();
            let is_target = |it: &String| match (&need.resource, &need.key) {
                (Some(resource), _) => stands_for(it, &self.arns.spellings_of(resource)),
                (None, Some(_)) => it == "*" || need.is_key(it),
                (None, None) => true,
            };
            it.effect == effect && is_action && it.resource.iter().any(is_target) != it.resource.is_negated()
        };
        let is_denied = granted.iter().any(|it| speaks(it, Effect::Deny) && it.condition.is_empty());
        !is_denied && granted.iter().any(|it| speaks(it, Effect::Allow))
    }

    /// Rights of the role that nothing needs, when all that uses it is known.
    fn in_vain(&self, role: &str, uses: &[RoleUse<'_>]) -> Vec<AuditFinding> {
        let own: Vec<_> = uses.iter().filter(|it| it.role == role).collect();
        let Some(needs) = own.iter().map(|it| it.needs.as_ref()).collect::<Option<Vec<_>>>() else { return Vec::new() };
        let Some(broken) = own.first().map(|it| it.in_vain).filter(|_| self.is_used_by_none_but(role, &own)) else {
            return Vec::new();
        };
        let mut findings = Vec::new();
        for statement in self.rights_of(role).iter().filter(|statement| statement.effect == Effect::Allow) {
            let on_each = |action| statement.resource.iter().map(move |resource| (action, resource));
            for (action, resource) in statement.action.iter().flat_map(on_each) {
                let is_needed =
                    |need: &PlatformNeed| need.actions.contains(action) && self.is_resource_of(need, resource);
                let is_listed = !statement.action.is_negated() && !statement.resource.is_negated();
                if is_listed && needs.iter().copied().flatten().any(is_needed) {
                    continue;
                }
                let on = shown(resource);
                let message = format!("the role `{role}` allows `{action}` on `{on}`, which nothing that has it needs");
                let finding = self.audited.finding(broken, role, message);
                findings.push(finding.about(action.as_str()).on(on));
            }
        }
        findings
    }

    /// Whether the need is on just what a statement names by `resource`.
    fn is_resource_of(&self, need: &PlatformNeed, resource: &str) -> bool {
        match (&need.resource, &need.key) {
            (Some(needed), _) => self.arns.spellings_of(needed).contains(&normal(resource)),
            (None, Some(_)) => need.is_key(resource),
            (None, None) => resource == "*",
        }
    }

    /// Whether no other resource than those that say what they do with it has the role.
    fn is_used_by_none_but(&self, role: &str, uses: &[&RoleUse<'_>]) -> bool {
        let resources = self.template().section("Resources");
        let mut others = resources.filter(|(id, resource)| {
            let is_of_iam = resource["Type"].as_str().is_some_and(|it| it.starts_with("AWS::IAM::"));
            !is_of_iam && uses.iter().all(|it| it.by != *id)
        });
        !others.any(|(_, resource)| self.has_role(&resource["Properties"], role))
    }

    /// Whether a value within `json` is the ARN of `role`.
    fn has_role(&self, json: &Json, role: &str) -> bool {
        if self.arns.resource(&text(json)) == Some(role) {
            return true;
        }
        match json {
            Json::Array(items) => items.iter().any(|item| self.has_role(item, role)),
            Json::Object(members) => members.values().any(|member| self.has_role(member, role)),
            _ => false,
        }
    }
}
