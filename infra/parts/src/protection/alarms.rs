//! Alarms, and whom they tell.

use infra::apigateway::{ApiStage, RestApi};
use infra::cloudwatch::Alarm;
use infra::condition::Condition;
use infra::lambda::{Destination, EventInvokeConfig, Function};
use infra::resources::Json;
use infra::sns::{EmailSubscription, StandardTopic};
use infra::sqs::{FifoQueue, Queue, StandardQueue};
use infra::stack::Declared;
use infra::{EmailAddress, LogicalId, Parameter, Ref, Resource as _, Stack, Value};
use serde_json::json;

#[track_caller]
pub(super) fn add(stack: &mut Stack) {
    for queue in standard_dead_letter_queues(stack) {
        watch_queue(stack, queue);
    }
    for queue in fifo_dead_letter_queues(stack) {
        watch_queue(stack, queue);
    }
    let functions: Vec<_> = stack.resources_of::<Function>().map(|(function, _)| function).collect();
    for function in functions {
        watch(stack, format!("{}ErrorsAlarm", function.id()), Alarm::errors_of(function));
        watch(stack, format!("{}ThrottlesAlarm", function.id()), Alarm::throttles_of(function));
    }
    for (stage, api_name) in api_stages(stack) {
        watch(stack, format!("{}ServerErrorsAlarm", stage.id()), Alarm::server_errors_of(api_name, stage));
    }
    tell_by_mail(stack);
}

fn is_silent(it: &Declared) -> bool {
    it.resource_type() == Alarm::TYPE && !it.properties().contains_key("AlarmActions")
}

/// Has every alarm of the stack without an action publish to `topic`, in any stage. Call it last: what is added later
/// is not told, but for the alarms of [`protect`](crate::protect) when this comes after it.
///
/// ```
/// use infra::sns::StandardTopic;
/// use infra::{Stack, Stage, Template};
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// let topic = stack.named("Pager").add(StandardTopic::default());
/// parts::dead_letter_queue(&mut stack, "Orders", "orders-dlq");
/// parts::tell(&mut stack, topic);
/// let template = Template::render(&stack);
/// assert_eq!(template.resource("OrdersDlqAlarm").unwrap()["Properties"]["AlarmActions"][0]["Ref"], "Pager");
/// ```
pub fn tell(stack: &mut Stack, topic: Ref<StandardTopic>) {
    for alarm in stack.resources_mut().filter(|it| is_silent(it)) {
        alarm.attributes.overrides.push(("AlarmActions".to_owned(), Json::made(|| json!([topic]))));
    }
}

/// Has every alarm without an action publish to a topic, and the topic write to an address if one is given.
#[track_caller]
fn tell_by_mail(stack: &mut Stack) {
    if !stack.resources().any(is_silent) {
        return;
    }
    let topic = stack.named("AlarmTopic").add(StandardTopic::default());
    let address = stack.parameter(
        "AlarmEmail",
        Parameter::<EmailAddress> {
            default: Some(String::new()),
            description: Some("who is told by e-mail when an alarm goes off; nobody when it is empty".to_owned()),
            ..Parameter::default()
        },
    );
    let address = address.text();
    let nobody = Condition::Equals(address.clone(), "".into());
    let given = stack.condition("HasAlarmEmail", Condition::Not(Box::new(nobody)));
    stack.named("AlarmEmailSubscription").condition(given).add(EmailSubscription { topic, address });
    stack.output("AlarmTopicArn", topic);
    tell(stack, topic);
}

#[track_caller]
fn watch_queue<Q: Queue>(stack: &mut Stack, queue: Ref<Q>) {
    watch(stack, format!("{}Alarm", queue.id()), Alarm::messages_in(queue));
}

/// Adds the alarm, unless the stack has one of its own on the metric.
#[track_caller]
fn watch(stack: &mut Stack, id: String, alarm: Alarm) {
    if !stack.resources_of::<Alarm>().any(|(_, own)| own.metric == alarm.metric) {
        stack.named(id).add(alarm);
    }
}

/// The dead-letter queues of the stack, each once or more.
pub(crate) fn dead_letter_queues(stack: &Stack) -> impl Iterator<Item = LogicalId> {
    let standard = standard_dead_letter_queues(stack).into_iter().map(Ref::id);
    standard.chain(fifo_dead_letter_queues(stack).into_iter().map(Ref::id))
}

/// Where messages go that failed too often, and events that functions failed on.
fn standard_dead_letter_queues(stack: &Stack) -> Vec<Ref<StandardQueue>> {
    let of_queues = stack.resources_of::<StandardQueue>().filter_map(|(_, queue)| queue.redrive_policy.as_ref());
    let of_functions = stack.resources_of::<Function>().filter_map(|(_, function)| function.dead_letter_target);
    let of_events = stack.resources_of::<EventInvokeConfig>().filter_map(|(_, config)| match config.on_failure {
        Some(Destination::Queue(queue)) => Some(queue),
        _ => None,
    });
    of_queues.map(|policy| policy.dead_letter_target).chain(of_functions).chain(of_events).collect()
}

fn fifo_dead_letter_queues(stack: &Stack) -> Vec<Ref<FifoQueue>> {
    let of_queues = stack.resources_of::<FifoQueue>().filter_map(|(_, queue)| queue.redrive_policy.as_ref());
    of_queues.map(|policy| policy.dead_letter_target).collect()
}

/// Each stage of an API of this stack, with the API's name.
fn api_stages(stack: &Stack) -> Vec<(Ref<ApiStage>, Value)> {
    let stages = stack.resources_of::<ApiStage>();
    let named = stages.filter_map(|(stage, it)| Some((stage, stack.get::<RestApi>(it.rest_api_id)?.name.clone())));
    named.collect()
}
