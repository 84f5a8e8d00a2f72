//! Versions and aliases of functions: what the template and the picture say of them, and what is found wrong with them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "common/findings.rs"]
mod findings;
#[path = "common/picture.rs"]
mod picture;

use bindings::lambda::Invoke;
use bindings::message::Carried;
use bindings::{Program, lambda, sqs};
use infra::apigateway::{HttpMethod, Integration, Method, RestApi};
use infra::apigatewayv2::{HttpApi, HttpIntegration};
use infra::cloudwatch::Alarm;
use infra::codedeploy::{Application, CodeDeployLambdaAliasUpdate, DeploymentConfig, DeploymentGroup};
use infra::dynamodb::{Key, S, Table};
use infra::eventbridge::{self, ScheduledRule};
use infra::iam::Role;
use infra::lambda::{
    Alias, Destination, EventInvokeConfig, EventSourceMapping, Function, FunctionUrl, Invocable, Permission, Traffic,
    UrlAuth, UrlPermission, Version, VersionWeight,
};
use infra::sqs::StandardQueue;
use infra::{Integer, Parameter, Ref, Seconds, Stack, Stage, Template, Url, Value};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use findings::findings;
use picture::ways;

#[derive(Serialize)]
struct Count {}

impl Program for Count {
    const NAME: &'static str = "count";
}

fn function(stack: &mut Stack) -> Function {
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    Function::rust(Count {}).with_role(role)
}

/// The function with its version and the alias `live`.
fn live(stack: &mut Stack, function: Function) -> (Ref<Function>, Ref<Version>, Ref<Alias>) {
    let count = stack.named("Count").add(function);
    let version = stack.named("CountVersion").add(Version { function: count });
    let alias = stack.named("CountLive").add(Alias::new(count, "live", version));
    (count, version, alias)
}

fn stack() -> Stack {
    Stack::new("shop", &Stage::default())
}

#[track_caller]
fn rendered(stack: &Stack, ids: &[&str]) -> String {
    let template = Template::render(stack).into_json();
    let resources = ids.iter().map(|id| ((*id).to_owned(), template["Resources"][*id].clone()));
    let json = [("Resources".to_owned(), Json::Object(resources.collect()))];
    Template::from_json(json.into_iter().collect()).to_yaml()
}

#[test]
fn the_template_of_a_gradual_deployment() {
    let mut stack = stack();
    let checked = function(&mut stack);
    let check = stack.named("Check").add(Function { timeout: Seconds::of::<60>(), ..checked.clone() });
    let count = stack.named("Count").add(checked);
    let version = stack.named("CountVersion").add(Version { function: count });
    let errors = Alarm::errors_of(count);
    let errors = Alarm { metric: errors.metric.by_alias("live"), ..errors };
    let alarm = stack.named("CountLiveErrorsAlarm").add(errors);
    let application = stack.named("Deployments").add(Application::default());
    let role = stack.named("DeploymentRole").add(Role::for_service("codedeploy.amazonaws.com"));
    let group = stack.named("CountDeployments").add(DeploymentGroup {
        application,
        service_role: role.into(),
        deployment_config: DeploymentConfig::Canary10Percent5Minutes,
        alarms: vec![alarm],
    });
    let traffic = Traffic::Gradual(CodeDeployLambdaAliasUpdate {
        application_name: application,
        deployment_group_name: group,
        before_allow_traffic_hook: Some(check),
        after_allow_traffic_hook: None,
    });
    let provisioned_concurrent_executions = Some(Integer::of::<5>());
    let alias = Alias { traffic, provisioned_concurrent_executions, ..Alias::new(count, "live", version) };
    stack.named("CountLive").add(alias);
    assert_eq!(findings(&stack), [""; 0]);
    let ids = ["CountVersion", "CountLiveErrorsAlarm", "Deployments", "CountDeployments", "CountLive"];
    insta::assert_snapshot!("gradual_deployment", rendered(&stack, &ids));
}

/// What the template says of the version in a stack in which `change` changed something.
fn described(change: impl FnOnce(&mut Stack, &mut Function)) -> String {
    let mut stack = stack();
    let mut function = function(&mut stack);
    change(&mut stack, &mut function);
    live(&mut stack, function);
    let template = Template::render(&stack).into_json();
    template["Resources"]["CountVersion"]["Properties"]["Description"]["Fn::Sub"].as_str().unwrap().to_owned()
}

#[test]
fn whatever_a_version_keeps_publishes_another_one_and_nothing_else_does() {
    let before = described(|_, _| {});
    assert!(before.starts_with("${CountCode} ") && before.len() == "${CountCode} ".len() + 16, "{before}");
    assert_eq!(described(|_, _| {}), before);
    assert_ne!(described(|_, function| function.timeout = Seconds::of::<11>()), before);
    assert_ne!(described(|_, function| function.description = Some("counts".to_owned())), before);
    let variable = |name: &str, value: &str| (name.to_owned(), Value::from(value));
    let one_way = described(|_, function| function.environment.extend([variable("ONE", "1"), variable("TWO", "2")]));
    assert_ne!(one_way, before);
    // Lambda knows no order of variables.
    let other_way = described(|_, function| function.environment.extend([variable("TWO", "2"), variable("ONE", "1")]));
    assert_eq!(other_way, one_way);
    assert_eq!(described(|_, function| function.reserved_concurrent_executions = Some(7)), before);
    let other = |stack: &mut Stack, _: &mut Function| {
        stack.named("Other").add(StandardQueue::default());
    };
    assert_eq!(described(other), before);
}

#[test]
fn what_replaces_a_resource_that_the_configuration_refers_to_publishes_another_version() {
    let with = |table: Table| {
        described(|stack, function| {
            let table = stack.named("Table").add(table);
            function.environment.insert("TABLE".to_owned(), table.into());
        })
    };
    let keyed = |name: &'static str| Table::keyed(Key::hash(S(name)));
    assert_ne!(with(keyed("id")), with(keyed("name")));
    let protected = Table { deletion_protection_enabled: Some(true), ..keyed("id") };
    assert_eq!(with(keyed("id")), with(protected));
}

#[test]
fn what_parameters_say_is_in_the_description_itself() {
    let direct = described(|stack, function| {
        let url = stack.parameter("Validator", Parameter::<Url>::default());
        function.environment.insert("VALIDATOR".to_owned(), url.text());
    });
    assert!(direct.ends_with(" ${Validator}"), "{direct}");
    let by_condition = described(|stack, function| {
        let kind = stack.parameter("Kind", Parameter::<String>::default());
        let large = stack.condition("IsLarge", infra::condition::Condition::Equals(kind, "large".into()));
        function.environment.insert("SIZE".to_owned(), Value::when(large, "10", "1"));
    });
    assert!(by_condition.ends_with(" ${Kind}"), "{by_condition}");
}

#[test]
fn what_changes_a_function_after_its_version_was_added_counts() {
    let mut stack = stack();
    let function = function(&mut stack);
    live(&mut stack, function);
    let description = |stack: &Stack| {
        Template::render(stack).into_json()["Resources"]["CountVersion"]["Properties"]["Description"].clone()
    };
    let before = description(&stack);
    for declared in stack.resources_mut().filter(|it| it.id.as_str() == "Count") {
        declared.attributes.overrides.push(("MemorySize".to_owned(), 512.into()));
    }
    assert_ne!(description(&stack), before);
}

#[test]
fn a_description_that_is_given_stays() {
    let mut stack = stack();
    let function = function(&mut stack);
    let count = stack.named("Count").add(function);
    stack.named("CountVersion").property("Description", "3").add(Version { function: count });
    assert_eq!(Template::render(&stack).into_json()["Resources"]["CountVersion"]["Properties"]["Description"], "3");
}

/// A stack in which whatever invokes something invokes `choose`'s choice.
fn everything(choose: fn(Ref<Function>, Ref<Alias>) -> Invocable) -> Stack {
    let mut stack = stack();
    let function = function(&mut stack);
    let (count, _, alias) = live(&mut stack, function);
    let invoked = choose(count, alias);
    let queue = stack
        .named("Queue")
        .add(StandardQueue { visibility_timeout: Some(Seconds::of::<60>()), ..StandardQueue::default() });
    stack.named("Source").add(mapping(queue, invoked));
    let rest = stack.named("Rest").add(RestApi::named("rest"));
    stack.named("RestGet").add(Method::open(rest, None, HttpMethod::Get, Integration::lambda(invoked)));
    let arn = rest.execute_arn(HttpMethod::Get, "/");
    stack.named("RestPermission").add(Permission::service(invoked, "apigateway.amazonaws.com", arn));
    let http = stack.named("Http").add(HttpApi::named("http"));
    stack.named("HttpIntegration").add(HttpIntegration::function(http, invoked));
    stack.named("Url").add(FunctionUrl::of(invoked, UrlAuth::None));
    for (id, permission) in ["UrlAsk", "UrlInvoke"].into_iter().zip(UrlPermission::both(invoked, UrlAuth::None, "*")) {
        stack.named(id).add(permission);
    }
    let dead = stack.named("Dead").add(StandardQueue::default());
    stack.named("Failures").add(EventInvokeConfig {
        function: invoked,
        maximum_event_age: None,
        maximum_retry_attempts: Some(Integer::of::<1>()),
        on_failure: Some(Destination::Queue(dead)),
        on_success: None,
    });
    stack.named("Nightly").add(ScheduledRule {
        targets: vec![eventbridge::Target::function(invoked)],
        ..ScheduledRule::on(eventbridge::Schedule::Days(1))
    });
    stack
}

fn mapping(queue: Ref<StandardQueue>, function: impl Into<Invocable>) -> EventSourceMapping<StandardQueue> {
    EventSourceMapping {
        queue,
        function_name: function.into(),
        batch_size: Integer::of::<10>(),
        maximum_batching_window_in_seconds: None,
        function_response_types: Vec::new(),
        scaling_config: None,
        filter_criteria: None,
    }
}

#[test]
fn what_invokes_a_function_invokes_an_alias() {
    let stack = everything(|_, alias| alias.into());
    assert_eq!(findings(&stack), [""; 0]);
    let ids = ["Source", "RestGet", "RestPermission", "HttpIntegration", "Url", "UrlAsk", "Failures", "Nightly"];
    insta::assert_snapshot!("invocations_of_an_alias", rendered(&stack, &ids));
}

#[test]
fn a_picture_shows_the_function_of_an_alias() {
    let of_alias = ways(&everything(|_, alias| alias.into()));
    assert_eq!(of_alias, ways(&everything(|function, _| function.into())));
    assert!(of_alias.contains("Queue --> Count"), "{of_alias}");
}

#[test]
fn the_visibility_timeout_is_held_against_the_function_of_an_alias() {
    let mut stack = stack();
    let function = Function { timeout: Seconds::of::<60>(), ..function(&mut stack) };
    let (_, _, alias) = live(&mut stack, function);
    let queue = stack.named("Queue").add(StandardQueue::default());
    stack.named("Source").add(mapping(queue, alias));
    let message = "visibility-timeout: `Source`: `Queue` hides a message for 30 s, and `CountLive` may take 60 s | set the \
                   queue's `visibility_timeout` to 360 s, six times the function's timeout";
    assert_eq!(findings(&stack), [message]);
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
struct Order {
    amount: u32,
}

#[derive(Serialize, Deserialize, schemars::JsonSchema)]
struct Placed {
    amount: String,
}

bindings::message!(Order);
bindings::message!(Placed);

#[derive(Serialize)]
struct Sender<B> {
    to: B,
}

impl<B: Serialize> Program for Sender<B> {
    const NAME: &'static str = "sender";
}

#[derive(Serialize)]
struct Taker {}

impl Program<Order> for Taker {
    const NAME: &'static str = "taker";
}

/// A stack with an alias of a function that takes orders, and with a function that sends by the binding that `binding` makes.
fn sent<B: Serialize>(binding: impl FnOnce(&mut Stack, Ref<Alias>) -> B) -> Stack {
    let mut stack = stack();
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    let (_, _, alias) = live(&mut stack, Function::rust(Taker {}).with_role(role));
    let to = binding(&mut stack, alias);
    let role = stack.named("SenderRole").add(Role::for_service("lambda.amazonaws.com"));
    stack.named("Sender").add(Function::rust(Sender { to }).with_role(role));
    stack
}

#[test]
fn messages_fit_what_an_alias_takes() {
    fn to_queue<M: Carried>(stack: &mut Stack, alias: Ref<Alias>) -> sqs::Queue<sqs::SendMessage, M> {
        let visibility_timeout = Some(Seconds::of::<60>());
        let queue = stack.named("Queue").add(StandardQueue { visibility_timeout, ..StandardQueue::default() });
        stack.named("Source").add(mapping(queue, alias));
        queue.into()
    }
    assert_eq!(findings(&sent(to_queue::<Order>)), [""; 0]);
    let by_queue = findings(&sent(to_queue::<Placed>)).join("\n");
    assert!(by_queue.starts_with("message-type: `Count` takes `Order` from `Queue`"), "{by_queue}");
    assert_eq!(findings(&sent(|_, alias| lambda::Function::<Invoke, Order>::from(alias))), [""; 0]);
    let invoked = findings(&sent(|_, alias| lambda::Function::<Invoke, Placed>::from(alias))).join("\n");
    assert!(invoked.starts_with("message-type: "), "{invoked}");
}

#[test]
fn a_binding_to_an_alias_grants_its_invocation_alone() {
    let stack = sent(|_, alias| lambda::Function::<Invoke, Order>::from(alias));
    let (_, sender) = stack.resources_of::<Function>().last().unwrap();
    let grants: Vec<_> = sender.grants().map(|grant| serde_json::to_value(grant).unwrap()).collect();
    assert_eq!(
        json!(grants),
        json!([{"Effect": "Allow", "Action": ["lambda:InvokeFunction"], "Resource": [{"Ref": "CountLive"}]}])
    );
    let template = Template::render(&stack).into_json();
    let variables = &template["Resources"]["Sender"]["Properties"]["Environment"]["Variables"];
    assert_eq!(variables["TO"], json!({"Ref": "CountLive"}));
}

#[track_caller]
fn check(change: impl FnOnce(&mut Stack, Ref<Function>, Ref<Version>), expected: &[&str]) {
    let mut stack = stack();
    let function = Function { reserved_concurrent_executions: Some(3), ..function(&mut stack) };
    let (count, version, _) = live(&mut stack, function);
    change(&mut stack, count, version);
    assert_eq!(findings(&stack), expected);
}

#[test]
fn what_lambda_would_refuse_is_found() {
    let named = |name: &'static str| {
        move |stack: &mut Stack, function, version| {
            stack.named("Named").add(Alias::new(function, name, version));
        }
    };
    check(named("blue-1_a"), &[]);
    let wrong = |name: &str| {
        format!(
            "function-alias-name: `Named`: the name `{name}` is not one of letters, digits, hyphens and underscores, of \
             which not all are digits | choose another name, such as `live`"
        )
    };
    check(named("1"), &[&wrong("1")]);
    check(named("a.b"), &[&wrong("a.b")]);
    let weighted = |function_weight| {
        move |stack: &mut Stack, function, version| {
            let traffic = Traffic::Weighted(VersionWeight { function_version: 3, function_weight });
            stack.named("Split").add(Alias { traffic, ..Alias::new(function, "split", version) });
        }
    };
    check(weighted(0.1), &[]);
    check(weighted(10.0), &["function-alias-weight: `Split`: a weight of 10 is not within 0 to 1"]);
    let ready = |count| {
        move |stack: &mut Stack, function, version| {
            let provisioned_concurrent_executions = Some(count);
            stack
                .named("Ready")
                .add(Alias { provisioned_concurrent_executions, ..Alias::new(function, "ready", version) });
        }
    };
    check(ready(Integer::of::<3>()), &[]);
    check(
        ready(Integer::of::<4>()),
        &["provisioned-concurrency: `Ready`: 4 environments are kept ready, and `Count` may have 3 | raise the \
           function's `reserved_concurrent_executions`, or keep fewer ready"],
    );
    check(
        |stack, function, _| {
            stack.named("Again").add(Version { function });
        },
        &[
            "version-twice: `Again`: `CountVersion` is a version of `Count` already, and Lambda publishes nothing twice \
           that has not changed | refer to `CountVersion`, and name an older version by its number",
        ],
    );
    check(
        |stack, _, version| {
            let (_, function) = stack.resources_of::<Function>().next().unwrap();
            let function = function.clone();
            let other = stack.named("Other").add(function);
            stack.named("Wrong").add(Alias::new(other, "live", version));
        },
        &[
            "function-alias-version: `Wrong`: `CountVersion` is a version of `Count`, not of `Other` | add a version of \
           `Other`",
        ],
    );
}

#[test]
fn an_api_is_deployed_anew_when_the_function_of_an_alias_has_another_name() {
    let deployed = |name: &str| {
        let mut stack = stack();
        let function = Function { function_name: Some(name.into()), ..function(&mut stack) };
        let (_, _, alias) = live(&mut stack, function);
        let api = stack.named("Rest").add(RestApi::named("rest"));
        stack.named("RestGet").add(Method::open(api, None, HttpMethod::Get, Integration::lambda(alias)));
        infra::apigateway::deploy(&mut stack, "Deployment", api).id()
    };
    assert_eq!(deployed("count"), deployed("count"));
    assert_ne!(deployed("count"), deployed("counter"));
}
