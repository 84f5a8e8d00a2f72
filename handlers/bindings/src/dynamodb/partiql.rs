//! Why there is no PartiQL.

use super::{Index, Items, Table};

/// Nothing grants statements of PartiQL.
#[diagnostic::on_unimplemented(
    message = "a binding makes no calls with PartiQL",
    label = "the statement names its table in a text",
    note = "nothing could prove what a statement acts on, and so that the role allows just that: call `get_item`, `query`, \
            `put_item`, `update_item` or `delete_item`, or make a transaction of `transact_put_item` and its like"
)]
pub trait StatementsInText {}

macro_rules! refused {
    ($($binding:ident: $($call:ident),+;)+) => {
        $(
            impl<A, M> $binding<A, M> {
                $(
                    /// Does not compile: see [`StatementsInText`].
                    pub fn $call(&self) where A: StatementsInText {}
                )+
            }
        )+
    };
}

refused!(
    Index: execute_statement, batch_execute_statement, execute_transaction;
    Table: execute_statement, batch_execute_statement, execute_transaction;
    Items: execute_statement, batch_execute_statement, execute_transaction;
);
