//! What a user is told when a command cannot do what it was asked.

use std::fmt;

use crate::exit::Exit;

/// An expected failure: what is wrong, in the user's words, and what to do about it.
///
/// The message is lowercase, has no final period, and sets what the user typed in backticks.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    message: String,
    help: Vec<String>,
}

impl Failure {
    /// A failure with the exit code [`Exit::Failed`].
    pub fn new(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), help: Vec::new() }
    }

    /// A failure of which all has been said already, such as by cargo.
    #[must_use]
    pub const fn silent(exit: Exit) -> Self {
        Self { exit, message: String::new(), help: Vec::new() }
    }

    /// Whether all has been said already.
    #[must_use]
    pub const fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    /// The same failure with another exit code.
    #[must_use]
    pub const fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same failure, whose message goes on with `more`.
    #[must_use]
    pub fn and(mut self, more: &str) -> Self {
        self.message.push_str(more);
        self
    }

    /// The same failure with advice, a line for each call.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for help in &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
