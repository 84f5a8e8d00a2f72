//! AWS Identity and Access Management, with the values of a stack in its policies.

mod attachments;
mod carriers;
mod document;
mod permissions;
mod policy;
mod role;
mod statements;
mod subjects;
mod unresolved;

pub use attachments::outside;
pub use carriers::policy_properties;
pub use document::Unread;
pub use policies::unknown::PREFIX as VARIABLE_PREFIX;
pub use policy::{ManagedPolicy, Policy};
pub use role::{InlinePolicy, Role, RoleName};
pub use statements::{account_root, merged};
pub(crate) use statements::{check_identity_policy, check_resource_policy};
pub use subjects::{NamedPolicy, Place, Subject, Ways, subjects, subjects_in, unread, ways};
pub use unresolved::{name_variables, resolve, with_variables};

use crate::value::Value;

/// A policy whose resources, principals and condition values may be intrinsic functions.
pub type PolicyDocument = policies::PolicyDocument<Value>;
/// A statement of such a policy.
pub type Statement = policies::Statement<Value>;
/// A principal of such a policy.
pub type Principal = policies::Principal<Value>;
/// A condition of such a policy.
pub type Condition = policies::Condition<Value>;
