//! Why a value that is sent may not be taken.

use super::words::Content;

/// A place in a message at which what is sent does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// The steps to it.
    pub(super) path: Vec<Step>,
    pub(super) problem: Problem,
}

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To a field of this name.
    Field(String),
    /// To any entry of a list.
    Item,
    /// To the value of any key of a map.
    Value,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// What is needed is not sent, or not always.
    Missing { sometimes: bool },
    /// What is sent is refused, for nothing has that name.
    Unknown,
    /// Another type, or a value of the right type that is not taken.
    Other { got: String, is_value: bool, expected: Vec<String> },
}

impl Mismatch {
    pub(super) const fn new(problem: Problem) -> Self {
        Self { path: Vec::new(), problem }
    }

    pub(super) fn other(got: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::new(Problem::Other { got: got.into(), is_value: false, expected: vec![expected.into()] })
    }

    /// The same of one value, `got`.
    pub(super) fn value(got: String, expected: String) -> Self {
        Self::new(Problem::Other { got, is_value: true, expected: vec![expected] })
    }

    /// The same, a step further down.
    pub(super) fn below(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }

    /// Whether what is taken is told more, and not something else: a variant, or a field that must not be there.
    pub(super) fn is_addition(&self) -> bool {
        match self.problem {
            Problem::Unknown => true,
            Problem::Other { is_value, .. } => is_value,
            Problem::Missing { .. } => false,
        }
    }

    /// What to do about it.
    pub(super) fn help(&self, content: Content) -> String {
        let (send, take) = (content.send(), content.take());
        match self.problem {
            Problem::Missing { .. } => {
                format!("{send} it always, or {take} it as an `Option` or with `#[serde(default)]`")
            }
            Problem::Unknown => format!("leave it out of what is {}, or {take} unknown fields", content.sent()),
            Problem::Other { .. } => format!("{send} and {take} the same type"),
        }
    }

    /// What is wrong, such as `` `lines[].sku` is a text, expected a whole number ``.
    pub(super) fn told(&self, content: Content) -> String {
        let (place, sent) = (self.place(content), content.sent());
        match &self.problem {
            Problem::Missing { sometimes: true } => format!("{place} is needed and not always {sent}"),
            Problem::Missing { sometimes: false } => format!("{place} is needed and never {sent}"),
            Problem::Unknown => format!("{place} is {sent} and not known"),
            Problem::Other { got, expected, .. } => format!("{place} is {got}, expected {}", expected.join(" or ")),
        }
    }

    fn place(&self, content: Content) -> String {
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if place.is_empty() => place.push_str(name),
                Step::Field(name) => place.extend([".", name]),
                Step::Item => place.push_str("[]"),
                Step::Value => place.push_str("{}"),
            }
        }
        if place.is_empty() { format!("the {}", content.one()) } else { format!("`{place}`") }
    }
}
