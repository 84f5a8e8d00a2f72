//! Functions, each with its role and log group, and what feeds them.

use infra::cloudwatch::Alarm;
use infra::iam::{self, InlinePolicy, Policy, PolicyDocument, Role, Statement};
use infra::lambda::{
    Destination, EventInvokeConfig, EventSourceMapping, Filter, FilterCriteria, Function, FunctionResponseType,
    Invocable, LoggingConfig, ScalingConfig, TracingMode, source_rights,
};
use infra::logs::{LogGroup, Retention};
use infra::sqs::{Queue, StandardQueue};
use infra::stack::DeletionPolicy;
use infra::{Integer, Ref, Seconds, Stack};
use policies::action;

/// Adds the function as `{id}`, its log group `{id}LogGroup`, its role `{id}Role`, which allows exactly what the
/// function's bindings and configuration need, and `{id}ErrorsAlarm`, which goes off when an invocation fails.
///
/// The group is `/aws/lambda/{function_name}`, keeps its events for 30 days and is deleted with the stack. Lines are JSON
/// from the level INFO on. `logging_config` says another format or level, or another group, which is then not added.
#[track_caller]
pub fn function(stack: &mut Stack, id: &'static str, function: Function<()>) -> Ref<Function> {
    let given = function.logging_config.clone().unwrap_or_default();
    let logs = given.log_group.unwrap_or_else(|| log_group(stack, id, &function));
    let role = stack.named(format!("{id}Role")).add(Role {
        policies: vec![InlinePolicy {
            policy_name: "function".to_owned(),
            policy_document: rights(&function, logs).into_iter().collect(),
        }],
        ..Role::for_service("lambda.amazonaws.com")
    });
    let function = stack.named(id).add(Function {
        logging_config: Some(LoggingConfig { log_group: Some(logs), ..given }),
        ..function.with_role(role)
    });
    stack.named(format!("{id}ErrorsAlarm")).add(Alarm::errors_of(function));
    function
}

#[track_caller]
fn log_group(stack: &mut Stack, id: &str, function: &Function<()>) -> Ref<LogGroup> {
    stack
        .named(format!("{id}LogGroup"))
        .deletion_policy(DeletionPolicy::Delete)
        .update_replace_policy(DeletionPolicy::Delete)
        .add(LogGroup {
            log_group_name: function.function_name.as_ref().map(|name| name.surrounded("/aws/lambda/", "")),
            retention_in_days: Some(Retention::days::<30>()),
            ..LogGroup::default()
        })
}

/// What the function's role allows: its bindings, its log, and what its configuration has Lambda do with the role.
fn rights(function: &Function<()>, logs: Ref<LogGroup>) -> Vec<Statement> {
    let bound = iam::merged(function.grants());
    let log = Statement::allow([action::logs::CREATE_LOG_STREAM, action::logs::PUT_LOG_EVENTS]).on(logs.arn());
    let dead = function.dead_letter_target.map(|queue| Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn()));
    // X-Ray has no resources to name: https://docs.aws.amazon.com/xray/latest/devguide/security_iam_service-with-iam.html
    let traces = function
        .tracing
        .filter(|mode| *mode == TracingMode::Active)
        .map(|_| Statement::allow([action::xray::PUT_TRACE_SEGMENTS, action::xray::PUT_TELEMETRY_RECORDS]).on("*"));
    bound.into_iter().chain([log]).chain(dead).chain(traces).collect()
}

/// How the messages of a queue are fed to a function.
#[derive(Debug, Clone)]
pub struct Batch {
    /// How many messages one invocation gets at most: 1 to 10, from a standard queue with a window up to 10,000.
    pub size: Integer<1, 10_000>,
    /// How long to gather a batch, 0 to 300 s; not for FIFO queues.
    pub window: Option<Seconds<0, 300>>,
    /// How many batches are processed at once; without it as many as Lambda can.
    pub scaling_config: Option<ScalingConfig>,
    /// Which messages the function gets, if not all; the others are deleted.
    pub filters: Vec<Filter>,
}

impl Default for Batch {
    fn default() -> Self {
        Self { size: Integer::of::<10>(), window: None, scaling_config: None, filters: Vec::new() }
    }
}

/// Feeds `function`, or an alias, with the messages of `queue`, of which it reports those that failed.
///
/// Adds the mapping as `{function}{queue}Source`, and `{function}{queue}Policy` with the rights that Lambda's poller
/// needs of the function's role. A role of another stack is that stack's to allow.
#[track_caller]
pub fn consume<Q: Queue>(stack: &mut Stack, queue: Ref<Q>, function: impl Into<Invocable>, batch: Batch) {
    let function = function.into();
    let id = format!("{}{}", function.id(), queue.id());
    let role = function.role_in(stack);
    let mapping = EventSourceMapping {
        queue,
        function_name: function,
        batch_size: batch.size,
        maximum_batching_window_in_seconds: batch.window,
        function_response_types: vec![FunctionResponseType::ReportBatchItemFailures],
        scaling_config: batch.scaling_config,
        filter_criteria: Some(FilterCriteria { filters: batch.filters }),
    };
    let Some(role) = role else {
        stack.named(format!("{id}Source")).add(mapping);
        return;
    };
    let policy = stack.named(format!("{id}Policy")).add(Policy {
        policy_name: format!("poll-{}", queue.id()),
        policy_document: PolicyDocument::from([Statement::allow(source_rights::MESSAGES).on(queue.arn())]),
        roles: vec![role],
    });
    // Lambda refuses a mapping whose role may not poll yet.
    stack.named(format!("{id}Source")).depends_on(policy).add(mapping);
}

/// Sends to `dead` the events of asynchronous invocations of `function`, or of an alias, that failed three times, with why.
///
/// Adds the configuration as `{function}Failures`, and `{function}{dead}Policy` with the right to send. A role of
/// another stack is that stack's to allow.
#[track_caller]
pub fn on_failure(stack: &mut Stack, function: impl Into<Invocable>, dead: Ref<StandardQueue>) {
    let function = function.into();
    let config = EventInvokeConfig {
        function,
        maximum_event_age: None,
        maximum_retry_attempts: None,
        on_failure: Some(Destination::Queue(dead)),
        on_success: None,
    };
    let id = format!("{}Failures", function.id());
    let Some(role) = function.role_in(stack) else {
        stack.named(id).add(config);
        return;
    };
    let send = Statement::allow([action::sqs::SEND_MESSAGE]).on(dead.arn());
    let policy = stack.named(format!("{}{}Policy", function.id(), dead.id())).add(Policy {
        policy_name: format!("send-{}", dead.id()),
        policy_document: PolicyDocument::from([send]),
        roles: vec![role],
    });
    // Lambda refuses a destination to which the role may not send yet.
    stack.named(id).depends_on(policy).add(config);
}
