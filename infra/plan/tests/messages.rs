//! What a deployment says of messages whose types change: deployed and new stacks are built of Rust types, and compared by
//! their templates alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::marker::PhantomData;

use assembly::FormerId;
use bindings::Program;
use bindings::message::{Carried, Untyped};
use bindings::sqs::{Queue, SendMessage};
use infra::iam::Role;
use infra::lambda::{EventSourceMapping, Function};
use infra::sqs::StandardQueue;
use infra::{Integer, Seconds, Stack, Stage, Template};
use plan::{Plan, Snapshot};
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares types of messages.
macro_rules! messages {
    ($($name:ident { $($body:tt)* })+) => {
        $(
            #[allow(dead_code, reason = "only its schema counts")]
            #[derive(Serialize, Deserialize, JsonSchema)]
            struct $name { $($body)* }
            bindings::message!($name);
        )+
    };
}

messages! {
    Order { id: String, amount: u32 }
    Noted { id: String, amount: u32, note: Option<String> }
    Priced { id: String, amount: u32, price: u32 }
    Text { id: String, amount: String }
    Short { id: String }
    Open { id: String, status: Status }
    Lost { id: String, status: WiderStatus }
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum Status {
    Open,
    Done,
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum WiderStatus {
    Open,
    Done,
    Lost,
}

#[derive(Serialize)]
#[serde(bound(serialize = ""))]
struct Sender<M: Carried> {
    orders: Queue<SendMessage, M>,
}

impl<M: Carried> Program for Sender<M> {
    const NAME: &'static str = "sender";
}

#[derive(Serialize)]
#[serde(bound(serialize = ""))]
struct Consumer<M> {
    #[serde(skip)]
    input: PhantomData<M>,
}

impl<M: Carried> Program<M> for Consumer<M> {
    const NAME: &'static str = "consumer";
}

/// A stack in which one program sends `S` to the queue `id`, and another takes `T`, as what is deployed or shall be.
fn snapshot<S: Carried, T: Carried>(id: &'static str, queue: StandardQueue) -> Snapshot {
    let mut stack = Stack::new("orders", &Stage::default());
    let visibility_timeout = Some(Seconds::of::<60>());
    let queue = stack.named(id).add(StandardQueue { visibility_timeout, ..queue });
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    stack.named("Sender").add(Function::rust(Sender::<S> { orders: queue.into() }).with_role(role));
    let function = Function::rust(Consumer::<T> { input: PhantomData }).with_role(role);
    let function_name = stack.named("Consumer").add(function);
    stack.named("Source").add(EventSourceMapping {
        queue,
        function_name: function_name.into(),
        batch_size: Integer::of::<10>(),
        maximum_batching_window_in_seconds: None,
        function_response_types: Vec::new(),
        scaling_config: None,
        filter_criteria: None,
    });
    // As CloudFormation gives it back.
    let template = Template::parse(&Template::render(&stack).to_ascii_json()).unwrap();
    Snapshot::given(template, &BTreeMap::new())
}

fn orders<S: Carried, T: Carried>() -> Snapshot {
    snapshot::<S, T>("Orders", StandardQueue::default())
}

/// What `diff` says of deploying `after` where `before` is, with each place in this source as `HERE`.
fn said(before: &Snapshot, after: &Snapshot) -> String {
    let findings = Plan::between(Some(before), after).check(after, |_| None);
    let text = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Regex::new(r"infra/plan/tests/messages.rs:\d+:\d+").unwrap().replace_all(&text, "HERE").into_owned()
}

#[test]
fn what_is_added_or_needed_no_more_is_fine() {
    assert_eq!(said(&orders::<Order, Order>(), &orders::<Order, Order>()), "");
    assert_eq!(said(&orders::<Order, Order>(), &orders::<Noted, Noted>()), "");
    assert_eq!(said(&orders::<Order, Order>(), &orders::<Priced, Order>()), "");
    assert_eq!(said(&orders::<Order, Order>(), &orders::<Order, Short>()), "");
    assert_eq!(said(&orders::<Open, Open>(), &orders::<Lost, Lost>()), "");
}

#[test]
fn a_field_that_messages_on_their_way_lack_is_named_with_both_lines() {
    assert_eq!(
        said(&orders::<Order, Order>(), &orders::<Priced, Priced>()),
        "warning[message-changed]: `Sender` as it is deployed sends `Order` (HERE) to `Orders`, and `Consumer` will take `Priced`: in messages that are on their way, `price` is needed and never sent
  --> HERE
  help: take both until the old ones are gone, or deploy when there are none"
    );
}

#[test]
fn a_field_that_is_retyped_is_named_once() {
    assert_eq!(
        said(&orders::<Order, Order>(), &orders::<Text, Text>()),
        "warning[message-changed]: `Sender` as it is deployed sends `Order` (HERE) to `Orders`, and `Consumer` will take `Text`: in messages that are on their way, `amount` is a whole number from 0 to 4294967295, expected a text
  --> HERE
  help: take both until the old ones are gone, or deploy when there are none"
    );
}

#[test]
fn a_field_that_is_removed_is_missed_by_what_is_deployed() {
    assert_eq!(
        said(&orders::<Order, Order>(), &orders::<Short, Short>()),
        "warning[message-changed]: `Sender` will send `Short` to `Orders`, and `Consumer` as it is deployed takes `Order` (HERE): until it is replaced, `amount` is needed and never sent
  --> HERE
  help: deploy first what does without it: till then such messages fail and are tried again"
    );
}

#[test]
fn a_variant_that_is_taken_no_more_may_be_on_its_way() {
    assert_eq!(
        said(&orders::<Lost, Lost>(), &orders::<Open, Open>()),
        "warning[message-changed]: `Sender` as it is deployed sends `Lost` (HERE) to `Orders`, and `Consumer` will take `Open`: in messages that are on their way, `status` is `Lost`, expected `Open` or `Done`
  --> HERE
  help: take both until the old ones are gone, or deploy when there are none"
    );
}

#[test]
fn where_a_side_said_no_type_nothing_is_said() {
    assert_eq!(said(&orders::<Untyped, Untyped>(), &orders::<Priced, Priced>()), "");
    assert_eq!(said(&orders::<Order, Order>(), &orders::<Untyped, Untyped>()), "");
}

#[test]
fn a_queue_that_is_moved_keeps_its_messages_and_one_that_is_replaced_does_not() {
    let placed = snapshot::<Text, Text>("Placed", StandardQueue::default());
    let moved_from = BTreeMap::from([("Placed".to_owned(), FormerId::here("Orders"))]);
    let moved = Snapshot { moved_from, ..placed.clone() };
    assert!(said(&orders::<Order, Order>(), &moved).contains("to `Placed`"));
    assert_eq!(said(&orders::<Order, Order>(), &placed), "");
    let named = StandardQueue { queue_name: Some("orders".into()), ..StandardQueue::default() };
    assert_eq!(said(&orders::<Order, Order>(), &snapshot::<Text, Text>("Orders", named)), "");
}

#[test]
fn a_plan_does_not_tell_the_metadata() {
    let (before, after) = (orders::<Order, Order>(), orders::<Priced, Priced>());
    let plan = Plan::between(Some(&before), &after);
    assert!(plan.is_empty() && plan.template.is_empty(), "{plan:?}");
}
