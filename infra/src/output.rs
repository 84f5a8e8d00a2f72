//! What a deployed stack tells its users and other stacks.

use std::panic::Location;

use serde::{Serialize, Serializer};

use crate::stack::Source;
use crate::value::Value;

/// A named value of a deployed stack.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html>
#[derive(Debug, Clone)]
pub struct Output {
    /// The value.
    pub value: Value,
    /// Up to 1,024 bytes.
    pub description: Option<String>,
    /// The name under which other stacks of the account and region import it; unique among them.
    pub export: Option<String>,
    pub(crate) source: Source,
}

impl Output {
    /// The same output, exported as `name`.
    #[must_use]
    pub fn exported(mut self, name: impl Into<String>) -> Self {
        self.export = Some(name.into());
        self
    }

    /// The same output with a description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl<V: Into<Value>> From<V> for Output {
    #[track_caller]
    fn from(value: V) -> Self {
        Self { value: value.into(), description: None, export: None, source: Location::caller() }
    }
}

impl Serialize for Output {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Export<'a> {
            name: &'a str,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            description: Option<&'a str>,
            value: &'a Value,
            export: Option<Export<'a>>,
        }
        Wire {
            description: self.description.as_deref(),
            value: &self.value,
            export: self.export.as_deref().map(|name| Export { name }),
        }
        .serialize(serializer)
    }
}
