//! The exit codes, which are part of the command line's interface.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; having had nothing to do is done, too.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line does not say what to do.
    Usage = 2,
    /// There are differences: `diff --exit-code`, `drift`.
    Differences = 3,
    /// The audit has findings of the severity that `--fail-on` says, or worse.
    Findings = 4,
    /// A question was answered with no, or could not be asked.
    Declined = 5,
    /// There is no such stack.
    NoSuchStack = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
