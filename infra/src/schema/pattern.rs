//! Regular expressions that are compiled when a value first meets them.

use std::sync::OnceLock;

use regex::Regex;

use super::class::Repeated;

/// A regular expression of a schema: a value matches when any part of it does, as in JSON Schema.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: &'static str,
    matcher: OnceLock<Matcher>,
}

/// Most patterns are one class of characters, repeated. Matching these without an automaton saves its compilation,
/// which for `[a-z]{1,512}` takes longer than all other checks of a small stack.
#[derive(Debug)]
enum Matcher {
    Repeated(Repeated),
    Regex(Box<Regex>),
    /// What cannot be compiled excludes nothing.
    Anything,
}

impl Pattern {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, matcher: OnceLock::new() }
    }

    pub(crate) const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Whether `value` matches.
    pub(crate) fn matches(&self, value: &str) -> bool {
        let matcher = self.matcher.get_or_init(|| match Repeated::parse(self.text) {
            Some(repeated) => Matcher::Repeated(repeated),
            None => Regex::new(self.text).map_or(Matcher::Anything, |regex| Matcher::Regex(Box::new(regex))),
        });
        match matcher {
            Matcher::Repeated(repeated) => repeated.matches(value),
            Matcher::Regex(regex) => regex.is_match(value),
            Matcher::Anything => true,
        }
    }
}
