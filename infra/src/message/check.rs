//! What one part of a stack sends and the next one does not take.

use assembly::{Finding, Location};
use bindings::message::Described;
use serde_json::Value as Json;

use super::fit::fits;
use super::flow::{Flow, Sent, Taken, flows};
use super::reduced::reduced;
use crate::stack::Stack;
use crate::template::Template;

/// Adds what of `stack`, rendered as `template`, is sent and not taken.
pub(crate) fn check(stack: &Stack, template: &Template, findings: &mut Vec<Finding>) {
    let Some(resources) = template.entries("Resources") else { return };
    for Flow { id, sent, taken } in flows(stack, resources) {
        let pairs = sent.iter().flat_map(|sent| taken.iter().map(move |taken| (sent, taken)));
        findings.extend(pairs.filter_map(|(sent, taken)| finding(id, sent, taken)));
    }
}

fn finding(id: &str, sent: &Sent<'_>, taken: &Taken<'_>) -> Option<Finding> {
    let (problem, help) = if sent.is_in_envelope == taken.message.is_in_envelope {
        let mismatch = fits(&reduced(&sent.message.schema), &reduced(&taken.message.schema)).err()?;
        (mismatch.to_string(), mismatch.help())
    } else if sent.is_in_envelope {
        let problem = "the message comes in the envelope of SNS, expected none";
        (problem.to_owned(), "set the subscription's `raw_message_delivery`, or take a `bindings::Notification` of it")
    } else {
        let problem = "the message comes as it was sent, expected the envelope of SNS";
        (problem.to_owned(), "take the type itself, or leave out the subscription's `raw_message_delivery`")
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

/// The name of a type without its modules.
pub(super) fn short(type_name: &str) -> &str {
    let generics = type_name.find('<').unwrap_or(type_name.len());
    let start = type_name[..generics].rfind("::").map_or(0, |colons| colons + 2);
    &type_name[start..]
}

fn location(message: &Described) -> Option<Location> {
    place(&message.place)
}

/// The place that a text such as `handlers/orders/src/order.rs:12:1` names.
pub(super) fn place(text: &str) -> Option<Location> {
    serde_json::from_value(Json::String(text.to_owned())).ok()
}
