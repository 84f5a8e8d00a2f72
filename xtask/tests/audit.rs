//! What the audit says of wiring that the emulator does not enforce.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::collections::BTreeSet;

use bindings::Program;
use infra::apigateway::{ApiResource, HttpMethod, Integration, Method, RestApi};
use infra::iam::{ManagedPolicy, Role};
use infra::lambda::{EventSourceMapping, Function, Permission};
use infra::sqs::StandardQueue;
use infra::{Ref, Stack, Stage};
use serde::Serialize;
use stacks::parts::{self, Batch};
use xtask::audit::rights::Rights;
use xtask::audit::{AuditFinding, Subject, wiring};

#[derive(Serialize)]
struct NoBindings {}

impl Program for NoBindings {
    const NAME: &'static str = "orders-processor";
}

fn stack() -> (Stack, Ref<Function>, Ref<StandardQueue>) {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = stack.named("Orders").add(StandardQueue::default());
    let function = parts::function(&mut stack, "Processor", Function::rust(NoBindings {}));
    (stack, function, queue)
}

/// The ids and messages of what is found about the function's role.
fn check(stack: &Stack, function: Ref<Function>) -> Vec<String> {
    let rights = Rights::of(stack, function.id(), stack.get(function).unwrap());
    let services = BTreeSet::new();
    let subject = Subject {
        stack: stack.name(),
        resource: function.id().as_str(),
        program: NoBindings::NAME,
        location: None,
        services: &services,
    };
    rights.missing(subject).iter().chain(&rights.unseen(subject)).map(line).collect()
}

fn line(finding: &AuditFinding) -> String {
    format!("{}: {}", finding.id, finding.message)
}

#[test]
fn the_parts_give_the_queue_poller_what_it_needs() {
    let (mut stack, function, queue) = stack();
    parts::consume(&mut stack, queue, function, Batch::default());
    assert_eq!(check(&stack, function), [] as [&str; 0]);
}

#[test]
fn a_mapping_whose_role_may_not_poll_that_queue_is_found() {
    let (mut stack, function, queue) = stack();
    let other = stack.named("Other").add(StandardQueue::default());
    parts::consume(&mut stack, other, function, Batch::default());
    stack.named("Source").add(EventSourceMapping {
        queue,
        function_name: function,
        batch_size: 10,
        maximum_batching_window_in_seconds: None,
        function_response_types: Vec::new(),
        scaling_config: None,
        filter_criteria: None,
    });
    let expected = "PL01: the role of `Processor` lacks `sqs:ReceiveMessage`, `sqs:DeleteMessage`, \
                    `sqs:GetQueueAttributes`";
    assert_eq!(check(&stack, function), [expected]);
}

#[test]
fn a_policy_by_reference_is_no_proof() {
    let mut stack = Stack::new("orders", &Stage::default());
    let role = stack.named("ProcessorRole").add(Role {
        managed_policy_arns: vec![ManagedPolicy::aws("AdministratorAccess")],
        ..Role::for_service("lambda.amazonaws.com")
    });
    let function = stack.named("Processor").add(Function::rust(NoBindings {}).with_role(role));
    let found = check(&stack, function);
    assert!(found.iter().any(|line| line.starts_with("LP05") && line.contains("AdministratorAccess")), "{found:?}");
}

#[test]
fn a_route_that_api_gateway_may_not_invoke_is_found() {
    let (mut stack, function, _) = stack();
    let api = stack.named("Api").add(RestApi::named("orders"));
    let path =
        stack.named("ApiOrders").add(ApiResource { rest_api_id: api, parent_id: None, path_part: "orders".to_owned() });
    stack.named("ApiOrdersGet").add(Method::open(api, Some(path), HttpMethod::Get, Integration::lambda(function)));
    let found: Vec<_> = wiring::missing_invocations(&stack).iter().map(line).collect();
    assert_eq!(found, ["AG01: `Processor` does not let API Gateway invoke it for `GET /orders`"]);

    let arn = api.execute_arn(HttpMethod::Get, "/orders");
    stack.named("ApiOrdersGetPermission").add(Permission::service(function, "apigateway.amazonaws.com", arn));
    assert_eq!(wiring::missing_invocations(&stack), []);
}
