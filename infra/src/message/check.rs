//! What one part of a stack sends and the next one does not take, or writes and the next one does not read.

use assembly::{Finding, Location};
use bindings::message::{Described, Envelope};
use serde_json::Value as Json;

use super::fit::fits;
use super::flow::{Answers, Flow, Reader, Sent, Taken, answers, flows};
use super::items::{End, Table, tables};
use super::reduced::reduced;
use super::words::Content;
use crate::reference::LogicalId;
use crate::stack::Stack;
use crate::template::Template;

/// Adds what of `stack`, rendered as `template`, is sent and not taken, or written and not read.
pub(crate) fn check(stack: &Stack, template: &Template, findings: &mut Vec<Finding>) {
    let Some(resources) = template.entries("Resources") else { return };
    for Flow { id, sent, taken } in flows(stack, resources) {
        let pairs = sent.iter().flat_map(|sent| taken.iter().map(move |taken| (sent, taken)));
        findings.extend(pairs.filter_map(|(sent, taken)| of_message(id, sent, taken)));
    }
    for Answers { by, given, read } in answers(stack, resources) {
        findings.extend(read.iter().filter_map(|reader| of_answer(by, given, reader)));
    }
    for table in tables(stack, resources) {
        findings.extend(of_items(&table));
    }
}

fn of_answer(by: LogicalId, given: &Described, reader: &Reader<'_>) -> Option<Finding> {
    let mismatch = fits(&reduced(&given.schema), &reduced(&reader.answer.schema)).err()?;
    let (to, expected) = (reader.by, short(&reader.answer.type_name));
    let (what, place, problem) = (short(&given.type_name), &given.place, mismatch.told(Content::Answers));
    let message = format!("`{to}` reads `{expected}`, and `{by}` answers `{what}` ({place}): {problem}");
    let finding = Finding::error("message-type", message).help(mismatch.help(Content::Answers));
    Some(Finding { location: location(reader.answer), ..finding })
}

fn of_message(id: &str, sent: &Sent<'_>, taken: &Taken<'_>) -> Option<Finding> {
    let (problem, help) = match (sent.is_in_envelope, taken.message.envelope) {
        (false, None) | (true, Some(Envelope::Notification)) => {
            let mismatch = fits(&reduced(&sent.message.schema), &reduced(&taken.message.schema)).err()?;
            (mismatch.told(Content::Messages), mismatch.help(Content::Messages))
        }
        (true, _) => {
            let problem = "the message comes in the envelope of SNS, expected none";
            let help = "set the subscription's `raw_message_delivery`, or take a `bindings::Notification` of it";
            (problem.to_owned(), help.to_owned())
        }
        (false, Some(Envelope::Notification)) => {
            let problem = "the message comes as it was sent, expected the envelope of SNS";
            let help = "take the type itself, or leave out the subscription's `raw_message_delivery`";
            (problem.to_owned(), help.to_owned())
        }
        (false, Some(Envelope::Change)) => {
            let problem = "the message comes as it was sent, expected a change of a table";
            (problem.to_owned(), "take the type itself: only the stream of a table tells changes".to_owned())
        }
    };
    let (from, to) = (sent.by, taken.by);
    let (what, place) = (short(&sent.message.type_name), &sent.message.place);
    let expected = short(&taken.message.type_name);
    let way = if to.as_str() == id { String::new() } else { format!(" from `{id}`") };
    let message = format!("`{to}` takes `{expected}`{way}, and `{from}` sends `{what}` ({place}): {problem}");
    let is_filtered = sent.is_filtered || taken.is_filtered;
    let finding = if is_filtered {
        Finding::warning("message-type", format!("{message}, unless a filter keeps it away"))
    } else {
        Finding::error("message-type", message)
    };
    Some(Finding { location: location(taken.message), ..finding.help(help) })
}

/// What is read from a table and fits nothing that is written into it. A table may have items of several types: which of
/// them are read, their keys decide.
fn of_items<'a>(table: &'a Table<'_>) -> impl Iterator<Item = Finding> + 'a {
    table.read.iter().filter_map(move |read| {
        if read.by_stream && read.item.envelope != Some(Envelope::Change) {
            return Some(not_a_change(table.id, read));
        }
        let mut nearest = None;
        for written in &table.written {
            let mismatch = fits(&reduced(&written.item.schema), &reduced(&read.item.schema)).err()?;
            nearest.get_or_insert((written, mismatch));
        }
        let (written, mismatch) = nearest?;
        let (id, to, from) = (table.id, read.by, written.by);
        let (what, place) = (short(&written.item.type_name), &written.item.place);
        let expected = short(&read.item.type_name);
        let problem = mismatch.told(Content::Items);
        let message =
            format!("`{to}` reads `{expected}` from `{id}`, and `{from}` writes `{what}` ({place}): {problem}");
        let finding = if read.is_filtered {
            Finding::warning("item-type", format!("{message}, unless a filter keeps it away"))
        } else {
            Finding::error("item-type", message)
        };
        Some(Finding { location: location(read.item), ..finding.help(mismatch.help(Content::Items)) })
    })
}

fn not_a_change(table: &str, read: &End<'_>) -> Finding {
    let (to, item) = (read.by, short(&read.item.type_name));
    let message =
        format!("`{to}` takes `{item}` from the stream of `{table}`: it gets changes, expected `Change<{item}>`");
    let finding = Finding::error("item-type", message).help("take a `bindings::Change` of it");
    Finding { location: location(read.item), ..finding }
}

/// The name of a type without its modules.
pub(super) fn short(type_name: &str) -> &str {
    let generics = type_name.find('<').unwrap_or(type_name.len());
    let start = type_name[..generics].rfind("::").map_or(0, |colons| colons + 2);
    &type_name[start..]
}

fn location(described: &Described) -> Option<Location> {
    place(&described.place)
}

/// The place that a text such as `handlers/orders/src/order.rs:12:1` names.
pub(super) fn place(text: &str) -> Option<Location> {
    serde_json::from_value(Json::String(text.to_owned())).ok()
}
