//! Any resource that has no module of its own.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use crate::reference::Resource;
use crate::template::verbatim;

/// A resource of any type, with its properties as the template has them.
///
/// It is checked against AWS's schema of its type like any other. Other resources refer to it by
/// [`crate::Ref::attribute`].
///
/// ```
/// use infra::{Raw, Stack, Stage, Value};
/// use serde_json::json;
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// let topic = stack.named("Orders").add(Raw::new("AWS::SNS::Topic", [("DisplayName", json!("orders"))]));
/// stack.output("TopicArn", topic.attribute("TopicArn"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Raw {
    /// The type, such as `AWS::SNS::Topic`. Changing it replaces the resource.
    pub resource_type: String,
    /// The properties; intrinsic functions are in their long form, such as `{"Ref": "Orders"}`. What is empty is said as well.
    pub properties: Map<String, Json>,
}

impl Raw {
    /// A resource of the type `resource_type` with these properties.
    pub fn new<'a>(resource_type: impl Into<String>, properties: impl IntoIterator<Item = (&'a str, Json)>) -> Self {
        let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { resource_type: resource_type.into(), properties }
    }
}

impl Resource for Raw {
    const TYPE: &'static str = "any type";

    fn type_name(&self) -> &str {
        &self.resource_type
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        verbatim(&self.properties, serializer)
    }
}
