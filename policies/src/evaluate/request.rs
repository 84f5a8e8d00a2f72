//! Requests.

use super::context::Context;
use crate::principal::Principal;

/// Who wants to do what, on which resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who: an ARN for accounts, users, roles and sessions; [`Principal::Any`] without credentials.
    pub principal: Principal,
    /// The action, such as `sqs:SendMessage`.
    pub action: String,
    /// The ARN of the resource, or `*` for an action without one.
    pub resource: String,
    /// What else is known of the request.
    pub context: Context,
}
