//! SNS topics and their subscriptions.

use serde_json::Value as Json;

use super::{Deviation, Live};
use crate::cloud::explain;

/// Properties of the template that are attributes of the same name. That a topic is FIFO must come first: the others
/// are refused on a standard topic.
const TOPIC_ATTRIBUTES: [&str; 4] = ["FifoTopic", "ContentBasedDeduplication", "FifoThroughputScope", "DisplayName"];

/// The scope must come before the policy, which means something else in another scope.
const SUBSCRIPTION_ATTRIBUTES: [&str; 4] = ["RawMessageDelivery", "FilterPolicyScope", "FilterPolicy", "RedrivePolicy"];

pub(super) async fn verify(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let (sns, arn) = (&live.cloud.sns, &live.resource.physical_id);
    let answer = sns.get_topic_attributes().topic_arn(arn).send().await.map_err(explain)?;
    let mut deviations = Vec::new();
    for name in TOPIC_ATTRIBUTES {
        let value = answer.attributes().and_then(|attributes| attributes.get(name)).cloned();
        // SNS does not list a truth value that is false.
        let unset = live.property(name).is_some_and(Json::is_boolean).then(|| "false".to_owned());
        let Some(deviation) = live.compare(name, value.or(unset)) else { continue };
        // On AWS a standard topic never becomes a FIFO topic.
        let repaired = live.cloud.local.is_some() || name != "FifoTopic";
        if repaired {
            let call = sns.set_topic_attributes().topic_arn(arn).attribute_name(name);
            call.attribute_value(&deviation.expected).send().await.map_err(explain)?;
        }
        deviations.push(Deviation { repaired, ..deviation });
    }
    Ok(deviations)
}

pub(super) async fn verify_subscription(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let (sns, arn) = (&live.cloud.sns, &live.resource.physical_id);
    let answer = sns.get_subscription_attributes().subscription_arn(arn).send().await.map_err(explain)?;
    let mut deviations = Vec::new();
    for name in SUBSCRIPTION_ATTRIBUTES {
        let Some(expected) = live.property(name) else { continue };
        let actual = answer.attributes().and_then(|it| it.get(name)).filter(|it| !it.is_empty());
        let actual_json = actual.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str())));
        let known = expected.is_boolean() || !has_intrinsic(expected);
        if actual_json.as_ref() == Some(expected) || (!known && actual.is_some()) {
            continue;
        }
        let text = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
        let deviation = live.deviation(name, text, actual.cloned());
        if known {
            let call = sns.set_subscription_attributes().subscription_arn(arn).attribute_name(name);
            call.attribute_value(&deviation.expected).send().await.map_err(explain)?;
        }
        deviations.push(Deviation { repaired: known, ..deviation });
    }
    Ok(deviations)
}

/// Whether part of it is known to CloudFormation only.
fn has_intrinsic(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(has_intrinsic),
        Json::Object(entries) => {
            entries.iter().any(|(name, value)| name == "Ref" || name.starts_with("Fn::") || has_intrinsic(value))
        }
        _ => false,
    }
}
