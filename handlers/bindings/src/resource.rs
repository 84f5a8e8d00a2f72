//! What all bindings to resources share: declared in the stack, bound in the function.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::declaration::Declaration;
use crate::grants::Actions;

/// One resource, seen from either side.
#[derive(Debug, Clone)]
pub(crate) enum Resource {
    /// In the stack: how CloudFormation names it.
    Declared { variable: Value, arn: Value },
    /// In the function: its name, ARN or URL.
    Bound(String),
}

impl Resource {
    pub(crate) fn declared(variable: Value, arn: Value) -> Self {
        Self::Declared { variable, arn }
    }

    pub(crate) fn bound<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name.is_empty() { Err(D::Error::custom("expected a name, got nothing")) } else { Ok(Self::Bound(name)) }
    }

    /// What identifies the resource in a call; empty in the stack, where nothing is called.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Declared { .. } => "",
            Self::Bound(name) => name,
        }
    }

    pub(crate) fn serialize<On, A: Actions<On>, S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Declared { variable, arn } => Declaration {
                variable: variable.clone(),
                actions: A::actions().into_iter().map(str::to_owned).collect(),
                resource: Some(arn.clone()),
            }
            .serialize(serializer),
            Self::Bound(name) => serializer.serialize_str(name),
        }
    }
}

/// Defines a binding to one kind of resource: made by the stack, read from the environment by the function.
macro_rules! binding {
    ($(#[$doc:meta])* $name:ident, $client:ty, $feature:literal) => {
        $(#[$doc])*
        pub struct $name<A> {
            resource: $crate::resource::Resource,
            #[cfg(feature = $feature)]
            client: $crate::runtime::Client<$client>,
            actions: std::marker::PhantomData<fn() -> A>,
        }

        impl<A> $name<A> {
            /// Declares the binding in a stack. `variable` and `arn` are strings or CloudFormation's intrinsic
            /// functions; typed references convert by `into()`.
            #[must_use]
            pub fn declared(variable: serde_json::Value, arn: serde_json::Value) -> Self
            where
                A: $crate::Actions<$name<()>>,
            {
                Self {
                    resource: $crate::resource::Resource::declared(variable, arn),
                    #[cfg(feature = $feature)]
                    client: Default::default(),
                    actions: std::marker::PhantomData,
                }
            }
        }

        impl<A> std::fmt::Debug for $name<A> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.resource).finish()
            }
        }

        impl<A> Clone for $name<A> {
            fn clone(&self) -> Self {
                Self {
                    resource: self.resource.clone(),
                    #[cfg(feature = $feature)]
                    client: self.client.clone(),
                    actions: std::marker::PhantomData,
                }
            }
        }

        impl<A: $crate::Actions<$name<()>>> serde::Serialize for $name<A> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.resource.serialize::<$name<()>, A, S>(serializer)
            }
        }

        impl<'de, A> serde::Deserialize<'de> for $name<A> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self {
                    resource: $crate::resource::Resource::bound(deserializer)?,
                    #[cfg(feature = $feature)]
                    client: $crate::runtime::current(),
                    actions: std::marker::PhantomData,
                })
            }
        }
    };
}

pub(crate) use binding;
