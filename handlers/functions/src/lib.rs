//! What the functions of all systems do alike: start, log, take messages of a queue, answer an API, and name what is
//! wrong with their input.

pub mod api;
pub mod batch;
pub mod clock;
pub mod error;
pub mod fields;
pub mod function;
#[cfg(feature = "image")]
pub mod image;
pub mod logging;
pub mod record;
pub mod sqs;
pub mod stream;
#[cfg(feature = "dynamodb")]
pub mod time_to_live;
pub mod trace;
#[cfg(feature = "dynamodb")]
pub mod unique_time;

pub use error::CallError;
pub use fields::{FieldError, Fields};
pub use record::Record;
