//! A plain value that a stack's parameter can give: an address.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::declaration::Declaration;

/// An `http` or `https` address; grants nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Url(Address);

#[derive(Debug, Clone, PartialEq)]
enum Address {
    Declared(Value),
    Bound(String),
}

impl Url {
    /// Declares the address in a stack: a string, or an intrinsic function of CloudFormation.
    #[must_use]
    pub const fn declared(address: Value) -> Self {
        Self(Address::Declared(address))
    }

    /// The address; empty in the stack, where nothing is called.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Address::Declared(_) => "",
            Address::Bound(address) => address,
        }
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Address::Declared(address) => Declaration::without_grants::<Self>(address.clone()).serialize(serializer),
            Address::Bound(address) => serializer.serialize_str(address),
        }
    }
}

impl<'de> Deserialize<'de> for Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let address = String::deserialize(deserializer)?;
        if address.starts_with("http://") || address.starts_with("https://") {
            Ok(Self(Address::Bound(address)))
        } else {
            Err(D::Error::custom("expected an http or https address"))
        }
    }
}
