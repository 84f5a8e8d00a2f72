//! Dead letters of what is no queue: who could not deliver them, and to whom each is given again.
//!
//! Whom a message may be given to is read from the template alone. The message only says which of these it is for: what
//! somebody else put into the queue leads nowhere else.

mod content;
mod delivery;
mod input;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System};
use serde_json::Value as Json;

use super::queue;
use super::running_stack::{FUNCTION, RunningStack, dead_letters};
use crate::services::cloudformation::Resource;
use content::{attribute, invocation, notification, notified, unwrapped};
pub use delivery::Endpoint;

/// What Lambda and SNS say of a dead letter in its attributes.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
const FAILURE: [&str; 3] = ["ErrorCode", "ErrorMessage", "RequestID"];

/// Who could not deliver something to one endpoint, and put it into a dead-letter queue.
#[derive(Debug)]
pub struct Origin {
    /// The logical id of the rule, the subscription or the function; of others theirs.
    pub id: String,
    by: By,
    /// Where its messages go, or why they cannot be given again.
    pub endpoint: Result<Endpoint, String>,
    /// What the endpoint is called.
    pub to: String,
}

#[derive(Debug)]
enum By {
    /// A target of a rule.
    Rule { name: String, bus: String, arn: String, target: Json },
    /// A subscription to a topic.
    Subscription { arn: String, topic: String, is_raw: bool },
    /// Lambda, of a function that was invoked asynchronously.
    Function { name: String },
    /// Something else.
    Other,
}

impl Origin {
    fn new(running: &RunningStack, id: &str, by: By, endpoint: Result<Endpoint, String>) -> Self {
        let to = endpoint.as_ref().map(|endpoint| endpoint.label(running)).unwrap_or_default();
        Self { id: id.to_owned(), by, endpoint, to }
    }

    /// What is given again of `message`: of a record of an invocation what the function was invoked with, else the body.
    #[must_use]
    pub fn content(&self, message: &Message) -> String {
        let body = queue::body(message);
        match (&self.by, invocation(body)) {
            (By::Function { .. }, Some((_, payload))) => payload.to_string(),
            _ => body.to_owned(),
        }
    }

    /// Gives `content` to the endpoint, in the form in which it gets what comes from this origin; the id of what was given.
    ///
    /// # Errors
    /// When the endpoint cannot be reached or does not take it.
    pub async fn give(&self, running: &RunningStack, message: &Message, content: &str) -> anyhow::Result<String> {
        let endpoint = self.endpoint.as_ref().map_err(|reason| anyhow::Error::msg(reason.clone()))?;
        let mut message = message.clone();
        if let Some(attributes) = &mut message.message_attributes {
            attributes.retain(|name, _| !FAILURE.contains(&name.as_str()));
        }
        let content = match &self.by {
            By::Rule { arn, target, .. } => {
                let told = attribute(&message, "RULE_ARN").unwrap_or(arn).to_owned();
                message.message_attributes = None;
                if let Some(group) = target["SqsParameters"]["MessageGroupId"].as_str() {
                    let attributes = message.attributes.get_or_insert_default();
                    attributes.insert(System::MessageGroupId, group.to_owned());
                }
                input::of_target(target, &told, content)
            }
            By::Subscription { arn, .. } if matches!(endpoint, Endpoint::Function(_)) => notified(arn, content)?,
            By::Subscription { is_raw: true, .. } => unwrapped(&mut message, content),
            By::Subscription { .. } | By::Function { .. } | By::Other => content.to_owned(),
        };
        endpoint.give(running, &message, content).await
    }

    /// Whether it is for nothing but the queue with this ARN, whatever it could not deliver.
    #[must_use]
    pub fn is_to_queue(&self, arn: &str) -> bool {
        matches!(&self.by, By::Subscription { .. }) && self.endpoint == Ok(Endpoint::Queue(arn.to_owned()))
    }

    fn is_of_rule(&self, rule: &str, to: Option<&str>) -> bool {
        let By::Rule { name, bus, target, .. } = &self.by else { return false };
        // On the default bus the ARN names no bus.
        let path: Vec<_> = rule.split('/').skip(1).collect();
        let (told_bus, told_name) = match path[..] {
            [name] => ("default", name),
            [.., bus, name] => (bus, name),
            [] => return false,
        };
        told_name == name && told_bus == bus && to.is_none_or(|to| target["Arn"] == *to)
    }
}

/// Who puts into the queue `dead` what could not be delivered, other than queues.
#[must_use]
pub fn origins(running: &RunningStack, dead: &Resource) -> Vec<Origin> {
    let arn = running.arn(&dead.id);
    let ids = running.undelivered(&dead.id);
    let mut origins: Vec<Origin> = Vec::new();
    for origin in ids.into_iter().flat_map(|id| of_resource(running, id, &arn)) {
        // A function may name the queue itself and by what it is invoked with.
        let is_known = |it: &Origin| matches!(it.by, By::Function { .. }) && it.endpoint == origin.endpoint;
        if !origins.iter().any(is_known) {
            origins.push(origin);
        }
    }
    origins
}

fn of_resource(running: &RunningStack, id: &str, dead: &str) -> Vec<Origin> {
    let properties = running.properties(id);
    let resource_type = running.resource(id).map_or("", |it| it.resource_type.as_str());
    match resource_type {
        "AWS::Events::Rule" => {
            let targets = properties["Targets"].as_array().into_iter().flatten();
            targets.filter(|it| dead_letters(it).any(|arn| arn == dead)).map(|it| target(running, id, it)).collect()
        }
        "AWS::SNS::Subscription" => vec![subscription(running, id)],
        "AWS::Lambda::Function" => vec![function(running, id, None)],
        "AWS::Lambda::EventInvokeConfig" => {
            let name = properties["FunctionName"].as_str().unwrap_or_default();
            let own = running.all(FUNCTION).find(|it| running.is_function(name, &it.id));
            let qualifier = properties["Qualifier"].as_str().filter(|it| *it != "$LATEST");
            let other = || {
                let reason = format!("the function `{name}` is none of this stack");
                Origin::new(running, id, By::Other, Err(reason))
            };
            vec![own.map_or_else(other, |own| function(running, &own.id, qualifier))]
        }
        "AWS::Lambda::EventSourceMapping" => {
            let reason = "the message says where the records are in their stream, and does not hold them";
            vec![Origin::new(running, id, By::Other, Err(reason.to_owned()))]
        }
        other => {
            let reason = format!("nothing is known of dead letters of `{other}`");
            vec![Origin::new(running, id, By::Other, Err(reason))]
        }
    }
}

fn target(running: &RunningStack, rule: &str, target: &Json) -> Origin {
    // On a bus of its own CloudFormation names the bus first.
    let name = running.resource(rule).and_then(|it| it.physical_id.rsplit('|').next()).unwrap_or_default();
    let bus = running.properties(rule)["EventBusName"].as_str().and_then(|it| it.rsplit('/').next());
    let by = By::Rule {
        name: name.to_owned(),
        bus: bus.unwrap_or("default").to_owned(),
        arn: running.arn(rule),
        target: target.clone(),
    };
    Origin::new(running, rule, by, Endpoint::at(running, target["Arn"].as_str().unwrap_or_default()))
}

fn subscription(running: &RunningStack, id: &str) -> Origin {
    let properties = running.properties(id);
    let text = |name: &str| properties[name].as_str().unwrap_or_default();
    let endpoint = match text("Protocol") {
        "sqs" | "lambda" => Endpoint::at(running, text("Endpoint")),
        other => Err(format!("what has the protocol `{other}` gets messages from its topic alone")),
    };
    let arn = running.resource(id).map(|it| it.physical_id.clone()).unwrap_or_default();
    let raw = &properties["RawMessageDelivery"];
    let is_raw = raw == true || raw == "true";
    Origin::new(running, id, By::Subscription { arn, topic: text("TopicArn").to_owned(), is_raw }, endpoint)
}

fn function(running: &RunningStack, id: &str, qualifier: Option<&str>) -> Origin {
    let name = running.resource(id).map(|it| it.physical_id.clone()).unwrap_or_default();
    let full_name = qualifier.map_or_else(|| name.clone(), |qualifier| format!("{name}:{qualifier}"));
    let origin = Origin::new(running, id, By::Function { name }, Ok(Endpoint::Function(full_name)));
    Origin { to: id.to_owned(), ..origin }
}

/// Which of `origins` could not deliver `message`; the only one, where nothing else comes to the queue (`is_alone`) and the
/// message does not tell.
#[must_use]
pub fn origin_of<'a>(origins: &'a [Origin], message: &Message, is_alone: bool) -> Option<&'a Origin> {
    let body = queue::body(message);
    if let Some(rule) = attribute(message, "RULE_ARN") {
        return only(origins, |it| it.is_of_rule(rule, attribute(message, "TARGET_ARN")));
    }
    if let Some((arn, _)) = invocation(body) {
        let is_of = |name: &str| arn.split(':').any(|part| part == name);
        return only(origins, |it| matches!(&it.by, By::Function { name } if is_of(name)));
    }
    if let Some((topic, unsubscribe)) = notification(body) {
        let of_topic = |it: &Origin| matches!(&it.by, By::Subscription { topic: own, .. } if *own == topic);
        let is_named = |it: &Origin| matches!(&it.by, By::Subscription { arn, .. } if unsubscribe.ends_with(arn));
        return only(origins, |it| of_topic(it) && is_named(it)).or_else(|| only(origins, of_topic));
    }
    if attribute(message, "RequestID").is_some()
        && let Some(found) = only(origins, |it| matches!(&it.by, By::Function { .. }))
    {
        return Some(found);
    }
    only(origins, |_| is_alone)
}

/// The one of which `is` holds, when it holds of one.
fn only(origins: &[Origin], is: impl Fn(&Origin) -> bool) -> Option<&Origin> {
    let mut found = origins.iter().filter(|it| is(it));
    found.next().filter(|_| found.next().is_none())
}
