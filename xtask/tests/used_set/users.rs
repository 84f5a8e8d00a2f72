//! A binding that a user declares, to a service that has none here: its rights are proved as those of the others.

use assembly::Function as Declared;
use canary_endpoints::Bindings;
use canary_endpoints::sagemakerruntime::{Endpoint, InvokeEndpoint, InvokeEndpointAsync};
use engine::audit::AuditFinding;
use engine::audit::function::{self, Subject};
use engine::audit::linked::{self, Linked};
use engine::audit::matrix::{FunctionRights, Verdict};
use engine::audit::source::Source;
use engine::audit::usage::{self, Program};
use engine::stack::Stack as Assembled;
use infra::binding::target;
use infra::lambda::Function;
use infra::{Raw, Stack, Stage};
use serde_json::json;

use crate::{file, workspace};

/// A stack with three endpoints, and a function that is bound to them.
fn stack() -> Assembled {
    let mut stack = Stack::new("endpoints", &Stage::default());
    let [fraud, prices, forecasts] = ["Fraud", "Prices", "Forecasts"].map(|id| {
        let properties = [("EndpointConfigName", json!("small"))];
        let endpoint = stack.named(id).add(Raw::new("AWS::SageMaker::Endpoint", properties));
        target(endpoint.attribute("EndpointName"), endpoint)
    });
    let bindings = Bindings { fraud: fraud.into(), prices: prices.into(), forecasts: forecasts.into() };
    parts::function(&mut stack, "Judge", Function::rust(bindings));
    Assembled::from(stack.assemble())
}

fn audit(change: impl FnOnce(&mut Linked)) -> (FunctionRights, Vec<AuditFinding>) {
    let (stack, workspace) = (stack(), workspace());
    let function: &Declared = stack.program("Judge").unwrap();
    let bound: Vec<_> = function.bindings.iter().flat_map(usage::operations).collect();
    let folders = workspace.folders_of(&function.program);
    let services = workspace.services(&function.program).unwrap();
    let folder_names: Vec<_> = folders.iter().map(String::as_str).collect();
    let content = file(&function.program);
    let mut linked = linked::read_with(&content, &services, &folder_names, &bound).unwrap();
    change(&mut linked);
    let source = Source::read(workspace.root(), &folders);
    let program = Program { linked: &linked, source: &source };
    function::audit(&Subject { stack: &stack, function, program: Ok(program), recorded: None, calls_services: true })
}

#[test]
fn a_binding_that_a_user_declares_is_proved_exact_and_an_unused_one_is_found() {
    let (rights, findings) = audit(|_| {});
    let of = |action: &str, resource: &str| {
        rights.rights.iter().find(|it| it.action == action && it.resource == resource).unwrap().verdict
    };
    assert_eq!(of("sagemaker:InvokeEndpoint", "Fraud"), Verdict::Exact, "{rights:#?}");
    assert_eq!(of("sagemaker:InvokeEndpointAsync", "Forecasts"), Verdict::Exact, "{rights:#?}");
    assert_eq!(of("sagemaker:InvokeEndpoint", "Prices"), Verdict::Unused, "{rights:#?}");
    let found: Vec<_> = findings.iter().map(|it| (it.rule.id, it.fix.as_str())).collect();
    assert_eq!(found, [("LP02", "remove the binding `prices: Endpoint<InvokeEndpoint>`")]);
    let evidence = &rights.rights.iter().find(|it| it.resource == "Fraud").unwrap().evidence[1].text;
    assert!(evidence.starts_with("`InvokeEndpoint` at xtask/canary/endpoints/src/lib.rs:"), "{evidence}");
}

#[test]
fn a_call_with_the_client_of_a_service_that_is_not_listed_is_not_taken_for_one_of_a_binding() {
    let (_, findings) = audit(|linked| {
        linked.unlisted.insert("sagemakerruntime::invoke_endpoint_with_response_stream".to_owned());
    });
    assert!(findings.iter().any(|it| it.rule.id == "LP04"), "{findings:?}");
}

#[test]
fn a_binding_that_a_user_declares_grants_and_names_what_it_says() {
    use bindings::resource::Kind as _;
    assert_eq!(Endpoint::<()>::VALUE, "name");
    let operations: Vec<_> = Endpoint::<()>::operations().iter().map(|it| (it.service, it.operation)).collect();
    assert_eq!(operations, [("sagemakerruntime", "InvokeEndpoint"), ("sagemakerruntime", "InvokeEndpointAsync")]);
    let json = serde_json::to_value(Endpoint::<(InvokeEndpoint, InvokeEndpointAsync)>::from(target("fraud", "arn")));
    let expected = json!([{
        "actions": ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync"],
        "resource": "arn",
        "conditions": [],
    }]);
    assert_eq!(json.unwrap()["grants"], expected);
}
