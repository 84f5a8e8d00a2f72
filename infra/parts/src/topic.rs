//! Topics and who gets their messages.

use infra::Stack;
use infra::iam::{PolicyDocument, Principal, Statement};
use infra::sns::{DeliversTo, Subscription};
use infra::sqs::{Queue, QueuePolicy};
use policies::{Condition, action};

/// Subscribes a queue to a topic.
///
/// Adds the subscription as `{queue}Subscription`, and `{queue}Policy`, which lets the topic send; likewise
/// `{dead}Policy` for the subscription's dead-letter queue, which is this subscription's alone.
#[track_caller]
pub fn subscribe<T: DeliversTo<Q>, Q: Queue>(stack: &mut Stack, subscription: Subscription<T, Q>) {
    let Subscription { topic, queue, dead_letter_target, .. } = subscription;
    let policies: Vec<_> = [Some(queue), dead_letter_target]
        .into_iter()
        .flatten()
        .map(|queue| {
            let send = Statement::allow([action::sqs::SEND_MESSAGE])
                .principal(Principal::service("sns.amazonaws.com"))
                .on(queue.arn())
                .when(Condition::source_arn(topic.arn()));
            stack
                .named(format!("{}Policy", queue.id()))
                .add(QueuePolicy { queues: vec![queue], policy_document: PolicyDocument::from([send]) })
        })
        .collect();
    let mut named = stack.named(format!("{}Subscription", queue.id()));
    for policy in policies {
        // A message that SNS cannot deliver is lost.
        named = named.depends_on(policy);
    }
    named.add(subscription);
}
