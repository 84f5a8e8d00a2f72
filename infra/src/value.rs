//! Property values: a literal, or an intrinsic function that CloudFormation resolves during the deployment.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

use crate::reference::{Arn, HasArn, LogicalId, Ref, Resource};
use crate::resources::Json;

pub use crate::marks::Text;

/// A property value: known now, or resolved by CloudFormation.
///
/// ```
/// use infra::Value;
///
/// let name: Value = "spaceships-consumer".into();
/// assert_eq!(name, Value::Literal("spaceships-consumer".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<T = String> {
    /// Known when the template is rendered.
    Literal(T),
    /// Known only to CloudFormation.
    Intrinsic(Intrinsic),
}

/// An [intrinsic function](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intrinsic {
    /// `!Ref`: a parameter's value or a resource's primary identifier.
    Ref(LogicalId),
    /// `!GetAtt`: an attribute of a resource.
    GetAtt(LogicalId, &'static str),
    /// `!Sub`: a string with `${LogicalId}` and `${LogicalId.Attribute}` placeholders.
    Sub(Text),
    /// `!ImportValue`: an output exported by another stack of the same account and region.
    ImportValue(String),
    /// `!GetStackOutput`: an output of another stack, without an export.
    StackOutput {
        /// CloudFormation's name of the stack.
        stack_name: String,
        /// The output's name.
        output: &'static str,
    },
    /// `!If`: one of two values, by a condition of the stack.
    If {
        /// The condition's logical id.
        condition: LogicalId,
        /// The value when it holds.
        then: Box<Value>,
        /// The value when it does not.
        otherwise: Box<Value>,
    },
    /// Any function in its JSON form, for what the other variants do not offer.
    Json(Json),
}

impl<T> Value<T> {
    /// A string with `${LogicalId}`, `${LogicalId.Attribute}` and `${AWS::Region}` placeholders.
    pub fn sub(template: impl Into<String>) -> Self {
        Self::Intrinsic(Intrinsic::Sub(Text::from(template)))
    }

    /// The output that another stack exports under `name`.
    pub fn import(name: impl Into<String>) -> Self {
        Self::Intrinsic(Intrinsic::ImportValue(name.into()))
    }

    /// The literal, when the value is known now.
    pub fn literal(&self) -> Option<&T> {
        match self {
            Self::Literal(literal) => Some(literal),
            Self::Intrinsic(_) => None,
        }
    }
}

impl Value {
    /// The text `before`, this value, and the text `after`; both may hold placeholders such as `${AWS::Region}`.
    ///
    /// ```
    /// use infra::Value;
    ///
    /// let name: Value = "orders".into();
    /// assert_eq!(name.surrounded("/aws/lambda/", ""), "/aws/lambda/orders".into());
    /// ```
    #[must_use]
    pub fn surrounded(&self, before: &str, after: &str) -> Self {
        if let Self::Literal(literal) = self
            && !before.contains("${")
            && !after.contains("${")
        {
            return Self::Literal(format!("{before}{literal}{after}"));
        }
        if let Some(placeholder) = self.placeholder() {
            return Self::sub(format!("{before}{placeholder}{after}"));
        }
        let text = format!("{before}${{Value}}{after}");
        Self::Intrinsic(Intrinsic::Json(Json::made(|| json!({"Fn::Sub": [text, {"Value": self}]}))))
    }

    /// The value as a part of the text of `!Sub`, with marks; `None` for a function that has no placeholder.
    #[must_use]
    pub(crate) fn placeholder(&self) -> Option<String> {
        match self {
            Self::Literal(literal) => Some(literal.replace("${", "${!")),
            Self::Intrinsic(Intrinsic::Ref(id)) => Some(format!("${{{}}}", id.marked())),
            Self::Intrinsic(Intrinsic::GetAtt(id, attribute)) => Some(format!("${{{}.{attribute}}}", id.marked())),
            Self::Intrinsic(Intrinsic::Sub(template)) => Some(template.marked().to_owned()),
            Self::Intrinsic(_) => None,
        }
    }

    /// `then` when `condition` holds, else `otherwise`.
    pub fn when(condition: LogicalId, then: impl Into<Value>, otherwise: impl Into<Value>) -> Self {
        Self::Intrinsic(Intrinsic::If { condition, then: Box::new(then.into()), otherwise: Box::new(otherwise.into()) })
    }
}

impl<T: fmt::Display> Value<T> {
    /// The same value where CloudFormation expects a plain string.
    #[must_use]
    pub fn text(&self) -> Value {
        match self {
            Self::Literal(literal) => Value::Literal(literal.to_string()),
            Self::Intrinsic(intrinsic) => Value::Intrinsic(intrinsic.clone()),
        }
    }
}

impl<T> From<T> for Value<T> {
    fn from(literal: T) -> Self {
        Self::Literal(literal)
    }
}

impl From<&str> for Value {
    fn from(literal: &str) -> Self {
        Self::Literal(literal.to_owned())
    }
}

impl From<Intrinsic> for Value {
    fn from(intrinsic: Intrinsic) -> Self {
        Self::Intrinsic(intrinsic)
    }
}

impl<R: HasArn> From<Ref<R>> for Value<Arn<R>> {
    fn from(reference: Ref<R>) -> Self {
        Self::Intrinsic(R::arn(reference.id()))
    }
}

/// The resource's primary identifier, which is what `!Ref` returns for its type.
impl<R: Resource> From<Ref<R>> for Value {
    fn from(reference: Ref<R>) -> Self {
        Self::Intrinsic(Intrinsic::Ref(reference.id()))
    }
}

impl<T: Serialize> Serialize for Value<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Literal(literal) => literal.serialize(serializer),
            Self::Intrinsic(intrinsic) => intrinsic.serialize(serializer),
        }
    }
}

/// The long form of JSON templates. YAML's short tags are made from it in one place, `template::yaml`.
impl Serialize for Intrinsic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Json(json) = self {
            return json.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Json(_) => {}
            Self::Ref(id) => map.serialize_entry("Ref", id)?,
            Self::GetAtt(id, attribute) => map.serialize_entry("Fn::GetAtt", &(id, attribute))?,
            Self::Sub(template) => map.serialize_entry("Fn::Sub", template)?,
            Self::ImportValue(name) => map.serialize_entry("Fn::ImportValue", name)?,
            Self::StackOutput { stack_name, output } => {
                let read = json!({"StackName": stack_name, "OutputName": output});
                map.serialize_entry("Fn::GetStackOutput", &read)?;
            }
            Self::If { condition, then, otherwise } => {
                map.serialize_entry("Fn::If", &(condition, then, otherwise))?;
            }
        }
        map.end()
    }
}
