//! What the role of a function allows, and what AWS needs of it on the function's behalf.

use infra::iam::{ManagedPolicy, Policy, Role, Statement};
use infra::lambda::Function;
use infra::plan::resource_name;
use infra::{LogicalId, Ref, Stack, Value};
use policies::{Action, Effect};

use super::finding::AuditFinding;
use super::function::Subject;
use super::platform::{self, PlatformNeed};
use super::rules;

/// The rights of a function's role.
#[derive(Debug, Clone)]
pub struct Rights {
    /// Every statement of its inline and attached policies.
    pub granted: Vec<Statement>,
    /// What AWS itself does with the role.
    pub platform: Vec<PlatformNeed>,
    /// The policies by reference, which the audit does not read.
    pub unread: Vec<String>,
    /// What the role's boundary lets through, when it has one and the stack does, too.
    pub boundary: Option<Vec<Statement>>,
    /// Whether the role is none of the stack.
    pub is_outside: bool,
}

impl Rights {
    /// The rights of the function `id` of `stack`, and its needs as the stack's wiring gives them.
    #[must_use]
    pub fn of(stack: &Stack, id: LogicalId, function: &Function) -> Self {
        let role = function.role_in(stack);
        let inline = role.and_then(|role| stack.get(role)).map(|role| role.policies.as_slice()).unwrap_or_default();
        let inline = inline.iter().flat_map(|policy| &policy.policy_document.statement);
        let attached = stack
            .resources_of::<Policy>()
            .filter(|(_, policy)| role.is_some_and(|role| policy.roles.contains(&role)))
            .flat_map(|(_, policy)| &policy.policy_document.statement);
        let managed = stack
            .resources_of::<ManagedPolicy>()
            .filter(|(id, policy)| role.is_some_and(|role| is_attached(stack, role, *id, policy)))
            .flat_map(|(_, policy)| &policy.policy_document.statement);
        Self {
            granted: inline.chain(attached).chain(managed).cloned().collect(),
            platform: platform::needs(stack, id, function),
            unread: unread(stack, function),
            boundary: role.and_then(|role| boundary(stack, role)),
            is_outside: role.is_none(),
        }
    }

    /// What AWS does with `action` on `resource`, when it does.
    #[must_use]
    pub fn need(&self, action: &Action, resource: &Value) -> Option<&PlatformNeed> {
        self.platform.iter().find(|need| {
            need.resource.as_ref().is_none_or(|needed| needed == resource)
                && need.key.as_ref().is_none_or(|key| *key == resource_name(resource))
                && need.actions.iter().any(|needed| action == needed)
        })
    }

    /// Whether a statement allows `action` on `resource`, and the boundary lets it through.
    #[must_use]
    pub fn allows(&self, action: &str, resource: &Value) -> bool {
        self.speaking(Effect::Allow, action).any(|statement| is_on(statement, resource))
            && self.is_within_boundary(action, resource)
    }

    /// Whether a statement allows `action` on something.
    #[must_use]
    pub fn allows_on_something(&self, action: &str) -> bool {
        self.speaking(Effect::Allow, action).next().is_some()
    }

    /// Whether a statement denies `action` on `resource`, whatever the request.
    #[must_use]
    pub fn denies(&self, action: &str, resource: &Value) -> bool {
        self.speaking(Effect::Deny, action).any(|it| it.condition.is_empty() && is_on(it, resource))
    }

    fn is_within_boundary(&self, action: &str, resource: &Value) -> bool {
        let Some(boundary) = &self.boundary else { return true };
        let speaks = |it: &&Statement| speaks_of(it, action) && is_on(it, resource);
        let of = |effect| boundary.iter().filter(speaks).any(move |it| it.effect == effect);
        of(Effect::Allow) && !of(Effect::Deny)
    }

    fn speaking(&self, effect: Effect, action: &str) -> impl Iterator<Item = &Statement> {
        self.granted.iter().filter(move |statement| statement.effect == effect && speaks_of(statement, action))
    }

    /// A finding for each policy that allows something the audit does not see.
    #[must_use]
    pub fn unseen(&self, subject: &Subject<'_>) -> Vec<AuditFinding> {
        let id = subject.id;
        if self.is_outside {
            let message = format!("the role of `{id}` is not in its stack, so that nothing is known of its rights");
            return vec![subject.finding(&rules::NO_ROLE, message)];
        }
        let finding = |policy: &String| {
            let message = format!("the role of `{id}` has the policy `{policy}`, whose rights the audit does not see");
            subject.finding(&rules::UNREAD_POLICY, message).on(policy)
        };
        self.unread.iter().map(finding).collect()
    }

    /// What AWS needs of the role and the role does not allow.
    #[must_use]
    pub fn missing(&self, subject: &Subject<'_>) -> Vec<AuditFinding> {
        let lacks = |need: &PlatformNeed, action: &Action| match &need.resource {
            Some(resource) => !self.allows(action.as_str(), resource) || self.denies(action.as_str(), resource),
            None => !self.speaking(Effect::Allow, action.as_str()).any(|statement| {
                let is_key =
                    |it: &Value| need.key.as_ref().is_none_or(|key| [key, "*"].contains(&resource_name(it).as_str()));
                statement.resource.iter().any(is_key)
            }),
        };
        let missing = |need: &PlatformNeed| {
            let absent: Vec<_> = need.actions.iter().filter(|action| lacks(need, action)).collect();
            let first = absent.first()?;
            let names: Vec<_> = absent.iter().map(|action| format!("`{action}`")).collect();
            let finding = subject
                .finding(need.rule, format!("the role of `{}` lacks {}", subject.id, names.join(", ")))
                .evidence(format!("AWS uses the role for {}", need.purpose))
                .about(first.as_str());
            Some(match &need.resource {
                Some(resource) => finding.on(resource_name(resource)),
                None => finding,
            })
        };
        if self.is_outside { Vec::new() } else { self.platform.iter().filter_map(missing).collect() }
    }
}

/// Whether the statement is about `action`.
fn speaks_of(statement: &Statement, action: &str) -> bool {
    statement.action.iter().any(|it| it.covers(action)) != statement.action.is_negated()
}

/// Whether the statement is about `resource`, by its own name or by a pattern that covers it.
fn is_on(statement: &Statement, resource: &Value) -> bool {
    let resource = text(resource);
    let listed = statement.resource.iter().any(|it| policies::covers(&text(it), &resource));
    listed != statement.resource.is_negated()
}

/// The resource with a text for what only CloudFormation knows. No variable is left in it, which no pattern would cover.
fn text(resource: &Value) -> String {
    let json = serde_json::to_value(resource).unwrap_or_default();
    let text = infra::iam::resolve(&json, true).as_str().map_or_else(|| json.to_string(), str::to_owned);
    text.replace("${", "{")
}

/// The policies of the function's role that the stack does not have.
fn unread(stack: &Stack, function: &Function) -> Vec<String> {
    let Some(role) = function.role_in(stack) else { return Vec::new() };
    let boundary = stack.get(role).and_then(|role| role.permissions_boundary.as_ref()).map(infra::Value::text);
    let named = managed_policies(stack, role).chain(boundary);
    named.filter(|arn| of_stack(stack, arn).is_none()).map(|arn| resource_name(&arn)).collect()
}

fn boundary(stack: &Stack, role: Ref<Role>) -> Option<Vec<Statement>> {
    let arn = stack.get(role)?.permissions_boundary.as_ref()?.text();
    Some(of_stack(stack, &arn)?.policy_document.statement.clone())
}

/// The managed policy with this ARN, when it is one of the stack.
fn of_stack<'a>(stack: &'a Stack, arn: &Value) -> Option<&'a ManagedPolicy> {
    stack.resources_of::<ManagedPolicy>().find(|(id, _)| *arn == id.arn().into()).map(|(_, policy)| policy)
}

fn is_attached(stack: &Stack, role: Ref<Role>, id: Ref<ManagedPolicy>, policy: &ManagedPolicy) -> bool {
    policy.roles.contains(&role) || managed_policies(stack, role).any(|arn| arn == id.arn().into())
}

fn managed_policies(stack: &Stack, role: Ref<Role>) -> impl Iterator<Item = Value> {
    stack.get(role).into_iter().flat_map(|role| &role.managed_policy_arns).map(infra::Value::text)
}
