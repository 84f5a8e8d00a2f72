//! What a task does: a call of another service, with what the machine's role must allow for it.

use policies::{Action as Right, action as right};
use serde_json::Value as Json;

use super::data::{Data, insert_all};
use super::language::{Part, QueryLanguage};
use super::machine::{Express, Standard, StateMachine, Workflow};
use crate::dynamodb::Table;
use crate::eventbridge::EventBus;
use crate::iam::Statement;
use crate::lambda::Invocable;
use crate::reference::Ref;
use crate::sns::{FifoTopic, StandardTopic, Topic};
use crate::sqs::{FifoQueue, Queue, StandardQueue};
use crate::value::Value;

/// A call of another service. The constructors of [`super::Task`] make it.
#[derive(Debug, Clone, PartialEq)]
pub struct Action<L> {
    /// What follows `states:::` in the ARN, such as `lambda:invoke`.
    name: String,
    pattern: Pattern,
    arguments: Vec<(String, Data<L>)>,
    rights: Vec<Statement>,
}

/// When a task is done.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Once the call is answered.
    Response,
    /// Once what it started has ended.
    Job,
    /// Once somebody sends the token back.
    Token,
}

impl<L: QueryLanguage> Action<L> {
    fn new<'a>(name: &str, arguments: impl IntoIterator<Item = (&'a str, Data<L>)>) -> Self {
        let arguments = arguments.into_iter().map(|(name, data)| (name.to_owned(), data)).collect();
        Self { name: name.to_owned(), pattern: Pattern::Response, arguments, rights: Vec::new() }
    }

    fn allowing(mut self, action: Right, on: impl Into<Value>) -> Self {
        self.rights.push(Statement::allow([action]).on(on));
        self
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>
    pub(super) fn invoke(function: Invocable, payload: Data<L>) -> Self {
        Self::new("lambda:invoke", [("FunctionName", function.arn().into()), ("Payload", payload)])
            .allowing(right::lambda::INVOKE_FUNCTION, function.arn())
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html>
    fn send_to<Q: Queue>(queue: Ref<Q>, body: Data<L>) -> Self {
        Self::new("sqs:sendMessage", [("QueueUrl", queue.into()), ("MessageBody", body)])
            .allowing(right::sqs::SEND_MESSAGE, queue.arn())
    }

    pub(super) fn send(queue: Ref<StandardQueue>, body: Data<L>) -> Self {
        Self::send_to(queue, body)
    }

    pub(super) fn send_fifo(queue: Ref<FifoQueue>, body: Data<L>, group: Data<L>) -> Self {
        Self::send_to(queue, body).with("MessageGroupId", group)
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html>
    fn publish_to<T: Topic>(topic: Ref<T>, message: Data<L>) -> Self {
        Self::new("sns:publish", [("TopicArn", topic.arn().into()), ("Message", message)])
            .allowing(right::sns::PUBLISH, topic.arn())
    }

    pub(super) fn publish(topic: Ref<StandardTopic>, message: Data<L>) -> Self {
        Self::publish_to(topic, message)
    }

    pub(super) fn publish_fifo(topic: Ref<FifoTopic>, message: Data<L>, group: Data<L>) -> Self {
        Self::publish_to(topic, message).with("MessageGroupId", group)
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html>
    pub(super) fn table(name: &str, right: Right, table: Ref<Table>, what: (&str, Data<L>)) -> Self {
        Self::new(&format!("dynamodb:{name}"), [("TableName", table.into()), what]).allowing(right, table.arn())
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html>
    pub(super) fn put_event(bus: Ref<EventBus>, source: &str, detail_type: &str, detail: Data<L>) -> Self {
        let event = Data::object([
            ("EventBusName", bus.into()),
            ("Source", source.into()),
            ("DetailType", detail_type.into()),
            ("Detail", detail),
        ]);
        Self::new("events:putEvents", [("Entries", Data::List(vec![event]))])
            .allowing(right::events::PUT_EVENTS, bus.arn())
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html>
    pub(super) fn start<K: Workflow>(machine: Ref<StateMachine<K>>, input: Data<L>) -> Self {
        Self::new("states:startExecution", [("StateMachineArn", machine.arn().into()), ("Input", input)])
            .allowing(right::states::START_EXECUTION, machine.arn())
    }

    /// The end of the execution comes to Step Functions by a rule of `EventBridge` that it makes with the machine's role.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html>
    pub(super) fn run(machine: Ref<StateMachine<Standard>>, input: Data<L>) -> Self {
        let mut run = Self { pattern: Pattern::Job, ..Self::start(machine, input) };
        let executions = Value::from(machine.attribute("Name"))
            .surrounded("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:", ":*");
        let watched = [right::states::DESCRIBE_EXECUTION, right::states::STOP_EXECUTION];
        run.rights.push(Statement::allow(watched).on(executions));
        let rule = [right::events::PUT_TARGETS, right::events::PUT_RULE, right::events::DESCRIBE_RULE];
        run.rights.push(Statement::allow(rule).on(Value::sub(
            "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/\
             StepFunctionsGetEventsForStepFunctionsExecutionRule",
        )));
        run
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html>
    pub(super) fn run_express(machine: Ref<StateMachine<Express>>, input: Data<L>) -> Self {
        Self::new("aws-sdk:sfn:startSyncExecution", [("StateMachineArn", machine.arn().into()), ("Input", input)])
            .allowing(right::states::START_SYNC_EXECUTION, machine.arn())
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
    pub(super) fn sdk(call: &str, arguments: Vec<(&str, Data<L>)>, rights: Vec<Statement>) -> Self {
        Self { rights, ..Self::new(&format!("aws-sdk:{call}"), arguments) }
    }

    pub(super) fn with_token(self) -> Self {
        Self { pattern: Pattern::Token, ..self }
    }

    /// The same with another argument, by the name that the service's API has for it.
    #[must_use]
    pub(super) fn with(mut self, name: &str, argument: impl Into<Data<L>>) -> Self {
        self.arguments.push((name.to_owned(), argument.into()));
        self
    }

    /// What the machine's role must allow.
    pub(super) fn rights(&self) -> &[Statement] {
        &self.rights
    }

    pub(super) const fn pattern(&self) -> Pattern {
        self.pattern
    }

    pub(super) fn query_in_list(&self) -> Option<&str> {
        self.arguments.iter().find_map(|(_, data)| data.query_in_list())
    }

    /// Whether what it sends has the token in it.
    pub(super) fn sends_token(&self) -> bool {
        let mut map = serde_json::Map::new();
        let mut text = super::text::Text::default();
        self.render(&mut Part { map: &mut map, text: &mut text });
        // In either language it is so that the token's place ends.
        Json::Object(map).to_string().contains("Task.Token")
    }

    pub(super) fn render(&self, into: &mut Part<'_>) {
        let suffix = match self.pattern {
            Pattern::Response => "",
            // The second form gives the output of what ran as JSON, not as a text.
            Pattern::Job => ".sync:2",
            Pattern::Token => ".waitForTaskToken",
        };
        let arn = Value::sub(format!("arn:${{AWS::Partition}}:states:::{}{suffix}", self.name));
        let arn = into.text.value(&arn);
        into.put("Resource", arn);
        insert_all(into, L::ARGUMENTS, &self.arguments);
    }
}
