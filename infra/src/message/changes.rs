//! What a deployment changes of types, so that messages may not be taken or items not be read: those that are there before
//! it, and those that come while it goes on.

use assembly::Finding;

use super::check::{place, short};
use super::fit::fits;
use super::kept::{End, Kept};
use super::mismatch::{Mismatch, Step};
use super::words::Content;
use crate::template::Template;

/// What of the messages of a queue or function, or of the items of a table, does not fit: `now` gives the logical id that it
/// has in `after`, and none where it does not stay.
///
/// Fields and variants that are added, and what is needed no more, are fine.
pub fn between(before: &Template, after: &Template, now: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let (Some(before), Some(after)) = (Kept::of(before), Kept::of(after)) else { return Vec::new() };
    let mut findings = Vec::new();
    for (old, content) in before.all() {
        let Some(new) = now(old) else { continue };
        let comparison = Comparison { before: &before, old, after: &after, new: &new, content };
        let told = comparison.of_earlier(&mut findings);
        comparison.until_replaced(&told, &mut findings);
    }
    findings
}

/// What becomes of one queue, function or table.
struct Comparison<'a> {
    before: &'a Kept,
    /// What it is called before.
    old: &'a str,
    after: &'a Kept,
    /// What it is called after.
    new: &'a str,
    content: Content,
}

impl Comparison<'_> {
    /// What was sent or written, and will not be taken or read. Gives where it does not fit.
    fn of_earlier(&self, findings: &mut Vec<Finding>) -> Vec<Vec<Step>> {
        let mut told = Vec::new();
        for taken in self
            .after
            .taken(self.content, self.new)
            .filter(|taken| is_new(taken, self.before.taken(self.content, self.old)))
        {
            let former = self.before.former(self.old).map(|it| (it, "an earlier deployment wrote".to_owned()));
            let deployed = self.before.sent(self.content, self.old).map(|it| {
                let sends = format!("`{}` as it is deployed {}s", it.by, self.content.send());
                (it, sends)
            });
            for (sent, sends) in former.chain(deployed).filter(|(sent, _)| self.will_read(sent, &taken)) {
                let Some(mismatch) = mismatch(&sent, &taken) else { continue };
                let take = self.content.take();
                let (what, at) = (short(sent.type_name), &sent.kept.place);
                let (to, expected) = (taken.by, short(taken.type_name));
                let way = self.content.way(self.new, to);
                let (earlier, problem) = (self.content.earlier(), mismatch.told(self.content));
                let message = format!(
                    "{sends} `{what}` ({at}){way}, and `{to}` will {take} `{expected}`: in {earlier}, {problem}"
                );
                findings.push(self.finding(&taken, message, self.content.help_with_earlier()));
                told.push(mismatch.path);
            }
        }
        told
    }

    /// What will be sent or written, and is not taken or read by what is deployed.
    fn until_replaced(&self, told: &[Vec<Step>], findings: &mut Vec<Finding>) {
        for sent in self
            .after
            .sent(self.content, self.new)
            .filter(|sent| is_new(sent, self.before.sent(self.content, self.old)))
        {
            for taken in self.before.taken(self.content, self.old).filter(|taken| self.is_read(&sent, taken)) {
                let Some(mismatch) = mismatch(&sent, &taken).filter(|it| !it.is_addition()) else { continue };
                // What is retyped does not fit in either direction; the first says it.
                if told.contains(&mismatch.path) {
                    continue;
                }
                let (send, take) = (self.content.send(), self.content.take());
                let (by, what) = (sent.by, short(sent.type_name));
                let (to, expected, at) = (taken.by, short(taken.type_name), &taken.kept.place);
                let way = self.content.way(self.new, if to == self.old { self.new } else { to });
                let problem = mismatch.told(self.content);
                let message = format!(
                    "`{by}` will {send} `{what}`{way}, and `{to}` as it is deployed {take}s `{expected}` ({at}): until it is \
                     replaced, {problem}"
                );
                findings.push(self.finding(&sent, message, self.content.help_until_replaced()));
            }
        }
    }

    /// Whether `taken` will get what was sent. A table may have items of several types, and a reader gets those whose keys it
    /// asks for. So a reader is taken to go on with the types that fitted it before, and a new one to read a type that fits
    /// it, if there is any.
    fn will_read(&self, sent: &End<'_>, taken: &End<'_>) -> bool {
        if self.content != Content::Items {
            return true;
        }
        let written = || self.after.sent(self.content, self.new);
        if let Some(earlier) = self.before.taken(self.content, self.old).find(|it| it.binding == taken.binding) {
            // Of several types that fitted, it goes on to read those that still fit.
            let is_left = written().any(|it| it.binding == sent.binding && !fit(&it, taken));
            return fit(sent, &earlier) && !(is_left && written().any(|it| fit(&it, taken)));
        }
        let is_added =
            |it: &End<'_>| !self.before.sent(self.content, self.old).any(|earlier| earlier.binding == it.binding);
        let stored = self.before.former(self.old).chain(self.before.sent(self.content, self.old));
        let others = stored.chain(written().filter(is_added));
        !others.into_iter().any(|it| fit(&it, taken))
    }

    /// Whether `taken`, as it is deployed, will get what is sent from now on.
    fn is_read(&self, sent: &End<'_>, taken: &End<'_>) -> bool {
        if self.content != Content::Items {
            return true;
        }
        match self.before.sent(self.content, self.old).find(|it| it.binding == sent.binding) {
            Some(earlier) => fit(&earlier, taken),
            None => !self.after.sent(self.content, self.new).any(|it| fit(&it, taken)),
        }
    }

    fn finding(&self, at: &End<'_>, message: String, help: &str) -> Finding {
        let finding = match self.content {
            Content::Messages | Content::Answers => Finding::warning("message-changed", message),
            Content::Items => Finding::warning("item-changed", message),
        };
        Finding { location: place(&at.kept.place), ..finding.help(help) }
    }
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

fn fit(sent: &End<'_>, taken: &End<'_>) -> bool {
    mismatch(sent, taken).is_none()
}
