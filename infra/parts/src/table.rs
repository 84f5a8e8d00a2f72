//! Tables.

use infra::dynamodb::Table;
use infra::stack::DeletionPolicy;
use infra::{Ref, Stack};

/// Adds a table that is deleted with its stack, and kept when an update would replace it.
#[track_caller]
pub fn table(stack: &mut Stack, id: &'static str, table: Table) -> Ref<Table> {
    stack.named(id).deletion_policy(DeletionPolicy::Delete).update_replace_policy(DeletionPolicy::Retain).add(table)
}
