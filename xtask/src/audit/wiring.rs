//! What the wiring of a stack needs beside the roles of its functions.

use infra::apigateway::{ApiResource, Integration, Method};
use infra::lambda::Permission;
use infra::{Ref, Stack};

use super::finding::{AuditFinding, Severity};

/// The methods of REST APIs whose function does not let API Gateway invoke it.
///
/// The emulator does not enforce it, so that only AWS would tell.
#[must_use]
pub fn missing_invocations(stack: &Stack) -> Vec<AuditFinding> {
    let methods = stack.resources_of::<Method>();
    methods.filter_map(|(reference, method)| missing_invocation(stack, reference, method)).collect()
}

fn missing_invocation(stack: &Stack, reference: Ref<Method>, method: &Method) -> Option<AuditFinding> {
    let Integration::LambdaProxy { function, .. } = method.integration else { return None };
    let path = path(stack, method.resource_id);
    let arn = method.rest_api_id.execute_arn(method.http_method, &path);
    let is_allowed = stack.resources_of::<Permission>().any(|(_, permission)| {
        permission.function_name == function && permission.source_arn.as_ref().is_some_and(|source| *source == arn)
    });
    (!is_allowed).then(|| AuditFinding {
        id: "AG01",
        severity: Severity::High,
        stack: stack.name().to_owned(),
        resource: reference.id().to_string(),
        message: format!("`{}` does not let API Gateway invoke it for `{} {path}`", function.id(), method.http_method),
        location: stack.declared(reference.id()).map(|declared| declared.source.to_string()),
        evidence: format!("no permission of `{}` names this method of `{}`", function.id(), method.rest_api_id.id()),
        fix: "add a `Permission` for `apigateway.amazonaws.com` with the method's `execute_arn`".to_owned(),
    })
}

fn path(stack: &Stack, resource: Option<Ref<ApiResource>>) -> String {
    match resource.and_then(|resource| stack.get(resource)) {
        Some(part) => format!("{}/{}", path(stack, part.parent_id).trim_end_matches('/'), part.path_part),
        None => "/".to_owned(),
    }
}
