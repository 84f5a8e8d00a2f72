//! Tasks: states that call another service.

use policies::action as right;

use super::action::Action;
use super::data::{Data, insert_all};
use super::errors::{self, Catch, Retry};
use super::language::{Part, QueryLanguage, Render};
use super::machine::{Express, Standard, StateMachine, Workflow};
use super::state::Next;
use crate::dynamodb::Table;
use crate::eventbridge::EventBus;
use crate::iam::Statement;
use crate::lambda::Invocable;
use crate::reference::Ref;
use crate::sns::{FifoTopic, StandardTopic};
use crate::sqs::{FifoQueue, StandardQueue};
use crate::units::Seconds;

/// A state that calls another service. What its role needs for that comes from what it calls.
///
/// What a task calls and how long it waits for is one choice: a constructor whose name ends in `_and_wait` waits until somebody
/// sends back the [token](super::task_token) that it sends, and only what Step Functions can wait for has one.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html>
#[derive(Debug, Clone)]
pub struct Task<L: QueryLanguage> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// What it calls.
    pub action: Action<L>,
    /// How long it may take, up to 99,999,999 s. Without it a task that waits may wait for a year.
    pub timeout: Option<Seconds<1, 99_999_999>>,
    /// How long it may be silent; less than `timeout`.
    pub heartbeat: Option<Seconds<1, 99_999_999>>,
    /// When it is tried again.
    pub retry: Vec<Retry>,
    /// Where it goes when it fails for good.
    pub catch: Vec<Catch<L>>,
    /// What becomes of the result.
    pub result: L::Result,
    /// What it takes as its input and gives as its output.
    pub flow: L::Flow,
    /// Variables that it sets, for the states after it.
    pub assign: Vec<(String, Data<L>)>,
    /// What comes after it.
    pub next: Next,
}

impl<L: QueryLanguage> Task<L> {
    fn new(action: Action<L>) -> Self {
        Self {
            comment: None,
            action,
            timeout: None,
            heartbeat: None,
            retry: Vec::new(),
            catch: Vec::new(),
            result: L::Result::default(),
            flow: L::Flow::default(),
            assign: Vec::new(),
            next: Next::End,
        }
    }

    /// Invokes `function` with `payload`. Its result has the function's answer as `Payload`.
    pub fn invoke(function: impl Into<Invocable>, payload: impl Into<Data<L>>) -> Self {
        Self::new(Action::invoke(function.into(), payload.into()))
    }

    /// Invokes `function` with `payload`, in which it gets the token, and waits for it to come back.
    pub fn invoke_and_wait(function: impl Into<Invocable>, payload: impl Into<Data<L>>) -> Self {
        Self::new(Action::invoke(function.into(), payload.into()).with_token())
    }

    /// Sends `body` to `queue`.
    pub fn send(queue: Ref<StandardQueue>, body: impl Into<Data<L>>) -> Self {
        Self::new(Action::send(queue, body.into()))
    }

    /// Sends `body`, in which there is the token, to `queue`, and waits for it to come back.
    pub fn send_and_wait(queue: Ref<StandardQueue>, body: impl Into<Data<L>>) -> Self {
        Self::new(Action::send(queue, body.into()).with_token())
    }

    /// Sends `body` to `queue`, in order within `group`.
    pub fn send_fifo(queue: Ref<FifoQueue>, body: impl Into<Data<L>>, group: impl Into<Data<L>>) -> Self {
        Self::new(Action::send_fifo(queue, body.into(), group.into()))
    }

    /// Sends `body`, in which there is the token, to `queue`, in order within `group`, and waits for it to come back.
    pub fn send_fifo_and_wait(queue: Ref<FifoQueue>, body: impl Into<Data<L>>, group: impl Into<Data<L>>) -> Self {
        Self::new(Action::send_fifo(queue, body.into(), group.into()).with_token())
    }

    /// Publishes `message` to `topic`.
    pub fn publish(topic: Ref<StandardTopic>, message: impl Into<Data<L>>) -> Self {
        Self::new(Action::publish(topic, message.into()))
    }

    /// Publishes `message`, in which there is the token, to `topic`, and waits for it to come back.
    pub fn publish_and_wait(topic: Ref<StandardTopic>, message: impl Into<Data<L>>) -> Self {
        Self::new(Action::publish(topic, message.into()).with_token())
    }

    /// Publishes `message` to `topic`, in order within `group`.
    pub fn publish_fifo(topic: Ref<FifoTopic>, message: impl Into<Data<L>>, group: impl Into<Data<L>>) -> Self {
        Self::new(Action::publish_fifo(topic, message.into(), group.into()))
    }

    /// Reads the item of `table` with `key`, such as `{"id": {"S": "a1"}}`.
    pub fn get_item(table: Ref<Table>, key: impl Into<Data<L>>) -> Self {
        Self::new(Action::table("getItem", right::dynamodb::GET_ITEM, table, ("Key", key.into())))
    }

    /// Writes `item` to `table`, over one with the same key.
    pub fn put_item(table: Ref<Table>, item: impl Into<Data<L>>) -> Self {
        Self::new(Action::table("putItem", right::dynamodb::PUT_ITEM, table, ("Item", item.into())))
    }

    /// Changes the item of `table` with `key` as `expression` says, such as `SET paid = :paid`. Its values and names are
    /// [arguments](Self::argument).
    pub fn update_item(table: Ref<Table>, key: impl Into<Data<L>>, expression: &str) -> Self {
        let update = Action::table("updateItem", right::dynamodb::UPDATE_ITEM, table, ("Key", key.into()));
        Self::new(update.with("UpdateExpression", expression))
    }

    /// Deletes the item of `table` with `key`.
    pub fn delete_item(table: Ref<Table>, key: impl Into<Data<L>>) -> Self {
        Self::new(Action::table("deleteItem", right::dynamodb::DELETE_ITEM, table, ("Key", key.into())))
    }

    /// Puts an event on `bus`.
    pub fn put_event(bus: Ref<EventBus>, source: &str, detail_type: &str, detail: impl Into<Data<L>>) -> Self {
        Self::new(Action::put_event(bus, source, detail_type, detail.into()))
    }

    /// Puts an event, in whose `detail` there is the token, on `bus`, and waits for it to come back.
    pub fn put_event_and_wait(bus: Ref<EventBus>, source: &str, detail_type: &str, detail: impl Into<Data<L>>) -> Self {
        Self::new(Action::put_event(bus, source, detail_type, detail.into()).with_token())
    }

    /// Starts an execution of `machine` with `input`, and goes on.
    pub fn start<K: Workflow>(machine: Ref<StateMachine<K>>, input: impl Into<Data<L>>) -> Self {
        Self::new(Action::start(machine, input.into()))
    }

    /// Runs `machine` with `input` to its end. Its result has what the machine gives as `Output`.
    pub fn run(machine: Ref<StateMachine<Standard>>, input: impl Into<Data<L>>) -> Self {
        Self::new(Action::run(machine, input.into()))
    }

    /// Runs the express `machine` with `input` to its end, up to 5 minutes. Its result has what the machine gives as `Output`, a
    /// text of JSON.
    pub fn run_express(machine: Ref<StateMachine<Express>>, input: impl Into<Data<L>>) -> Self {
        Self::new(Action::run_express(machine, input.into()))
    }

    /// Calls any operation of any service, such as `s3:getObject`, with its arguments by the names of its API. `rights` are what
    /// the machine's role must allow for it: nothing tells them here.
    #[must_use]
    pub fn sdk<'a>(
        call: &str,
        arguments: impl IntoIterator<Item = (&'a str, Data<L>)>,
        rights: impl IntoIterator<Item = Statement>,
    ) -> Self {
        Self::new(Action::sdk(call, arguments.into_iter().collect(), rights.into_iter().collect()))
    }

    /// The same with another argument of its call, by the name of the service's API, such as `ConsistentRead`.
    #[must_use]
    pub fn argument(self, name: &str, argument: impl Into<Data<L>>) -> Self {
        Self { action: self.action.with(name, argument), ..self }
    }

    /// The same with the state `name` after it.
    #[must_use]
    pub fn then(self, name: impl Into<String>) -> Self {
        Self { next: Next::To(name.into()), ..self }
    }

    pub(super) fn render(&self, into: &mut Part<'_>) {
        self.action.render(into);
        for (name, seconds) in [("TimeoutSeconds", self.timeout), ("HeartbeatSeconds", self.heartbeat)] {
            if let Some(seconds) = seconds {
                into.put(name, seconds.get());
            }
        }
        errors::render(&self.retry, &self.catch, into);
        self.result.render(into);
        self.flow.render(into);
        insert_all(into, "Assign", &self.assign);
        self.next.render(into);
    }
}
