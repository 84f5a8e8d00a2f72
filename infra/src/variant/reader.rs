//! Values of a template under choices that were made.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use policies::unknown;
use serde_json::{Map, Value as Json};

use super::{Choice, Choices, Source, Stop};
use crate::expression::{Expression, Piece, Sub, ids_in, name_of_unknown as written};
use crate::{facts, schema};

/// Reads the values of a template under choices that were made. What is not known is a text with a variable for it.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) choices: &'a Choices,
    /// Whether what `Ref` and `Fn::GetAtt` give is written as far as it is known by the type, or as one variable.
    is_written_out: bool,
    /// How many conditions are being decided within each other.
    pub(super) depth: Cell<usize>,
}

/// A part of a template that has been reached, and the way to it from its resource.
#[derive(Debug, Clone)]
pub(crate) struct Part<'j> {
    pub(crate) json: Cow<'j, Json>,
    /// As a JSON pointer.
    pub(crate) pointer: String,
}

/// From where the parts of a value are that are elsewhere than in the value that they are read into.
pub(crate) type Moved = BTreeMap<String, String>;

/// As many values as a parameter may allow for each of them to be tried.
const MOST_ALLOWED: usize = 16;

impl<'a> Reader<'a> {
    pub(crate) const fn new(source: &'a Source, choices: &'a Choices, is_written_out: bool) -> Self {
        Self { source, choices, is_written_out, depth: Cell::new(0) }
    }

    /// Whether the resource exists.
    pub(crate) fn exists(&self, resource: &Json) -> Result<bool, Stop> {
        match resource.get("Condition").and_then(Json::as_str) {
            Some(condition) => self.holds(condition),
            None => Ok(true),
        }
    }

    /// What is at `pointer`, past the functions that choose it; nothing when that is no value.
    pub(crate) fn open<'j>(&self, json: &'j Json, pointer: String) -> Result<Option<Part<'j>>, Stop> {
        match Expression::of(json) {
            Expression::If(condition, then, otherwise) => {
                let (branch, index) = if self.holds(condition)? { (then, 1) } else { (otherwise, 2) };
                self.open(branch, format!("{pointer}/Fn::If/{index}"))
            }
            Expression::FindInMap(..) | Expression::Select(..) | Expression::Split(..) => {
                let value = self.value(json, &pointer, "", &mut Moved::new())?;
                Ok(value.map(|json| Part { json: Cow::Owned(json), pointer }))
            }
            Expression::Ref("AWS::NoValue") => Ok(None),
            _ => Ok(Some(Part { json: Cow::Borrowed(json), pointer })),
        }
    }

    /// The member `name` of a part.
    pub(crate) fn member<'j>(&self, part: &'j Part<'_>, name: &str) -> Result<Option<Part<'j>>, Stop> {
        let Some(json) = part.json.get(name) else { return Ok(None) };
        self.open(json, format!("{}/{}", part.pointer, step(name)))
    }

    /// The items of a list, or the one of a single value.
    pub(crate) fn items<'j>(&self, part: &'j Part<'_>) -> Result<Vec<Part<'j>>, Stop> {
        let Json::Array(items) = &*part.json else {
            return Ok(vec![Part { json: Cow::Borrowed(&part.json), pointer: part.pointer.clone() }]);
        };
        let mut opened = Vec::new();
        for (index, item) in items.iter().enumerate() {
            opened.extend(self.open(item, format!("{}/{index}", part.pointer))?);
        }
        Ok(opened)
    }

    /// The items of the list that the member `name` of a part is; none when there is none.
    pub(crate) fn listed(&self, part: &Part<'_>, name: &str) -> Result<Vec<Part<'static>>, Stop> {
        let Some(list) = self.member(part, name)? else { return Ok(Vec::new()) };
        let items = self.items(&list)?;
        Ok(items.into_iter().map(|it| Part { json: Cow::Owned(it.json.into_owned()), pointer: it.pointer }).collect())
    }

    /// The whole value of a part, and where its parts are from.
    pub(crate) fn whole(&self, part: &Part<'_>) -> Result<(Json, Moved), Stop> {
        let mut moved = Moved::new();
        let value = self.value(&part.json, &part.pointer, "", &mut moved)?;
        Ok((value.unwrap_or(Json::Null), moved))
    }

    /// The value as a text, when it is one.
    pub(crate) fn text(&self, json: &Json) -> Result<Option<String>, Stop> {
        Ok(self.value(json, "", "", &mut Moved::new())?.as_ref().and_then(scalar_text))
    }

    /// The value of `json`, which is at `at` and is read into `into`; nothing when it is no value.
    fn value(&self, json: &Json, at: &str, into: &str, moved: &mut Moved) -> Result<Option<Json>, Stop> {
        let again = |json: &Json| self.value(json, "", "", &mut Moved::new());
        let not_known = || Ok(Some(self.not_known(unknown::variable(&written(json)))));
        match Expression::of(json) {
            Expression::Scalar(Json::String(text)) => Ok(Some(self.with_references(text).into())),
            Expression::Scalar(scalar) => Ok(Some(scalar.clone())),
            Expression::List(items) => {
                let mut list = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    let (from, to) = (format!("{at}/{index}"), format!("{into}/{}", list.len()));
                    if index != list.len() {
                        moved.insert(to.clone(), from.clone());
                    }
                    list.extend(self.value(item, &from, &to, moved)?);
                }
                Ok(Some(Json::Array(list)))
            }
            Expression::Map(_) | Expression::Condition(_) => {
                let mut members = Map::new();
                for (name, member) in json.as_object().into_iter().flatten() {
                    let step = step(name);
                    if let Some(value) =
                        self.value(member, &format!("{at}/{step}"), &format!("{into}/{step}"), moved)?
                    {
                        members.insert(name.clone(), value);
                    }
                }
                Ok(Some(Json::Object(members)))
            }
            Expression::If(condition, then, otherwise) => {
                let (branch, index) = if self.holds(condition)? { (then, 1) } else { (otherwise, 2) };
                let at = format!("{at}/Fn::If/{index}");
                moved.insert(into.to_owned(), at.clone());
                self.value(branch, &at, into, moved)
            }
            Expression::Ref("AWS::NoValue") => Ok(None),
            Expression::Ref(name) => self.reference(name).map(Some),
            Expression::GetAtt(id, attribute) => self.attribute(id, &attribute).map(Some),
            Expression::Sub(sub) => self.substituted(sub).map(|text| Some(text.into())),
            Expression::Join(delimiter, items) => match again(items)? {
                Some(Json::Array(items)) => {
                    let texts: Option<Vec<_>> = items.iter().map(scalar_text).collect();
                    texts.map_or_else(not_known, |texts| Ok(Some(texts.join(delimiter).into())))
                }
                _ => not_known(),
            },
            Expression::Select(index, items) => {
                let Some(Json::Array(mut items)) = again(items)? else { return not_known() };
                let places: Vec<_> = (0..items.len()).map(|it| it.to_string()).collect();
                let index = again(index)?.as_ref().and_then(scalar_text).unwrap_or_default();
                let index = if unknown::is_all(&index) { self.decide(&index, &places, false)? } else { Some(index) };
                match index.and_then(|it| it.parse::<usize>().ok()).filter(|it| *it < items.len()) {
                    Some(index) => Ok(Some(items.swap_remove(index))),
                    None => not_known(),
                }
            }
            Expression::Split(delimiter, whole) => match again(whole)? {
                Some(Json::String(text)) => {
                    split(&text, delimiter).map_or_else(not_known, |parts| Ok(Some(parts.into_iter().collect())))
                }
                _ => not_known(),
            },
            Expression::FindInMap(map, key, below) => {
                self.in_map([map, key, below], None)?.map_or_else(not_known, |found| Ok(Some(found)))
            }
            Expression::Other("Fn::FindInMap", Json::Array(arguments)) => match &arguments[..] {
                [map, key, below, options] => {
                    let found = self.in_map([map, key, below], options.get("DefaultValue"))?;
                    found.map_or_else(not_known, |found| Ok(Some(found)))
                }
                _ => not_known(),
            },
            Expression::Other("Fn::ToJsonString", argument) => match again(argument)? {
                Some(Json::String(_)) | None => not_known(),
                Some(json) => Ok(Some(json.to_string().into())),
            },
            Expression::Other("Fn::Length", argument) => match again(argument)? {
                Some(Json::Array(items)) => Ok(Some(items.len().into())),
                _ => not_known(),
            },
            Expression::GetAttOf(..) | Expression::ImportValue(_) | Expression::Other(..) => not_known(),
        }
    }

    /// What was chosen for the value that the text stands for, or the text itself.
    fn not_known(&self, text: String) -> Json {
        match self.choices.get(&text) {
            Some(Choice::Is(chosen)) => chosen.as_str().into(),
            _ => text.into(),
        }
    }

    /// The text with variables for the values that are looked up when it is deployed.
    ///
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>
    fn with_references(&self, text: &str) -> String {
        let mut whole = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{resolve:") {
            let Some((reference, after)) = after.split_once("}}") else { break };
            whole += before;
            let variable = unknown::variable(&format!("{{{{resolve:{reference}}}}}"));
            whole += self.not_known(variable).as_str().unwrap_or_default();
            rest = after;
        }
        whole + rest
    }

    fn reference(&self, name: &str) -> Result<Json, Stop> {
        if let Some(parameter) = self.source.entry("Parameters", name) {
            let variable = unknown::variable(name);
            let allowed = allowed(parameter);
            if !allowed.is_empty() && allowed.len() <= MOST_ALLOWED && allowed.iter().any(|it| says_much(it)) {
                return match self.decide(&variable, &allowed, false)? {
                    Some(chosen) => Ok(chosen.into()),
                    None => Err(Stop::Impossible),
                };
            }
            return Ok(self.not_known(variable));
        }
        if self.is_written_out && self.source.resource(name).is_some() {
            return Ok(self.physical(name)?.into());
        }
        Ok(self.not_known(unknown::variable(name)))
    }

    /// What `Ref` gives for a resource: by AWS's schemas what identifies it.
    ///
    /// <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html>
    fn physical(&self, id: &str) -> Result<String, Stop> {
        let resource_type = self.source.type_of(id);
        if let Some((name, form)) = facts::of(resource_type).reference() {
            let given = self.source.resource(id).and_then(|it| it.get("Properties")?.get(name));
            let given = given.map(|given| self.text(given)).transpose()?.flatten();
            let name = given.unwrap_or_else(|| unknown::name_variable(id));
            // The address of an identity provider is its name.
            return self.filled(id, form, name.strip_prefix("https://").unwrap_or(&name));
        }
        let mut identifier = schema::of(resource_type).into_iter().flat_map(schema::Schema::primary_identifier);
        let (Some(property), None) = (identifier.next(), identifier.next()) else {
            return Ok(unknown::variable(id));
        };
        if property.ends_with("Url") {
            return Ok(unknown::name_variable(id));
        }
        if facts::unique_name_property(resource_type) == Some(property) {
            return self.name(id);
        }
        Ok(unknown::variable(id))
    }

    /// The name of a resource, as far as the template says it.
    fn name(&self, id: &str) -> Result<String, Stop> {
        let given = facts::name_property(self.source.type_of(id)).and_then(|name| {
            let given = self.source.resource(id)?.get("Properties")?.get(name)?;
            // Names that are made of others' could go round in a circle.
            ids_in(given).iter().all(|id| self.source.resource(id).is_none()).then_some(given)
        });
        let text = given.map(|name| self.text(name)).transpose()?.flatten();
        Ok(text.unwrap_or_else(|| unknown::name_variable(id)))
    }

    fn attribute(&self, id: &str, attribute: &str) -> Result<Json, Stop> {
        let resource_type = self.source.type_of(id);
        let known = facts::of(resource_type);
        if self.is_written_out && attribute.ends_with("Arn") && known.reference().is_some() {
            return self.physical(id).map(Json::from);
        }
        let form = known.attribute(attribute).filter(|form| form.starts_with("arn:"));
        let Some(form) = form.filter(|_| self.is_written_out) else {
            return Ok(self.not_known(unknown::variable(&format!("{id}.{attribute}"))));
        };
        self.filled(id, form, &self.name(id)?).map(Json::from)
    }

    /// The form of an ARN with what is known of the resource `id`.
    fn filled(&self, id: &str, form: &str, name: &str) -> Result<String, Stop> {
        let mut arn = form.to_owned();
        for (place, name) in [("{partition}", "Partition"), ("{region}", "Region"), ("{account}", "AccountId")] {
            arn = arn.replace(place, &self.pseudo(name));
        }
        if arn.contains("{path}") {
            let path = self.source.resource(id).and_then(|it| it.get("Properties")?.get("Path"));
            let path = path.map(|path| self.text(path)).transpose()?.flatten();
            arn = arn.replace("{path}", path.as_deref().unwrap_or("/"));
        }
        arn = arn.replace("/{id}", &format!("/{}", name.trim_start_matches('/')));
        Ok(arn.replace("{id}", name).replace("{name}", name))
    }

    fn pseudo(&self, name: &str) -> String {
        let variable = self.not_known(unknown::variable(&format!("AWS::{name}")));
        variable.as_str().unwrap_or_default().to_owned()
    }

    fn substituted(&self, sub: Sub<'_>) -> Result<String, Stop> {
        let mut whole = String::new();
        for piece in sub.pieces() {
            let value = match piece {
                Piece::Text(text) => {
                    whole += &self.with_references(text);
                    continue;
                }
                Piece::Escaped(name) => Json::from(format!("${{{name}}}")),
                Piece::Ref(name) => self.reference(name)?,
                Piece::GetAtt(id, attribute) => self.attribute(id, attribute)?,
                Piece::Variable(_, value) => {
                    self.value(value, "", "", &mut Moved::new())?.unwrap_or_else(|| Json::from(""))
                }
            };
            whole += &scalar_text(&value).unwrap_or_else(|| unknown::variable(&written(&value)));
        }
        Ok(whole)
    }

    /// What a mapping of the template has, or its default; nothing when that is not known.
    fn in_map(&self, [map, key, below]: [&Json; 3], default: Option<&Json>) -> Result<Option<Json>, Stop> {
        let again = |json: &Json| self.text(json);
        let Some(mapping) = again(map)?.and_then(|map| self.source.entry("Mappings", &map)?.as_object()) else {
            return Ok(None);
        };
        let missing = || default.map_or(Err(Stop::Impossible), |it| self.value(it, "", "", &mut Moved::new()));
        let Some(key) = self.key_of(mapping, again(key)?, default.is_some())? else { return missing() };
        let Some(entries) = mapping.get(&key).and_then(Json::as_object) else { return missing() };
        let Some(below) = self.key_of(entries, again(below)?, default.is_some())? else { return missing() };
        entries.get(&below).map_or_else(missing, |found| Ok(Some(found.clone())))
    }

    /// Which entry of a mapping is meant: when that is not known, each is tried.
    fn key_of(&self, entries: &Map<String, Json>, key: Option<String>, is_open: bool) -> Result<Option<String>, Stop> {
        match key {
            Some(key) if unknown::is_in(&key) => {
                let keys: Vec<_> = entries.keys().cloned().collect();
                self.decide(&key, &keys, is_open)
            }
            key => Ok(key),
        }
    }
}

/// The values that a parameter allows, when it allows only some.
pub(super) fn allowed(parameter: &Json) -> Vec<String> {
    let values = parameter.get("AllowedValues").and_then(Json::as_array);
    values.into_iter().flatten().filter_map(scalar_text).collect()
}

/// Whether a text says more in a policy than a name does.
fn says_much(text: &str) -> bool {
    matches!(text, "Allow" | "Deny") || text.contains(['*', '?', ':'])
}

/// The parts of a text between delimiters; nothing when a value that is not known may have one.
fn split(text: &str, delimiter: &str) -> Option<Vec<String>> {
    // What pseudo parameters and names give has none of these.
    let is_safe = matches!(delimiter, ":" | "/" | "," | " " | "|");
    let sample = unknown::sample(text);
    if delimiter.is_empty() || unknown::is_in(&sample) && !(is_safe && has_only_names(&sample)) {
        return None;
    }
    let mut parts = vec![String::new()];
    let mut rest = text;
    while !rest.is_empty() {
        let variable = rest.strip_prefix(unknown::PREFIX).and_then(|after| after.find('}'));
        if let Some(end) = variable {
            let (variable, after) = rest.split_at(unknown::PREFIX.len() + end + 1);
            parts.last_mut()?.push_str(variable);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(delimiter) {
            parts.push(String::new());
            rest = after;
        } else {
            let char = rest.chars().next()?;
            parts.last_mut()?.push(char);
            rest = &rest[char.len_utf8()..];
        }
    }
    Some(parts)
}

fn has_only_names(text: &str) -> bool {
    text.match_indices(unknown::PREFIX).all(|(at, _)| unknown::starts_with_name(&text[at..]))
}

/// A scalar as CloudFormation writes it into a text.
fn scalar_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// A member's name as a step of a JSON pointer.
fn step(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) { name.replace('~', "~0").replace('/', "~1").into() } else { name.into() }
}
