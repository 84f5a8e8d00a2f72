//! Data that a state makes: JSON with values of the stack, and with what is taken from the execution's data.

use serde_json::{Map, Value as Json};

use super::language::{Language, Part, Query, QueryLanguage};
use super::text::Text;
use crate::reference::{Ref, Resource};
use crate::value::{Intrinsic, Value};

/// Data that a state makes.
///
/// ```
/// use infra::stepfunctions::{Data, JsonPath, path};
///
/// let message: Data<JsonPath> = Data::object([("order", path("$.order.id").into()), ("kind", "placed".into())]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Data<L> {
    /// This JSON.
    Json(Json),
    /// A value of the stack.
    Value(Value),
    /// What is taken from the execution's data.
    Query(Query<L>),
    /// An object.
    Object(Vec<(String, Data<L>)>),
    /// A list. In JSONPath no item of it is itself a query: `States.Array(...)` makes such a list.
    List(Vec<Data<L>>),
}

impl<L> Data<L> {
    /// An object with these entries.
    pub fn object<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Object(entries.into_iter().map(|(name, data)| (name.to_owned(), data)).collect())
    }

    /// A list of these.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// A text of `DynamoDB`: `{"S": ...}`.
    pub fn s(text: impl Into<Self>) -> Self {
        Self::object([("S", text.into())])
    }

    /// A number of `DynamoDB`: `{"N": ...}`. `DynamoDB` takes it as a string.
    pub fn n(number: impl Into<Self>) -> Self {
        Self::object([("N", number.into())])
    }

    /// A query that is itself an item of a list.
    pub(super) fn query_in_list(&self) -> Option<&str> {
        match self {
            Self::Json(_) | Self::Value(_) | Self::Query(_) => None,
            Self::Object(entries) => entries.iter().find_map(|(_, data)| data.query_in_list()),
            Self::List(items) => items.iter().find_map(|item| match item {
                Self::Query(query) => Some(query.text.as_str()),
                other => other.query_in_list(),
            }),
        }
    }
}

/// Adds `data` under `name`.
pub(super) fn insert<L: QueryLanguage>(into: &mut Part<'_>, name: &str, data: &Data<L>) {
    entry(into.map, into.text, name, data);
}

/// Adds `entries` as the object `name`, when there are any.
pub(super) fn insert_all<L: QueryLanguage>(into: &mut Part<'_>, name: &str, entries: &[(String, Data<L>)]) {
    if !entries.is_empty() {
        let object = object(into.text, entries);
        into.map.insert(name.to_owned(), object);
    }
}

fn entry<L: QueryLanguage>(map: &mut Map<String, Json>, text: &mut Text, name: &str, data: &Data<L>) {
    match data {
        Data::Query(query) => <L as Language>::entry(map, name, query),
        other => {
            map.insert(name.to_owned(), plain(text, other));
        }
    }
}

fn object<L: QueryLanguage>(text: &mut Text, entries: &[(String, Data<L>)]) -> Json {
    let mut map = Map::new();
    for (name, data) in entries {
        entry(&mut map, text, name, data);
    }
    map.into()
}

/// Data that is no entry of an object.
fn plain<L: QueryLanguage>(text: &mut Text, data: &Data<L>) -> Json {
    match data {
        Data::Json(json) => json.clone(),
        Data::Value(value) => text.value(value),
        Data::Object(entries) => object(text, entries),
        Data::List(items) => items.iter().map(|item| plain(text, item)).collect::<Vec<_>>().into(),
        Data::Query(query) => {
            let mut map = Map::new();
            <L as Language>::entry(&mut map, "", query);
            map.into_iter().next().map(|(_, json)| json).unwrap_or_default()
        }
    }
}

impl<L> From<Query<L>> for Data<L> {
    fn from(query: Query<L>) -> Self {
        Self::Query(query)
    }
}

impl<L> From<Json> for Data<L> {
    fn from(json: Json) -> Self {
        Self::Json(json)
    }
}

impl<L> From<&str> for Data<L> {
    fn from(text: &str) -> Self {
        Self::Json(text.into())
    }
}

impl<L> From<bool> for Data<L> {
    fn from(is: bool) -> Self {
        Self::Json(is.into())
    }
}

impl<L> From<u32> for Data<L> {
    fn from(number: u32) -> Self {
        Self::Json(number.into())
    }
}

impl<L> From<Value> for Data<L> {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

impl<L> From<Intrinsic> for Data<L> {
    fn from(intrinsic: Intrinsic) -> Self {
        Self::Value(intrinsic.into())
    }
}

/// What `!Ref` gives: a table's name, a queue's address.
impl<L, R: Resource> From<Ref<R>> for Data<L> {
    fn from(resource: Ref<R>) -> Self {
        Self::Value(resource.into())
    }
}
