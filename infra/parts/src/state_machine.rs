//! State machines, each with its role.

use infra::cloudwatch::Alarm;
use infra::iam::{InlinePolicy, Policy, PolicyDocument, Role};
use infra::logs::{LogGroup, Retention};
use infra::stack::DeletionPolicy;
use infra::stepfunctions::{Logging, StateMachine, Workflow};
use infra::{Ref, Stack, Value};

/// Adds the machine as `{id}`, its role `{id}Role`, which allows exactly what its states call, and `{id}FailuresAlarm`, which
/// goes off when an execution fails.
///
/// A machine that writes logs and names no group gets `{id}LogGroup`, which keeps them for 30 days and is deleted with the stack.
/// One with a timeout has `{id}TimeoutsAlarm` as well, and one that runs items of a list in executions of their own `{id}Policy`,
/// with the right to start these.
///
/// ```
/// use infra::sqs::StandardQueue;
/// use infra::stepfunctions::{StateMachine, States, Task, jsonata};
/// use infra::{Stack, Stage};
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let orders = stack.named("Orders").add(StandardQueue::default());
/// let states = States::new("Order", Task::send(orders, jsonata("$states.input.order")));
/// parts::state_machine(&mut stack, "Shop", StateMachine::standard(states));
/// assert_eq!(infra::check(&stack), []);
/// ```
#[track_caller]
pub fn state_machine<K: Workflow>(
    stack: &mut Stack,
    id: &'static str,
    machine: StateMachine<K, ()>,
) -> Ref<StateMachine<K>> {
    let logging = machine.logging.clone().map(|logging| Logging {
        log_group: Some(logging.log_group.unwrap_or_else(|| log_group(stack, id, machine.state_machine_name.as_ref()))),
        ..logging
    });
    let machine = StateMachine { logging, ..machine };
    let rights = machine.rights();
    let policies = (!rights.is_empty())
        .then(|| InlinePolicy { policy_name: "states".to_owned(), policy_document: rights.into_iter().collect() });
    // The role is before the machine, so that it cannot name it.
    let machines = Value::sub("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:*");
    let role = stack.named(format!("{id}Role")).add(Role {
        policies: policies.into_iter().collect(),
        ..Role::for_service_on_behalf_of("states.amazonaws.com", machines)
    });
    let machine = machine.with_role(role);
    let times_out = machine.timeout.is_some();
    let added = stack.named(id).add(machine.clone());
    let on_itself: PolicyDocument = machine.rights_on_itself(added).into_iter().collect();
    if !on_itself.statement.is_empty() {
        stack.named(format!("{id}Policy")).add(Policy {
            policy_name: "executions".to_owned(),
            policy_document: on_itself,
            roles: vec![role],
        });
    }
    stack.named(format!("{id}FailuresAlarm")).add(Alarm::failures_of(added));
    if times_out {
        stack.named(format!("{id}TimeoutsAlarm")).add(Alarm::timeouts_of(added));
    }
    added
}

/// Its name begins as CloudWatch Logs needs it of groups that services write to, so that the resource policy of all of them does
/// not grow with each: <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>
#[track_caller]
fn log_group(stack: &mut Stack, id: &str, name: Option<&Value>) -> Ref<LogGroup> {
    let name = name.cloned().unwrap_or_else(|| Value::sub(format!("${{AWS::StackName}}-{id}")));
    stack
        .named(format!("{id}LogGroup"))
        .deletion_policy(DeletionPolicy::Delete)
        .update_replace_policy(DeletionPolicy::Delete)
        .add(LogGroup {
            log_group_name: Some(name.surrounded("/aws/vendedlogs/states/", "")),
            retention_in_days: Some(Retention::days::<30>()),
            ..LogGroup::default()
        })
}
