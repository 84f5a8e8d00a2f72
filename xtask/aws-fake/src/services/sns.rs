//! SNS.

use serde_json::Value as Json;

use super::{answer, attributes};
use crate::account::Account;
use crate::http::{ACCOUNT, Answer, Refusal, Request};
use crate::query::Form;

const TOPIC: [&str; 6] =
    ["FifoTopic", "ContentBasedDeduplication", "FifoThroughputScope", "DisplayName", "KmsMasterKeyId", "TracingConfig"];
const SUBSCRIPTION: [&str; 7] =
    ["Protocol", "Endpoint", "RawMessageDelivery", "FilterPolicyScope", "FilterPolicy", "RedrivePolicy", "TopicArn"];

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str, id: &str) -> Result<Answer, Refusal> {
    let form = Form::of(request);
    let (kind, arn, known, missing): (_, _, &[&str], _) = match operation {
        "GetTopicAttributes" | "SetTopicAttributes" => {
            ("AWS::SNS::Topic", form.get("TopicArn"), &TOPIC, "Topic does not exist")
        }
        "GetSubscriptionAttributes" | "SetSubscriptionAttributes" => {
            ("AWS::SNS::Subscription", form.get("SubscriptionArn"), &SUBSCRIPTION, "Subscription does not exist")
        }
        other => return Err(Refusal::not_implemented("sns", other)),
    };
    let arn = arn.unwrap_or_default();
    let policy = account.policy_of("AWS::SNS::TopicPolicy", &request.region, "Topics", arn);
    let live = account.find_mut(kind, &request.region, arn);
    let live = live.ok_or_else(|| Refusal::new(404, "NotFound", missing))?;
    if operation.starts_with("Set") {
        let value = form.get("AttributeValue").unwrap_or_default();
        let value = serde_json::from_str(value).unwrap_or_else(|_| Json::from(value));
        live.set(form.get("AttributeName").unwrap_or_default(), value);
        return Ok(answer(request, operation, id, |_| {}));
    }
    let mut values = attributes(live, known);
    // SNS does not list a truth value that is false.
    values.retain(|(_, value)| value != "false");
    let name = if kind == "AWS::SNS::Topic" { "TopicArn" } else { "SubscriptionArn" };
    values.push((name.to_owned(), arn.to_owned()));
    values.extend(policy.map(|policy| ("Policy".to_owned(), policy)));
    values.push(("Owner".to_owned(), ACCOUNT.to_owned()));
    Ok(answer(request, operation, id, |xml| {
        xml.map("Attributes", values);
    }))
}
