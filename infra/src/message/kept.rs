//! The types of messages in the metadata of a template, where the next deployment finds those of the last one.

use std::collections::BTreeMap;

use bindings::message::Described;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::flow::flows;
use super::reduced::reduced;
use crate::stack::Stack;
use crate::template::Template;

/// The key in the template's metadata.
pub const KEY: &str = "stackwright:messages";

/// What stands there: types, and who sends and takes which of them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Kept {
    /// The types as they are sent, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sent: BTreeMap<String, Type>,
    /// The types as they are taken, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    taken: BTreeMap<String, Type>,
    /// What is at the ends of each queue and each function that is invoked, by logical id.
    flows: IndexMap<String, Ends>,
}

/// A type of messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Type {
    /// Where it was declared.
    pub(super) place: String,
    /// Its schema, as a text: to CloudFormation `null` is no value, and a field may be named as a function is.
    schema: String,
}

/// The names of types, each by who sends or takes it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ends {
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    sent: IndexMap<String, String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    taken: IndexMap<String, String>,
}

/// What the name of a type begins with that comes in the envelope of SNS.
const ENVELOPE: &str = "envelope of ";

/// What the metadata of `stack`'s template says of its messages, if any program says a type.
pub(crate) fn metadata(stack: &Stack, resources: &Map<String, Json>) -> Option<Json> {
    let mut kept = Kept::default();
    for flow in flows(stack, resources) {
        let mut ends = Ends::default();
        for sent in flow.sent {
            kept.sent.entry(sent.message.type_name.clone()).or_insert_with(|| Type::of(sent.message));
            let by = format!("{}.{}", sent.by, sent.binding.field);
            ends.sent.insert(by, name(sent.message, sent.is_in_envelope));
        }
        for taken in flow.taken {
            kept.taken.entry(taken.message.type_name.clone()).or_insert_with(|| Type::of(taken.message));
            ends.taken.insert(taken.by.to_string(), name(taken.message, taken.message.is_in_envelope));
        }
        kept.flows.insert(flow.id.to_owned(), ends);
    }
    if kept.flows.is_empty() { None } else { serde_json::to_value(kept).ok() }
}

fn name(message: &Described, is_in_envelope: bool) -> String {
    let envelope = if is_in_envelope { ENVELOPE } else { "" };
    format!("{envelope}{}", message.type_name)
}

/// A type at the end of a flow, as a template has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct End<'a> {
    /// The function that sends or takes it.
    pub(super) by: &'a str,
    pub(super) type_name: &'a str,
    pub(super) kept: &'a Type,
    pub(super) is_in_envelope: bool,
}

impl Kept {
    /// What a template says. One that was written by other rules says nothing.
    pub(super) fn of(template: &Template) -> Option<Self> {
        serde_json::from_value(template.get("Metadata")?.get(KEY)?.clone()).ok()
    }

    /// The queues and functions.
    pub(super) fn flows(&self) -> impl Iterator<Item = &str> {
        self.flows.keys().map(String::as_str)
    }

    /// What is sent to a queue or function.
    pub(super) fn sent(&self, flow: &str) -> impl Iterator<Item = End<'_>> {
        let ends = self.flows.get(flow).into_iter().flat_map(|ends| &ends.sent);
        ends.filter_map(|(by, name)| end(by.split('.').next()?, name, &self.sent))
    }

    /// What is taken from it.
    pub(super) fn taken(&self, flow: &str) -> impl Iterator<Item = End<'_>> {
        let ends = self.flows.get(flow).into_iter().flat_map(|ends| &ends.taken);
        ends.filter_map(|(by, name)| end(by, name, &self.taken))
    }
}

fn end<'a>(by: &'a str, name: &'a str, types: &'a BTreeMap<String, Type>) -> Option<End<'a>> {
    let in_envelope = name.strip_prefix(ENVELOPE);
    let type_name = in_envelope.unwrap_or(name);
    Some(End { by, type_name, kept: types.get(type_name)?, is_in_envelope: in_envelope.is_some() })
}

impl Type {
    fn of(message: &Described) -> Self {
        Self { place: message.place.clone(), schema: reduced(&message.schema).to_string() }
    }

    /// Whether it has the same values, wherever it is declared.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.schema == other.schema
    }

    /// The schema; anything where the text is none.
    pub(super) fn schema(&self) -> Json {
        serde_json::from_str(&self.schema).unwrap_or(Json::Bool(true))
    }
}
