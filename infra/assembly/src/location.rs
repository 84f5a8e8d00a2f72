//! Places in the source of an app.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A place in a source file. It prints and serialises as `stacks/src/spaceships.rs:45:22`.
///
/// ```
/// let location = assembly::Location { file: "stacks/src/orders.rs".to_owned(), line: 45, column: 22 };
/// assert_eq!(location.to_string(), "stacks/src/orders.rs:45:22");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as the compiler names it: in a workspace from its top folder.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl From<&std::panic::Location<'_>> for Location {
    fn from(location: &std::panic::Location<'_>) -> Self {
        Self { file: location.file().to_owned(), line: location.line(), column: location.column() }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = || {
            let (rest, column) = text.rsplit_once(':')?;
            let (file, line) = rest.rsplit_once(':')?;
            Some(Self { file: file.to_owned(), line: line.parse().ok()?, column: column.parse().ok()? })
        };
        parsed().ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no place such as `src/orders.rs:45:22`")))
    }
}
