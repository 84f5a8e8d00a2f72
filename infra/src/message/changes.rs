//! What a deployment changes of types, so that messages may not be taken: those that were sent before it, and those
//! that are sent while it goes on.

use assembly::Finding;

use super::check::{place, short};
use super::fit::fits;
use super::kept::{End, Kept};
use super::mismatch::Mismatch;
use crate::template::Template;

/// What of the messages of a queue or function does not fit: `now` gives the logical id that it has in `after`, and none
/// where it does not stay.
///
/// Fields and variants that are added, and what is needed no more, are fine.
pub fn between(before: &Template, after: &Template, now: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let (Some(before), Some(after)) = (Kept::of(before), Kept::of(after)) else { return Vec::new() };
    let stay = before.flows().filter_map(|flow| Some((flow, now(flow)?)));
    stay.flat_map(|(old, new)| flow(&before, old, &after, &new)).collect()
}

fn flow(before: &Kept, old: &str, after: &Kept, new: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told = Vec::new();
    for taken in after.taken(new).filter(|taken| is_new(taken, before.taken(old))) {
        for sent in before.sent(old) {
            let Some(mismatch) = mismatch(&sent, &taken) else { continue };
            let (by, what, at) = (sent.by, short(sent.type_name), &sent.kept.place);
            let (to, expected) = (taken.by, short(taken.type_name));
            let way = if to == new { String::new() } else { format!(" to `{new}`") };
            let message = format!(
                "`{by}` as it is deployed sends `{what}` ({at}){way}, and `{to}` will take `{expected}`: in messages that are \
                 on their way, {mismatch}"
            );
            let help = "take both until the old ones are gone, or deploy when there are none";
            findings.push(finding(&taken, message, help));
            told.push(mismatch.path);
        }
    }
    for sent in after.sent(new).filter(|sent| is_new(sent, before.sent(old))) {
        for taken in before.taken(old) {
            let Some(mismatch) = mismatch(&sent, &taken).filter(|it| !it.is_addition()) else { continue };
            // What is retyped does not fit in either direction; the first says it.
            if told.contains(&mismatch.path) {
                continue;
            }
            let (by, what) = (sent.by, short(sent.type_name));
            let (to, expected, at) = (taken.by, short(taken.type_name), &taken.kept.place);
            let way = if to == old { String::new() } else { format!(" to `{new}`") };
            let message = format!(
                "`{by}` will send `{what}`{way}, and `{to}` as it is deployed takes `{expected}` ({at}): until it is replaced, \
                 {mismatch}"
            );
            let help = "deploy first what does without it: till then such messages fail and are tried again";
            findings.push(finding(&sent, message, help));
        }
    }
    findings
}

/// Whether an end differs from what is deployed. What is as it was has its messages as before, whatever they are.
fn is_new<'a>(end: &End<'_>, mut deployed: impl Iterator<Item = End<'a>>) -> bool {
    !deployed.any(|it| it.by == end.by && it.kept.is_same(end.kept) && it.is_in_envelope == end.is_in_envelope)
}

fn mismatch(sent: &End<'_>, taken: &End<'_>) -> Option<Mismatch> {
    if sent.is_in_envelope != taken.is_in_envelope {
        let of = |end: &End<'_>| if end.is_in_envelope { "in the envelope of SNS" } else { "without an envelope" };
        return Some(Mismatch::other(of(sent), of(taken)));
    }
    fits(&sent.kept.schema(), &taken.kept.schema()).err()
}

fn finding(at: &End<'_>, message: String, help: &str) -> Finding {
    Finding { location: place(&at.kept.place), ..Finding::warning("message-changed", message).help(help) }
}
