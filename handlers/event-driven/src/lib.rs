//! The functions of the system that is driven by events: uploads to a bucket, and messages to an API.
//!
//! [`image_processor`] decodes the images that were uploaded, [`audit_logger`] keeps every event, and [`api_consumer`]
//! keeps the messages. Each takes a queue, and each keeps a thing once, under what the sender calls it: a message that is
//! delivered again changes nothing, and one that cannot be read or kept returns to its queue, which in the end moves it
//! to its dead-letter queue. No function writes twice for a message, so that none can fail halfway.

pub mod api_consumer;
pub mod audit_logger;
pub mod event;
pub mod image_processor;
mod once;
