//! Topics and who gets their messages.

use infra::Stack;
use infra::iam::{PolicyDocument, Principal, Statement};
use infra::sns::{DeliversTo, Subscription};
use infra::sqs::{Queue, QueuePolicy};
use policies::{Condition, action};

/// Subscribes a queue to a topic.
///
/// Adds the subscription as `{queue}Subscription`, and `{queue}Policy`, which lets the topic send.
#[track_caller]
pub fn subscribe<T: DeliversTo<Q>, Q: Queue>(stack: &mut Stack, subscription: Subscription<T, Q>) {
    let Subscription { topic, queue, .. } = subscription;
    let send = Statement::allow([action::sqs::SEND_MESSAGE])
        .principal(Principal::service("sns.amazonaws.com"))
        .on(queue.arn())
        .when(Condition::source_arn(topic.arn()));
    let policy = stack
        .named(format!("{}Policy", queue.id()))
        .add(QueuePolicy { queues: vec![queue], policy_document: PolicyDocument::from([send]) });
    // A message that SNS cannot deliver is lost.
    stack.named(format!("{}Subscription", queue.id())).depends_on(policy).add(subscription);
}
