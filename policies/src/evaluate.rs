//! What policies say to a request: allowed, denied, or not to be known from what is given.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod arn;
mod context;
mod decision;
mod operators;
mod principal;
mod request;
mod statement;
mod truth;

pub use context::{Context, Known};
pub use decision::{Accounts, Decision, Kind, Place, Policies, evaluate};
pub use request::Request;
pub use truth::{Gap, Truth};

pub(crate) use arn::parts as arn_parts;
pub(crate) use operators::{holds, moment, number, range};
pub(crate) use principal::is_spoken_of as speaks_of;
pub(crate) use statement::applies;
