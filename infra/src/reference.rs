//! Typed references between the resources of a stack.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

use crate::check::Check;
use crate::codedeploy::UpdatePolicy;
use crate::marks::{self, Origin};
use crate::value::Intrinsic;

/// A resource type of CloudFormation, as a Rust struct whose fields are its properties.
///
/// Serialising the struct gives the `Properties` of the template; `None` and empty collections are left out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a stack",
    label = "not a complete resource",
    note = "functions, state machines, schedules and pipes need a role first: `with_role`, or the part of that name, which makes one"
)]
pub trait Resource: Serialize + fmt::Debug + Send + Sync + 'static {
    /// The CloudFormation type, such as `AWS::SQS::Queue`.
    const TYPE: &'static str;

    /// The type of this value. Only a raw resource says another than [`Self::TYPE`].
    fn type_name(&self) -> &str {
        Self::TYPE
    }

    /// Properties that the Rust type fixes, such as `FifoQueue: true`.
    #[must_use]
    fn discriminator() -> &'static [(&'static str, bool)] {
        &[]
    }

    /// The program a function runs, when it is one of this workspace.
    fn program(&self) -> Option<&'static str> {
        None
    }

    /// How CloudFormation updates it, where it can be told so.
    fn update_policy(&self) -> Option<UpdatePolicy> {
        None
    }

    /// Adds what neither the types nor AWS's resource schemas can say.
    fn check(&self, _check: &mut Check<'_>) {}
}

/// The name of a resource, parameter or condition within its stack.
///
/// It lives as long as the program: stacks are built once, and in exchange every [`Ref`] is `Copy`.
///
/// An id that a stack gave, by [`Ref::id`], [`Stack::condition`](crate::Stack::condition) or
/// [`Stack::resources_of`](crate::Stack::resources_of), remembers its stack: [`crate::check()`] finds it where another stack
/// uses it, also when that one has a resource of the same id. One that is made from a text belongs to whoever uses it.
/// Ids are compared, ordered, printed and serialised by their text alone.
#[derive(Clone, Copy)]
pub struct LogicalId {
    text: &'static str,
    origin: Option<Origin>,
}

impl LogicalId {
    /// The logical id `id`. [`crate::check()`] reports one that is not alphanumeric.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        let text = match id.into() {
            Cow::Borrowed(id) => id,
            Cow::Owned(id) => id.leak(),
        };
        Self { text, origin: None }
    }

    /// The id `id` in the stack `origin`.
    pub(crate) fn of(origin: Origin, id: impl Into<Cow<'static, str>>) -> Self {
        Self { origin: Some(origin), ..Self::new(id) }
    }

    /// The id as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    /// Whether it leads into the stack `origin`, if anywhere.
    pub(crate) fn is_of(self, origin: Origin) -> bool {
        self.origin.is_none_or(|own| own == origin)
    }

    /// The id with the mark of its stack, for texts that the renderer takes the marks out of.
    pub(crate) fn marked(self) -> String {
        self.origin.map_or_else(|| self.text.to_owned(), |origin| format!("{}{origin}", self.text))
    }
}

impl PartialEq for LogicalId {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for LogicalId {}

impl PartialOrd for LogicalId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for LogicalId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(other.text)
    }
}

impl Hash for LogicalId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

/// So that what refers to it in a template finds it.
impl Borrow<str> for LogicalId {
    fn borrow(&self) -> &str {
        self.text
    }
}

impl fmt::Debug for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LogicalId").field(&self.text).finish()
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl Serialize for LogicalId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.origin {
            Some(origin) if marks::is_marked(origin) => serializer.serialize_str(&self.marked()),
            _ => serializer.serialize_str(self.text),
        }
    }
}

/// A reference to a resource of type `R` in the same stack, returned when it is added.
///
/// It is of use in that stack alone. Where another stack uses it, [`crate::check()`] reports it as `foreign-reference`; what
/// another stack needs is an output: [`Stack::provide`](crate::Stack::provide) declares it and
/// [`Stack::output_of`](crate::Stack::output_of) reads it. Two references of one id are equal, whatever their stacks.
pub struct Ref<R> {
    id: LogicalId,
    resource: PhantomData<fn() -> R>,
}

impl<R> Ref<R> {
    pub(crate) const fn new(id: LogicalId) -> Self {
        Self { id, resource: PhantomData }
    }

    /// The logical id of the resource.
    #[must_use]
    pub const fn id(self) -> LogicalId {
        self.id
    }

    /// `!GetAtt` of an attribute that has no typed accessor.
    #[must_use]
    pub const fn attribute(self, attribute: &'static str) -> Intrinsic {
        Intrinsic::GetAtt(self.id, attribute)
    }
}

impl<R: HasArn> Ref<R> {
    /// The resource's ARN.
    #[must_use]
    pub fn arn(self) -> Intrinsic {
        R::arn(self.id)
    }
}

impl<R> Clone for Ref<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Ref<R> {}

impl<R> PartialEq for Ref<R> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<R> Eq for Ref<R> {}

impl<R> fmt::Debug for Ref<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ref({})", self.id)
    }
}

impl<R> Serialize for Ref<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Intrinsic::Ref(self.id).serialize(serializer)
    }
}

/// A resource that has an Amazon Resource Name.
pub trait HasArn: Resource {
    /// How CloudFormation gives the ARN. Most types have an attribute `Arn`.
    #[must_use]
    fn arn(id: LogicalId) -> Intrinsic {
        Intrinsic::GetAtt(id, "Arn")
    }
}

/// The ARN of a resource of type `R` that is not in this stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn<R> {
    arn: String,
    resource: PhantomData<fn() -> R>,
}

impl<R> Arn<R> {
    /// The ARN `arn`. It is not checked against a resource: it belongs to another stack.
    pub fn new(arn: impl Into<String>) -> Self {
        Self { arn: arn.into(), resource: PhantomData }
    }
}

impl<R> fmt::Display for Arn<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

impl<R> Serialize for Arn<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.arn)
    }
}
