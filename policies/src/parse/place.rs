//! A place in the JSON of a policy, which knows the way to itself.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::error::{ParseError, Position};
use crate::nearest::nearest;
use crate::unknown;

/// A value, and the way to it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) json: &'a Json,
    way: Way<'a>,
}

#[derive(Clone, Copy)]
enum Way<'a> {
    Root,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    pub(super) fn root(json: &'a Json) -> Self {
        Self { json, way: Way::Root }
    }

    /// The members of an object, of which only those of `names` may be there.
    pub(super) fn members(&'a self, what: &str, names: &[&'static str]) -> Result<IndexMap<&'a str, Self>, ParseError> {
        let members = self.any_members(&format!("{what}, an object"))?;
        for (name, place) in &members {
            if !names.contains(name) {
                let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                let error = place.error(format!("no member of {what}"), format!("one of {}", quoted.join(", ")));
                return Err(error.suggest(name, names.iter().copied()));
            }
        }
        Ok(members)
    }

    /// The members of an object, whatever their names are.
    pub(super) fn any_members(&'a self, expected: &str) -> Result<IndexMap<&'a str, Self>, ParseError> {
        let Json::Object(members) = self.json else { return Err(self.unexpected(expected)) };
        let place = |(name, json): (&'a String, &'a Json)| (name.as_str(), Self { json, way: Way::Member(self, name) });
        Ok(members.iter().map(place).collect())
    }

    /// The items of a list; any other value is a list of one.
    pub(super) fn entries(&'a self) -> impl Iterator<Item = Self> {
        let items = if let Json::Array(items) = self.json { items.as_slice() } else { &[] };
        let single = (!self.json.is_array()).then_some(*self);
        let items = items.iter().enumerate().map(|(index, json)| Self { json, way: Way::Item(self, index) });
        single.into_iter().chain(items)
    }

    pub(super) fn text(&self, expected: &str) -> Result<&'a str, ParseError> {
        self.json.as_str().ok_or_else(|| self.unexpected(expected))
    }

    /// What the text stands for, of those that `choices` names.
    pub(super) fn one_of<T: Copy>(&self, choices: &[(&'static str, T)]) -> Result<T, ParseError> {
        let quoted: Vec<_> = choices.iter().map(|(name, _)| format!("`{name}`")).collect();
        let expected = quoted.join(" or ");
        let text = self.text(&expected)?;
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => Ok(*choice),
            None => Err(self.unexpected(&expected).suggest(text, choices.iter().map(|(name, _)| *name))),
        }
    }

    pub(super) fn unexpected(&self, expected: &str) -> ParseError {
        self.error(shown(self.json), expected.to_owned())
    }

    pub(super) fn lacks(&self, member: &str, what: &str) -> ParseError {
        ParseError { element: member.to_owned(), ..self.error("missing".to_owned(), what.to_owned()) }
    }

    pub(super) fn error(&self, got: String, expected: String) -> ParseError {
        let mut steps = Vec::new();
        let mut element = String::new();
        let mut place = self;
        loop {
            place = match place.way {
                Way::Root => break,
                Way::Member(parent, name) => {
                    if element.is_empty() {
                        name.clone_into(&mut element);
                    }
                    steps.push(name.replace('~', "~0").replace('/', "~1"));
                    parent
                }
                Way::Item(parent, index) => {
                    steps.push(index.to_string());
                    parent
                }
            };
        }
        steps.push(String::new());
        steps.reverse();
        let pointer = if steps.len() == 1 { String::new() } else { steps.join("/") };
        ParseError { element, position: Position::Pointer(pointer), got, expected, help: None }
    }
}

impl ParseError {
    /// The same error with the one of `candidates` that `word` is most likely a slip of.
    pub(super) fn suggest<'c>(mut self, word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Self {
        self.help = nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"));
        self
    }
}

/// What is there, short enough for a message.
fn shown(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::String(text) if text.is_empty() => "an empty text".to_owned(),
        Json::String(text) => {
            let text = unknown::named(text);
            match text.char_indices().nth(80) {
                Some((end, _)) => format!("`{}…`", &text[..end]),
                None => format!("`{text}`"),
            }
        }
        Json::Bool(_) | Json::Number(_) => format!("`{json}`"),
    }
}
