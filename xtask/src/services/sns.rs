//! SNS topics, their subscriptions and policies.

use futures::future::FutureExt as _;
use infra::expression::has_function;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};
use super::existence::{found, unless_missing};
use super::{Answer, ResourceType, policy};
use crate::cloud::{Cloud, explain};

pub(super) const TYPES: &[(&str, &dyn ResourceType)] =
    &[("AWS::SNS::Topic", &Topic), ("AWS::SNS::Subscription", &Subscription), ("AWS::SNS::TopicPolicy", &TopicPolicy)];

/// Properties of the template that are attributes of the same name. That a topic is FIFO must come first: the others
/// are refused on a standard topic.
const TOPIC_ATTRIBUTES: [&str; 4] = ["FifoTopic", "ContentBasedDeduplication", "FifoThroughputScope", "DisplayName"];

/// The scope must come before the policy, which means something else in another scope.
const SUBSCRIPTION_ATTRIBUTES: [&str; 4] = ["RawMessageDelivery", "FilterPolicyScope", "FilterPolicy", "RedrivePolicy"];

struct Topic;

impl ResourceType for Topic {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        // What is to be created has no ARN yet, only a name.
        let arn = if id.starts_with("arn:") { id.to_owned() } else { cloud.arn("sns", id) };
        async move { found(cloud.sns.get_topic_attributes().topic_arn(arn).send().await) }.boxed()
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(topic_deviations(live).boxed())
    }
}

struct Subscription;

impl ResourceType for Subscription {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(subscription_deviations(live).boxed())
    }
}

struct TopicPolicy;

impl ResourceType for TopicPolicy {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(policy_deviations(live).boxed())
    }
}

async fn policy_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let mut deviations = Vec::new();
    for (index, topic) in live.listed("Topics") {
        let answer = unless_missing(live.cloud.sns.get_topic_attributes().topic_arn(topic).send().await)?;
        let policy = answer.as_ref().and_then(|answer| answer.attributes()?.get("Policy"));
        deviations.extend(policy::deviation(live, "Topics", index, policy.map(String::as_str)));
    }
    Ok(deviations)
}

async fn topic_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let sns = &live.cloud.sns;
    let answer = sns.get_topic_attributes().topic_arn(live.physical_id()).send().await;
    let Some(answer) = unless_missing(answer)? else { return Ok(live.missing()) };
    let mut deviations = Vec::new();
    for name in TOPIC_ATTRIBUTES {
        let value = answer.attributes().and_then(|attributes| attributes.get(name)).cloned();
        // SNS does not list a truth value that is false.
        let unset = live.property(name).is_some_and(Json::is_boolean).then(|| "false".to_owned());
        let Some(deviation) = live.compare(name, value.or(unset)) else { continue };
        if live.cloud.local.is_none() && name == "FifoTopic" {
            // On AWS a standard topic never becomes a FIFO topic.
            deviations.push(deviation);
            continue;
        }
        let call = sns.set_topic_attributes().topic_arn(live.physical_id()).attribute_name(name);
        let call = call.attribute_value(&deviation.expected);
        deviations.push(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) }));
    }
    Ok(deviations)
}

async fn subscription_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let sns = &live.cloud.sns;
    let answer = sns.get_subscription_attributes().subscription_arn(live.physical_id()).send().await;
    let Some(answer) = unless_missing(answer)? else { return Ok(live.missing()) };
    let mut deviations = Vec::new();
    for name in SUBSCRIPTION_ATTRIBUTES {
        let Some(expected) = live.property(name) else { continue };
        let actual = answer.attributes().and_then(|it| it.get(name)).filter(|it| !it.is_empty());
        let actual_json = actual.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str())));
        let known = !has_function(expected);
        if actual_json.as_ref() == Some(expected) || (!known && actual.is_some()) {
            continue;
        }
        let text = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
        let deviation = live.deviation(name, text, actual.cloned());
        if !known {
            deviations.push(deviation);
            continue;
        }
        let call = sns.set_subscription_attributes().subscription_arn(live.physical_id()).attribute_name(name);
        let call = call.attribute_value(&deviation.expected);
        deviations.push(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) }));
    }
    Ok(deviations)
}
