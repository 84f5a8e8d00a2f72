//! What a deployment says of messages and items whose types change: deployed and new stacks are built of Rust types, and compared by
//! their templates alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::marker::PhantomData;

use assembly::FormerId;
use bindings::dynamodb::{GetItem, PutItem, Table};
use bindings::lambda::Invoke;
use bindings::message::{Carried, Untyped};
use bindings::sqs::{Queue, SendMessage};
use bindings::{Call, Message, Program};
use infra::dynamodb::{self, Key, S};
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
    Customer { id: String, name: String }
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

/// Writes the items of a table, and has a second type for others in it.
#[derive(Serialize)]
#[serde(bound(serialize = ""))]
struct Writer<M: Carried> {
    orders: Table<PutItem, M>,
    customers: Table<PutItem, Customer>,
}

impl<M: Carried> Program for Writer<M> {
    const NAME: &'static str = "writer";
}

#[derive(Serialize)]
#[serde(bound(serialize = ""))]
struct Reader<M: Carried> {
    orders: Table<GetItem, M>,
}

impl<M: Carried> Program for Reader<M> {
    const NAME: &'static str = "reader";
}

/// A stack in which one program writes `W` and `Customer` into the table `id`, and another reads `R` from it.
fn stored<W: Carried, R: Carried>(id: &'static str) -> Snapshot {
    let mut stack = Stack::new("orders", &Stage::default());
    let table = stack.named(id).add(dynamodb::Table::keyed(Key::hash(S("id"))));
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    let writer = Writer::<W> { orders: table.into(), customers: table.into() };
    stack.named("Writer").add(Function::rust(writer).with_role(role));
    stack.named("Reader").add(Function::rust(Reader::<R> { orders: table.into() }).with_role(role));
    Snapshot::given(Template::parse(&Template::render(&stack).to_ascii_json()).unwrap(), &BTreeMap::new())
}

/// The same without a program that says a type.
fn unsaid(id: &'static str) -> Snapshot {
    let mut stack = Stack::new("orders", &Stage::default());
    stack.named(id).add(dynamodb::Table::keyed(Key::hash(S("id"))));
    Snapshot::given(Template::parse(&Template::render(&stack).to_ascii_json()).unwrap(), &BTreeMap::new())
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

#[test]
fn items_that_get_more_or_of_which_less_is_read_are_fine() {
    assert_eq!(said(&stored::<Order, Order>("Orders"), &stored::<Order, Order>("Orders")), "");
    assert_eq!(said(&stored::<Order, Order>("Orders"), &stored::<Noted, Noted>("Orders")), "");
    assert_eq!(said(&stored::<Order, Order>("Orders"), &stored::<Priced, Order>("Orders")), "");
    assert_eq!(said(&stored::<Order, Order>("Orders"), &stored::<Order, Short>("Orders")), "");
    assert_eq!(said(&stored::<Untyped, Untyped>("Orders"), &stored::<Priced, Priced>("Orders")), "");
}

#[test]
fn a_field_that_stored_items_lack_is_named_with_both_lines() {
    assert_eq!(
        said(&stored::<Order, Order>("Orders"), &stored::<Priced, Priced>("Orders")),
        "warning[item-changed]: `Writer` as it is deployed writes `Order` (HERE) into `Orders`, and `Reader` will read `Priced`: in items that are stored, `price` is needed and never written
  --> HERE
  help: read both, or rewrite the items first"
    );
}

#[test]
fn a_field_of_items_that_is_removed_or_retyped_is_named() {
    assert_eq!(
        said(&stored::<Order, Order>("Orders"), &stored::<Short, Short>("Orders")),
        "warning[item-changed]: `Writer` will write `Short` into `Orders`, and `Reader` as it is deployed reads `Order` (HERE): until it is replaced, `amount` is needed and never written
  --> HERE
  help: deploy first what does without it: till then such items cannot be read"
    );
    let retyped = said(&stored::<Order, Order>("Orders"), &stored::<Text, Text>("Orders"));
    let problem = "in items that are stored, `amount` is a whole number from 0 to 4294967295, expected a text";
    assert!(retyped.contains(problem) && !retyped.contains("until"), "{retyped}");
}

#[test]
fn a_table_that_is_made_anew_has_no_items() {
    assert_eq!(said(&stored::<Order, Order>("Orders"), &stored::<Text, Text>("Placed")), "");
    let moved_from = BTreeMap::from([("Placed".to_owned(), FormerId::here("Orders"))]);
    let moved = Snapshot { moved_from, ..stored::<Text, Text>("Placed") };
    assert!(said(&stored::<Order, Order>("Orders"), &moved).contains("into `Placed`"));
}

/// What is deployed when `after` has been deployed over `before`.
fn deployed(before: &Snapshot, after: Snapshot) -> Snapshot {
    let plan = Plan::between(Some(before), &after);
    match plan.with_former_items(before, &after) {
        Some(template) => Snapshot { template, ..after },
        None => after,
    }
}

/// A program that asks a function with an `Order` and reads its answers as `R`.
#[derive(Serialize)]
#[serde(bound(serialize = ""))]
struct Caller<R: Message> {
    quotes: bindings::lambda::Function<Invoke, Call<Order, R>>,
}

impl<R: Message> Program for Caller<R> {
    const NAME: &'static str = "caller";
}

/// A stack with a function that answers `O`, and with its caller.
fn asked<O: Message, R: Message>() -> Snapshot {
    let mut stack = Stack::new("orders", &Stage::default());
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    let quotes = Function::rust(Consumer::<Call<Order, O>> { input: PhantomData }).with_role(role);
    let quotes = stack.named("Quotes").add(quotes);
    stack.named("Caller").add(Function::rust(Caller::<R> { quotes: quotes.into() }).with_role(role));
    Snapshot::given(Template::parse(&Template::render(&stack).to_ascii_json()).unwrap(), &BTreeMap::new())
}

#[test]
fn answers_that_change_are_compared_with_what_is_deployed() {
    assert_eq!(said(&asked::<Order, Order>(), &asked::<Noted, Order>()), "");
    assert_eq!(
        said(&asked::<Order, Order>(), &asked::<Priced, Priced>()),
        "warning[message-changed]: `Quotes` as it is deployed answers `Order` (HERE), and `Caller` will read `Priced`: in answers until it is replaced, `price` is needed and never answered
  --> HERE
  help: read both until the function is replaced"
    );
    assert_eq!(
        said(&asked::<Order, Order>(), &asked::<Short, Short>()),
        "warning[message-changed]: `Quotes` will answer `Short`, and `Caller` as it is deployed reads `Order` (HERE): until it is replaced, `amount` is needed and never answered
  --> HERE
  help: deploy first what does without it: till then such answers cannot be read"
    );
}

#[test]
fn items_of_deployments_long_ago_are_known() {
    let first = stored::<Order, Order>("Orders");
    let second = deployed(&first, stored::<Noted, Short>("Orders"));
    let third = deployed(&second, stored::<Priced, Short>("Orders"));
    // The second has what the third lacks, the first has neither.
    assert_eq!(
        said(&third, &stored::<Priced, Priced>("Orders")),
        "warning[item-changed]: an earlier deployment wrote `Order` (HERE) into `Orders`, and `Reader` will read `Priced`: in items that are stored, `price` is needed and never written
  --> HERE
  help: read both, or rewrite the items first
warning[item-changed]: an earlier deployment wrote `Noted` (HERE) into `Orders`, and `Reader` will read `Priced`: in items that are stored, `price` is needed and never written
  --> HERE
  help: read both, or rewrite the items first"
    );
    // The same is deployed again, and nothing differs.
    let again = deployed(&third, stored::<Priced, Short>("Orders"));
    assert_eq!(again, third);
    // What is written again is no former type any more.
    let back = deployed(&third, stored::<Order, Short>("Orders"));
    let metadata = &back.template.as_json()["Metadata"]["stackwright:messages"];
    let former = metadata["Tables"]["Orders"]["Former"].as_array().unwrap();
    let names: Vec<_> = former.iter().map(|it| it["Name"].as_str().unwrap()).collect();
    assert_eq!(names, ["messages::Noted", "messages::Priced"]);
    // A table that is made anew has none.
    let anew = deployed(&third, stored::<Text, Text>("Placed"));
    assert_eq!(anew, stored::<Text, Text>("Placed"));
}

#[test]
fn items_are_known_also_after_a_deployment_that_says_no_type() {
    let untyped = deployed(&stored::<Order, Order>("Orders"), unsaid("Orders"));
    assert_eq!(
        said(&untyped, &stored::<Untyped, Priced>("Orders")),
        "warning[item-changed]: an earlier deployment wrote `Order` (HERE) into `Orders`, and `Reader` will read `Priced`: in items that are stored, `price` is needed and never written
  --> HERE
  help: read both, or rewrite the items first
warning[item-changed]: an earlier deployment wrote `Customer` (HERE) into `Orders`, and `Reader` will read `Priced`: in items that are stored, `amount` is needed and never written
  --> HERE
  help: read both, or rewrite the items first"
    );
    // It is taken to read what fits.
    assert_eq!(said(&untyped, &stored::<Untyped, Order>("Orders")), "");
}
