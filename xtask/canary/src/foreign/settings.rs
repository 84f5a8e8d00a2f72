//! Settings from the environment.

use std::env;

/// Where everything is.
pub(super) struct Settings {
    pub table: String,
    pub queue_url: String,
}

impl Settings {
    pub(super) fn from_environment() -> Self {
        let table = required("ORDERS_TABLE");
        Self { table, queue_url: env::var("ORDERS_QUEUE_URL").unwrap_or_default() }
    }
}

pub(super) fn required(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("`{name}` is not set"))
}
