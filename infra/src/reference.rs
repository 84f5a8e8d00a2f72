//! Typed references between the resources of a stack.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

use crate::check::Check;
use crate::codedeploy::UpdatePolicy;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LogicalId(&'static str);

impl LogicalId {
    /// The logical id `id`. [`crate::check()`] reports one that is not alphanumeric.
    pub fn new(id: impl Into<Cow<'static, str>>) -> Self {
        match id.into() {
            Cow::Borrowed(id) => Self(id),
            Cow::Owned(id) => Self(id.leak()),
        }
    }

    /// The id as text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// So that what refers to it in a template finds it.
impl Borrow<str> for LogicalId {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A reference to a resource of type `R` in the same stack, returned when it is added.
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
