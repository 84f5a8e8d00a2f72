//! State machines: what the template and the picture say of them, what their roles must allow, and what is found wrong with them.

#[path = "common/findings.rs"]
mod findings;

use std::fmt::Write as _;

use bindings::Program;
use infra::dynamodb::{Key, S, Table};
use infra::eventbridge::EventBus;
use infra::iam::{Role, Statement};
use infra::lambda::Function;
use infra::logs::LogGroup;
use infra::sns::StandardTopic;
use infra::sqs::{FifoQueue, StandardQueue};
use infra::stepfunctions::{
    Catch, Choice, Compared, Data, Distributed, ExecutionType, Express, Fail, Jitter, JsonPath, Jsonata, LogLevel,
    Logging, Map, Mode, Order, Parallel, Pass, PassPaths, PathFlow, PathResult, PathTest, ResultPath, Retry, Standard,
    State, StateMachine, States, Succeed, Task, Until, Wait, jsonata, path, task_token,
};
use infra::{Graph, Integer, Ref, Seconds, Stack, Stage, Template};
use serde::Serialize;
use serde_json::{Value as Json, json};

use findings::findings;

#[derive(Serialize)]
struct Charge {}

impl Program for Charge {
    const NAME: &'static str = "charge";
}

/// What the machines here call.
struct Parts {
    role: Ref<Role>,
    charge: Ref<Function>,
    orders: Ref<Table>,
    review: Ref<StandardQueue>,
    parcels: Ref<FifoQueue>,
    news: Ref<StandardTopic>,
    bus: Ref<EventBus>,
}

fn parts(stack: &mut Stack) -> Parts {
    let role = stack.named("Role").add(Role::for_service("states.amazonaws.com"));
    Parts {
        role,
        charge: stack.named("Charge").add(Function::rust(Charge {}).with_role(role)),
        orders: stack.named("Orders").add(Table::keyed(Key::hash(S("id")))),
        review: stack.named("Review").add(StandardQueue::default()),
        parcels: stack.named("Parcels").add(FifoQueue::default()),
        news: stack.named("News").add(StandardTopic::default()),
        bus: stack.named("Bus").add(EventBus::named("shop")),
    }
}

/// An order: a machine in JSONata with every kind of state.
fn order(parts: &Parts, packing: Ref<StateMachine>, prices: Ref<StateMachine<Express>>) -> States<Jsonata> {
    let id = || jsonata("$states.input.id");
    let payload = Data::object([("order", id().into()), ("kind", "card".into())]);
    let question = Data::object([("order", id().into()), ("token", task_token().into())]);
    let branch = |name: &str, task: Task<Jsonata>| States::new(name, task);
    let event = Task::put_event(parts.bus, "shop", "OrderPlaced", Data::object([("id", id().into())]));
    States::new("Price", Task::run_express(prices, jsonata("$states.input")).then("Charge"))
        .with(
            "Charge",
            Task {
                comment: Some("takes the money".to_owned()),
                timeout: Some(Seconds::of::<60>()),
                heartbeat: Some(Seconds::of::<20>()),
                retry: vec![
                    Retry::of_lambda(),
                    Retry {
                        max_attempts: Some(Integer::of::<1>()),
                        max_delay: Some(Seconds::of::<9>()),
                        ..Retry::on(["States.ALL"])
                    },
                ],
                catch: vec![Catch {
                    result: jsonata("{ 'id': $id, 'error': $states.errorOutput }").into(),
                    ..Catch::on(["CardRefused"], "Refused")
                }],
                flow: jsonata("$states.result.Payload").into(),
                assign: vec![("id".to_owned(), id().into())],
                ..Task::invoke(parts.charge, payload).then("Large?")
            },
        )
        .with("Large?", Choice::otherwise("Tell").when(jsonata("$states.input.total > 1000"), "Look at it"))
        .with("Look at it", Task::send_and_wait(parts.review, question).then("Pause"))
        .with("Pause", Wait::new(Until::PassedFrom(jsonata("$states.input.pause")), "Tell"))
        .with(
            "Tell",
            Parallel::new([
                branch("Publish", Task::publish(parts.news, jsonata("$string($states.input)"))),
                branch("Put the event", event),
            ])
            .then("Lines"),
        )
        .with(
            "Lines",
            Map {
                max_concurrency: Some(5),
                ..Map::new(
                    jsonata("$states.input.lines"),
                    States::new("Pack", Task::send_fifo(parts.parcels, jsonata("$states.input"), "packing")),
                )
            }
            .then("Packing"),
        )
        .with("Packing", Task::run(packing, Data::object([("id", jsonata("$id").into())])).then("Done"))
        .with("Refused", Fail::new("OrderRefused", jsonata("$states.input.error.Cause")))
        .with("Done", Succeed::default())
}

/// The state of an order: a machine in JSONPath with all that this language has.
fn status(parts: &Parts) -> States<JsonPath> {
    let key = || Data::object([("id", Data::s(path("$.id")))]);
    let is_old = PathTest::All(vec![
        PathTest::Is(path("$.found.Item"), Compared::Present(true)),
        PathTest::Not(Box::new(PathTest::Is(path("$.status"), Compared::Text(Order::Equals, "open".to_owned())))),
        PathTest::Any(vec![
            PathTest::Is(path("$.age"), Compared::Number(Order::AtLeast, 30.0)),
            PathTest::Is(path("$.placed"), Compared::TimeAt(Order::LessThan, path("$.limit"))),
        ]),
    ]);
    let selector = Data::object([("Item", path("$.Item").into())]);
    let put = |item| Task::put_item(parts.orders, Data::object([("id", Data::s(item))]));
    States::new(
        "Read",
        Task {
            result: PathResult { selector: Some(selector), path: ResultPath::At("$.found".to_owned()) },
            ..Task::get_item(parts.orders, key()).argument("ConsistentRead", true).then("Old?")
        },
    )
    .with("Old?", Choice::otherwise("Keep").when(is_old, "Delete"))
    .with("Delete", Task::delete_item(parts.orders, key()).then("Wait"))
    .with("Wait", Wait::new(Until::TimeFrom(path("$.limit")), "Keep"))
    .with(
        "Keep",
        Pass {
            passed: PassPaths { flow: PathFlow::default(), result_path: ResultPath::Discarded },
            ..Pass::new(json!({"kept": true})).then("Mark")
        },
    )
    .with(
        "Mark",
        Task {
            result: PathResult { selector: None, path: ResultPath::Discarded },
            flow: PathFlow { input_path: None, output_path: Some(path("$.lines")) },
            catch: vec![Catch { result: ResultPath::At("$.error".to_owned()), ..Catch::all("Failed") }],
            ..Task::update_item(parts.orders, key(), "SET kept = :kept")
                .argument("ExpressionAttributeValues", json!({":kept": {"BOOL": true}}))
                .then("Each")
        },
    )
    .with(
        "Each",
        Map {
            item: Some(Data::object([("line", path("$$.Map.Item.Value").into())])),
            mode: Mode::Distributed(Distributed {
                execution_type: ExecutionType::Express,
                label: Some("lines".to_owned()),
                max_items_per_batch: Some(Integer::of::<10>()),
                tolerated_failure_percentage: Some(Integer::of::<5>()),
            }),
            ..Map::new(path("$"), States::new("Put", put(path("$.Items[0].line.id"))))
        },
    )
    .with("Failed", Fail::new(path("$.error.Error"), "see the error"))
}

/// A stack with both, and with those that the first runs.
fn machines() -> Stack {
    let mut stack = Stack::new("shop", &Stage::default());
    let parts = parts(&mut stack);
    let head = Task::sdk(
        "s3:headObject",
        [("Bucket", "shop-files".into()), ("Key", jsonata("$states.input.key").into())],
        [Statement::allow([policies::Action::new("s3:GetObject")]).on("arn:aws:s3:::shop-files/*")],
    );
    let packing = stack.named("Packing").add(StateMachine::standard(States::new("Look", head)).with_role(parts.role));
    let logs = stack.named("Logs").add(LogGroup::default());
    let double = States::new("Double", Pass::new(jsonata("{ 'total': $states.input.net * 2 }")));
    let prices = StateMachine {
        logging: Some(Logging { level: LogLevel::Error, include_execution_data: false, log_group: Some(logs) }),
        ..StateMachine::express(double)
    };
    let prices = stack.named("Prices").add(prices.with_role(parts.role));
    let order = StateMachine {
        state_machine_name: Some("order".into()),
        comment: Some("from an order to its parcel, at ${price}".to_owned()),
        timeout: Some(Seconds::days::<1>()),
        tracing: true,
        ..StateMachine::standard(order(&parts, packing, prices))
    };
    stack.named("Order").add(order.with_role(parts.role));
    stack.named("Status").add(StateMachine::standard(status(&parts)).with_role(parts.role));
    stack
}

/// The definitions, each read from its text, in which references are still placeholders.
fn definitions(stack: &Stack) -> Json {
    let template = Template::render(stack);
    let of = |id: &str| {
        let properties = template.resource(id).and_then(|it| it.get("Properties")).cloned().unwrap_or_default();
        let string = &properties["DefinitionString"];
        let text = string["Fn::Sub"].as_str().or_else(|| string.as_str()).unwrap_or_default();
        serde_json::from_str::<Json>(text).unwrap_or_default()
    };
    json!({"Order": of("Order"), "Status": of("Status"), "Packing": of("Packing"), "Prices": of("Prices")})
}

#[test]
fn the_definitions_of_machines_in_both_languages() {
    insta::assert_snapshot!("definitions", format!("{:#}", definitions(&machines())));
}

#[test]
fn the_template_of_a_machine() {
    let template = Template::render(&machines());
    let prices = Json::Object(template.resource("Prices").unwrap().clone());
    insta::assert_snapshot!("machine", format!("{prices:#}"));
}

#[test]
fn what_is_called_is_allowed_and_nothing_else() {
    let stack = machines();
    let (mut said, mut all) = (String::new(), Vec::new());
    for (id, machine) in stack.resources_of::<StateMachine>() {
        all.push((id.id(), machine.rights()));
        all.push((id.id(), machine.rights_on_itself(id)));
    }
    all.extend(stack.resources_of::<StateMachine<Express>>().map(|(id, machine)| (id.id(), machine.rights())));
    for (id, rights) in all {
        for statement in rights {
            writeln!(said, "{id}: {}", serde_json::to_string(&statement).unwrap()).unwrap();
        }
    }
    insta::assert_snapshot!("rights", said);
}

#[test]
fn the_picture_of_a_machine_has_a_way_to_what_each_state_calls() {
    let mermaid = Graph::of(&machines().assemble()).to_mermaid();
    let ways: Vec<_> = mermaid.lines().filter(|line| line.contains("-->")).map(str::trim).collect();
    insta::assert_snapshot!("ways", ways.join("\n"));
}

#[test]
fn nothing_is_found_wrong_with_them() {
    assert_eq!(infra::check(&machines()), []);
}

/// Asserts what is found wrong with a standard machine of these states: rule, message and advice.
#[track_caller]
fn check(states: impl FnOnce(&Parts) -> States<Jsonata>, expected: &[&str]) {
    let build = |stack: &mut Stack, parts: &Parts| {
        stack.named("It").add(StateMachine::standard(states(parts)).with_role(parts.role));
    };
    check_stack(build, expected);
}

#[track_caller]
fn check_stack(build: impl FnOnce(&mut Stack, &Parts), expected: &[&str]) {
    let mut stack = Stack::new("shop", &Stage::default());
    let parts = parts(&mut stack);
    build(&mut stack, &parts);
    assert_eq!(findings(&stack), expected);
}

fn to(name: &str) -> Pass<Jsonata> {
    Pass::new(json!({})).then(name)
}

#[test]
fn a_state_that_leads_to_none() {
    check(
        |_| States::new("Begin", to("Dne")).with("Done", Succeed::default()),
        &[
            "state-missing: `It`: state `Begin` leads to `Dne`, which is none | did you mean `Done`?",
            "state-unreachable: `It`: no state leads to `Done` | lead to it from another state, or remove it",
        ],
    );
    let inside = |_: &Parts| {
        let branch = States::new("Inside", to("Done"));
        States::new("Both", Parallel::new([branch]).then("Done")).with("Done", Succeed::default())
    };
    let expected = "state-missing: `It`: state `Inside` leads to `Done`, which is none | a state leads to states of its \
                    own machine, branch or list alone";
    check(inside, &[expected]);
}

#[test]
fn an_execution_that_never_ends() {
    let endless = |name: &str| {
        format!(
            "state-without-end: `It`: an execution that comes to state `{name}` never ends | let a way lead to a state that ends"
        )
    };
    let (one, other) = (endless("Ping"), endless("Pong"));
    check(|_| States::new("Ping", to("Pong")).with("Pong", to("Ping")), &[&one, &other]);
    check(
        |_| {
            let choice = Choice::otherwise("Ping").when(jsonata("$states.input.done"), "Done");
            States::new("Ping", to("Pong")).with("Pong", choice).with("Done", Succeed::default())
        },
        &[],
    );
}

#[test]
fn a_name_twice_or_too_long() {
    let long = "a".repeat(81);
    let twice =
        "state-name: `It`: 2 states are named `Same` | a name is of one state of the machine, in its branches as well";
    let too_long = format!("state-name: `It`: the name `{long}` of a state is not 1 to 80 characters long");
    check(
        |_| {
            let branch = States::new("Same", Succeed::default());
            States::new("Same", Parallel::new([branch]).then(long.as_str())).with(long.as_str(), Succeed::default())
        },
        &[twice, &too_long],
    );
}

#[test]
fn a_wait_for_a_token_that_is_not_sent() {
    check(
        |parts| States::new("Ask", Task::send_and_wait(parts.review, "please")),
        &["task-token: `It`: state `Ask` waits for a token that it does not send | put `task_token()`, which is \
           `$states.context.Task.Token`, into what it sends"],
    );
}

#[test]
fn what_an_express_machine_cannot_do() {
    let express = |states: States<Jsonata>| {
        move |stack: &mut Stack, parts: &Parts| {
            stack.named("It").add(StateMachine::express(states).with_role(parts.role));
        }
    };
    let each = Map { mode: distributed(), ..Map::new(jsonata("[1]"), States::new("One", Succeed::default())) };
    check_stack(
        express(States::new("Each", each)),
        &[
            "express-state: `It`: state `Each` is distributed, which an express machine's cannot be | make the machine a \
           standard one, or run it inline",
        ],
    );
    let build = |stack: &mut Stack, parts: &Parts| {
        let states = States::new("Ask", Task::send_and_wait(parts.review, task_token::<Jsonata>()));
        stack.named("It").add(StateMachine::express(states).with_role(parts.role));
    };
    let expected = "express-state: `It`: state `Ask` waits for a token, which an express machine cannot | make the \
                    machine a standard one";
    check_stack(build, &[expected]);
    check_stack(
        express(
            States::new("Wait", Wait::new(Until::Passed(Seconds::of::<301>()), "Done"))
                .with("Done", Succeed::default()),
        ),
        &[
            "state-duration: `It`: the 301 s of state `Wait` are more than the 300 s of an express machine | make the machine \
           a standard one",
        ],
    );
}

/// Items of a standard machine that run as express executions are held to the limits of these.
fn distributed() -> Mode {
    Mode::Distributed(Distributed {
        execution_type: ExecutionType::Express,
        label: None,
        max_items_per_batch: None,
        tolerated_failure_percentage: None,
    })
}

#[test]
fn what_runs_for_an_item_is_of_the_kind_of_its_executions() {
    check(
        |parts| {
            let ask = Task::send_and_wait(parts.review, task_token::<Jsonata>());
            States::new("Each", Map { mode: distributed(), ..Map::new(jsonata("[1]"), States::new("Ask", ask)) })
        },
        &["express-state: `It`: state `Ask` waits for a token, which an express machine cannot | make the machine a \
           standard one"],
    );
}

#[test]
fn errors_that_are_named_in_no_way_that_works() {
    let task = |parts: &Parts, retry: Vec<Retry>| Task { retry, ..Task::invoke(parts.charge, json!({})) };
    let expected = "state-errors: `It`: state `Charge` is tried again after `States.ALL` beside or before other errors | \
                    let it stand alone, in the last";
    let before = || vec![Retry::on(["States.ALL"]), Retry::on(["States.Timeout"])];
    check(|parts| States::new("Charge", task(parts, before())), &[expected]);
    check(|parts| States::new("Charge", task(parts, vec![Retry::on(["States.ALL", "Mine"])])), &[expected]);
    check(
        |parts| {
            let slow = Retry {
                interval: Some(Seconds::of::<10>()),
                max_delay: Some(Seconds::of::<10>()),
                backoff_rate: Some(0.5),
                jitter: Some(Jitter::None),
                ..Retry::on([])
            };
            States::new("Charge", task(parts, vec![slow]))
        },
        &[
            "state-errors: `It`: state `Charge` is tried again after no error | name the errors",
            "state-errors: `It`: state `Charge` is tried again at a backoff rate below 1",
            "state-errors: `It`: state `Charge` waits for at most 10 s and for 10 s at first | make `max_delay` more \
             than `interval`",
        ],
    );
}

#[test]
fn a_task_that_may_be_silent_for_longer_than_it_may_take() {
    check(
        |parts| {
            let (timeout, heartbeat) = (Some(Seconds::of::<10>()), Some(Seconds::of::<10>()));
            States::new("Charge", Task { timeout, heartbeat, ..Task::invoke(parts.charge, json!({})) })
        },
        &["state-duration: `It`: state `Charge` may be silent for 10 s, and take 10 s | make `heartbeat` less than \
           `timeout`"],
    );
}

#[test]
fn a_state_with_nothing_to_do() {
    check(
        |_| {
            let states = States::new("Which", Choice::otherwise("Both"));
            states.with("Both", State::from(Parallel::new([])))
        },
        &[
            "state-empty: `It`: state `Which` has no rules to choose by",
            "state-empty: `It`: state `Both` has no branches",
        ],
    );
}

#[test]
fn a_path_in_a_list_is_not_looked_up() {
    let build = |stack: &mut Stack, parts: &Parts| {
        let list = Data::list([path("$.a").into(), Data::object([("b", path("$.b").into())])]);
        let states = States::new("Charge", Task::invoke(parts.charge, Data::object([("list", list)])));
        stack.named("It").add(StateMachine::<Standard, ()>::standard(states).with_role(parts.role));
    };
    let expected = "state-list: `It`: state `Charge` has `$.a` in a list, where it stays a text | make the list by \
                    `States.Array(...)`";
    check_stack(build, &[expected]);
    check(
        |parts| {
            let list = Data::list([jsonata("$states.input.a").into()]);
            States::new("Charge", Task::invoke(parts.charge, list))
        },
        &[],
    );
}

#[test]
fn a_path_alone_is_no_object() {
    let build = |stack: &mut Stack, parts: &Parts| {
        let states: States<JsonPath> = States::new("Keep", Pass::new(path("$.order")));
        stack.named("It").add(StateMachine::<Standard, ()>::standard(states).with_role(parts.role));
    };
    let expected = "state-object: `It`: state `Keep` has `$.order` as its `Parameters`, expected an object | put the path \
                    into an object, or take a part of the input by `input_path`";
    check_stack(build, &[expected]);
    check(|_| States::new("Keep", Pass::new(jsonata("$states.input.order"))), &[]);
}

#[test]
fn logs_without_a_group_and_a_definition_that_is_too_long() {
    let build = |stack: &mut Stack, parts: &Parts| {
        let states: States<Jsonata> = States::new("Done", Succeed::default());
        let logging = Some(Logging { level: LogLevel::All, include_execution_data: true, log_group: None });
        stack.named("It").add(StateMachine { logging, ..StateMachine::standard(states) }.with_role(parts.role));
    };
    check_stack(build, &["state-machine-logs: `It`: it is to write logs and has no log group | set `log_group`"]);
    let mut stack = Stack::new("shop", &Stage::default());
    let parts = parts(&mut stack);
    let states: States<Jsonata> = States::new("Done", Pass::new("x".repeat(1_048_576).as_str()));
    stack.named("It").add(StateMachine::standard(states).with_role(parts.role));
    let found: Vec<_> = infra::check(&stack).into_iter().filter(|it| it.rule == "definition-size").collect();
    assert_eq!(found[0].message, "`It`: its definition is 1048677 bytes long, 1048576 are allowed");
}
