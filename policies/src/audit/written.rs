//! The texts of statements as they are written, each with its place.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::condition::{Operator, Quantifier};
use crate::unknown;

/// The members of a statement.
pub(super) type Members = Map<String, Json>;

/// What the actions of a statement are in.
pub(super) const ACTIONS: &[&str] = &["Action", "NotAction"];
/// What the resources of a statement are in.
pub(super) const RESOURCES: &[&str] = &["Resource", "NotResource"];
/// What the principals of a statement are in.
pub(super) const PRINCIPALS: &[&str] = &["Principal", "NotPrincipal"];

/// A text of a statement, and the way to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    /// The kind of a principal.
    pub(super) kind: &'a str,
    statement: &'a str,
    pub(super) element: &'a str,
    index: Option<usize>,
}

impl Written<'_> {
    /// Where it is, as a JSON pointer.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = format!("{}/{}", self.statement, self.element);
        let index = self.index.map(|index| index.to_string());
        let steps = [Some(self.kind).filter(|kind| !kind.is_empty()), index.as_deref()];
        for step in steps.into_iter().flatten() {
            pointer.push('/');
            pointer.push_str(&escaped(step));
        }
        pointer
    }
}

/// The texts in those of `elements` that the statement has.
pub(super) fn texts<'a>(
    statement: &'a str,
    members: &'a Members,
    elements: &'static [&'static str],
) -> impl Iterator<Item = Written<'a>> {
    elements.iter().flat_map(move |element| {
        items(members.get(*element)).filter_map(move |(index, json)| {
            Some(Written { text: json.as_str()?, kind: "", statement, element, index })
        })
    })
}

/// The actions of the statement.
pub(super) fn actions<'a>(statement: &'a str, members: &'a Members) -> impl Iterator<Item = Written<'a>> {
    texts(statement, members, ACTIONS)
}

/// The resources of the statement.
pub(super) fn resources<'a>(statement: &'a str, members: &'a Members) -> impl Iterator<Item = Written<'a>> {
    texts(statement, members, RESOURCES)
}

/// The principals of the statement that are named with their kind.
pub(super) fn principals<'a>(statement: &'a str, members: &'a Members) -> impl Iterator<Item = Written<'a>> {
    PRINCIPALS.iter().flat_map(move |element| {
        let kinds = members.get(*element).and_then(Json::as_object);
        // A kind without a name is none, which is found on its own.
        let kinds = kinds.into_iter().flatten().filter(|(kind, _)| !kind.is_empty());
        kinds.flat_map(move |(kind, names)| {
            items(Some(names)).filter_map(move |(index, json)| {
                Some(Written { text: json.as_str()?, kind, statement, element, index })
            })
        })
    })
}

/// A test of a condition: an operator, a key and the values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test<'a> {
    pub(super) operator: &'a str,
    pub(super) key: &'a str,
    pub(super) values: &'a Json,
    statement: &'a str,
}

/// An operator with what is written around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) quantifier: Option<Quantifier>,
    pub(super) operator: Operator,
    pub(super) if_exists: bool,
}

impl<'a> Test<'a> {
    /// Where it is, as a JSON pointer.
    pub(super) fn pointer(&self) -> String {
        format!("{}/Condition/{}/{}", self.statement, escaped(self.operator), escaped(self.key))
    }

    /// Where its value with this index is.
    pub(super) fn value_pointer(&self, index: Option<usize>) -> String {
        let pointer = self.pointer();
        index.map_or_else(|| pointer.clone(), |index| format!("{pointer}/{index}"))
    }

    /// Its values as texts, as IAM takes numbers and booleans, each with its index in the list.
    pub(super) fn texts(&self) -> impl Iterator<Item = (Option<usize>, Cow<'a, str>)> + use<'a> {
        items(Some(self.values)).filter_map(|(index, json)| match json {
            Json::String(text) => Some((index, Cow::Borrowed(text.as_str()))),
            Json::Bool(_) | Json::Number(_) => Some((index, Cow::Owned(json.to_string()))),
            Json::Null | Json::Array(_) | Json::Object(_) => None,
        })
    }

    /// The operator, when there is one of that name.
    pub(super) fn named(&self) -> Option<Named> {
        operator(self.operator)
    }
}

/// The tests of the statement's condition.
pub(super) fn tests<'a>(statement: &'a str, members: &'a Members) -> impl Iterator<Item = Test<'a>> {
    let operators = members.get("Condition").and_then(Json::as_object);
    operators.into_iter().flatten().flat_map(move |(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| Test { operator, key, values, statement })
    })
}

/// The operator that is written so.
pub(super) fn operator(name: &str) -> Option<Named> {
    let (quantifier, rest) = match name.split_once(':') {
        Some(("ForAllValues", rest)) => (Some(Quantifier::ForAllValues), rest),
        Some(("ForAnyValue", rest)) => (Some(Quantifier::ForAnyValue), rest),
        _ => (None, name),
    };
    let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
    let operator = Operator::ALL.iter().find(|operator| operator.name() == base)?;
    Some(Named { quantifier, operator: *operator, if_exists })
}

/// The items of a list with their indices; any other value is a list of one.
pub(super) fn items(json: Option<&Json>) -> impl Iterator<Item = (Option<usize>, &Json)> {
    let items = if let Some(Json::Array(items)) = json { items.as_slice() } else { &[] };
    let single = json.filter(|json| !json.is_array()).map(|json| (None, json));
    single.into_iter().chain(items.iter().enumerate().map(|(index, json)| (Some(index), json)))
}

/// The variables of a text: what is between `${` and `}`, or nothing when no brace closes it.
///
/// Those of CloudFormation (`${cfn:...}`) are none of the policy: they stand for a text that is not known yet.
pub(super) fn variables(text: &str) -> impl Iterator<Item = Option<&str>> {
    let all = text.split("${").skip(1).map(|rest| rest.split_once('}').map(|(inside, _)| inside));
    all.filter(|inside| !inside.is_some_and(|inside| inside.starts_with("cfn:")))
}

/// Whether a part of the text is not known: it has a variable.
pub(super) fn has_variable(text: &str) -> bool {
    text.contains("${")
}

/// Whether the text may stand for several: it has a variable or a wildcard.
pub(super) fn is_open(text: &str) -> bool {
    text.contains(['*', '?']) || has_variable(text)
}

/// A text in backticks, short enough for a message.
pub(super) fn quoted(text: &str) -> String {
    let text = unknown::named(text);
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// What is there instead of what is expected, short enough for a message.
pub(super) fn shown(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::String(text) if text.is_empty() => "an empty text".to_owned(),
        Json::String(text) => quoted(text),
        Json::Bool(_) | Json::Number(_) => format!("`{json}`"),
    }
}

/// A member's name as a step of a JSON pointer.
pub(super) fn escaped(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) { name.replace('~', "~0").replace('/', "~1").into() } else { name.into() }
}
