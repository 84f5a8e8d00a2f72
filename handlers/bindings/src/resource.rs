//! What all bindings to resources share: declared in the stack, bound in the function.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::declaration::{Declaration, Grant};
use crate::grants::Actions;

/// One resource, seen from either side.
#[derive(Debug, Clone)]
pub(crate) enum Resource {
    /// In the stack: how CloudFormation names it, and what its operations act on.
    Declared { variable: Value, scopes: Vec<Scope> },
    /// In the function: its name, ARN or URL.
    Bound(String),
}

/// What some of the operations on a resource act on.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// Whether an IAM action acts on it.
    pub(crate) includes: fn(&str) -> bool,
    pub(crate) arn: Value,
    pub(crate) prefix: Option<Value>,
}

impl Resource {
    /// A resource whose operations all act on `arn`.
    pub(crate) fn declared(variable: Value, arn: Value) -> Self {
        Self::Declared { variable, scopes: vec![Scope { includes: |_| true, arn, prefix: None }] }
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

    pub(crate) fn serialize<Binding, On, A: Actions<On>, S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Self::Declared { variable, scopes } => {
                let grants = scopes.iter().map(|scope| Grant {
                    actions: A::actions().into_iter().filter(|it| (scope.includes)(it)).map(str::to_owned).collect(),
                    resource: scope.arn.clone(),
                    prefix: scope.prefix.clone(),
                });
                let grants = grants.filter(|grant| !grant.actions.is_empty()).collect();
                let type_name = std::any::type_name::<Binding>().to_owned();
                Declaration { type_name, variable: variable.clone(), grants }.serialize(serializer)
            }
            Self::Bound(name) => serializer.serialize_str(name),
        }
    }
}

/// Defines a binding to one kind of resource whose operations all act on the resource itself.
macro_rules! binding {
    ($(#[$doc:meta])* $name:ident, $client:ty, $feature:literal) => {
        $crate::resource::binding_type!($(#[$doc])* $name, $client, $feature);

        impl<A: $crate::Actions<$name<()>>> $name<A> {
            /// Declares the binding in a stack. `variable` and `arn` are strings or CloudFormation's intrinsic
            /// functions; typed references convert by `into()`.
            #[must_use]
            pub fn declared(variable: serde_json::Value, arn: serde_json::Value) -> Self {
                Self::of($crate::resource::Resource::declared(variable, arn))
            }
        }
    };
}

/// Defines the type of a binding: serialised by the stack, read from the environment by the function.
macro_rules! binding_type {
    ($(#[$doc:meta])* $name:ident, $client:ty, $feature:literal) => {
        $(#[$doc])*
        pub struct $name<A> {
            resource: $crate::resource::Resource,
            #[cfg(feature = $feature)]
            client: $crate::runtime::Client<$client>,
            actions: std::marker::PhantomData<fn() -> A>,
        }

        impl<A> $name<A> {
            fn of(resource: $crate::resource::Resource) -> Self {
                Self {
                    resource,
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
                self.resource.serialize::<Self, $name<()>, A, S>(serializer)
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

pub(crate) use {binding, binding_type};
