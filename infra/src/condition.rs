//! Conditions on parameters, decided by CloudFormation at each deployment.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::reference::LogicalId;
use crate::value::Value;

/// A [condition](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Both values are the same.
    Equals(Value, Value),
    /// Another condition of the stack holds.
    Holds(LogicalId),
    /// The condition does not hold.
    Not(Box<Condition>),
    /// All of 2 to 10 conditions hold.
    And(Vec<Condition>),
    /// At least one of 2 to 10 conditions holds.
    Or(Vec<Condition>),
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Equals(left, right) => map.serialize_entry("Fn::Equals", &(left, right))?,
            Self::Holds(id) => map.serialize_entry("Condition", id)?,
            Self::Not(condition) => map.serialize_entry("Fn::Not", &(condition,))?,
            Self::And(conditions) => map.serialize_entry("Fn::And", conditions)?,
            Self::Or(conditions) => map.serialize_entry("Fn::Or", conditions)?,
        }
        map.end()
    }
}
