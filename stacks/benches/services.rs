//! A stack of any number of services, each as a team would write it.

use bindings::Program;
use bindings::dynamodb::{PutItem, Table as BoundTable};
use infra::dynamodb::{GlobalSecondaryIndex, Key, N, S, Table, TimeToLive};
use infra::iam::{InlinePolicy, Role, Statement};
use infra::lambda::{EventSourceMapping, Function, FunctionResponseType, LoggingConfig};
use infra::logs::{LogGroup, Retention};
use infra::sqs::{FifoQueue, RedrivePolicy};
use infra::{Integer, Seconds, Stack, Stage, Value};
use policies::Action;
use serde::Serialize;

/// What the function of a service needs.
#[derive(Serialize)]
struct Bindings {
    items: BoundTable<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "services-consumer";
}

/// A stack of `count` services of seven resources: a dead-letter queue, a queue, a table, a log group, a role, a
/// function and the mapping that feeds it.
pub(crate) fn stack(count: usize) -> Stack {
    let mut stack = Stack::new("services", &Stage::default());
    for n in 0..count {
        service(&mut stack, n);
    }
    stack
}

fn service(stack: &mut Stack, n: usize) {
    let name = |suffix: &str| Some(Value::Literal(format!("service-{n}{suffix}")));
    let dead = stack.named(format!("Dead{n}")).add(FifoQueue {
        queue_name: name("-dlq.fifo"),
        message_retention_period: Some(Seconds::days::<14>()),
        ..FifoQueue::default()
    });
    let queue = stack.named(format!("Queue{n}")).add(FifoQueue {
        queue_name: name(".fifo"),
        content_based_deduplication: true,
        visibility_timeout: Some(Seconds::minutes::<1>()),
        redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: Integer::of::<3>() }),
        ..FifoQueue::default()
    });
    let items = stack.named(format!("Items{n}")).add(Table {
        table_name: name("-items"),
        global_secondary_indexes: vec![GlobalSecondaryIndex::all(
            "by-kind",
            Key::hash_range(S("kind"), N("timestamp")),
        )],
        time_to_live_specification: Some(TimeToLive("ttl")),
        ..Table::keyed(Key::hash_range(S("id"), N("timestamp")))
    });
    let logs = stack.named(format!("Logs{n}")).add(LogGroup {
        log_group_name: name("-logs"),
        retention_in_days: Some(Retention::days::<30>()),
        ..LogGroup::default()
    });
    let mut function = Function::rust(Bindings { items: items.into() });
    let poll = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"].map(Action::new);
    let write_logs = ["logs:CreateLogStream", "logs:PutLogEvents"].map(Action::new);
    let mut statements: Vec<Statement> = function.grants().cloned().collect();
    statements.push(Statement::allow(poll).on(queue.arn()));
    statements.push(Statement::allow(write_logs).on(logs.arn()));
    let role = stack.named(format!("Role{n}")).add(Role {
        role_name: name("-role"),
        policies: vec![InlinePolicy {
            policy_name: "bindings".to_owned(),
            policy_document: statements.into_iter().collect(),
        }],
        ..Role::for_service("lambda.amazonaws.com")
    });
    function.function_name = name("");
    function.logging_config = Some(LoggingConfig { log_group: Some(logs), ..LoggingConfig::default() });
    let function = stack.named(format!("Function{n}")).add(function.with_role(role));
    stack.named(format!("Source{n}")).add(EventSourceMapping {
        queue,
        function_name: function.into(),
        batch_size: Integer::of::<10>(),
        maximum_batching_window_in_seconds: None,
        function_response_types: vec![FunctionResponseType::ReportBatchItemFailures],
        scaling_config: None,
        filter_criteria: None,
    });
}
