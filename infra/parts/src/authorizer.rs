//! Authorizers that ask a function.

use infra::apigateway::FunctionAuthorizer;
use infra::{Ref, Stack};

/// Adds the authorizer of an API as `{id}`, and `{id}Permission`, which lets API Gateway invoke its function for it.
///
/// ```
/// use infra::apigatewayv2::{HttpApi, HttpAuthorization, LambdaAuthorizer};
/// use infra::lambda::Invocable;
/// use infra::{Ref, Stack};
///
/// fn for_partners(stack: &mut Stack, api: Ref<HttpApi>, ask: impl Into<Invocable>) -> HttpAuthorization {
///     let partners = LambdaAuthorizer {
///         api,
///         name: "partners".to_owned(),
///         function: ask.into(),
///         identity_source: vec!["$request.header.Authorization".to_owned()],
///         result_ttl: None,
///     };
///     HttpAuthorization::Lambda(parts::authorizer(stack, "Partners", partners))
/// }
/// ```
#[track_caller]
pub fn authorizer<A: FunctionAuthorizer>(stack: &mut Stack, id: &'static str, authorizer: A) -> Ref<A> {
    let reference = stack.named(id).add(authorizer);
    if let Some(permission) = stack.get(reference).map(|authorizer| authorizer.permission(reference)) {
        stack.named(format!("{id}Permission")).add(permission);
    }
    reference
}
