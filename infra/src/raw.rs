//! Any resource that has no module of its own.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use crate::reference::Resource;
use crate::resources::Json;
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
///
/// What refers to other resources is given with [`Raw::with`], which takes a [`crate::Ref`] and what is made of it:
///
/// ```
/// use infra::sqs::StandardQueue;
/// use infra::{Raw, Stack, Stage};
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// let queue = stack.named("Placed").add(StandardQueue::default());
/// let setting = Raw::new("AWS::SSM::Parameter", []).with("Type", "String").with("Value", queue);
/// stack.named("Setting").add(setting);
/// assert_eq!(stack.assemble().findings, []);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The type, such as `AWS::SNS::Topic`. Changing it replaces the resource.
    pub resource_type: String,
    /// The properties; intrinsic functions are in their long form, such as `{"Ref": "Orders"}`. What is empty is said as well.
    pub properties: IndexMap<String, Json>,
}

impl Raw {
    /// A resource of the type `resource_type` with these properties.
    pub fn new<'a>(
        resource_type: impl Into<String>,
        properties: impl IntoIterator<Item = (&'a str, serde_json::Value)>,
    ) -> Self {
        let properties = properties.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        Self { resource_type: resource_type.into(), properties }
    }

    /// The resource with the property `name`.
    ///
    /// A reference in `value` remembers its stack, so that [`crate::check()`] finds one of another stack. In a
    /// `serde_json::json!` it is a text like any other: [`Json::made`] keeps what it refers to.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.properties.insert(name.into(), value.into());
        self
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
