//! What the role of a function allows, and what AWS needs of it on the function's behalf.

use assembly::Function;
use infra::Template;
use infra::iam::{Subject as Holder, subjects};
use policies::audit::Kind;
use policies::{Action, Effect, Statement};

use super::arns::Arns;
use super::expression::{covers, shown, text, texts};
use super::finding::AuditFinding;
use super::function::Subject;
use super::platform::{self, PlatformNeed};
use super::resources::{properties, type_of};
use super::rules;

/// The rights of a function's role.
#[derive(Debug, Clone)]
pub struct Rights {
    /// Every statement of its inline and attached policies. Resources are texts as [`text`] gives them.
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
    /// The rights of `function`, one of `template`, and its needs as the template's wiring gives them.
    #[must_use]
    pub fn of(template: &Template, function: &Function) -> Self {
        let arns = Arns::of(template);
        let role = role_of(template, &arns, &function.id);
        let holder = role.and_then(|role| subjects(template).into_iter().find(|holder| holder.id == role));
        let has_boundary = holder.iter().flat_map(|it| &it.policies).any(|policy| policy.kind == Kind::Boundary);
        let statements = |kind| holder.iter().flat_map(|holder| statements(holder, kind)).collect();
        Self {
            granted: statements(Kind::Identity),
            platform: platform::needs(template, &arns, function),
            unread: role.map(|role| unread(template, &arns, role)).unwrap_or_default(),
            boundary: has_boundary.then(|| statements(Kind::Boundary)),
            is_outside: role.is_none(),
        }
    }

    /// Those that `statements` give, with which AWS itself does nothing.
    #[must_use]
    pub const fn granted(statements: Vec<Statement>) -> Self {
        Self { granted: statements, platform: Vec::new(), unread: Vec::new(), boundary: None, is_outside: false }
    }

    /// What AWS does with `action` on `resource`, when it does.
    #[must_use]
    pub fn need(&self, action: &Action, resource: &str) -> Option<&PlatformNeed> {
        self.platform.iter().find(|need| need.is_on(resource) && need.actions.contains(action))
    }

    /// Whether a statement allows `action` on `resource`, and the boundary lets it through.
    #[must_use]
    pub fn allows(&self, action: &str, resource: &str) -> bool {
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
    pub fn denies(&self, action: &str, resource: &str) -> bool {
        self.speaking(Effect::Deny, action).any(|it| it.condition.is_empty() && is_on(it, resource))
    }

    fn is_within_boundary(&self, action: &str, resource: &str) -> bool {
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
        let id = subject.id();
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

    /// A finding for each call of which it is not known what it needs of the key of what it is on.
    #[must_use]
    pub fn unlisted(&self, subject: &Subject<'_>) -> Vec<AuditFinding> {
        let finding = |need: &PlatformNeed| {
            subject.finding(need.rule, format!("it is not known {}", need.purpose)).fix(platform::UNLISTED)
        };
        self.platform.iter().filter(|need| need.is_unlisted()).map(finding).collect()
    }

    /// What AWS needs of the role and the role does not allow.
    #[must_use]
    pub fn missing(&self, subject: &Subject<'_>) -> Vec<AuditFinding> {
        let lacks = |need: &PlatformNeed, action: &Action| match &need.resource {
            Some(resource) => !self.allows(action.as_str(), resource) || self.denies(action.as_str(), resource),
            None => !self.speaking(Effect::Allow, action.as_str()).any(|statement| {
                let is_key = |it: &String| need.key.is_none() || it == "*" || need.is_key(it);
                statement.resource.iter().any(is_key)
            }),
        };
        let missing = |need: &PlatformNeed| {
            let absent: Vec<_> = need.actions.iter().filter(|action| lacks(need, action)).collect();
            let first = absent.first()?;
            let names: Vec<_> = absent.iter().map(|action| format!("`{action}`")).collect();
            let finding = subject
                .finding(need.rule, format!("the role of `{}` lacks {}", subject.id(), names.join(", ")))
                .evidence(format!("AWS uses the role for {}", need.purpose))
                .about(first.as_str());
            Some(match &need.resource {
                Some(resource) => finding.on(shown(resource)),
                None => finding,
            })
        };
        let certain = self.platform.iter().filter(|need| need.is_certain);
        if self.is_outside { Vec::new() } else { certain.filter_map(missing).collect() }
    }
}

/// Whether the statement is about `action`.
fn speaks_of(statement: &Statement, action: &str) -> bool {
    statement.action.iter().any(|it| it.covers(action)) != statement.action.is_negated()
}

/// Whether the statement is about `resource`, by its own name or by a pattern that covers it.
fn is_on(statement: &Statement, resource: &str) -> bool {
    statement.resource.iter().any(|it| covers(it, resource)) != statement.resource.is_negated()
}

/// The role of the function or worker `id`, when it is one of the template.
#[must_use]
pub fn role_of<'a>(template: &Template, arns: &'a Arns, id: &str) -> Option<&'a str> {
    let own = properties(template, id);
    // A worker's association names it otherwise than a function.
    let role = arns.resource(&text(own.get("Role").or_else(|| own.get("RoleArn"))?))?;
    (type_of(template, role) == "AWS::IAM::Role").then_some(role)
}

/// The statements of those policies of a role that the template has itself.
pub(super) fn statements(holder: &Holder, kind: Kind) -> impl Iterator<Item = Statement> {
    let policies = holder.places.iter().zip(&holder.policies);
    let own =
        policies.filter(move |(place, policy)| policy.kind == kind && !place.pointer.contains("/ManagedPolicyArns/"));
    own.flat_map(|(_, policy)| policy.statements().map(|at| at.statement.clone()))
}

/// The policies of `role` that the template does not have.
pub(super) fn unread(template: &Template, arns: &Arns, role: &str) -> Vec<String> {
    let role = properties(template, role);
    let named = [&role["ManagedPolicyArns"], &role["PermissionsBoundary"]].into_iter().flat_map(texts);
    let is_own = |arn: &str| arns.resource(arn).is_some_and(|id| type_of(template, id) == "AWS::IAM::ManagedPolicy");
    named.filter(|arn| !is_own(arn)).map(|arn| shown(&arn)).collect()
}
