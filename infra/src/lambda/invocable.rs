//! What can be invoked.

use serde::{Serialize, Serializer};
use serde_json::json;

use super::{Alias, Function};
use crate::iam::Role;
use crate::reference::{LogicalId, Ref};
use crate::resources::Json;
use crate::stack::Stack;
use crate::value::{Intrinsic, Value};

/// What can be invoked: a function as it was deployed last, or an alias, which names one of its versions.
///
/// ```
/// use infra::Ref;
/// use infra::lambda::{Alias, Function, Invocable};
///
/// fn both(function: Ref<Function>, alias: Ref<Alias>) -> [Invocable; 2] {
///     [function.into(), alias.into()]
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invocable {
    /// A function as it was deployed last.
    Function(Ref<Function>),
    /// The version of a function that an alias names.
    Alias(Ref<Alias>),
}

impl From<Ref<Function>> for Invocable {
    fn from(function: Ref<Function>) -> Self {
        Self::Function(function)
    }
}

impl From<Ref<Alias>> for Invocable {
    fn from(alias: Ref<Alias>) -> Self {
        Self::Alias(alias)
    }
}

/// What operations take as the name of a function: the function's name, or the alias' ARN.
impl Serialize for Invocable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Intrinsic::Ref(self.id()).serialize(serializer)
    }
}

impl Invocable {
    /// The logical id of the function or alias.
    #[must_use]
    pub const fn id(self) -> LogicalId {
        match self {
            Self::Function(function) => function.id(),
            Self::Alias(alias) => alias.id(),
        }
    }

    /// The ARN, which ends in the alias' name if it is one.
    #[must_use]
    pub fn arn(self) -> Intrinsic {
        match self {
            Self::Function(function) => function.arn(),
            Self::Alias(alias) => alias.arn(),
        }
    }

    /// The function, when it belongs to the same stack.
    #[must_use]
    pub fn function_in(self, stack: &Stack) -> Option<Ref<Function>> {
        match self {
            Self::Function(function) => Some(function),
            Self::Alias(alias) => stack.get(alias).map(|alias| alias.function),
        }
    }

    /// The function itself, when it belongs to the same stack.
    #[must_use]
    pub fn get_in(self, stack: &Stack) -> Option<&Function> {
        stack.get(self.function_in(stack)?)
    }

    /// The function's role, when both belong to this stack.
    #[must_use]
    pub fn role_in(self, stack: &Stack) -> Option<Ref<Role>> {
        self.get_in(stack)?.role_in(stack)
    }

    /// The address by which API Gateway invokes it.
    pub(crate) fn invocations(self) -> Value {
        let path = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/";
        Value::from(self.arn()).surrounded(path, "/invocations")
    }

    /// The name of the function, without that of the alias.
    #[must_use]
    pub fn function_name(self) -> Value {
        match self {
            Self::Function(function) => function.into(),
            Self::Alias(alias) => part_of(alias, 6),
        }
    }

    /// The name of the alias.
    #[must_use]
    pub fn qualifier(self) -> Option<Value> {
        match self {
            Self::Function(_) => None,
            Self::Alias(alias) => Some(part_of(alias, 7)),
        }
    }
}

/// A part of the ARN of an alias: `arn:aws:lambda:REGION:ACCOUNT:function:FUNCTION:ALIAS`.
fn part_of(alias: Ref<Alias>, index: usize) -> Value {
    Intrinsic::Json(Json::made(|| json!({"Fn::Select": [index, {"Fn::Split": [":", alias]}]}))).into()
}
