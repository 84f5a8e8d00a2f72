//! Values as JSON without what is `None` or empty: CloudFormation treats both as absent. What somebody wrote as JSON
//! stays as it is: there an empty list or mapping means something.
//!
//! This is `serde_json::to_value`, except that an absent entry is never made; most of a resource's properties are
//! absent, so that making and removing them took longer than all the rest of rendering.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Map, Value as Json};

use crate::marks;

/// `value` as JSON. Serialising a model type cannot fail: its maps have string keys.
pub(super) fn tree(value: &(impl Serialize + ?Sized)) -> Json {
    value.serialize(Tree { keeps_empty: false }).unwrap_or_default()
}

/// The name of the newtype in which nothing is left out but `null`.
const VERBATIM: &str = "$verbatim";

/// Serialises `value` as what nothing is left out of: of use as `serialize_with`.
pub(crate) fn verbatim<S: Serializer>(value: &(impl Serialize + ?Sized), serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(VERBATIM, value)
}

fn is_absent(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(entries) => entries.is_empty(),
        _ => false,
    }
}

#[derive(Clone, Copy)]
struct Tree {
    /// Whether what is empty is said.
    keeps_empty: bool,
}

/// A list, which is the content of an enum's variant when it has a name.
struct Items {
    tree: Tree,
    variant: Option<&'static str>,
    list: Vec<Json>,
}

/// A mapping, which is the content of an enum's variant when it has a name.
struct Entries {
    tree: Tree,
    variant: Option<&'static str>,
    map: Map<String, Json>,
    key: String,
}

impl Items {
    fn new(tree: Tree, variant: Option<&'static str>, length: usize) -> Self {
        Self { tree, variant, list: Vec::with_capacity(length) }
    }

    fn push(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.list.push(value.serialize(self.tree)?);
        Ok(())
    }

    fn finish(self) -> Json {
        wrapped(self.variant, Json::Array(self.list))
    }
}

impl Entries {
    const fn new(tree: Tree, variant: Option<&'static str>, map: Map<String, Json>) -> Self {
        Self { tree, variant, map, key: String::new() }
    }

    fn insert(&mut self, key: impl Into<String>, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        let json = value.serialize(self.tree)?;
        let is_left_out = if self.tree.keeps_empty { json.is_null() } else { is_absent(&json) };
        if !is_left_out {
            self.map.insert(key.into(), json);
        }
        Ok(())
    }

    fn finish(self) -> Json {
        wrapped(self.variant, Json::Object(self.map))
    }
}

fn wrapped(variant: Option<&'static str>, content: Json) -> Json {
    match variant {
        Some(variant) => Json::Object(Map::from_iter([(variant.to_owned(), content)])),
        None => content,
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty),+ $(,)?) => {
        $(
            fn $method(self, value: $type) -> Result<Json, Error> {
                serde_json::value::Serializer.$method(value)
            }
        )+
    };
}

impl Serializer for Tree {
    type Ok = Json;
    type Error = Error;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    scalars!(
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
        serialize_bytes: &[u8],
    );

    fn serialize_none(self) -> Result<Json, Error> {
        Ok(Json::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Json, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Json, Error> {
        Ok(Json::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Json, Error> {
        Ok(Json::Null)
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<Json, Error> {
        Ok(Json::String(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<Json, Error> {
        value.serialize(Self { keeps_empty: self.keeps_empty || name == VERBATIM })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Json, Error> {
        let mut entries = Entries::new(self, None, Map::new());
        entries.insert(variant, value)?;
        Ok(entries.finish())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, Error> {
        Ok(Items::new(self, None, length.unwrap_or_default()))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, Error> {
        Ok(Items::new(self, None, length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<Items, Error> {
        Ok(Items::new(self, None, length))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Items, Error> {
        Ok(Items::new(self, Some(variant), length))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Entries, Error> {
        Ok(Entries::new(self, None, Map::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Entries, Error> {
        Ok(Entries::new(self, None, Map::new()))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _length: usize,
    ) -> Result<Entries, Error> {
        Ok(Entries::new(self, Some(variant), Map::new()))
    }
}

macro_rules! items {
    ($($trait:ident: $method:ident),+ $(,)?) => {
        $(
            impl $trait for Items {
                type Ok = Json;
                type Error = Error;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                    self.push(value)
                }

                fn end(self) -> Result<Json, Error> {
                    Ok(self.finish())
                }
            }
        )+
    };
}

items!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
);

macro_rules! fields {
    ($($trait:ident),+) => {
        $(
            impl $trait for Entries {
                type Ok = Json;
                type Error = Error;

                fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
                    self.insert(name, value)
                }

                fn end(self) -> Result<Json, Error> {
                    Ok(self.finish())
                }
            }
        )+
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Entries {
    type Ok = Json;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = match marks::none(|| key.serialize(self.tree))? {
            Json::String(key) => key,
            other => other.to_string(),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = std::mem::take(&mut self.key);
        self.insert(key, value)
    }

    fn end(self) -> Result<Json, Error> {
        Ok(self.finish())
    }
}
