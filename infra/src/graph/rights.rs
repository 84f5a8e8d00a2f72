//! Ways that rights tell of: what functions may call, and who outside of the stack may call its parts.

use assembly::Binding;
use serde_json::Value as Json;

use super::collect::{Declared, Drawing};
use super::names::text;
use super::{Kind, Line};
use crate::expression::ids_in;
use crate::facts::{self, Drawn};
use crate::parameter::{ParameterType as _, Url};

/// Draws what each function calls, by its bindings and by the addresses in its environment.
pub(super) fn edges(drawing: &mut Drawing<'_>) {
    let functions: Vec<_> = drawing.resources.values().copied().filter(is_function).collect();
    for declared in functions {
        let bindings =
            drawing.stack.functions.iter().find(|it| it.id == declared.id).map_or(&[][..], |it| &it.bindings);
        for binding in bindings {
            granted(drawing, declared.id, binding);
        }
        // A binding without grants is a plain value.
        let plain = bindings.iter().filter(|it| it.grants.is_empty()).map(|it| it.value.clone());
        let variables = declared.properties.pointer("/Environment/Variables").and_then(Json::as_object);
        let is_bound = |name: &str| bindings.iter().any(|binding| binding.variable == name);
        let given = variables.into_iter().flatten().filter(|(name, _)| !is_bound(name)).map(|(_, value)| value.clone());
        for value in plain.chain(given) {
            address(drawing, declared.id, &value);
        }
    }
}

fn is_function(declared: &Declared<'_>) -> bool {
    matches!(facts::of(declared.resource_type).drawn(), Drawn::Part(Kind::Function | Kind::Worker, _))
}

/// All statements of a binding are on one part, or on one place in it.
fn granted(drawing: &mut Drawing<'_>, function: &str, binding: &Binding) {
    let resources: Vec<_> = binding.grants.iter().flat_map(|statement| list(statement.get("Resource"))).collect();
    let Some(to) = resources.iter().find_map(|resource| drawing.part(resource)) else { return };
    let actions = binding.grants.iter().flat_map(|statement| list(statement.get("Action")));
    let names: Vec<_> = actions.filter_map(Json::as_str).map(short).collect();
    let place = resources.iter().map(|resource| place(resource)).find(|place| !place.is_empty()).unwrap_or_default();
    let on = if place.is_empty() { String::new() } else { format!(" on {place}") };
    drawing.edge(function, to, Line::Solid, format!("{}{on}", names.join(", ")));
}

/// `by-model` of an index, `small/` of a part of a bucket, nothing of anything else.
fn place(resource: &Json) -> String {
    let place = text(resource).and_then(|arn| arn.split_once('/')).map_or("", |(_, place)| place);
    place.strip_prefix("index/").unwrap_or(place).trim_end_matches('*').to_owned()
}

/// A value that is the address of a service on the web.
fn address(drawing: &mut Drawing<'_>, function: &str, value: &Json) {
    if let Some(address) = value.as_str().filter(|text| is_address(text)) {
        let to = web(drawing, address);
        drawing.edge(function, to, Line::Solid, scheme(address));
        return;
    }
    for id in ids_in(value) {
        let is_url = |it: &&assembly::Parameter| it.name == id && it.allowed_pattern == Url::ALLOWED_PATTERN;
        let Some(parameter) = drawing.stack.parameters.iter().find(is_url) else { continue };
        let default = parameter.default.clone();
        let label = default.as_deref().map_or("HTTP", scheme);
        let to = drawing.outside(id, "web service", default.as_deref().map(host));
        drawing.edge(function, to, Line::Solid, label);
    }
}

/// Draws the service at `address`, which no part of the stack is, and gives its id.
pub(super) fn web(drawing: &mut Drawing<'_>, address: &str) -> String {
    drawing.outside(&host(address), "web service", None)
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

fn scheme(address: &str) -> &'static str {
    if address.starts_with("https:") { "HTTPS" } else { "HTTP" }
}

fn host(address: &str) -> String {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    rest.split(['/', '?']).next().unwrap_or_default().to_owned()
}

/// Draws who outside of the stack may call `target`, by a policy on it. Services and roles have ways of their own.
pub(super) fn principals(drawing: &mut Drawing<'_>, target: Option<&Json>, policy: &Json) {
    let Some(to) = target.and_then(|target| drawing.part(target)) else { return };
    let statements = policy.pointer("/PolicyDocument/Statement").and_then(Json::as_array);
    for statement in statements.into_iter().flatten().filter(|it| it.get("Effect").is_some_and(|it| it == "Allow")) {
        let names: Vec<_> = list(statement.get("Action")).filter_map(Json::as_str).map(short).collect();
        for principal in list(statement.pointer("/Principal/AWS")) {
            let Some(account) = account(drawing, principal) else { continue };
            let from = drawing.outside(&account, "AWS account", None);
            drawing.edge(from, to.as_str(), Line::Solid, names.join(", "));
        }
    }
}

/// The account of a principal: its number, or the parameter that says it.
fn account(drawing: &Drawing<'_>, principal: &Json) -> Option<String> {
    let is_parameter = |id: &&str| drawing.stack.parameters.iter().any(|it| it.name == *id);
    let parameter = ids_in(principal).into_iter().find(is_parameter);
    parameter.map(str::to_owned).or_else(|| {
        let account = principal.as_str()?;
        let account = account.strip_prefix("arn:aws:iam::").and_then(|it| it.split(':').next()).unwrap_or(account);
        account.chars().all(|c| c.is_ascii_digit()).then(|| account.to_owned())
    })
}

/// A policy says one of something as itself, or in a list.
fn list(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    let items = json.and_then(Json::as_array);
    items.into_iter().flatten().chain(json.filter(|_| items.is_none()))
}

/// `Query` of `dynamodb:Query`.
fn short(action: &str) -> &str {
    action.split_once(':').map_or(action, |(_, operation)| operation)
}
