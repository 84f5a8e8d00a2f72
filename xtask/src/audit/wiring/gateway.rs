//! What API Gateway needs of its roles, and what it may do and no route needs.

use std::collections::BTreeSet;

use policies::audit::Kind;
use policies::{Action, Effect, Statement, action};
use serde_json::Value as Json;

use super::Wiring;
use super::routes::Route;
use crate::audit::arns::{normal, stands_for};
use crate::audit::expression::{items, shown, text};
use crate::audit::finding::AuditFinding;
use crate::audit::resources::{of_type, type_of};
use crate::audit::{rights, rules};

/// How AWS names API Gateway.
pub(super) const SERVICE: &str = "apigateway.amazonaws.com";

/// A call that API Gateway makes with a role of the template.
struct RoleCall<'a> {
    method: &'a str,
    role: &'a str,
    action: Action,
    target: &'a str,
}

impl Wiring<'_> {
    /// The calls of queues and functions that APIs make with roles.
    fn role_calls<'b>(&'b self, routes: &[Route<'b>]) -> Vec<RoleCall<'b>> {
        let call = |route: &Route<'b>| {
            let role = route.role(&self.arns)?;
            let queue = route.queue(&self.arns).map(|queue| {
                // What does several at once needs the right to do one.
                let operation = route.queue_operation();
                let operation = operation.strip_suffix("Batch").unwrap_or(&operation);
                (Action::new(format!("sqs:{operation}")), queue)
            });
            let (action, target) =
                queue.or_else(|| Some((action::lambda::INVOKE_FUNCTION, route.function(&self.arns)?)))?;
            Some(RoleCall { method: route.method, role, action, target })
        };
        routes.iter().filter_map(call).collect()
    }

    /// What is allowed and denied to the role `id`.
    fn rights_of(&self, id: &str) -> Vec<Statement> {
        let role = self.subjects.iter().filter(|subject| subject.id == id);
        role.flat_map(|role| rights::statements(role, Kind::Identity)).collect()
    }

    /// Calls that the role does not allow.
    pub(super) fn denied_calls(&self) -> Vec<AuditFinding> {
        let routes = self.routes();
        let denied = self.role_calls(&routes).into_iter().filter(|RoleCall { role, action, target, .. }| {
            let speaks = |it: &Statement, effect| {
                let is_action = it.action.iter().any(|it| it.covers(action.as_str())) != it.action.is_negated();
                let is_target = |it: &String| stands_for(it, self.arns.spellings(target));
                it.effect == effect && is_action && it.resource.iter().any(is_target) != it.resource.is_negated()
            };
            let rights = self.rights_of(role);
            let is_denied = rights.iter().any(|it| speaks(it, Effect::Deny) && it.condition.is_empty());
            is_denied || !rights.iter().any(|it| speaks(it, Effect::Allow))
        });
        let finding = |RoleCall { method, role, action, target }: RoleCall<'_>| {
            let what = if action.service() == "sqs" { "calls the queue" } else { "invokes the function" };
            let message = format!("the role `{role}` does not allow `{action}` on `{target}`");
            self.audited
                .finding(&rules::ROLE_MISSING, method, message)
                .evidence(format!("API Gateway {what} with it for `{method}`"))
                .about(action.as_str())
                .on(target)
        };
        denied.map(finding).collect()
    }

    /// Rights of API Gateway's roles that no integration needs.
    pub(super) fn needless_rights(&self) -> Vec<AuditFinding> {
        let routes = self.routes();
        let calls = self.role_calls(&routes);
        let roles: BTreeSet<_> = calls.iter().map(|call| call.role).collect();
        let mut findings = Vec::new();
        for id in roles.into_iter().filter(|role| self.is_known_in_full(role, &routes, &calls)) {
            for statement in self.rights_of(id).iter().filter(|statement| statement.effect == Effect::Allow) {
                let on_each = |action| statement.resource.iter().map(move |resource| (action, resource));
                for (action, resource) in statement.action.iter().flat_map(on_each) {
                    let is_needed = |call: &RoleCall<'_>| {
                        call.role == id && call.action == *action && self.arns.resource(resource) == Some(call.target)
                    };
                    let is_listed = !statement.action.is_negated() && !statement.resource.is_negated();
                    if is_listed && calls.iter().any(is_needed) {
                        continue;
                    }
                    let on = shown(resource);
                    let message = format!("the role `{id}` allows `{action}` on `{on}`, which no route calls");
                    let finding = self.audited.finding(&rules::ROLE_UNUSED, id, message);
                    findings.push(finding.about(action.as_str()).on(on));
                }
            }
        }
        findings
    }

    /// Whether the role is used for nothing but `calls`: neither by other integrations nor by other resources.
    fn is_known_in_full(&self, role: &str, routes: &[Route<'_>], calls: &[RoleCall<'_>]) -> bool {
        let integrations = routes.iter().filter(|route| route.role(&self.arns) == Some(role)).count();
        let others = self.template().section("Resources").filter(|(_, resource)| {
            let resource_type = resource["Type"].as_str().unwrap_or_default();
            resource_type != "AWS::ApiGateway::Method" && !resource_type.starts_with("AWS::IAM::")
        });
        let is_used = |(_, resource): (&str, &Json)| self.has_role(&resource["Properties"], role);
        integrations == calls.iter().filter(|call| call.role == role).count() && !others.into_iter().any(is_used)
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

    /// Permissions for routes that the API does not have.
    pub(super) fn needless_permissions(&self) -> Vec<AuditFinding> {
        let routes = self.routes();
        let of_gateway =
            of_type(self.template(), "AWS::Lambda::Permission").filter(|(_, it)| it["Principal"] == SERVICE);
        let finding = |(id, permission): (&str, &Json)| {
            let written = text(permission.get("SourceArn")?);
            let source = normal(&written);
            let name = text(permission.get("FunctionName")?);
            let function = self.arns.resource(&name).map_or_else(|| shown(&name), str::to_owned);
            let is_route = |route: &Route<'_>| {
                let invokes = route.function(&self.arns).is_some_and(|it| self.is_named(it, &function));
                invokes && self.route_arns(route).contains(&source)
            };
            if !self.has_methods(&source, &routes) || routes.iter().any(is_route) {
                return None;
            }
            let source = shown(&written);
            let message = format!("`{id}` lets API Gateway invoke `{function}` for `{source}`, which is no route");
            let action = permission["Action"].as_str().unwrap_or_default();
            Some(self.audited.finding(&rules::ROUTE_TOO_BROAD, id, message).about(action).on(source))
        };
        of_gateway.filter_map(finding).collect()
    }

    /// Whether `name` is the logical id of the function or alias `id`, or the name that it is given.
    pub(super) fn is_named(&self, id: &str, name: &str) -> bool {
        id == name || self.arns.spellings(id).iter().any(|arn| arn.ends_with(&format!(":function:{name}")))
    }

    /// Whether `source` is of an API whose routes are methods of the template, and of no authorizer.
    fn has_methods(&self, source: &str, routes: &[Route<'_>]) -> bool {
        let apis: BTreeSet<_> = routes.iter().map(|route| route.api.as_str()).collect();
        let is_of = |api: &&str| {
            let is_complete = type_of(self.template(), api) == "AWS::ApiGateway::RestApi" && !self.has_body(api);
            is_complete && shown(source).contains(&format!(":${{{api}}}/"))
        };
        !source.contains("/authorizers/") && apis.iter().any(is_of)
    }

    /// Whether the API has routes that are not methods of the template.
    fn has_body(&self, api: &str) -> bool {
        let properties = crate::audit::resources::properties(self.template(), api);
        items(&properties["Body"]).chain(items(&properties["BodyS3Location"])).next().is_some()
    }
}
