//! Orders: taken by an API, checked and kept by way of a queue, and shown with what was kept of them.

pub mod get;
pub mod health;
pub mod order;
pub mod processor;
pub mod record;
pub mod submit;
