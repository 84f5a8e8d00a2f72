//! What it takes to hand something to a target: a queue, a topic, a function, a bucket, a bus.

use infra::Template;
use policies::{Action, action};
use serde_json::Value as Json;

use super::{PlatformNeed, Reason};
use crate::audit::arns::Arns;
use crate::audit::expression::text;
use crate::audit::resources::type_of;

/// What it takes to hand something on to `target`; nothing when it is not known what that is.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
/// <https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html>
pub(super) fn handing(
    template: &Template,
    arns: &Arns,
    target: &Json,
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
        _ => Vec::new(),
    }
}
