//! What a principal may do: IAM policies as typed Rust values.
//!
//! Resources, principals and condition values are generic, because a stack's policies hold CloudFormation's intrinsic
//! functions where a policy on its own holds strings.

pub mod action;
pub mod audit;
pub mod catalogue;
pub mod condition;
pub mod contain;
pub mod document;
pub mod evaluate;
pub mod listed;
mod nearest;
pub mod operation;
pub mod parse;
mod pattern;
pub mod principal;
pub mod unknown;

pub use action::Action;
pub use condition::{Condition, Operator, Quantifier};
pub use document::{Effect, PolicyDocument, Statement, Version};
pub use listed::Listed;
pub use operation::Operation;
pub use pattern::covers;
pub use principal::Principal;
