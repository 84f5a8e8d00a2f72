//! The fields of bindings, as a stack writes them into a function's environment.

use std::fmt::{self, Display};

use serde::ser::{Error as _, Impossible, Serialize, SerializeStruct, Serializer};
use serde_json::value::Serializer as Json;

use crate::declaration::{self, Declaration};

/// A field of bindings.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name; what `#[serde(rename)]` says, when it is renamed.
    pub name: String,
    /// What it holds, or why no environment variable can hold that.
    pub content: Result<Content, Refusal>,
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A binding to a resource, or a value that a stack's parameter gives.
    Declaration(Declaration),
    /// A text, a number, a truth value, or the name of a variant, as the function will read it.
    Plain(String),
}

/// Why no environment variable can hold a value. It prints as what the value is: `` is an `Option` ``.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    what: String,
    help: &'static str,
}

impl Refusal {
    fn new(what: impl Into<String>, help: &'static str) -> Self {
        Self { what: what.into(), help }
    }

    /// What to do instead.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        self.help
    }
}

/// `serialize` of a field's type failed by itself.
impl serde::ser::Error for Refusal {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(format!("fails to serialise: {message}"), "correct its `Serialize` or the value")
    }
}

/// The fields of `bindings`, in their order.
///
/// ```
/// use bindings::fields::{self, Content};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Bindings {
///     attempts: u32,
///     pause: Option<u32>,
/// }
///
/// let fields = fields::of(&Bindings { attempts: 3, pause: None })?;
/// assert_eq!(fields[0].content, Ok(Content::Plain("3".to_owned())));
/// assert_eq!(fields[1].content.as_ref().unwrap_err().to_string(), "is an `Option`");
/// # Ok::<(), fields::Refusal>(())
/// ```
///
/// # Errors
/// When the bindings are no struct with named fields.
pub fn of(bindings: &impl Serialize) -> Result<Vec<Field>, Refusal> {
    bindings.serialize(Bindings)
}

const NAMED_FIELDS: &str = "make the bindings a struct with named fields";
const OPTION: &str = "choose a value that means none, such as 0 or an empty text, and leave out the `Option`";
const LIST: &str = "join the entries to one text, which the function splits, or give each a field of its own";
const TUPLE: &str = "give each part a field of its own";
const STRUCT: &str = "move its fields into the bindings";
const VARIANT: &str = "use an enum whose variants hold nothing, and fields of their own for what they hold";

/// The methods that refuse what a value is.
macro_rules! refused {
    ($($method:ident($($argument:ty),*) -> $compound:ident: $what:literal, $help:expr;)+) => {
        $(
            fn $method(self, $(_: $argument),*) -> Result<Self::$compound, Refusal> {
                Err(Refusal::new($what, $help))
            }
        )+
    };
}

/// Takes the fields of a struct.
struct Bindings;

impl Serializer for Bindings {
    type Error = Refusal;
    type Ok = Vec<Field>;
    type SerializeMap = Impossible<Vec<Field>, Refusal>;
    type SerializeSeq = Impossible<Vec<Field>, Refusal>;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Impossible<Vec<Field>, Refusal>;
    type SerializeTuple = Impossible<Vec<Field>, Refusal>;
    type SerializeTupleStruct = Impossible<Vec<Field>, Refusal>;
    type SerializeTupleVariant = Impossible<Vec<Field>, Refusal>;

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Fields, Refusal> {
        if name == declaration::NAME {
            return Err(Refusal::new("are a binding themselves", NAMED_FIELDS));
        }
        Ok(Fields(Vec::with_capacity(length)))
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Vec<Field>, Refusal> {
        Ok(Vec::new())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<Vec<Field>, Refusal> {
        self.serialize_none()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _value: &T,
    ) -> Result<Vec<Field>, Refusal> {
        Err(Refusal::new("are a struct without named fields", NAMED_FIELDS))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        _value: &T,
    ) -> Result<Vec<Field>, Refusal> {
        self.serialize_unit_variant(name, index, variant)
    }

    refused! {
        serialize_bool(bool) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_i8(i8) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_i16(i16) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_i32(i32) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_i64(i64) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_i128(i128) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_u8(u8) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_u16(u16) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_u32(u32) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_u64(u64) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_u128(u128) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_f32(f32) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_f64(f64) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_char(char) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_str(&str) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_bytes(&[u8]) -> Ok: "are a single value", NAMED_FIELDS;
        serialize_unit() -> Ok: "are `()`", NAMED_FIELDS;
        serialize_none() -> Ok: "are an `Option`", NAMED_FIELDS;
        serialize_unit_variant(&'static str, u32, &'static str) -> Ok: "are an enum", NAMED_FIELDS;
        serialize_seq(Option<usize>) -> SerializeSeq: "are a list", NAMED_FIELDS;
        serialize_tuple(usize) -> SerializeTuple: "are a tuple", NAMED_FIELDS;
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct:
            "are a struct without named fields", NAMED_FIELDS;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant:
            "are an enum", NAMED_FIELDS;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant:
            "are an enum", NAMED_FIELDS;
        serialize_map(Option<usize>) -> SerializeMap:
            "are a map, or a struct with `#[serde(flatten)]`, which is written as one", NAMED_FIELDS;
    }
}

/// The fields so far. One that is refused hides none of those after it.
struct Fields(Vec<Field>);

impl SerializeStruct for Fields {
    type Error = Refusal;
    type Ok = Vec<Field>;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        self.0.push(Field { name: name.to_owned(), content: value.serialize(Value) });
        Ok(())
    }

    fn end(self) -> Result<Vec<Field>, Refusal> {
        Ok(self.0)
    }
}

/// Takes the value of one field.
struct Value;

/// The methods for values that are written as `Display` has them, which is how the function parses them.
macro_rules! displayed {
    ($($method:ident: $type:ty),+ $(,)?) => {
        $(
            fn $method(self, value: $type) -> Result<Content, Refusal> {
                Ok(Content::Plain(value.to_string()))
            }
        )+
    };
}

impl Serializer for Value {
    type Error = Refusal;
    type Ok = Content;
    type SerializeMap = Impossible<Content, Refusal>;
    type SerializeSeq = Impossible<Content, Refusal>;
    type SerializeStruct = Declared;
    type SerializeStructVariant = Impossible<Content, Refusal>;
    type SerializeTuple = Impossible<Content, Refusal>;
    type SerializeTupleStruct = Impossible<Content, Refusal>;
    type SerializeTupleVariant = Impossible<Content, Refusal>;

    displayed!(
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
    );

    fn serialize_f32(self, value: f32) -> Result<Content, Refusal> {
        float(value.is_finite(), value)
    }

    fn serialize_f64(self, value: f64) -> Result<Content, Refusal> {
        float(value.is_finite(), value)
    }

    fn serialize_char(self, value: char) -> Result<Content, Refusal> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Content, Refusal> {
        if value.contains('\0') {
            return Err(Refusal::new("is a text with a NUL character", "leave the character out"));
        }
        Ok(Content::Plain(value.to_owned()))
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Content, Refusal> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<Content, Refusal> {
        value.serialize(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _value: &T) -> Result<Content, Refusal> {
        self.serialize_none()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<Content, Refusal> {
        Err(Refusal::new("is a variant that holds a value", VARIANT))
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Declared, Refusal> {
        if name == declaration::NAME {
            return Json.serialize_struct(name, length).map(Declared).map_err(Refusal::custom);
        }
        Err(Refusal::new(format!("is a struct, `{name}`"), STRUCT))
    }

    refused! {
        serialize_bytes(&[u8]) -> Ok: "is a list of bytes", "encode them as a text, which the function decodes";
        serialize_none() -> Ok: "is an `Option`", OPTION;
        serialize_unit() -> Ok: "is `()`", "leave it out";
        serialize_unit_struct(&'static str) -> Ok: "is a struct without fields", "leave it out";
        serialize_seq(Option<usize>) -> SerializeSeq: "is a list", LIST;
        serialize_tuple(usize) -> SerializeTuple: "is a tuple or an array", TUPLE;
        serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct: "is a struct of several parts", TUPLE;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant:
            "is a variant that holds values", VARIANT;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant:
            "is a variant that holds values", VARIANT;
        serialize_map(Option<usize>) -> SerializeMap: "is a map", LIST;
    }
}

/// `{:?}` keeps `1e300` short, and parses to the same number.
fn float(is_finite: bool, value: impl fmt::Debug) -> Result<Content, Refusal> {
    if is_finite {
        Ok(Content::Plain(format!("{value:?}")))
    } else {
        Err(Refusal::new(format!("is the number {value:?}"), "give it a finite number"))
    }
}

/// A declaration being written as JSON, from which it is read again.
struct Declared(<Json as Serializer>::SerializeStruct);

impl SerializeStruct for Declared {
    type Error = Refusal;
    type Ok = Content;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        SerializeStruct::serialize_field(&mut self.0, name, value).map_err(Refusal::custom)
    }

    fn end(self) -> Result<Content, Refusal> {
        let json = SerializeStruct::end(self.0).map_err(Refusal::custom)?;
        serde_json::from_value(json).map(Content::Declaration).map_err(Refusal::custom)
    }
}
