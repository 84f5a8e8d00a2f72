//! Regular expressions that are compiled when a value first meets them.

use std::sync::OnceLock;

use regex::Regex;

/// A regular expression of a schema: a value matches when any part of it does, as in JSON Schema.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: &'static str,
    regex: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, regex: OnceLock::new() }
    }

    pub(crate) const fn as_str(&self) -> &'static str {
        self.text
    }

    /// Whether `value` matches; one that cannot be compiled matches everything.
    pub(crate) fn matches(&self, value: &str) -> bool {
        let regex = self.regex.get_or_init(|| Regex::new(self.text).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(value))
    }
}
