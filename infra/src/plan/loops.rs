//! `Fn::ForEach`: what CloudFormation's language extensions make of loops.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::Snapshot;
use super::snapshot::Known;
use crate::expression::Expression;
use crate::template::Template;

const LOOP: &str = "Fn::ForEach::";

/// The snapshot with what its loops make in their place, where it is known what they run over.
pub(super) fn expand(snapshot: &Snapshot) -> Cow<'_, Snapshot> {
    let template = snapshot.template.as_json();
    if !template.values().any(has_loop) {
        return Cow::Borrowed(snapshot);
    }
    let known = snapshot.known();
    let template = Template::from_json(members(template, &known));
    Cow::Owned(Snapshot { template, ..snapshot.clone() })
}

fn has_loop(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(has_loop),
        Json::Object(members) => members.iter().any(|(name, it)| name.starts_with(LOOP) || has_loop(it)),
        _ => false,
    }
}

fn value(json: &Json, known: &Known<'_>) -> Json {
    match json {
        Json::Array(items) => items.iter().map(|item| value(item, known)).collect(),
        Json::Object(entries) => Json::Object(members(entries, known)),
        scalar => scalar.clone(),
    }
}

fn members(entries: &Map<String, Json>, known: &Known<'_>) -> Map<String, Json> {
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
fn rounds(argument: &Json, known: &Known<'_>) -> Option<Vec<Map<String, Json>>> {
    let [Json::String(name), over, Json::Object(body)] = &argument.as_array()?[..] else { return None };
    let over = known.resolve(over);
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
