//! Of which stack the logical ids in texts and JSON are.
//!
//! An id that typed code has put into a text, such as `${Orders.Arn}`, or into JSON is no longer a reference: nothing
//! tells it from the same id of another stack. So within this crate an id is written with the mark of its stack behind it.
//! The renderer takes the marks out again and says where an id of another stack was. Without being asked for, nothing is
//! marked: users see ids as they are.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::expression::{Path, is_function};
use crate::reference::LogicalId;

/// What stands around a mark. Unicode keeps these two for a program's own use, so that no text has them.
const START: char = '\u{FDD2}';
const END: char = '\u{FDD3}';

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Resource,
    Parameter,
    Condition,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Resource, Self::Parameter, Self::Condition];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Parameter => "parameter",
            Self::Condition => "condition",
        }
    }
}

/// The stack that an id is of, told from every other stack of the process, and what the id names there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    number: u32,
    stack: &'static str,
    kind: Kind,
}

impl Origin {
    /// That of the resources of a new stack.
    pub(crate) fn new(stack: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { number, stack: stack.to_owned().leak(), kind: Kind::Resource }
    }

    /// That of what is of the kind `kind` in the same stack.
    pub(crate) const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

/// Whether the stack is the same.
impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

/// The mark.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{START}{}:{}:{}{END}", self.number, self.kind.name(), self.stack)
    }
}

/// Which ids are marked when they are serialised.
#[derive(Debug, Clone, Copy)]
enum Marked {
    None,
    All,
    AllBut(Origin),
}

thread_local! {
    static MARKED: Cell<Marked> = const { Cell::new(Marked::None) };
    /// Whether anything with a mark was serialised since this was last asked: mostly nothing is.
    static WROTE: Cell<bool> = const { Cell::new(false) };
}

/// Sets back what was before, also when user code panics.
struct Restore(Marked);

impl Drop for Restore {
    fn drop(&mut self) {
        MARKED.set(self.0);
    }
}

fn with<T>(marked: Marked, work: impl FnOnce() -> T) -> T {
    let _restore = Restore(MARKED.replace(marked));
    work()
}

/// What `work` serialises, with a mark at each id.
pub(crate) fn all<T>(work: impl FnOnce() -> T) -> T {
    with(Marked::All, work)
}

/// What `work` serialises, with a mark at each id of another stack than `own`, and whether there may be marks in it.
pub(crate) fn all_but<T>(own: Origin, work: impl FnOnce() -> T) -> (T, bool) {
    WROTE.set(false);
    let made = with(Marked::AllBut(own), work);
    (made, WROTE.get())
}

/// What `work` serialises, without marks.
pub(crate) fn none<T>(work: impl FnOnce() -> T) -> T {
    with(Marked::None, work)
}

/// Whether an id of `origin` is marked now.
pub(crate) fn is_marked(origin: Origin) -> bool {
    let is_marked = match MARKED.get() {
        Marked::None => false,
        Marked::All => true,
        Marked::AllBut(own) => origin != own,
    };
    WROTE.set(WROTE.get() || is_marked);
    is_marked
}

/// Whether marks are left in texts and JSON that have them already.
fn are_kept() -> bool {
    let are_kept = !matches!(MARKED.get(), Marked::None);
    WROTE.set(WROTE.get() || are_kept);
    are_kept
}

/// An id of another stack in what one stack says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    pub(crate) id: String,
    pub(crate) kind: Kind,
    /// The name of the other stack.
    pub(crate) stack: String,
    number: u32,
    /// Where it is.
    pub(crate) path: String,
}

impl Foreign {
    /// Whether both are one thing of one stack, wherever they are.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.number, &self.id) == (other.number, &other.id)
    }
}

/// What a mark says.
struct Mark<'a> {
    number: u32,
    kind: Kind,
    stack: &'a str,
}

impl<'a> Mark<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (number, rest) = text.split_once(':')?;
        let (kind, stack) = rest.split_once(':')?;
        let kind = Kind::ALL.into_iter().find(|it| it.name() == kind)?;
        Some(Self { number: number.parse().ok()?, kind, stack })
    }
}

/// `text` without marks; each is told to `found` with the id before it.
fn taken_out(text: &str, mut found: impl FnMut(&str, Mark<'_>)) -> Cow<'_, str> {
    if !text.contains(START) {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split(START);
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (mark, rest) = piece.split_once(END).unwrap_or(("", piece));
        if let Some(mark) = Mark::parse(mark) {
            let id = plain.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
            found(id, mark);
        }
        plain.push_str(rest);
    }
    Cow::Owned(plain)
}

/// `text` without marks.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    taken_out(text, |_, _| {})
}

/// Whether an id in `text` is of another stack than `own`.
pub(crate) fn has_foreign(text: &str, own: Origin) -> bool {
    let mut is_foreign = false;
    taken_out(text, |_, mark| is_foreign |= mark.number != own.number);
    is_foreign
}

/// Takes the marks out of what the stack `own` says at `path`, and notes each id of another stack once.
pub(crate) fn take_out(path: &Path<'_>, json: &mut Json, own: Origin, foreign: &mut Vec<Foreign>) {
    match json {
        Json::String(text) => {
            let plain = taken_out(text, |id, Mark { number, kind, stack }| {
                let (id, stack) = (id.to_owned(), stack.to_owned());
                let it = Foreign { id, kind, stack, number, path: path.to_string() };
                if number != own.number && !foreign.iter().any(|known| known.is_same(&it)) {
                    foreign.push(it);
                }
            });
            if let Cow::Owned(plain) = plain {
                *text = plain;
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                take_out(&path.item(index), item, own, foreign);
            }
        }
        // The arguments of a function have no place of their own.
        Json::Object(members) if is_function(members) => {
            members.values_mut().for_each(|value| take_out_within(path, value, own, foreign));
        }
        Json::Object(members) => {
            for (name, value) in members {
                take_out(&path.property(name), value, own, foreign);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The same of what has no places of its own.
pub(crate) fn take_out_within(path: &Path<'_>, json: &mut Json, own: Origin, foreign: &mut Vec<Foreign>) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| take_out_within(path, item, own, foreign)),
        Json::Object(members) => members.values_mut().for_each(|value| take_out_within(path, value, own, foreign)),
        other => take_out(path, other, own, foreign),
    }
}

/// A text with `${LogicalId}`, `${LogicalId.Attribute}` and `${AWS::Region}` placeholders.
///
/// Where typed references made it, as with [`Text::of`], it remembers their stacks, so that [`crate::check()`] finds one of
/// another stack. An id that was written as a text belongs to whoever uses it.
#[derive(Clone)]
pub struct Text(String);

impl Text {
    /// The text with the logical id `id` for each `{}` in it.
    ///
    /// ```
    /// use infra::sqs::StandardQueue;
    /// use infra::value::{Intrinsic, Text};
    /// use infra::{Stack, Stage};
    ///
    /// let mut stack = Stack::new("orders", &Stage::default());
    /// let queue = stack.named("Placed").add(StandardQueue::default());
    /// let text = Text::of("${{}.QueueName} in ${AWS::Region}", queue.id());
    /// assert_eq!(text.as_str(), "${Placed.QueueName} in ${AWS::Region}");
    /// stack.output("Queue", Intrinsic::Sub(text));
    /// ```
    #[must_use]
    pub fn of(text: &str, id: LogicalId) -> Self {
        Self(text.replace("{}", &id.marked()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> Cow<'_, str> {
        plain(&self.0)
    }

    pub(crate) fn marked(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_str(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&if are_kept() { Cow::Borrowed(self.marked()) } else { self.as_str() })
    }
}

/// Serialises JSON that has marks.
pub(crate) fn serialize<S: Serializer>(json: &Json, serializer: S) -> Result<S::Ok, S::Error> {
    if are_kept() { json.serialize(serializer) } else { plain_json(json).serialize(serializer) }
}

/// `json` without marks.
pub(crate) fn plain_json(json: &Json) -> Json {
    match json {
        Json::String(text) => plain(text).into_owned().into(),
        Json::Array(items) => items.iter().map(plain_json).collect(),
        Json::Object(members) => members.iter().map(|(name, value)| (name.clone(), plain_json(value))).collect(),
        other => other.clone(),
    }
}
