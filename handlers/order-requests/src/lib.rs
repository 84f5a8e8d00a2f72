//! The functions of the system of order requests.
//!
//! [`request`] stores what clients ask for and tells the topic, and [`processing`] takes note of each request from the
//! queue of its status.

pub mod attribute;
pub mod message;
pub mod order;
pub mod processing;
pub mod request;
pub mod status;

pub use status::Status;
