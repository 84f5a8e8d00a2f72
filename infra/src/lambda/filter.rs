//! Which of a source's records a function gets.

use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use crate::pattern::Pattern;

/// Which records a function or pipe gets: those that match any of up to five filters.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FilterCriteria {
    /// The filters.
    pub filters: Vec<Filter>,
}

/// A pattern that a record matches, such as `{"body": {"status": ["approved"]}}`.
///
/// What a pattern speaks of is called otherwise in each source: `body` of a message of SQS, `data` of a record of Kinesis,
/// `dynamodb` and `eventName` of a change of a table, `value` and `key` of a record of Kafka.
///
/// ```
/// use infra::lambda::Filter;
/// use infra::pattern::{Match, Pattern};
///
/// let large = Pattern::<Match>::default().field(["body", "status"], ["approved"]);
/// assert_eq!(Filter::of(&large).0.to_string(), r#"{"body":{"status":["approved"]}}"#);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Filter(pub Json);

impl Filter {
    /// A filter by a typed pattern.
    #[must_use]
    pub fn of(pattern: &Pattern) -> Self {
        Self(serde_json::to_value(pattern).unwrap_or_default())
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            pattern: String,
        }
        Wire { pattern: self.0.to_string() }.serialize(serializer)
    }
}
