//! Requests of API Gateway's proxy integration, and the answers to them.

mod request;
mod response;

pub use request::Request;
pub use response::Response;
