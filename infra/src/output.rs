//! What a deployed stack tells its users and other stacks.

use std::fmt;
use std::marker::PhantomData;
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

/// An output that one stack declares and others read, with the type of its value.
///
/// One constant says it for both sides: [`Stack::provide`](crate::Stack::provide) declares it, and
/// [`Stack::output_of`](crate::Stack::output_of) reads it, by
/// [`Fn::GetStackOutput`](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html).
/// There is no export, which could be neither changed nor removed while another stack imports it.
///
/// CloudFormation reads the value when the reading stack is deployed, and forgets where it came from. What it does not do, the
/// engine does within a workspace: it deploys the declaring stack first, `check` refuses an output that is not there, `deploy`
/// says which stacks have to follow a new value, and `destroy` who still reads one.
///
/// ```
/// use infra::output::StackOutput;
/// use infra::sns::StandardTopic;
/// use infra::{Arn, Stack, Stage};
///
/// const PLACED: StackOutput<Arn<StandardTopic>> = StackOutput::new("orders", "PlacedTopicArn");
///
/// let stage = Stage::default();
/// let mut orders = Stack::new("orders", &stage);
/// let topic = orders.named("Placed").add(StandardTopic::default());
/// orders.provide(PLACED, topic);
///
/// let billing = Stack::new("billing", &stage);
/// let topic = billing.output_of(PLACED); // a `Value<Arn<StandardTopic>>`
/// # let _ = topic;
/// ```
pub struct StackOutput<T = String> {
    pub(crate) stack: &'static str,
    pub(crate) name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> StackOutput<T> {
    /// The output `name` of the system `stack`, by the name that is typed on the command line.
    #[must_use]
    pub const fn new(stack: &'static str, name: &'static str) -> Self {
        Self { stack, name, value: PhantomData }
    }
}

impl<T> Clone for StackOutput<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for StackOutput<T> {}

impl<T> fmt::Debug for StackOutput<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StackOutput({}, {})", self.stack, self.name)
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
