//! What API Gateway does with roles, and permissions for what no route needs.

use std::collections::BTreeSet;

use policies::{Action, action};
use serde_json::Value as Json;

use super::Wiring;
use super::roles::RoleUse;
use super::routes::{Call, Route};
use crate::audit::arns::normal;
use crate::audit::expression::{shown, text};
use crate::audit::finding::AuditFinding;
use crate::audit::platform::services;
use crate::audit::resources::{of_type, properties, type_of};
use crate::audit::rules;

/// How AWS names API Gateway.
pub(super) const SERVICE: &str = "apigateway.amazonaws.com";

impl Wiring<'_> {
    /// What APIs call with roles.
    pub(super) fn role_uses_of_apis(&self) -> Vec<RoleUse<'_>> {
        self.calls().filter_map(|call| self.role_use_of_api(call)).collect()
    }

    fn role_use_of_api<'b>(&'b self, call: Call<'b>) -> Option<RoleUse<'b>> {
        let needs = self.called(call).and_then(|(action, target)| {
            services::of_gateway(self.template(), &self.arns, action, &target, &rules::ROLE_MISSING)
        });
        self.role_use(call.by, "API Gateway", call.credentials, needs, &rules::ROLE_UNUSED)
    }

    /// What is called, and the logical id of what it is on.
    fn called(&self, call: Call<'_>) -> Option<(Action, String)> {
        if let Some((action, on)) = call.service_call() {
            return Some((Action::new(action), self.arns.resource(&on).map_or_else(|| shown(&on), str::to_owned)));
        }
        if let Some(queue) = call.queue(&self.arns) {
            // What does several at once needs the right to do one.
            let operation = call.queue_operation();
            let operation = operation.strip_suffix("Batch").unwrap_or(&operation);
            return Some((Action::new(format!("sqs:{operation}")), queue.to_owned()));
        }
        Some((action::lambda::INVOKE_FUNCTION, call.function(&self.arns)?.to_owned()))
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
                let invokes = route.call.function(&self.arns).is_some_and(|it| self.is_named(it, &function));
                invokes && self.route_arns(route).contains(&source)
            };
            if !self.has_routes(&source, &routes) || routes.iter().any(is_route) {
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

    /// Whether `source` is of an API whose routes are all in the template.
    fn has_routes(&self, source: &str, routes: &[Route<'_>]) -> bool {
        let apis: BTreeSet<_> = routes.iter().map(|route| route.api.as_str()).collect();
        let is_of = |api: &&str| self.is_complete(api) && shown(source).contains(&format!(":${{{api}}}/"));
        apis.iter().any(is_of)
    }

    /// Whether the API is of the template and has no routes that are not: those of a `Body`, or of a target of
    /// its own.
    fn is_complete(&self, api: &str) -> bool {
        let is_api = ["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"].contains(&type_of(self.template(), api));
        let own = properties(self.template(), api);
        is_api && ["Body", "BodyS3Location", "Target"].iter().all(|it| own.get(it).is_none_or(Json::is_null))
    }
}
