//! Principals: who a resource or trust policy speaks of.

use indexmap::IndexMap;
use serde::ser::{Serialize, Serializer};

/// Who a statement of a resource or trust policy speaks of.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal<V = String> {
    /// Anyone at all.
    Any,
    /// An account, role or user, by account id or ARN.
    Aws(V),
    /// A service of AWS, such as `lambda.amazonaws.com`.
    Service(V),
    /// Who an identity provider vouches for, by the provider's name or ARN.
    Federated(V),
    /// An account by the id that Amazon S3 has for it.
    CanonicalUser(V),
}

impl<V> Principal<V> {
    /// The service `name`, such as `lambda.amazonaws.com`.
    pub fn service(name: impl Into<V>) -> Self {
        Self::Service(name.into())
    }

    /// The account, role or user `principal`.
    pub fn aws(principal: impl Into<V>) -> Self {
        Self::Aws(principal.into())
    }
}

/// IAM's form of principals: `"*"`, or the kinds with one or several of each.
pub(crate) struct Principals<'a, V>(pub(crate) &'a [Principal<V>]);

impl<V: Serialize> Serialize for Principals<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if matches!(self.0, [Principal::Any]) {
            return serializer.serialize_str("*");
        }
        let mut kinds: IndexMap<&str, OneOrMore<Name<'_, V>>> = IndexMap::new();
        for principal in self.0 {
            let (kind, name) = match principal {
                Principal::Any => ("AWS", Name::Any),
                Principal::Aws(name) => ("AWS", Name::One(name)),
                Principal::Service(name) => ("Service", Name::One(name)),
                Principal::Federated(name) => ("Federated", Name::One(name)),
                Principal::CanonicalUser(name) => ("CanonicalUser", Name::One(name)),
            };
            kinds.entry(kind).or_default().0.push(name);
        }
        kinds.serialize(serializer)
    }
}

enum Name<'a, V> {
    Any,
    One(&'a V),
}

impl<V: Serialize> Serialize for Name<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_str("*"),
            Self::One(name) => name.serialize(serializer),
        }
    }
}

/// A list that is written without brackets when it has one item.
struct OneOrMore<T>(Vec<T>);

impl<T> Default for OneOrMore<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize> Serialize for OneOrMore<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [item] => item.serialize(serializer),
            items => items.serialize(serializer),
        }
    }
}
