//! The message of the document, and what its parts become in a table.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

/// An item of a table, in the order of its names.
pub(crate) type Item = BTreeMap<String, AttributeValue>;

/// The sighting of the document, of `ship`, a spaceship of `model`.
pub(crate) fn sighting(ship: &str, model: &str) -> Value {
    json!({
        "spaceship_id": ship,
        "model": model,
        "quadrant": "Alpha",
        "coordinates": { "x": 12.34, "y": 56.78, "z": 90.12 },
    })
}

pub(crate) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(format!("{value}"))
}

/// The whole number at `name`.
#[track_caller]
pub(crate) fn integer(item: &Item, name: &str) -> i64 {
    item[name].as_n().unwrap().parse().unwrap()
}

/// Seconds since the epoch.
pub(crate) fn seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// Milliseconds since the epoch.
pub(crate) fn millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}
