//! What a property accepts, in the file's notation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Map, Value as Json};

use super::notation::Block;

/// The properties of an object, those of its alternatives included.
#[derive(Default)]
pub(super) struct Members<'a> {
    pub(super) properties: BTreeMap<&'a str, Json>,
    pub(super) required: BTreeSet<&'a str>,
    /// Whether other properties are accepted too.
    pub(super) open: bool,
    pub(super) schema: Option<&'a Map<String, Json>>,
}

impl<'a> Members<'a> {
    pub(super) fn of(schema: &'a Map<String, Json>) -> Self {
        let mut members = Self { schema: Some(schema), ..Self::default() };
        members.take(schema);
        members.required = strings(schema.get("required")).collect();
        for alternative in alternatives(schema) {
            members.take(alternative);
        }
        for key in ["oneOf", "anyOf"] {
            if let [only] = &super::groups::requirements(schema.get(key))[..] {
                members.required.extend(only);
            }
        }
        for part in objects(schema.get("allOf")) {
            members.required.extend(strings(part.get("required")));
        }
        let says_closed = |schema: &Map<String, Json>| schema.get("additionalProperties") == Some(&Json::Bool(false));
        members.open = schema.contains_key("patternProperties")
            || !(says_closed(schema) || alternatives(schema).next().is_some() && alternatives(schema).all(says_closed));
        members
    }

    fn take(&mut self, schema: &'a Map<String, Json>) {
        for (name, definition) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
            let told = self.properties.entry(name).or_insert_with(|| definition.clone());
            // Two alternatives that disagree: anything goes.
            if told != definition {
                *told = Json::Object(Map::new());
            }
        }
    }

    /// Whether the notation's object says it all: it has properties and takes no others.
    pub(super) fn is_closed_object(&self) -> bool {
        let may_be_other = self.schema.and_then(|schema| schema.get("type")).is_some_and(|kind| match kind {
            Json::Array(kinds) => kinds.len() > 1,
            kind => kind != "object",
        });
        !may_be_other && !self.properties.is_empty()
    }
}

fn alternatives(schema: &Map<String, Json>) -> impl Iterator<Item = &Map<String, Json>> {
    let branches = ["oneOf", "anyOf"].into_iter().flat_map(|key| objects(schema.get(key)));
    branches.filter(|branch| branch.contains_key("properties"))
}

/// The shape of a property or definition at `path`.
pub(super) fn of(block: &mut Block<'_>, path: &str, schema: &Json) -> Result<String> {
    let Json::Object(schema) = schema else { return Ok("*".to_owned()) };
    if let Some(pointer) = reference(schema) {
        return Ok(block.refer(pointer).map_or_else(|| "*".to_owned(), |name| format!("@{name}")));
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Json::String(kind)) => vec![kind],
        Some(kinds) => strings(Some(kinds)).collect(),
        None if Members::of(schema).is_closed_object() => vec!["object"],
        None => kinds_of_values(schema),
    };
    match kinds[..] {
        ["object"] => object(block, path, schema),
        ["array"] => array(block, path, schema),
        _ if kinds.is_empty() || kinds.contains(&"array") => Ok("*".to_owned()),
        _ => Ok(scalar(&kinds, schema)),
    }
}

fn reference(schema: &Map<String, Json>) -> Option<&str> {
    let mut parts = objects(schema.get("allOf"));
    let only = parts.next().filter(|_| parts.next().is_none());
    schema.get("$ref").or_else(|| only?.get("$ref"))?.as_str()
}

fn kinds_of_values(schema: &Map<String, Json>) -> Vec<&'static str> {
    let values = schema.get("enum").or_else(|| schema.get("enumCaseInsensitive"));
    let values = values.and_then(Json::as_array);
    if values.is_some_and(|values| values.iter().all(Json::is_string)) { vec!["string"] } else { Vec::new() }
}

fn object(block: &mut Block<'_>, path: &str, schema: &Map<String, Json>) -> Result<String> {
    if Members::of(schema).is_closed_object() {
        let name = block.define(path.to_owned(), Json::Object(schema.clone()));
        return Ok(format!("@{name}"));
    }
    let values = match schema.get("patternProperties").and_then(Json::as_object) {
        Some(patterns) if patterns.len() == 1 => patterns.values().next(),
        _ => schema.get("additionalProperties").filter(|values| values.is_object()),
    };
    match values {
        Some(values) => Ok(format!("{{ {}", of(block, &format!("{path}.*"), values)?)),
        None => Ok("o".to_owned()),
    }
}

fn array(block: &mut Block<'_>, path: &str, schema: &Map<String, Json>) -> Result<String> {
    let mark = if schema.get("insertionOrder") == Some(&Json::Bool(false)) { '(' } else { '[' };
    let mut text = format!("{mark}{}", bounds(schema.get("minItems"), schema.get("maxItems")));
    let items = match schema.get("items") {
        Some(items) => of(block, &format!("{path}.*"), items)?,
        None => "*".to_owned(),
    };
    let _ = write!(text, " {items}");
    Ok(text)
}

fn scalar(kinds: &[&str], schema: &Map<String, Json>) -> String {
    let letters = [("string", 's'), ("integer", 'i'), ("number", 'n'), ("boolean", 'b'), ("object", 'o')];
    let mut text: String = letters.iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, letter)| *letter).collect();
    let length = bounds(schema.get("minLength").filter(|least| least.as_u64() != Some(0)), schema.get("maxLength"));
    if kinds.contains(&"string") && !length.is_empty() {
        let _ = write!(text, " #{length}");
    }
    let range = bounds(schema.get("minimum"), schema.get("maximum"));
    if !range.is_empty() {
        let _ = write!(text, " ={range}");
    }
    if let Some((mark, values)) = values(schema) {
        let _ = write!(text, " {mark}{values}");
    } else if let Some(pattern) = schema.get("pattern").and_then(Json::as_str).and_then(pattern) {
        let _ = write!(text, " /{pattern}");
    }
    text
}

fn bounds(least: Option<&Json>, most: Option<&Json>) -> String {
    let least = least.filter(|bound| bound.is_number()).map(Json::to_string);
    let most = most.filter(|bound| bound.is_number()).map(Json::to_string);
    match (least, most) {
        (None, None) => String::new(),
        (least, most) => format!("{}..{}", least.unwrap_or_default(), most.unwrap_or_default()),
    }
}

/// The values allowed, when none holds what separates them.
fn values(schema: &Map<String, Json>) -> Option<(&'static str, String)> {
    let (mark, values) = match schema.get("enum") {
        Some(values) => ("|", values),
        None => ("?", schema.get("enumCaseInsensitive")?),
    };
    let values: Vec<String> = values
        .as_array()?
        .iter()
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect();
    let sayable = values.iter().all(|value| !value.contains(|c: char| c == '|' || c.is_control()));
    sayable.then(|| (mark, values.join("|")))
}

/// The pattern in the syntax of Rust's `regex`, when that can say it and it excludes anything.
fn pattern(pattern: &str) -> Option<String> {
    let rust = pattern.replace("\\Z", "\\z");
    let excludes_nothing = ["", ".*", "^.*$", "[\\s\\S]*", "^[\\s\\S]*$", ".+", "[\\s\\S]+"].contains(&rust.as_str());
    let usable = !rust.contains(char::is_control) && !excludes_nothing && regex::Regex::new(&rust).is_ok();
    usable.then_some(rust)
}

pub(super) fn objects(list: Option<&Json>) -> impl Iterator<Item = &Map<String, Json>> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object)
}

pub(super) fn strings(list: Option<&Json>) -> impl Iterator<Item = &str> {
    list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str)
}
