//! What one program sends and the next one takes: by queues, topics, invocations and workers.

use bindings::dynamodb::{BatchWriteItem, Index, Items, PutItem, Query, Table};
use bindings::lambda::{self, Invoke};
use bindings::message::{Carried, Untyped};
use bindings::sns::{self, Publish};
use bindings::sqs::{self, SendMessage};
use bindings::{Call, Change, Message, Notification, Program};
use infra::dynamodb::{self, GlobalSecondaryIndex, Key, N, Projection, S, StreamViewType};
use infra::iam::Role;
use infra::lambda::{EventSourceMapping, Function, Position, StreamMapping};
use infra::sns::{FilterPolicy, StandardTopic, Subscription};
use infra::sqs::StandardQueue;
use infra::{Integer, Ref, Stack, Template};
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::support::{check, stack};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Order {
    id: String,
    amount: u32,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Placed {
    id: String,
    amount: String,
}

bindings::message!(Order);
bindings::message!(Placed);

/// A program that sends by its only field.
#[derive(Serialize)]
struct Sender<B> {
    to: B,
}

impl<B: Serialize> Program for Sender<B> {
    const NAME: &'static str = "sender";
}

/// A program that takes `I`.
#[derive(Serialize)]
struct Consumer<I> {
    #[serde(skip)]
    input: std::marker::PhantomData<I>,
}

impl<I: Carried> Program<I> for Consumer<I> {
    const NAME: &'static str = "consumer";
}

fn add<P: Program<I>, I: Carried>(stack: &mut Stack, id: &'static str, bindings: P) -> Ref<Function> {
    let role = stack.named(format!("{id}Role")).add(Role::for_service("lambda.amazonaws.com"));
    stack.named(id).add(Function::rust(bindings).with_role(role))
}

fn consumer<I: Carried>(stack: &mut Stack) -> Ref<Function> {
    add(stack, "Consumer", Consumer::<I> { input: std::marker::PhantomData })
}

fn consume<I: Carried>(stack: &mut Stack) -> Ref<StandardQueue> {
    let visibility_timeout = Some(infra::Seconds::of::<60>());
    let queue = stack.named("Orders").add(StandardQueue { visibility_timeout, ..StandardQueue::default() });
    let function_name = consumer::<I>(stack).into();
    stack.named("Source").add(EventSourceMapping {
        queue,
        function_name,
        batch_size: Integer::of::<10>(),
        maximum_batching_window_in_seconds: None,
        function_response_types: Vec::new(),
        scaling_config: None,
        filter_criteria: None,
    });
    queue
}

/// A queue to which a program sends `S`, and from which another takes `T`.
fn queue<S: Carried, T: Carried>(stack: &mut Stack) {
    let to = consume::<T>(stack);
    add(stack, "Sender", Sender { to: sqs::Queue::<SendMessage, S>::from(to) });
}

/// The same by a topic, with what `subscription` makes of the subscription.
fn topic<S: Carried, T: Carried>(
    stack: &mut Stack,
    subscription: impl FnOnce(Subscription<StandardTopic, StandardQueue>) -> Subscription<StandardTopic, StandardQueue>,
) {
    let queue = consume::<T>(stack);
    let topic = stack.named("Topic").add(StandardTopic::default());
    stack.named("Subscription").add(subscription(Subscription::new(topic, queue)));
    add(stack, "Sender", Sender { to: sns::Topic::<Publish, S>::from(topic) });
}

#[test]
fn what_is_sent_to_a_queue_fits_what_is_taken_from_it() {
    check(queue::<Order, Order>, "");
    check(
        queue::<Placed, Order>,
        "error[message-type]: `Consumer` takes `Order` from `Orders`, and `Sender` sends `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: send and take the same type",
    );
}

/// A table into which a program writes `W` and another `O`, and from which a third one reads `R`.
fn table<W: Carried, O: Carried, R: Carried>(stack: &mut Stack) {
    let table = stack.named("Orders").add(dynamodb::Table::keyed(Key::hash(S("id"))));
    add(stack, "Writer", Sender { to: Table::<PutItem, W>::from(table) });
    add(stack, "Other", Sender { to: Table::<BatchWriteItem, O>::from(table) });
    add(stack, "Reader", Sender { to: Table::<Query, R>::from(table) });
}

#[test]
fn what_is_written_into_a_table_fits_what_is_read_from_it() {
    check(table::<Order, Untyped, Order>, "");
    check(
        table::<Placed, Untyped, Order>,
        "error[item-type]: `Reader` reads `Order` from `Orders`, and `Writer` writes `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: write and read the same type",
    );
    check(table::<Untyped, Untyped, Order>, "");
}

#[test]
fn a_table_may_have_items_of_several_types() {
    check(table::<Placed, Order, Order>, "");
}

#[test]
fn an_index_gives_the_items_of_its_table() {
    let by_amount = |stack: &mut Stack, projection| {
        let by_amount = GlobalSecondaryIndex::all("by-amount", Key::hash(N("amount")));
        let by_amount = GlobalSecondaryIndex { projection, ..by_amount };
        let table = dynamodb::Table::keyed(Key::hash(S("id")));
        let table = dynamodb::Table { global_secondary_indexes: vec![by_amount.clone()], ..table };
        let table = stack.named("Orders").add(table);
        add(stack, "Writer", Sender { to: Items::<PutItem, Placed>::from(table.items_with_key_prefix("a")) });
        add(stack, "Reader", Sender { to: Index::<Query, Order>::from(table.index(&by_amount)) });
    };
    check(|stack| by_amount(stack, Projection::KeysOnly), "");
    check(
        |stack| by_amount(stack, Projection::All),
        "error[item-type]: `Reader` reads `Order` from `Orders`, and `Writer` writes `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: write and read the same type",
    );
}

/// A table into which a program writes `W`, and whose stream feeds another that takes `T`.
fn stream<W: Carried, T: Carried>(view: StreamViewType, stack: &mut Stack) {
    let table = dynamodb::Table::keyed(Key::hash(S("id")));
    let stream_specification = Some(view);
    let table = stack.named("Orders").add(dynamodb::Table { stream_specification, ..table });
    add(stack, "Writer", Sender { to: Table::<PutItem, W>::from(table) });
    let mapping = StreamMapping::new(table, consumer::<T>(stack), Position::TrimHorizon);
    stack.named("Source").add(mapping);
}

#[test]
fn what_the_stream_of_a_table_tells_are_changes_of_what_is_written() {
    let whole = StreamViewType::NewAndOldImages;
    check(|stack| stream::<Order, Change<Order>>(whole, stack), "");
    check(
        |stack| stream::<Placed, Change<Order>>(whole, stack),
        "error[item-type]: `Consumer` reads `Order` from `Orders`, and `Writer` writes `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: write and read the same type",
    );
    check(
        |stack| stream::<Order, Order>(whole, stack),
        "error[item-type]: `Consumer` takes `Order` from the stream of `Orders`: it gets changes, expected `Change<Order>`
  --> HERE
  help: take a `bindings::Change` of it",
    );
    check(|stack| stream::<Placed, Change<Order>>(StreamViewType::KeysOnly, stack), "");
    check(
        queue::<Order, Change<Order>>,
        "error[message-type]: `Consumer` takes `Order` from `Orders`, and `Sender` sends `Order` (HERE): the message comes as it was sent, expected a change of a table
  --> HERE
  help: take the type itself: only the stream of a table tells changes",
    );
}

#[test]
fn where_one_side_says_no_type_nothing_is_said() {
    check(queue::<Untyped, Order>, "");
    check(queue::<Order, Untyped>, "");
    check(queue::<Untyped, Untyped>, "");
}

#[test]
fn what_is_published_is_what_a_queue_delivers() {
    check(|stack| topic::<Order, Order>(stack, |it| it), "");
    check(
        |stack| topic::<Placed, Order>(stack, |it| it),
        "error[message-type]: `Consumer` takes `Order` from `Orders`, and `Sender` sends `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: send and take the same type",
    );
}

#[test]
fn a_filter_may_keep_away_what_does_not_fit() {
    let filter = || Some(FilterPolicy::attribute("kind", ["order"]));
    check(
        |stack| topic::<Placed, Order>(stack, |it| Subscription { filter_policy: filter(), ..it }),
        "warning[message-type]: `Consumer` takes `Order` from `Orders`, and `Sender` sends `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295, unless a filter keeps it away
  --> HERE
  help: send and take the same type",
    );
}

#[test]
fn the_envelope_of_sns_is_taken_where_there_is_one() {
    let wrapped = |it| Subscription { raw_message_delivery: false, ..it };
    check(|stack| topic::<Order, Notification<Order>>(stack, wrapped), "");
    check(
        |stack| topic::<Order, Order>(stack, wrapped),
        "error[message-type]: `Consumer` takes `Order` from `Orders`, and `Sender` sends `Order` (HERE): the message comes in the envelope of SNS, expected none
  --> HERE
  help: set the subscription's `raw_message_delivery`, or take a `bindings::Notification` of it",
    );
    check(
        |stack| topic::<Order, Notification<Order>>(stack, |it| it),
        "error[message-type]: `Consumer` takes `Order` from `Orders`, and `Sender` sends `Order` (HERE): the message comes as it was sent, expected the envelope of SNS
  --> HERE
  help: take the type itself, or leave out the subscription's `raw_message_delivery`",
    );
    check(
        |stack| topic::<Placed, Notification<Order>>(stack, wrapped),
        "error[message-type]: `Consumer` takes `Order` from `Orders`, and `Sender` sends `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: send and take the same type",
    );
}

#[test]
fn a_function_is_invoked_with_what_it_takes() {
    let invoke = |stack: &mut Stack| {
        let to = consumer::<Order>(stack);
        add(stack, "Sender", Sender { to: lambda::Function::<Invoke, Placed>::from(to) });
    };
    check(
        invoke,
        "error[message-type]: `Consumer` takes `Order`, and `Sender` sends `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: send and take the same type",
    );
}

/// A function that is asked with an `Order` and answers `O`, and a program that reads its answers as `R`.
fn asked<O: Message, R: Message>(stack: &mut Stack) {
    let to = add(stack, "Quotes", Consumer::<Call<Order, O>> { input: std::marker::PhantomData });
    add(stack, "Caller", Sender { to: lambda::Function::<Invoke, Call<Order, R>>::from(to) });
}

#[test]
fn the_answers_of_a_function_are_what_its_caller_reads() {
    check(asked::<Order, Order>, "");
    check(
        asked::<Placed, Order>,
        "error[message-type]: `Caller` reads `Order`, and `Quotes` answers `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: answer and read the same type",
    );
}

#[test]
fn a_function_that_answers_is_asked_with_what_it_takes() {
    let ask = |stack: &mut Stack| {
        let to = add(stack, "Quotes", Consumer::<Call<Order, Order>> { input: std::marker::PhantomData });
        add(stack, "Caller", Sender { to: lambda::Function::<Invoke, Call<Placed, Order>>::from(to) });
    };
    check(
        ask,
        "error[message-type]: `Quotes` takes `Order`, and `Caller` sends `Placed` (HERE): `amount` is a text, expected a whole number from 0 to 4294967295
  --> HERE
  help: send and take the same type",
    );
}

#[test]
fn a_binding_that_sends_nothing_says_nothing() {
    let counts = |stack: &mut Stack| {
        let to = consume::<Order>(stack);
        add(stack, "Sender", Sender { to: sqs::Queue::<sqs::GetQueueAttributes, Placed>::from(to) });
    };
    check(counts, "");
}

#[test]
fn the_template_keeps_the_types_of_those_that_say_them_alone() {
    let metadata = |fill: fn(&mut Stack)| {
        let yaml = Template::render(&stack(fill)).to_yaml();
        let kept = yaml.split_once("\nMetadata:\n").map(|(_, kept)| kept.to_owned()).unwrap_or_default();
        Regex::new(r"infra/tests/check/messages.rs:\d+:1").unwrap().replace_all(&kept, "HERE").into_owned()
    };
    assert_eq!(metadata(queue::<Untyped, Untyped>), "");
    assert_eq!(
        metadata(queue::<Placed, Order>),
        r#"  stackwright:messages:
    Sent:
      check::messages::Placed:
        Place: HERE
        Schema: '{"type":"object","properties":{"id":{"type":"string"},"amount":{"type":"string"}},"required":["id","amount"]}'
    Taken:
      check::messages::Order:
        Place: HERE
        Schema: '{"type":"object","properties":{"id":{"type":"string"},"amount":{"type":"integer","format":"uint32","minimum":0}},"required":["id","amount"]}'
    Flows:
      Orders:
        Sent:
          Sender.to: check::messages::Placed
        Taken:
          Consumer: check::messages::Order
"#
    );
    assert_eq!(
        metadata(|stack| topic::<Untyped, Notification<Order>>(stack, |it| it)),
        r#"  stackwright:messages:
    Taken:
      check::messages::Order:
        Place: HERE
        Schema: '{"type":"object","properties":{"id":{"type":"string"},"amount":{"type":"integer","format":"uint32","minimum":0}},"required":["id","amount"]}'
    Flows:
      Orders:
        Taken:
          Consumer: envelope of check::messages::Order
"#
    );
}
