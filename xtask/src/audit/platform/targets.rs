//! What it takes to hand something to a target: a queue, a topic, a function, a bucket, a bus, a stream, a state machine.

use infra::Template;
use policies::{Action, action};
use serde_json::Value as Json;

use super::{PlatformNeed, Reason};
use crate::audit::arns::Arns;
use crate::audit::expression::text;
use crate::audit::resources::type_of;

/// How something is handed on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Manner {
    /// Whether the answer is waited for.
    pub(super) waits: bool,
    /// Whether several are handed on at once.
    pub(super) in_batches: bool,
}

/// What it takes to hand something on to `target`; nothing when it is not known what that is.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
/// <https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html>
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html>
pub(super) fn handing(
    template: &Template,
    arns: &Arns,
    target: &Json,
    manner: Manner,
    reason: impl Fn(&str) -> Reason,
) -> Vec<PlatformNeed> {
    let target = text(target);
    let Some(id) = arns.resource(&target) else { return Vec::new() };
    let arn = arns.arn(id).unwrap_or(&target);
    let reason = reason(id);
    let one = |action: Action| vec![reason.on([action], arn)];
    match type_of(template, id) {
        "AWS::SQS::Queue" => one(action::sqs::SEND_MESSAGE),
        "AWS::SNS::Topic" => one(action::sns::PUBLISH),
        "AWS::Lambda::Alias" | "AWS::Lambda::Function" => one(action::lambda::INVOKE_FUNCTION),
        "AWS::Events::EventBus" => one(action::events::PUT_EVENTS),
        "AWS::S3::Bucket" => {
            let put = reason.on([Action::new("s3:PutObject")], format!("{arn}/*"));
            vec![put, reason.on([Action::new("s3:ListBucket")], arn)]
        }
        "AWS::Kinesis::Stream" if manner.in_batches => {
            vec![reason.on([action::kinesis::PUT_RECORD, action::kinesis::PUT_RECORDS], arn)]
        }
        "AWS::Kinesis::Stream" => one(action::kinesis::PUT_RECORD),
        "AWS::StepFunctions::StateMachine" if manner.waits => one(action::states::START_SYNC_EXECUTION),
        "AWS::StepFunctions::StateMachine" => one(action::states::START_EXECUTION),
        _ => Vec::new(),
    }
}
