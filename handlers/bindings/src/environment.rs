//! A function's environment as its bindings: one variable for each field, named after it in capitals.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// Why a function's environment does not fit its bindings.
#[derive(Debug, thiserror::Error)]
#[error("environment: {0}")]
pub struct EnvironmentError(Reason);

#[derive(Debug, thiserror::Error)]
enum Reason {
    #[error("`{0}` is not set")]
    Missing(String),
    #[error("`{name}` is `{value}`: {problem}")]
    Unfit { name: String, value: String, problem: String },
    #[error("{0}")]
    Other(String),
}

impl Error for EnvironmentError {
    fn custom<T: Display>(message: T) -> Self {
        Self(Reason::Other(message.to_string()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Reason::Missing(variable(field)))
    }
}

/// The environment variable of the bindings' field `field`.
///
/// ```
/// assert_eq!(bindings::environment::variable("model_cache"), "MODEL_CACHE");
/// ```
#[must_use]
pub fn variable(field: &str) -> String {
    field.to_ascii_uppercase()
}

/// Reads bindings from environment variables, of which those of no field are passed over.
///
/// An `Option` without a variable is `None`. No stack can write an `Option`: it is for what is set otherwise.
///
/// # Errors
/// When a variable is missing or its value does not fit; the message names the variable.
pub fn read<B: DeserializeOwned>(variables: impl IntoIterator<Item = (String, String)>) -> Result<B, EnvironmentError> {
    B::deserialize(Environment(variables.into_iter().collect()))
}

/// All variables, of which each field takes its own.
struct Environment(BTreeMap<String, String>);

impl<'de> Deserializer<'de> for Environment {
    type Error = EnvironmentError;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("bindings are a struct with named fields, and without `#[serde(flatten)]`"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let set = fields.iter().filter_map(|field| Some((*field, self.0.remove_entry(&variable(field))?)));
        visitor.visit_map(Fields { set: set.collect::<Vec<_>>().into_iter(), current: None })
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The fields whose variables are set, each with its variable's name and value.
struct Fields {
    set: std::vec::IntoIter<(&'static str, (String, String))>,
    current: Option<(String, String)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = EnvironmentError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let Some((field, variable)) = self.set.next() else { return Ok(None) };
        self.current = Some(variable);
        seed.deserialize(field.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        let (name, value) = self.current.take().unwrap_or_default();
        seed.deserialize(Variable(value.clone())).map_err(|EnvironmentError(reason)| {
            EnvironmentError(Reason::Unfit { name, value, problem: reason.to_string() })
        })
    }
}

/// The value of a variable, which a field may read as text, number, truth value or the name of a variant.
struct Variable(String);

macro_rules! parsed {
    ($($method:ident: $visit:ident),+ $(,)?) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
                visitor.$visit(self.0.parse().map_err(Self::Error::custom)?)
            }
        )+
    };
}

impl<'de> Deserializer<'de> for Variable {
    type Error = EnvironmentError;

    parsed!(
        deserialize_bool: visit_bool,
        deserialize_u8: visit_u8,
        deserialize_u16: visit_u16,
        deserialize_u32: visit_u32,
        deserialize_u64: visit_u64,
        deserialize_u128: visit_u128,
        deserialize_i8: visit_i8,
        deserialize_i16: visit_i16,
        deserialize_i32: visit_i32,
        deserialize_i64: visit_i64,
        deserialize_i128: visit_i128,
        deserialize_f32: visit_f32,
        deserialize_f64: visit_f64,
        deserialize_char: visit_char,
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
