//! The message of the document, and the times that it gets.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// The sighting of the document, of `ship`, a spaceship of `model`.
pub(crate) fn sighting(ship: &str, model: &str) -> Value {
    json!({
        "spaceship_id": ship,
        "model": model,
        "quadrant": "Alpha",
        "coordinates": { "x": 12.34, "y": 56.78, "z": 90.12 },
    })
}

/// Seconds since the epoch.
pub(crate) fn seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

/// Milliseconds since the epoch.
pub(crate) fn millis() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}
