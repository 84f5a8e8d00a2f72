//! Everything that a deployment of an API freezes, and its fingerprint.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::{ApiStage, Deployment, RestApi};
use crate::fingerprint;
use crate::reference::{Ref, Resource};
use crate::stack::{Declared, Stack};

/// The resources of `api` that a deployment freezes, apart from the API itself.
///
/// They are told by their properties and not by their Rust type, so that a raw resource counts as well.
pub(super) fn parts(stack: &Stack, api: Ref<RestApi>) -> impl Iterator<Item = &Declared> {
    let belongs = json!({ "Ref": api.id() });
    stack.resources().filter(move |declared| {
        let kind = declared.resource_type();
        kind.starts_with("AWS::ApiGateway::")
            && kind != Deployment::TYPE
            && kind != ApiStage::TYPE
            && declared.properties().get("RestApiId") == Some(&belongs)
    })
}

/// The SHA-256 of the API's content in hexadecimal digits: the same for the same source on any machine and day.
///
/// The order of declaration does not count. Of what the content refers to, the physical names count: a function with
/// another name has another ARN, which only a new deployment calls.
pub(super) fn fingerprint(stack: &Stack, api: Ref<RestApi>) -> String {
    let own = stack.declared(api.id()).into_iter().chain(parts(stack, api));
    let mut content: Map<String, Json> =
        own.map(|part| (part.id.to_string(), json!([part.resource_type(), part.properties()]))).collect();
    let mut open = BTreeSet::new();
    content.values().for_each(|part| references(part, &mut open));
    while let Some(id) = open.pop_first() {
        let Some(declared) = stack.resources.get(id.as_str()).filter(|_| !content.contains_key(&id)) else { continue };
        let names = declared.properties().into_iter().filter(|(property, _)| property.ends_with("Name"));
        let names = Json::Object(names.collect());
        // The ARN of an alias has the name of its function.
        references(&names, &mut open);
        content.insert(id, names);
    }
    content.sort_keys();
    fingerprint::of(&Json::Object(content).to_string())
}

/// The logical ids that `json` refers to, in any intrinsic function.
fn references(json: &Json, found: &mut BTreeSet<String>) {
    match json {
        Json::Object(entries) => {
            for (name, argument) in entries {
                match (name.as_str(), argument) {
                    ("Ref", Json::String(id)) => {
                        found.insert(id.clone());
                    }
                    ("Fn::GetAtt", Json::Array(path)) => {
                        found.extend(path.first().and_then(Json::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Json::String(template)) => placeholders(template, found),
                    _ => references(argument, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The logical ids in `${Id}` and `${Id.Attribute}`.
fn placeholders(template: &str, found: &mut BTreeSet<String>) {
    let names = template.split("${").skip(1).filter_map(|rest| rest.split(['}', '.']).next());
    found.extend(names.map(str::to_owned));
}
