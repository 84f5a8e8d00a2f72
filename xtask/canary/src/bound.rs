//! Calls through bindings of which there are several of one type, so that the type does not tell which one is used.

pub mod namesakes;
pub mod pairs;

use bindings::dynamodb::{PutItem, Table};

/// Puts an item; both programs hand bindings on to it.
pub async fn store(table: &Table<PutItem>) {
    drop(table.put_item().send().await);
}
