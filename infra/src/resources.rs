//! What [`crate::resources!`] makes typed structs of any resource type with.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Map;

use crate::marks;
use crate::reference::{Ref, Resource};
use crate::template::verbatim;
pub use crate::units::{Integer, OutOfBounds};
use crate::value::{Intrinsic, Value};

/// A list, or what CloudFormation makes one of, such as a parameter.
///
/// ```
/// use infra::Value;
/// use infra::resources::List;
///
/// let subnets: List<Value> = ["subnet-1", "subnet-2"].into();
/// assert_eq!(subnets.literal().map(Vec::len), Some(2));
/// ```
pub type List<T> = Value<Vec<T>>;

impl<T, X: Into<T>, const N: usize> From<[X; N]> for List<T> {
    fn from(items: [X; N]) -> Self {
        Self::Literal(items.into_iter().map(Into::into).collect())
    }
}

impl<T> From<Intrinsic> for List<T> {
    fn from(intrinsic: Intrinsic) -> Self {
        Self::Intrinsic(intrinsic)
    }
}

impl<T, X: Into<T>> FromIterator<X> for List<T> {
    fn from_iter<I: IntoIterator<Item = X>>(items: I) -> Self {
        Self::Literal(items.into_iter().map(Into::into).collect())
    }
}

impl From<Intrinsic> for Value<bool> {
    fn from(intrinsic: Intrinsic) -> Self {
        Self::Intrinsic(intrinsic)
    }
}

impl<const LEAST: i64, const MOST: i64> Value<Integer<LEAST, MOST>> {
    /// The number `N`. One that is out of bounds does not compile.
    #[must_use]
    pub const fn of<const N: i64>() -> Self {
        Self::Literal(Integer::of::<N>())
    }
}

impl<const LEAST: i64, const MOST: i64> From<Intrinsic> for Value<Integer<LEAST, MOST>> {
    fn from(intrinsic: Intrinsic) -> Self {
        Self::Intrinsic(intrinsic)
    }
}

impl From<i64> for Value<Integer> {
    fn from(number: i64) -> Self {
        Self::Literal(Integer::any(number))
    }
}

/// A number of which AWS does not say that it is whole. [`crate::check()`] holds it against its bounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Number(serde_json::Number);

impl From<i64> for Value<Number> {
    fn from(number: i64) -> Self {
        Self::Literal(Number(number.into()))
    }
}

impl From<i32> for Value<Number> {
    fn from(number: i32) -> Self {
        Self::Literal(Number(number.into()))
    }
}

/// What JSON cannot write, such as an infinite number, becomes 0.
impl From<f64> for Value<Number> {
    fn from(number: f64) -> Self {
        Self::Literal(Number(serde_json::Number::from_f64(number).unwrap_or_else(|| 0.into())))
    }
}

impl From<Intrinsic> for Value<Number> {
    fn from(intrinsic: Intrinsic) -> Self {
        Self::Intrinsic(intrinsic)
    }
}

/// JSON of any kind, as a policy document or a schema: what AWS does not describe.
///
/// ```
/// use infra::resources::Json;
///
/// let schema: Json = serde_json::json!({"type": "object"}).into();
/// ```
///
/// References in it are made with [`Json::of`] or [`Json::made`]: they remember their stack, so that [`crate::check()`] finds
/// one of another stack. In a `serde_json::json!` alone they are texts like any other.
#[derive(Clone, Default)]
pub struct Json(serde_json::Value);

impl Json {
    /// `value` as JSON: a [`crate::iam::PolicyDocument`], a [`Value`], or anything else that serialises.
    pub fn of(value: &impl Serialize) -> Self {
        Self::made(|| serde_json::to_value(value).unwrap_or_default())
    }

    /// The JSON that `make` makes, with references in it.
    ///
    /// ```
    /// use infra::resources::Json;
    /// use infra::sqs::StandardQueue;
    /// use infra::{Stack, Stage};
    /// use serde_json::json;
    ///
    /// let mut stack = Stack::new("orders", &Stage::default());
    /// let queue = stack.named("Orders").add(StandardQueue::default());
    /// let targets = Json::made(|| json!([{"QueueUrl": queue}]));
    /// assert_eq!(json!(targets), json!([{"QueueUrl": {"Ref": "Orders"}}]));
    /// ```
    pub fn made(make: impl FnOnce() -> serde_json::Value) -> Self {
        Self(marks::all(make))
    }

    /// The same with marks.
    pub(crate) const fn marked(&self) -> &serde_json::Value {
        &self.0
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        marks::plain_json(&self.0) == marks::plain_json(&other.0)
    }
}

impl Eq for Json {}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Json").field(&marks::plain_json(&self.0)).finish()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        marks::serialize(&self.0, serializer)
    }
}

macro_rules! json_from {
    ($($type:ty),+ $(,)?) => {
        $(
            impl From<$type> for Json {
                fn from(json: $type) -> Self {
                    Self(json.into())
                }
            }
        )+
    };
}

json_from!(serde_json::Value, Map<String, serde_json::Value>, &str, String, bool, i32, u32, i64, u64, f64);

/// What `!Ref` returns for the resource.
impl<R: Resource> From<Ref<R>> for Json {
    fn from(reference: Ref<R>) -> Self {
        Self::of(&reference)
    }
}

impl From<Intrinsic> for Json {
    fn from(intrinsic: Intrinsic) -> Self {
        Self::of(&intrinsic)
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self::of(&value)
    }
}

impl From<crate::iam::PolicyDocument> for Json {
    fn from(document: crate::iam::PolicyDocument) -> Self {
        Self::of(&document)
    }
}

/// The properties of a resource or of an object in it, as they are written.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Properties(Map<String, serde_json::Value>);

#[doc(hidden)]
pub trait Write {
    fn write(&self, to: &mut Properties);
}

#[doc(hidden)]
impl Properties {
    pub fn add(&mut self, name: &str, value: &impl Serialize) {
        self.0.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
    }

    pub fn add_given(&mut self, name: &str, value: &Option<impl Serialize>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    pub fn add_all(&mut self, properties: &impl Write) {
        properties.write(self);
    }

    pub fn others(&mut self, properties: &BTreeMap<String, Json>) {
        for (name, value) in properties {
            self.add(name, value);
        }
    }
}

/// Everything is written as it was given, so that an empty object that means something stays.
#[doc(hidden)]
pub fn serialize<S: Serializer>(value: &impl Write, serializer: S) -> Result<S::Ok, S::Error> {
    let mut properties = Properties::default();
    value.write(&mut properties);
    verbatim(&properties.0, serializer)
}

#[doc(hidden)]
pub use {crate::__serialize as serialize, ::bindings, ::resources_macro::make, serde};

#[doc(hidden)]
#[macro_export]
macro_rules! __serialize {
    ($name:ident, $serialize:expr) => {
        impl $crate::resources::serde::Serialize for $name {
            fn serialize<S: $crate::resources::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                ($serialize)(self, serializer)
            }
        }
    };
}

/// Makes typed structs of resource types from the schemas that AWS publishes.
///
/// Each type gets a struct of its name, or of the one after `as`, and a module of that name in snake case with what it
/// consists of. What is required is taken by `new`; the rest is `Option`, and a type without anything required has a
/// default. Objects are structs, values of a set are enums, and an object of which exactly one property is given is an
/// enum, too. Numbers are held against their bounds when they are compiled ([`resources::Integer`]), and everything
/// else that AWS's schema says by [`check()`]. What `Fn::GetAtt` gives are methods of the [`Ref`], of a trait that is
/// named after the type: `StreamAttributes`.
///
/// Names are AWS's: fields and modules in snake case, values of enums in Pascal case. Keywords are written with `r#`, as in `r#type`; a value that
/// starts with a digit gets an underscore before it; what would have a name that is taken gets a number.
///
/// ```
/// use infra::{Stack, Stage, Template, Value};
///
/// infra::resources! {
///     AWS::Kinesis::Stream,
///     AWS::SSM::Parameter as Setting,
/// }
///
/// use stream::{StreamModeDetails, StreamMode};
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// let stream = stack.named("Orders").add(Stream {
///     retention_period_hours: Some(Value::of::<168>()),
///     stream_mode_details: Some(StreamModeDetails::new(StreamMode::OnDemand)),
///     ..Stream::default()
/// });
/// stack.named("Setting").add(Setting::new(setting::Type::String, stream.arn()));
/// assert_eq!(stack.assemble().findings, []);
/// assert!(Template::render(&stack).to_yaml().contains("RetentionPeriodHours: 168"));
/// ```
///
/// What functions use is bound as the resources of this crate are:
///
/// ```
/// use bindings::firehose::{DeliveryStream as Deliveries, PutRecord};
/// use infra::{Stack, Stage};
///
/// infra::resources! { AWS::KinesisFirehose::DeliveryStream, AWS::SES::EmailIdentity }
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// let deliveries = stack.named("Deliveries").add(DeliveryStream::default());
/// let bound: Deliveries<PutRecord> = deliveries.into();
/// let sender = stack.named("Sender").add(EmailIdentity::new("example.com"));
/// let sender: bindings::ses::EmailIdentity<bindings::ses::SendEmail> = sender.into();
/// ```
///
/// A type that AWS does not have is refused, with the one that is meant:
///
/// ```compile_fail
/// infra::resources! { AWS::Kinesis::Steam }
/// ```
#[macro_export]
macro_rules! resources {
    ($($types:tt)*) => {
        $crate::resources::make! { $crate; $($types)* }
    };
}
