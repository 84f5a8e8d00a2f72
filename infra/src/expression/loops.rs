//! `Fn::ForEach`: what CloudFormation's language extensions make of loops.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::{Expression, Known, resolve};

const LOOP: &str = "Fn::ForEach::";

/// The template with what its loops make in their place, where it is known what they run over.
pub fn expand<'a>(template: &'a Map<String, Json>, known: &impl Known) -> Cow<'a, Map<String, Json>> {
    if template.values().any(has_loop) { Cow::Owned(members(template, known)) } else { Cow::Borrowed(template) }
}

/// Whether a member of this name is a loop.
pub(crate) fn is_loop(name: &str) -> bool {
    name.starts_with(LOOP)
}

fn has_loop(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(has_loop),
        Json::Object(members) => members.iter().any(|(name, it)| name.starts_with(LOOP) || has_loop(it)),
        _ => false,
    }
}

fn value(json: &Json, known: &impl Known) -> Json {
    match json {
        Json::Array(items) => items.iter().map(|item| value(item, known)).collect(),
        Json::Object(entries) => Json::Object(members(entries, known)),
        scalar => scalar.clone(),
    }
}

fn members(entries: &Map<String, Json>, known: &impl Known) -> Map<String, Json> {
    let mut expanded = Map::new();
    for (name, entry) in entries {
        match name.strip_prefix(LOOP).and_then(|_| rounds(entry, known)) {
            Some(rounds) => expanded.extend(rounds.iter().flat_map(|round| members(round, known))),
            None => {
                expanded.insert(name.clone(), value(entry, known));
            }
        }
    }
    expanded
}

/// What a loop makes in each round.
fn rounds(argument: &Json, known: &impl Known) -> Option<Vec<Map<String, Json>>> {
    let [Json::String(name), over, Json::Object(body)] = &argument.as_array()?[..] else { return None };
    let over = resolve(over, known);
    let items: Option<Vec<_>> = over.as_array()?.iter().map(Json::as_str).collect();
    Some(items?.into_iter().map(|item| filled_members(body, name, item)).collect())
}

fn filled_members(body: &Map<String, Json>, name: &str, item: &str) -> Map<String, Json> {
    body.iter().map(|(key, it)| (text(key, name, item), filled(it, name, item))).collect()
}

/// The body with the item in place of what names it.
fn filled(json: &Json, name: &str, item: &str) -> Json {
    match json {
        _ if Expression::of(json) == Expression::Ref(name) => item.into(),
        Json::String(whole) => text(whole, name, item).into(),
        Json::Array(items) => items.iter().map(|it| filled(it, name, item)).collect(),
        Json::Object(body) => Json::Object(filled_members(body, name, item)),
        scalar => scalar.clone(),
    }
}

/// In `&{name}`, nothing but letters and digits of the item is left: that may be part of a logical id.
fn text(whole: &str, name: &str, item: &str) -> String {
    let alphanumeric: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    whole.replace(&format!("${{{name}}}"), item).replace(&format!("&{{{name}}}"), &alphanumeric)
}
