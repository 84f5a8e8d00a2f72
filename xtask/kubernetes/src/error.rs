//! Why an image cannot be made or pushed, or a cluster does not do what it should.

use std::error::Error as StdError;
use std::fmt;

/// What is wrong, where, and what to do about it.
#[derive(Debug)]
pub struct Error {
    message: String,
    help: Vec<String>,
}

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: Vec::new() }
    }

    /// With what other code says: its causes are told too.
    pub(crate) fn because(message: impl fmt::Display, cause: &(dyn StdError + 'static)) -> Self {
        Self::new(format!("{message}: {}", causes(cause)))
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// What is wrong, in one line or with what another program said below it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &[String] {
        &self.help
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.iter().try_for_each(|help| write!(f, "\n  help: {help}"))
    }
}

impl StdError for Error {}

/// An error with its causes, but for those whose text it has already.
pub(crate) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = cause.source();
    }
    text
}
