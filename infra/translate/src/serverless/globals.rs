//! `Globals`: properties that all resources of a type have.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html>

use serde_json::{Map, Value as Json};

use super::super::items;
use infra::expression::Expression;

/// The properties of a resource with those that all of its type have; nothing when they are not known.
pub(super) fn merged(template: &Map<String, Json>, resource_type: &str, resource: &Json) -> Option<Map<String, Json>> {
    let own = match resource.get("Properties") {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(own))
            if matches!(Expression::of_members(own), Expression::Map(_) | Expression::Condition(_)) =>
        {
            own.clone()
        }
        Some(_) => return None,
    };
    let section = resource_type.trim_start_matches("AWS::Serverless::");
    let globals = template.get("Globals").and_then(|it| it.get(section)).and_then(Json::as_object);
    let ignored = resource.get("IgnoreGlobals").unwrap_or(&Json::Null);
    if ignored == "*" {
        return Some(own);
    }
    let is_ignored = |name: &str| items(ignored).iter().any(|it| it == name);
    let mut whole: Map<_, _> = globals.into_iter().flatten().filter(|(name, _)| !is_ignored(name)).map(owned).collect();
    merge(&mut whole, own);
    Some(whole)
}

fn owned((name, json): (&String, &Json)) -> (String, Json) {
    (name.clone(), json.clone())
}

/// What the resource says counts more; mappings are merged, and lists are joined.
fn merge(whole: &mut Map<String, Json>, own: Map<String, Json>) {
    for (name, json) in own {
        match (whole.get_mut(&name), json) {
            (Some(Json::Array(global)), Json::Array(own)) => global.extend(own),
            (Some(Json::Object(global)), Json::Object(own)) if is_plain(global) && is_plain(&own) => merge(global, own),
            (_, json) => {
                whole.insert(name, json);
            }
        }
    }
}

fn is_plain(members: &Map<String, Json>) -> bool {
    !Expression::of_members(members).is_function()
}
