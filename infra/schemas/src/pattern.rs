//! Regular expressions that are compiled when a value first meets them.

use std::sync::OnceLock;

use regex::Regex;

use super::class::Repeated;

/// A regular expression of a schema: a value matches when any part of it does, as in JSON Schema.
///
/// Most are one class of characters, repeated. Matching these without an automaton saves its compilation, which for
/// `[a-z]{1,512}` takes longer than all other checks of a small stack.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    simple: OnceLock<Simple>,
    /// `None` when it cannot be compiled, and then excludes nothing.
    regex: OnceLock<Option<Regex>>,
}

/// What is known of a pattern without compiling it.
#[derive(Debug)]
enum Simple {
    /// It is this.
    Whole(Repeated),
    /// This is one way to match.
    OneWay(Repeated),
    Nothing,
}

impl Pattern {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, simple: OnceLock::new(), regex: OnceLock::new() }
    }

    /// The expression as AWS writes it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Whether `value` matches. An expression that Rust's `regex` cannot read matches everything.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match self.simple.get_or_init(|| Simple::of(self.text)) {
            Simple::Whole(repeated) => repeated.matches(value),
            Simple::OneWay(repeated) if repeated.matches(value) => true,
            Simple::OneWay(_) | Simple::Nothing => {
                let regex = self.regex.get_or_init(|| Regex::new(self.text).ok());
                regex.as_ref().is_none_or(|regex| regex.is_match(value))
            }
        }
    }
}

impl Simple {
    fn of(text: &str) -> Self {
        let one_way = || Repeated::parse_first_alternative(text).map(Self::OneWay);
        Repeated::parse(text).map(Self::Whole).or_else(one_way).unwrap_or(Self::Nothing)
    }
}
