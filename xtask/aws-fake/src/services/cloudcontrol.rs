//! Cloud Control, which reads a resource of any type by its identifier.
//!
//! <https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_Operations.html>

use infra::schema::{self, Schema};
use serde_json::{Map, Value as Json, json};

use super::{body, text};
use crate::account::{Account, Live};
use crate::http::{Refusal, Request};
use crate::resources;

/// Carries a call out.
pub(super) fn call(account: &Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let body = body(request);
    let (resource_type, identifier) = (text(&body, "TypeName"), text(&body, "Identifier"));
    match operation {
        "GetResource" => {
            let schema = readable(resource_type)?;
            let live = find(account, schema, &request.region, resource_type, identifier)?;
            let properties = model(live, schema).to_string();
            let description = json!({"Identifier": identifier, "Properties": properties});
            Ok(json!({"TypeName": resource_type, "ResourceDescription": description}))
        }
        other => Err(Refusal::not_implemented("cloudcontrolapi", other)),
    }
}

/// The schema of a type with a handler that reads.
fn readable(resource_type: &str) -> Result<&'static Schema, Refusal> {
    let missing = || Refusal::new(404, "TypeNotFoundException", format!("The type '{resource_type}' cannot be found."));
    let schema = schema::of(resource_type).filter(|_| resource_type.starts_with("AWS::")).ok_or_else(missing)?;
    let message = format!("Resource type {resource_type} does not support READ action");
    schema.reading().map(|_| schema).ok_or_else(|| Refusal::new(405, "UnsupportedActionException", message))
}

/// The resource that an identifier is of: the values of the type's primary identifier, joined by `|`.
/// <https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-identifier.html>
fn find<'a>(
    account: &'a Account,
    schema: &Schema,
    region: &str,
    resource_type: &str,
    identifier: &str,
) -> Result<&'a Live, Refusal> {
    let value = |live: &Live, name: &str| match live.property(name) {
        Some(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        None => live.id.clone(),
    };
    let is_it = |live: &&Live| {
        let parts: Vec<_> = schema.primary_identifier().map(|name| value(live, name)).collect();
        live.resource_type == resource_type && live.region == region && parts.join("|") == identifier
    };
    account.live.iter().find(is_it).ok_or_else(|| {
        let message = format!(
            "{resource_type} Handler returned status FAILED: Resource of type '{resource_type}' with identifier \
             '{identifier}' was not found. (HandlerErrorCode: NotFound)"
        );
        Refusal::new(404, "ResourceNotFoundException", message)
    })
}

/// A resource as a handler reads it: with what AWS has set, without secrets, and what has no order in another one.
fn model(live: &Live, schema: &Schema) -> Json {
    let mut model = read(schema, &mut Vec::new(), &live.properties).as_object().cloned().unwrap_or_default();
    for name in schema.primary_identifier().filter(|name| !name.contains('.')) {
        model.entry(name).or_insert_with(|| live.id.clone().into());
    }
    for name in schema.attributes().filter(|name| schema.read_only(&[name])) {
        if let Some(value) = resources::attribute(&live.resource_type, &live.id, &live.properties, &live.region, name) {
            model.entry(name).or_insert_with(|| value.into());
        }
    }
    if let Some(name) = schema.tag_property() {
        let own = live.property(name).cloned().unwrap_or_default();
        let tags = all_tags(live, &own);
        model.insert(name.to_owned(), tags);
    }
    Json::Object(model)
}

fn read(schema: &Schema, path: &mut Vec<String>, value: &Json) -> Json {
    let steps: Vec<_> = path.iter().map(String::as_str).collect();
    let is_unordered = !steps.is_empty() && schema.is_unordered(&steps);
    let mut below = |step: String, value: &Json| {
        path.push(step);
        let steps: Vec<_> = path.iter().map(String::as_str).collect();
        let read = (!schema.write_only(&steps)).then(|| read(schema, path, value));
        path.pop();
        read
    };
    match value {
        Json::Object(members) => {
            let members = members.iter().filter_map(|(name, it)| Some((name.clone(), below(name.clone(), it)?)));
            Json::Object(members.collect::<Map<_, _>>())
        }
        Json::Array(items) => {
            let items = items.iter().enumerate().filter_map(|(index, it)| below(index.to_string(), it));
            let mut items: Vec<_> = items.collect();
            if is_unordered {
                items.reverse();
            }
            Json::Array(items)
        }
        other => other.clone(),
    }
}

/// The tags of a resource in the form of its own, those of its stack and CloudFormation's included.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>
fn all_tags(live: &Live, own: &Json) -> Json {
    let mut added = live.tags.clone();
    if !live.stack.is_empty() {
        added.insert("aws:cloudformation:logical-id".to_owned(), live.logical_id.clone());
        added.insert("aws:cloudformation:stack-id".to_owned(), live.stack.clone());
    }
    match own {
        Json::Object(own) => {
            let mut all: Map<_, _> = added.into_iter().map(|(key, value)| (key, value.into())).collect();
            all.extend(own.clone());
            Json::Object(all)
        }
        own => {
            let own = own.as_array().cloned().unwrap_or_default();
            let is_own = |key: &str| own.iter().any(|tag| tag["Key"] == key);
            let added = added.into_iter().filter(|(key, _)| !is_own(key));
            let added: Vec<_> = added.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
            Json::Array(added.into_iter().chain(own).collect())
        }
    }
}
