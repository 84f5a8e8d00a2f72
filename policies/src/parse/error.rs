//! What is wrong with a policy, and where.

use std::fmt;

/// Where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// A line and column of the text, both from 1.
    Line(usize, usize),
    /// A [JSON pointer](https://www.rfc-editor.org/rfc/rfc6901) such as `/Statement/0/Effect`.
    Pointer(String),
}

/// Why a text is not a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What it is about, such as `Effect`; empty for the policy itself.
    pub element: String,
    /// Where it is.
    pub position: Position,
    /// What is there.
    pub got: String,
    /// What IAM expects there.
    pub expected: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line, column) => write!(f, "line {line}, column {column}"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("the top"),
            Self::Pointer(pointer) => write!(f, "`{pointer}`"),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { element, position, got, expected, .. } = self;
        if element.is_empty() {
            write!(f, "the policy at {position} is {got}: expected {expected}")
        } else {
            write!(f, "`{element}` at {position} is {got}: expected {expected}")
        }
    }
}

impl std::error::Error for ParseError {}
