//! What the resources of a template deliver to each other.

use policies::{Action, action};
use serde_json::Value as Json;

use super::{Wiring, gateway};
use crate::audit::expression::{items, shown, text};
use crate::audit::resources::{of_type, type_of};

const EVENTBRIDGE: &str = "events.amazonaws.com";

/// Something that a service of AWS delivers on behalf of a resource.
pub(super) struct Delivery {
    /// Who delivers.
    pub(super) service: &'static str,
    /// On behalf of what: its ARN in each way to write it.
    pub(super) sources: Vec<String>,
    pub(super) action: Action,
    /// To what, by its logical id.
    pub(super) target: String,
    /// What for, in words that follow "does not let".
    pub(super) purpose: String,
    /// The resource that says so.
    pub(super) by: String,
}

impl Delivery {
    /// EventBridge publishes to a topic only where the statement that lets it has no condition.
    ///
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions>
    pub(super) fn takes_no_condition(&self) -> bool {
        self.service == EVENTBRIDGE && self.action == action::sns::PUBLISH
    }
}

impl Wiring<'_> {
    /// What is delivered to resources of the template.
    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        let mut deliveries = self.invocations();
        for (id, bucket) in of_type(self.template(), "AWS::S3::Bucket") {
            deliveries.extend(self.notifications(id, bucket));
        }
        for (id, subscription) in of_type(self.template(), "AWS::SNS::Subscription") {
            deliveries.extend(self.subscription(id, &subscription["TopicArn"], subscription));
        }
        for (id, topic) in of_type(self.template(), "AWS::SNS::Topic") {
            let topic_arn = serde_json::json!({ "Ref": id });
            let inline = items(&topic["Subscription"]);
            deliveries.extend(inline.flat_map(|subscription| self.subscription(id, &topic_arn, subscription)));
        }
        for (id, rule) in of_type(self.template(), "AWS::Events::Rule") {
            deliveries.extend(items(&rule["Targets"]).flat_map(|target| self.events(id, target)));
        }
        deliveries
    }

    /// What the routes and authorizers of APIs have functions do without a role.
    fn invocations(&self) -> Vec<Delivery> {
        let by_permission = self.routes().into_iter().filter(|route| route.call.credentials.is_null());
        let delivery = |route: super::routes::Route<'_>| {
            let target = route.call.function(&self.arns)?.to_owned();
            Some(Delivery {
                service: gateway::SERVICE,
                purpose: format!("API Gateway invoke it for {}", route.what),
                sources: self.route_arns(&route),
                action: action::lambda::INVOKE_FUNCTION,
                target,
                by: route.by.to_owned(),
            })
        };
        by_permission.filter_map(delivery).collect()
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html>
    fn notifications(&self, id: &str, bucket: &Json) -> Vec<Delivery> {
        let configuration = &bucket["NotificationConfiguration"];
        let kinds =
            [("LambdaConfigurations", "Function"), ("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic")];
        let targets =
            kinds.into_iter().flat_map(|(list, member)| items(&configuration[list]).map(move |it| &it[member]));
        let delivery = |target: &Json| {
            let sources = self.arns.spellings(id).to_vec();
            self.delivery("s3.amazonaws.com", sources, target, format!("`{id}` notify it"), id)
        };
        targets.filter_map(delivery).collect()
    }

    /// <https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html>
    fn subscription(&self, id: &str, topic_arn: &Json, subscription: &Json) -> Vec<Delivery> {
        let topic_arn = text(topic_arn);
        let topic = self.arns.resource(&topic_arn).map_or_else(|| shown(&topic_arn), str::to_owned);
        let delivery = |target: &Json, what: &str| {
            let sources = self.arns.spellings_of(&topic_arn);
            self.delivery("sns.amazonaws.com", sources, target, format!("`{topic}` send {what}"), id)
        };
        // A redrive policy may be written as a text with JSON.
        let redrive = match &subscription["RedrivePolicy"] {
            Json::String(text) => serde_json::from_str(text).unwrap_or_default(),
            other => other.clone(),
        };
        let main = delivery(&subscription["Endpoint"], "its messages");
        let dead = delivery(&redrive["deadLetterTargetArn"], "what it could not deliver");
        main.into_iter().chain(dead).collect()
    }

    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html>
    fn events(&self, id: &str, target: &Json) -> Vec<Delivery> {
        let delivery = |target: &Json, what: &str| {
            let sources = self.arns.spellings(id).to_vec();
            self.delivery(EVENTBRIDGE, sources, target, format!("`{id}` deliver {what}"), id)
        };
        // With a role, the target need not let EventBridge in.
        let main = target.get("RoleArn").is_none().then(|| delivery(&target["Arn"], "its events")).flatten();
        let dead = delivery(&target["DeadLetterConfig"]["Arn"], "what it could not deliver");
        main.into_iter().chain(dead).collect()
    }

    /// The delivery to the queue, topic or function that `target` is the ARN of.
    fn delivery(
        &self,
        service: &'static str,
        sources: Vec<String>,
        target: &Json,
        purpose: String,
        by: &str,
    ) -> Option<Delivery> {
        let target = self.arns.resource(&text(target))?;
        let action = match type_of(self.template(), target) {
            "AWS::Lambda::Alias" | "AWS::Lambda::Function" => action::lambda::INVOKE_FUNCTION,
            "AWS::SNS::Topic" => action::sns::PUBLISH,
            "AWS::SQS::Queue" => action::sqs::SEND_MESSAGE,
            _ => return None,
        };
        Some(Delivery { service, sources, action, target: target.to_owned(), purpose, by: by.to_owned() })
    }
}
