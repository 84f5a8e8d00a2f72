//! The resources of actions: what is known of them, and what stands in for the rest.

use std::collections::BTreeSet;

use policies::catalogue::{self, ResourceType};
use policies::operation;
use serde::{Serialize, Serializer};

use super::source::{Source, Value};

/// What names a resource in a call.
struct Naming {
    /// The service, as its SDK is named.
    service: &'static str,
    /// The methods that name it.
    parameters: &'static [&'static str],
    /// What the name is in the ARN.
    placeholder: &'static str,
}

const fn naming(service: &'static str, parameters: &'static [&'static str], placeholder: &'static str) -> Naming {
    Naming { service, parameters, placeholder }
}

/// What names the resources that functions use, as the API reference of each service says.
const NAMINGS: [Naming; 21] = [
    naming("bedrockruntime", &["model_id"], "ResourceId"),
    naming("bedrockruntime", &["guardrail_identifier"], "GuardrailId"),
    naming("cloudwatchlogs", &["log_group_name", "log_group_identifier"], "LogGroupName"),
    naming("cloudwatchlogs", &["log_stream_name"], "LogStreamName"),
    naming("cognitoidentityprovider", &["user_pool_id"], "UserPoolId"),
    naming("dynamodb", &["table_name", "request_items"], "TableName"),
    naming("dynamodb", &["index_name"], "IndexName"),
    naming("eventbridge", &["event_bus_name"], "EventBusName"),
    naming("firehose", &["delivery_stream_name"], "DeliveryStreamName"),
    naming("kinesis", &["stream_name", "stream_arn"], "StreamName"),
    naming("kms", &["key_id"], "KeyId"),
    naming("lambda", &["function_name"], "FunctionName"),
    naming("s3", &["bucket"], "BucketName"),
    naming("scheduler", &["name"], "ScheduleName"),
    naming("scheduler", &["group_name"], "GroupName"),
    naming("secretsmanager", &["secret_id"], "SecretId"),
    naming("sfn", &["state_machine_arn"], "StateMachineName"),
    naming("sns", &["topic_arn"], "TopicName"),
    naming("sqs", &["queue_url", "queue_name"], "QueueName"),
    naming("ssm", &["name", "names"], "ParameterNameWithoutLeadingSlash"),
    naming("sts", &["role_arn"], "RoleNameWithPath"),
];

/// What is in the name of a resource and may be another at each call.
const OF_EACH_CALL: [&str; 3] = ["ApiSpecificResourcePath", "Method", "ObjectName"];

/// The types of resources that calls of an action are on, where AWS lists all as if each call were on each.
const ALTERNATIVES: [(&str, &[&str]); 3] = [
    ("bedrock:CountTokens", &["foundation-model", "inference-profile"]),
    ("bedrock:InvokeModel", &["foundation-model", "inference-profile"]),
    ("bedrock:InvokeModelWithResponseStream", &["foundation-model", "inference-profile"]),
];

/// The services whose resources the method `parameter` names.
pub(super) fn services_of(parameter: &str) -> impl Iterator<Item = &'static str> {
    NAMINGS.iter().filter(move |it| it.parameters.contains(&parameter)).map(|it| it.service)
}

/// The methods that name what `placeholder` stands for in an ARN of `service`.
pub(super) fn parameters(service: &str, placeholder: &str) -> &'static [&'static str] {
    let found = NAMINGS.iter().find(|it| it.service == service && it.placeholder == placeholder);
    found.map_or(&[], |it| it.parameters)
}

/// A resource that an action is allowed on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    /// Any: IAM checks the action on none.
    Any,
    /// One of a type, with what is known of the name in its ARN.
    Of {
        /// The type, such as `dynamodb table`.
        kind: String,
        /// The format of its ARN.
        format: String,
        /// What its placeholder is filled with.
        names: Vec<(String, Value)>,
    },
}

/// The resources that an action is needed on; as texts, they are those of a policy document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources(pub(super) BTreeSet<Resource>);

impl Resources {
    /// Them for people, without what keeps a policy from being deployed before it is filled in.
    pub fn shown(&self) -> impl Iterator<Item = String> {
        self.iter().map(|it| it.strip_prefix(TODO).map_or_else(|| it.clone(), str::to_owned))
    }

    /// Them as texts.
    pub fn iter(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|it| it.text(None, str::to_owned))
    }
}

impl Serialize for Resources {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// What begins a resource that is to be filled in. It makes the text no ARN, so that IAM refuses it:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>.
pub(super) const TODO: &str = "TODO:";

/// How a format says what depends on where a policy is used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub partition: &'static str,
    pub region: &'static str,
    pub account: &'static str,
}

impl Resource {
    /// What it is, for people.
    pub(super) fn kind(&self) -> &str {
        match self {
            Self::Any => "no resource",
            Self::Of { kind, .. } => kind,
        }
    }

    /// The text of a policy. `place` is what stands for partition, region and account, where the policy's format has
    /// something; `escape` makes a text that is written in the source one of that format.
    pub(super) fn text(&self, place: Option<Place>, escape: fn(&str) -> String) -> String {
        let Self::Of { format, names, .. } = self else { return "*".to_owned() };
        let literal = |value: &Value| match value {
            Value::Literal(text) if text.starts_with("arn:") => Some(text.clone()),
            Value::Literal(text) => of_queue(text),
            _ => None,
        };
        if let [(_, value)] = names.as_slice()
            && let Some(arn) = literal(value)
        {
            return escape(&arn);
        }
        let mut text = String::new();
        let mut is_open = false;
        let mut rest = format.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            text += before;
            let (placeholder, after) = after.split_once('}').unwrap_or((after, ""));
            rest = after;
            match (placeholder, place) {
                ("Partition", _) => text += "\u{1}",
                ("Region", _) => text += "\u{2}",
                ("Account", _) => text += "\u{3}",
                _ if OF_EACH_CALL.contains(&placeholder) => text.push('*'),
                _ => match names.iter().find(|(name, _)| name == placeholder).map(|(_, value)| value) {
                    Some(Value::Literal(name)) => {
                        text += &escape(name.trim_start_matches('/'));
                        // AWS adds a hyphen and six letters to the names of secrets.
                        text += if placeholder == "SecretId" { "-??????" } else { "" };
                    }
                    Some(Value::Variable(variable)) => {
                        is_open = true;
                        text.extend(["<", placeholder, ", from ", variable, ">"]);
                    }
                    _ => {
                        is_open = true;
                        text.extend(["<", placeholder, ">"]);
                    }
                },
            }
        }
        text += rest;
        let is_placed = text.contains(['\u{2}', '\u{3}']);
        if let Some(place) = place.filter(|_| !is_open) {
            return text
                .replace('\u{1}', place.partition)
                .replace('\u{2}', place.region)
                .replace('\u{3}', place.account);
        }
        let text = text.replace('\u{1}', "aws").replace('\u{2}', "<region>").replace('\u{3}', "<account>");
        if is_open || is_placed { format!("{TODO}{text}") } else { text }
    }
}

/// The ARN of a queue by its address: <https://docs.aws.amazon.com/general/latest/gr/sqs-service.html>.
fn of_queue(url: &str) -> Option<String> {
    let (host, path) = url.strip_prefix("https://sqs.")?.split_once(".amazonaws.com/")?;
    let (account, name) = path.split_once('/')?;
    Some(format!("arn:aws:sqs:{host}:{account}:{name}"))
}

/// The types of resources that calls of `action` by the SDK of `service` are on; `None` when the catalogue does not know.
///
/// It is all that every call names. Where each call names one of several, it is those that the operation has a parameter for:
/// a bucket, and no access point in its place.
pub(super) fn types(service: &str, action: &str) -> Option<Vec<(&'static str, &'static ResourceType)>> {
    let name = action;
    let action = catalogue::action(action)?;
    let known = catalogue::service(action.service)?;
    let of = |is_required: bool| {
        let used = action.resources.iter().filter(move |used| used.required == is_required);
        let used = used.filter(|used| is_meant(name, used.name));
        used.filter_map(|used| Some((action.service, known.resource_type(used.name)?))).collect::<Vec<_>>()
    };
    let required = of(true);
    if !required.is_empty() {
        return Some(required);
    }
    let mut alternatives = of(false);
    let is_named = |kind: &ResourceType| {
        let format = kind.arns.first().map(ToString::to_string).unwrap_or_default();
        placeholders(&format).all(|it| OF_EACH_CALL.contains(&it) || !parameters(service, it).is_empty())
    };
    if alternatives.iter().any(|(_, it)| is_named(it)) {
        alternatives.retain(|(_, it)| is_named(it));
    }
    Some(alternatives)
}

/// The types of resources that only some calls of `action` are on, beside those of every call.
pub(super) fn optional_types(service: &str, action: &str) -> Vec<(&'static str, &'static ResourceType)> {
    let of_all = types(service, action).unwrap_or_default();
    let types = catalogue::action(action).into_iter().flat_map(|it| it.resource_types().map(|kind| (it.service, kind)));
    let types = types.filter(|(_, it)| is_meant(action, it.name));
    types.filter(|(_, it)| !of_all.iter().any(|(_, other)| other.name == it.name)).collect()
}

/// Whether calls of `action` are on resources of the type `kind`, which AWS lists for it.
fn is_meant(action: &str, kind: &str) -> bool {
    ALTERNATIVES.iter().find(|(it, _)| *it == action).is_none_or(|(_, kinds)| kinds.contains(&kind))
}

/// The placeholders of a format, without those that every ARN has.
pub(super) fn placeholders(format: &str) -> impl Iterator<Item = &str> {
    let found = format.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    found.filter(|name| !matches!(*name, "Partition" | "Region" | "Account"))
}

/// What `action` is needed on for calls of `operation` of `service`: for those that set one of the parameters `set`, when it
/// is needed for their sake.
pub(super) fn of_calls(
    (service, operation): (&str, &str),
    action: &str,
    set: &[&str],
    source: Option<&Source>,
) -> BTreeSet<Resource> {
    let is_named = operation::prefix(service) == action.split_once(':').map(|(service, _)| service)
        && !is_on_what_is_copied(operation, action);
    let values = |placeholder: &str, only_shown| -> BTreeSet<Value> {
        let parameters = if is_named { parameters(service, placeholder) } else { &[] };
        let source = source.filter(|_| !parameters.is_empty());
        source.map(|it| it.values((service, operation), set, parameters, only_shown)).unwrap_or_default()
    };
    let Some(types) = types(service, action) else {
        // What the catalogue does not have is never allowed on everything.
        let (kind, format) = ("resource".to_owned(), "${Resource}".to_owned());
        return BTreeSet::from([Resource::Of { kind, format, names: Vec::new() }]);
    };
    if types.is_empty() {
        return BTreeSet::from([Resource::Any]);
    }
    let format = |kind: &ResourceType| kind.arns.first().map(ToString::to_string).unwrap_or_default();
    let optional = optional_types(service, action).into_iter().filter(|(_, kind)| {
        let format = format(kind);
        placeholders(&format).last().is_some_and(|last| !values(last, true).is_empty())
    });
    let optional: Vec<_> = optional.collect();
    // A call that names an index is on the index, and not on its table.
    let is_for_part_of = |kind: &ResourceType| {
        optional.iter().any(|(_, part)| {
            let part = format(part);
            let every_call = || values(placeholders(&part).last().unwrap_or_default(), false);
            part.starts_with(&format!("{}/", format(kind))) && !every_call().contains(&Value::Unknown)
        })
    };
    let whole: Vec<_> = types.into_iter().filter(|(_, kind)| !is_for_part_of(kind)).collect();
    let all = whole.into_iter().map(|it| (it, false)).chain(optional.iter().map(|it| (*it, true)));
    let mut found = BTreeSet::new();
    for ((service, kind), only_shown) in all {
        let format = format(kind);
        let mut each: Vec<Vec<(String, Value)>> = vec![Vec::new()];
        for placeholder in placeholders(&format).filter(|it| !OF_EACH_CALL.contains(it)) {
            let mut values = values(placeholder, only_shown);
            if values.is_empty() {
                values.insert(Value::Unknown);
            }
            let with = |names: Vec<(String, Value)>| {
                let more = |value: &Value| [names.clone(), vec![(placeholder.to_owned(), value.clone())]].concat();
                values.iter().map(more).collect::<Vec<_>>()
            };
            each = each.into_iter().flat_map(with).collect();
        }
        let of = |names| {
            let (text, names) = of_model(kind.name, &format, names)?;
            Some(Resource::Of { kind: format!("{service} {}", kind.name), format: text, names })
        };
        found.extend(each.into_iter().filter_map(of));
    }
    found
}

/// What begins the names of Bedrock's inference profiles, as in `eu.amazon.nova-lite-v1:0`: the part of the world over whose
/// Regions one spreads the calls of a model.
const AREAS: [&str; 8] = ["apac.", "au.", "ca.", "eu.", "global.", "jp.", "us-gov.", "us."];

/// The format and names of a model or inference profile: a call by a profile is on both, and on the model in any Region.
/// Nothing for a profile where the call names a model.
///
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html>
fn of_model(kind: &str, format: &str, names: Vec<(String, Value)>) -> Option<(String, Vec<(String, Value)>)> {
    let [(_, Value::Literal(id))] = names.as_slice() else { return Some((format.to_owned(), names)) };
    let name = id.rsplit('/').next().unwrap_or(id);
    let model = AREAS.iter().find_map(|area| name.strip_prefix(area)).map(str::to_owned);
    match (kind, model) {
        ("foundation-model", Some(model)) => {
            let of_each = names.into_iter().map(|(placeholder, _)| (placeholder, Value::Literal(model.clone())));
            Some((format.replace("${Region}", "*"), of_each.collect()))
        }
        ("inference-profile", None) => None,
        _ => Some((format.to_owned(), names)),
    }
}

/// Whether `action` is on the object that is copied, which is named in another way than the copy.
fn is_on_what_is_copied(operation: &str, action: &str) -> bool {
    matches!(operation, "CopyObject" | "UploadPartCopy") && action.starts_with("s3:Get")
}
