//! The types of messages and items in the metadata of a template, where the next deployment finds those of the last one.

use std::collections::BTreeMap;

use bindings::message::{Described, Envelope};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::flow::{Answers, Reader, answers, flows};
use super::items::tables;
use super::reduced::reduced;
use super::words::Content;
use crate::stack::Stack;
use crate::template::Template;

/// The key in the template's metadata.
pub const KEY: &str = "stackwright:messages";

/// What stands there: types, and who sends and takes, or writes and reads, which of them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Kept {
    /// The types as they are sent or written, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sent: BTreeMap<String, Type>,
    /// The types as they are taken or read, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    taken: BTreeMap<String, Type>,
    /// What is at the ends of each queue and each function that is invoked, by logical id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    flows: IndexMap<String, Ends>,
    /// What is at the ends of each table, by logical id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    tables: IndexMap<String, Ends>,
    /// What each function answers, and those who invoke it read, by logical id.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    answers: IndexMap<String, Ends>,
}

/// A type of messages or items.
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
    /// The types that deployments before the last one wrote into a table, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<Former>,
}

/// A type that is written no more, and of which a table may have items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Former {
    name: String,
    #[serde(flatten)]
    kept: Type,
}

/// How many former types of a table are known: a template has 1 MB at most.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const FORMER: usize = 10;

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
            let is_in_envelope = taken.message.envelope == Some(Envelope::Notification);
            ends.taken.insert(taken.by.to_string(), name(taken.message, is_in_envelope));
        }
        kept.flows.insert(flow.id.to_owned(), ends);
    }
    for table in tables(stack, resources) {
        let mut ends = Ends::default();
        for end in table.written {
            kept.sent.entry(end.item.type_name.clone()).or_insert_with(|| Type::of(end.item));
            ends.sent.insert(end.binding(), end.item.type_name.clone());
        }
        for end in table.read {
            kept.taken.entry(end.item.type_name.clone()).or_insert_with(|| Type::of(end.item));
            ends.taken.insert(end.binding(), end.item.type_name.clone());
        }
        kept.tables.insert(table.id.to_owned(), ends);
    }
    for Answers { by, given, read } in answers(stack, resources) {
        let mut ends = Ends::default();
        kept.sent.entry(given.type_name.clone()).or_insert_with(|| Type::of(given));
        ends.sent.insert(by.to_string(), given.type_name.clone());
        for Reader { by, binding, answer } in read {
            kept.taken.entry(answer.type_name.clone()).or_insert_with(|| Type::of(answer));
            ends.taken.insert(format!("{by}.{}", binding.field), answer.type_name.clone());
        }
        kept.answers.insert(by.to_string(), ends);
    }
    let says_nothing = kept.flows.is_empty() && kept.tables.is_empty() && kept.answers.is_empty();
    if says_nothing { None } else { serde_json::to_value(kept).ok() }
}

fn name(message: &Described, is_in_envelope: bool) -> String {
    let envelope = if is_in_envelope { ENVELOPE } else { "" };
    format!("{envelope}{}", message.type_name)
}

/// Copies the types of the items that are in tables from deployments up to `before` into the metadata of `after`, as far as
/// it does not write them itself: `now` gives the logical id that a table has in `after`, and none where it does not stay.
/// Gives whether there are any.
pub fn carry(before: &Template, after: &mut Template, now: impl Fn(&str) -> Option<String>) -> bool {
    let Some(before) = Kept::of(before) else { return false };
    // Of a table that no program says a type for any more, the items are still there.
    let mut kept = Kept::of(after).unwrap_or_default();
    let mut is_any = false;
    for id in before.tables.keys() {
        let Some(new) = now(id) else { continue };
        let is_written = |it: &Former| kept.sent(Content::Items, &new).any(|end| end.kept.is_same(&it.kept));
        let mut former: Vec<Former> = Vec::new();
        for it in before.written(id).filter(|it| !is_written(it)) {
            if !former.iter().any(|known| known.kept.is_same(&it.kept)) {
                former.push(it);
            }
        }
        former.drain(..former.len().saturating_sub(FORMER));
        if !former.is_empty() {
            kept.tables.entry(new).or_default().former = former;
            is_any = true;
        }
    }
    if let (true, Ok(kept)) = (is_any, serde_json::to_value(kept)) {
        after.set_metadata(KEY, kept);
    }
    is_any
}

/// A type at the end of a flow, as a template has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct End<'a> {
    /// The function that sends or takes it.
    pub(super) by: &'a str,
    /// The function, and the field of the binding that it uses, if any.
    pub(super) binding: &'a str,
    pub(super) type_name: &'a str,
    pub(super) kept: &'a Type,
    pub(super) is_in_envelope: bool,
}

impl Kept {
    /// What a template says. One that was written by other rules says nothing.
    pub(super) fn of(template: &Template) -> Option<Self> {
        serde_json::from_value(template.get("Metadata")?.get(KEY)?.clone()).ok()
    }

    /// The queues and functions, the tables, and the functions that answer.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Content)> {
        let all = [Content::Messages, Content::Items, Content::Answers];
        all.into_iter().flat_map(|content| self.of_content(content).keys().map(move |id| (id.as_str(), content)))
    }

    /// What is sent to a queue or function, written into a table, or answered by a function.
    pub(super) fn sent(&self, content: Content, id: &str) -> impl Iterator<Item = End<'_>> {
        let ends = self.of_content(content).get(id).into_iter();
        ends.flat_map(|ends| &ends.sent).filter_map(|(by, name)| end(by, name, &self.sent))
    }

    /// What is taken or read from it.
    pub(super) fn taken(&self, content: Content, id: &str) -> impl Iterator<Item = End<'_>> {
        let ends = self.of_content(content).get(id).into_iter();
        ends.flat_map(|ends| &ends.taken).filter_map(|(by, name)| end(by, name, &self.taken))
    }

    /// What deployments before the last one wrote into a table: by nobody who is known any more.
    pub(super) fn former(&self, id: &str) -> impl Iterator<Item = End<'_>> {
        let former = self.tables.get(id).into_iter().flat_map(|ends| &ends.former);
        former.map(|it| End { by: "", binding: "", type_name: &it.name, kept: &it.kept, is_in_envelope: false })
    }

    /// All types of which a table may have items, the oldest first.
    fn written(&self, id: &str) -> impl Iterator<Item = Former> {
        let ends = self.former(id).chain(self.sent(Content::Items, id));
        ends.map(|end| Former { name: end.type_name.to_owned(), kept: end.kept.clone() })
    }

    const fn of_content(&self, content: Content) -> &IndexMap<String, Ends> {
        match content {
            Content::Messages => &self.flows,
            Content::Items => &self.tables,
            Content::Answers => &self.answers,
        }
    }
}

/// `by` is a function or worker, or a binding of it.
fn end<'a>(by: &'a str, name: &'a str, types: &'a BTreeMap<String, Type>) -> Option<End<'a>> {
    let (binding, by) = (by, by.split('.').next()?);
    let in_envelope = name.strip_prefix(ENVELOPE);
    let type_name = in_envelope.unwrap_or(name);
    Some(End { by, binding, type_name, kept: types.get(type_name)?, is_in_envelope: in_envelope.is_some() })
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
