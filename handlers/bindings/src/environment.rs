//! A function's environment as its bindings: one variable for each field, named after it in capitals.

use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Why a function's environment does not fit its bindings.
#[derive(Debug, thiserror::Error)]
#[error("environment: {0}")]
pub struct EnvironmentError(#[from] serde::de::value::Error);

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
/// # Errors
/// When a variable is missing or its value does not fit; the message names the field.
pub fn read<B: DeserializeOwned>(variables: impl IntoIterator<Item = (String, String)>) -> Result<B, EnvironmentError> {
    let fields = variables.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), Variable { name, value }));
    Ok(B::deserialize(MapDeserializer::new(fields))?)
}

/// The value of a variable, which a field may read as text, number or truth value.
struct Variable {
    name: String,
    value: String,
}

impl IntoDeserializer<'_> for Variable {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident: $visit:ident),+ $(,)?) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
                let Self { name, value } = self;
                match value.parse() {
                    Ok(parsed) => visitor.$visit(parsed),
                    Err(error) => Err(Self::Error::custom(format!("`{name}` is `{value}`: {error}"))),
                }
            }
        )+
    };
}

impl<'de> Deserializer<'de> for Variable {
    type Error = serde::de::value::Error;

    parsed!(
        deserialize_bool: visit_bool,
        deserialize_u16: visit_u16,
        deserialize_u32: visit_u32,
        deserialize_u64: visit_u64,
        deserialize_i32: visit_i32,
        deserialize_i64: visit_i64,
        deserialize_f64: visit_f64,
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.value)
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

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u128 f32 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct enum
        identifier ignored_any
    }
}
