//! Principals: who a resource or trust policy speaks of.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// Who a statement of a resource or trust policy speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal<V = String> {
    /// Anyone at all.
    Any,
    /// An account, role or user, by account id or ARN.
    Aws(V),
    /// A service of AWS, such as `lambda.amazonaws.com`.
    Service(V),
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

impl<V: Serialize> Serialize for Principal<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self {
            Self::Any => return serializer.serialize_str("*"),
            Self::Aws(_) | Self::Service(_) => serializer.serialize_map(Some(1))?,
        };
        match self {
            Self::Any => {}
            Self::Aws(principal) => map.serialize_entry("AWS", principal)?,
            Self::Service(service) => map.serialize_entry("Service", service)?,
        }
        map.end()
    }
}
