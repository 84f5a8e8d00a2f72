//! References of one stack that another uses, which has the same ids.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bindings::dynamodb::{Index, PutItem, Query, Table as Bound};
use infra::apigateway::HttpMethod;
use infra::apigatewayv2::{HttpApi, RouteKey};
use infra::cloudwatch::{Dashboard, Metric, Series, Statistic, Widget};
use infra::condition::Condition;
use infra::dynamodb::{GlobalSecondaryIndex, Key, S, Table};
use infra::eks::Worker;
use infra::iam::{Policy, PolicyDocument, Role};
use infra::lambda::Function;
use infra::resources::Json;
use infra::sqs::{RedrivePolicy, StandardQueue};
use infra::stack::Tag;
use infra::stepfunctions::{Data, Jsonata, StateMachine, States, Task};
use infra::{ClusterName, Integer, LogicalId, Parameter, Raw, Ref, Resource, Stack, Stage, Template, Value, check};
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::support::printed;

infra::resources! { AWS::SES::EmailIdentity }

/// What both stacks have.
struct Parts {
    name: Value,
    is_named: LogicalId,
    queue: Ref<StandardQueue>,
    table: Ref<Table>,
    role: Ref<Role>,
    api: Ref<HttpApi>,
    function: Ref<Function>,
}

#[derive(Serialize)]
struct Nothing {}

impl bindings::Program for Nothing {
    const NAME: &'static str = "nothing";
}

#[derive(Serialize)]
struct Bindings {
    placed: Bound<PutItem>,
    by_day: Index<Query>,
}

impl bindings::Program for Bindings {
    const NAME: &'static str = "program";
}

fn by_day() -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::all("by-day", Key::hash(S("day")))
}

fn parts(name: &str) -> (Stack, Parts) {
    let mut stack = Stack::new(name, &Stage::default());
    let name: Value = stack.parameter("Name", Parameter::<String>::default());
    let is_named = stack.condition("IsNamed", Condition::Equals(name.clone(), "orders".into()));
    let queue = stack.named("Queue").condition(is_named).add(StandardQueue::default());
    let indexed = Table { global_secondary_indexes: vec![by_day()], ..Table::keyed(Key::hash(S("id"))) };
    let table = stack.named("Table").add(indexed);
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    let api = stack.named("Api").add(HttpApi::named("it"));
    let function = stack.named("Function").add(Function::rust(Nothing {}).with_role(role));
    (stack, Parts { name, is_named, queue, table, role, api, function })
}

/// What `check` says of the stack `orders`, which uses those of the stack `storage`.
fn findings(add: impl FnOnce(&mut Stack, &Parts)) -> String {
    let (_, theirs) = parts("storage");
    let (mut stack, _) = parts("orders");
    add(&mut stack, &theirs);
    let findings = stack.assemble().findings;
    assert_eq!(findings, check(&stack));
    let assembled = json!(stack.assemble()).to_string();
    assert!(!assembled.contains(['\u{fdd2}', '\u{fdd3}']), "{assembled}");
    printed(&findings)
}

/// Checks that in `It` the ids at these places are found, and nothing else.
#[track_caller]
fn finds(places: &[(&str, &str)], add: impl FnOnce(&mut Stack, &Parts)) {
    let expected = places.iter().map(|(path, id)| {
        format!(
            "error[foreign-reference]: `It`: `{path}` refers to the resource `{id}` of another stack, `storage`
  --> HERE
  help: make it an output there with `provide`, and read that here with `output_of`"
        )
    });
    assert_eq!(findings(add), expected.collect::<Vec<_>>().join("\n"));
}

/// Checks that a function finds the id there when it has `value` as a variable.
#[track_caller]
fn finds_in_variable(id: &str, value: impl FnOnce(&Parts) -> Value) {
    finds(&[("Environment.Variables.IT", id)], |stack, theirs| {
        let mut function = function(stack);
        function.environment.insert("IT".to_owned(), value(theirs));
        stack.named("It").add(function);
    });
}

#[expect(clippy::unwrap_used, reason = "both stacks have a role")]
fn function(stack: &Stack) -> Function {
    let role = stack.resources_of::<Role>().next().map(|(role, _)| role);
    Function::rust(Nothing {}).with_role(role.unwrap())
}

#[test]
fn in_a_field_of_a_struct() {
    finds(&[("RedrivePolicy.deadLetterTargetArn", "Queue")], |stack, theirs| {
        let redrive = RedrivePolicy { dead_letter_target: theirs.queue, max_receive_count: Integer::of::<3>() };
        stack.named("It").add(StandardQueue { redrive_policy: Some(redrive), ..StandardQueue::default() });
    });
}

#[test]
fn in_a_value() {
    finds_in_variable("Queue", |theirs| theirs.queue.into());
    finds_in_variable("Table", |theirs| theirs.table.attribute("StreamArn").into());
    finds_in_variable("Queue", |theirs| Value::when(LogicalId::new("IsNamed"), theirs.queue, "none"));
}

#[test]
fn in_a_text() {
    finds_in_variable("Queue", |theirs| Value::from(theirs.queue.arn()).surrounded("queue ", " of ${AWS::Region}"));
    finds_in_variable("Api", |theirs| theirs.api.execute_arn(&RouteKey::new(HttpMethod::Get, "/orders")));
    finds_in_variable("Api", |theirs| theirs.api.url().text());
    let chosen = |theirs: &Parts| Value::when(LogicalId::new("IsNamed"), theirs.queue, "none");
    finds_in_variable("Queue", |theirs| chosen(theirs).surrounded("queue ", ""));
    let mut storage = Stack::new("storage", &Stage::default());
    let sender = storage.named("Sender").add(EmailIdentity::new("example.com"));
    finds_in_variable("Sender", |_| sender.arn().into());
    finds(&[("DashboardBody", "Function")], |stack, theirs| {
        let errors = Series::of(Metric::errors(theirs.function), Statistic::Sum);
        let widgets = vec![Widget::metrics("errors", [errors])];
        stack.named("It").add(Dashboard { dashboard_name: None, widgets });
    });
}

/// Nothing is said of the index, which the table of the same id does not have.
#[test]
fn in_bindings_and_what_they_grant() {
    let by_week = GlobalSecondaryIndex::all("by-week", Key::hash(S("week")));
    let bound = |theirs: &Parts| Bindings { placed: theirs.table.into(), by_day: theirs.table.index(&by_week).into() };
    finds(&[("Environment.Variables.PLACED", "Table")], |stack, theirs| {
        let role = function(stack).role;
        stack.named("It").add(Function::rust(bound(theirs)).with_role(role));
    });
    finds(&[("PolicyDocument.Statement[0].Resource[0]", "Table")], |stack, theirs| {
        let granted: PolicyDocument = Function::rust(bound(theirs)).grants().cloned().collect();
        let roles = stack.resources_of::<Role>().map(|(role, _)| role).collect();
        stack.named("It").add(Policy { policy_name: "it".to_owned(), policy_document: granted, roles });
    });
}

#[test]
fn in_what_a_worker_has_beside_the_template() {
    let places = [("environment.WORKER_QUEUE_URLS", "Queue"), ("environment.PLACED", "Table")];
    finds(&places, |stack, theirs| {
        let bindings = Bindings { placed: theirs.table.into(), by_day: theirs.table.index(&by_day()).into() };
        let role = stack.named("ItRole").add(Role::for_service("pods.eks.amazonaws.com"));
        let cluster = Value::Literal(ClusterName("shop".to_owned()));
        let mut worker = Worker::rust(cluster, bindings).with_role(role, stack, "It");
        worker.queues = vec![theirs.queue.into()];
        stack.named("It").add(worker);
    });
}

#[test]
fn in_the_task_of_a_state() {
    finds(&[("DefinitionString", "Queue"), ("RoleArn", "Role")], |stack, theirs| {
        let send: Task<Jsonata> = Task::send(theirs.queue, Data::from("placed"));
        let machine = StateMachine::standard(States::new("Send", send));
        stack.named("It").add(machine.with_role(theirs.role));
    });
}

#[test]
fn in_raw_properties() {
    finds(&[("KmsKeyId", "Table"), ("Tags[0].Value", "Queue")], |stack, theirs| {
        let tags = Json::made(|| json!([{"Key": "queue", "Value": theirs.queue}]));
        let group = Raw::new("AWS::Logs::LogGroup", []).with("KmsKeyId", theirs.table.arn()).with("Tags", tags);
        stack.named("It").add(group);
    });
    finds(&[("KmsMasterKeyId", "Queue")], |stack, theirs| {
        stack.named("It").property("KmsMasterKeyId", theirs.queue.arn()).add(StandardQueue::default());
    });
}

#[test]
fn in_what_a_resource_depends_on() {
    finds(&[("DependsOn", "Queue")], |stack, theirs| {
        stack.named("It").depends_on(theirs.queue).add(StandardQueue::default());
    });
}

#[test]
fn in_conditions() {
    let found = findings(|stack, theirs| {
        stack.condition(
            "IsIt",
            Condition::And(vec![Condition::Holds(theirs.is_named), Condition::Holds(theirs.is_named)]),
        );
        stack.condition("IsOther", Condition::Equals(theirs.name.clone(), "it".into()));
        stack.named("It").condition(theirs.is_named).add(StandardQueue::default());
    });
    assert_eq!(
        found,
        "error[foreign-reference]: condition `IsIt` refers to the condition `IsNamed` of another stack, `storage`
  help: declare the condition in this stack, too
error[foreign-reference]: condition `IsOther` refers to the parameter `Name` of another stack, `storage`
  help: declare the parameter in this stack, too
error[foreign-reference]: `It`: `Condition` refers to the condition `IsNamed` of another stack, `storage`
  --> HERE
  help: declare the condition in this stack, too"
    );
}

#[test]
fn in_outputs_and_tags() {
    let found = findings(|stack, theirs| {
        stack.output("It", theirs.queue.arn());
        stack.tags.push(Tag { key: "queue".to_owned(), value: theirs.queue.into() });
    });
    assert_eq!(
        found,
        "error[foreign-reference]: the tag `queue` of the stack refers to the resource `Queue` of another stack, `storage`
  help: make it an output there with `provide`, and read that here with `output_of`
error[foreign-reference]: output `It` refers to the resource `Queue` of another stack, `storage`
  --> HERE
  help: make it an output there with `provide`, and read that here with `output_of`"
    );
}

/// And not also that it is unknown, or that there is a circle.
#[test]
fn once_of_each_resource_whatever_else_would_be_wrong_with_it() {
    finds(&[("DependsOn", "Gone")], |stack, _| {
        let gone = Stack::new("storage", &Stage::default()).named("Gone").add(StandardQueue::default());
        let mut function = function(stack);
        let values = [("ARN", gone.arn().into()), ("URL", gone.into()), ("OTHER", gone.attribute("Nothing").into())];
        function.environment = values.map(|(name, value)| (name.to_owned(), value)).into();
        stack.named("It").depends_on(gone).add(function);
    });
    finds(&[("RedrivePolicy.deadLetterTargetArn", "It")], |stack, _| {
        let it = Stack::new("storage", &Stage::default()).named("It").add(StandardQueue::default());
        let redrive = RedrivePolicy { dead_letter_target: it, max_receive_count: Integer::of::<3>() };
        stack.named("It").add(StandardQueue { redrive_policy: Some(redrive), ..StandardQueue::default() });
    });
}

#[test]
fn nothing_is_behind_it() {
    let (_, theirs) = parts("storage");
    let (stack, ours) = parts("orders");
    assert!(stack.get(theirs.queue).is_none() && stack.declared(theirs.queue.id()).is_none());
    assert!(stack.get(ours.queue).is_some() && stack.declared(LogicalId::new("Queue")).is_some());
    assert_eq!((theirs.queue, theirs.queue.id()), (ours.queue, LogicalId::new("Queue")));
    assert_eq!(format!("{:?} {}", theirs.queue, theirs.queue.id()), "Ref(Queue) Queue");
}

/// Wherever the references come from: when they were added, from what the stack has, or from a text.
#[test]
fn stacks_that_one_function_builds_are_apart_and_each_is_sound() {
    fn built() -> Stack {
        let (mut stack, ours) = parts("orders");
        let (queue, table) = (ours.queue, ours.table);
        let mut function = function(&stack);
        let text = Value::from(queue.arn()).surrounded("queue ", "");
        function.environment = [("URL", queue.into()), ("TEXT", text)].map(|(name, it)| (name.to_owned(), it)).into();
        stack.named("Linked").condition(ours.is_named).depends_on(queue).add(function);
        let bindings = Bindings { placed: table.into(), by_day: table.index(&by_day()).into() };
        stack.named("Program").add(Function::rust(bindings).with_role(ours.role));
        let (listed, _) = stack.resources_of::<StandardQueue>().next().unwrap();
        stack.output("Listed", listed.arn());
        stack.output("Made", Value::from(infra::value::Intrinsic::Ref(LogicalId::new("Queue"))));
        stack
    }
    let (first, second) = (built(), built());
    assert_eq!((check(&first), check(&second)), (vec![], vec![]));
    assert_eq!(first.assemble().template, second.assemble().template);
}

#[derive(Debug)]
struct Panics;

impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        unreachable!("on purpose")
    }
}

impl Resource for Panics {
    const TYPE: &'static str = "Custom::Panics";
}

#[test]
fn an_id_is_serialised_as_it_is_also_after_a_panic() {
    let (mut stack, Parts { queue, .. }) = parts("orders");
    stack.named("It").add(Panics);
    catch_unwind(AssertUnwindSafe(|| Template::render(&stack))).unwrap_err();
    assert_eq!(json!([queue, queue.id()]), json!([{"Ref": "Queue"}, "Queue"]));
}
