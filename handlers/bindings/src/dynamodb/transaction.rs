//! Transactions: up to 100 items of one table or several, all of them or none.
//!
//! IAM asks for the right of each part on its table: a condition check is a right of its own.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::transact_get_items::builders::TransactGetItemsFluentBuilder;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::types::builders::{
    ConditionCheckBuilder, DeleteBuilder, GetBuilder, PutBuilder, TransactWriteItemBuilder, UpdateBuilder,
};
use aws_sdk_dynamodb::types::{TransactGetItem as Get, TransactWriteItem as Write};

use super::{
    ConditionCheckItem, DeleteItem, GetItem, Items, PutItem, Table, TransactConditionCheckItem, TransactDeleteItem,
    TransactGetItem, TransactPutItem, TransactUpdateItem, UpdateItem,
};
use crate::message::Anything;
use crate::{Grants, evidence};

/// What a transaction writes.
#[derive(Debug)]
#[must_use = "nothing is written before `transact_write_items` is sent"]
pub struct WriteItems {
    client: Client,
    items: Result<Vec<Write>, BuildError>,
}

/// What a transaction reads.
#[derive(Debug)]
#[must_use = "nothing is read before `transact_get_items` is sent"]
pub struct ReadItems {
    client: Client,
    items: Result<Vec<Get>, BuildError>,
}

/// All items, or why one of them is incomplete.
fn joined<T>(one: Result<Vec<T>, BuildError>, other: Result<Vec<T>, BuildError>) -> Result<Vec<T>, BuildError> {
    let (mut one, other) = (one?, other?);
    one.extend(other);
    Ok(one)
}

impl WriteItems {
    pub(super) fn of(client: &Client, item: Result<TransactWriteItemBuilder, BuildError>) -> Self {
        Self { client: client.clone(), items: item.map(|it| vec![it.build()]) }
    }

    /// These, and others in the same transaction.
    pub fn and(self, others: Self) -> Self {
        Self { client: self.client, items: joined(self.items, others.items) }
    }

    /// The SDK's `transact_write_items` with all of them.
    ///
    /// # Errors
    /// When an item, or a key, is missing.
    pub fn transact_write_items(self) -> Result<TransactWriteItemsFluentBuilder, BuildError> {
        Ok(self.client.transact_write_items().set_transact_items(Some(self.items?)))
    }
}

impl ReadItems {
    /// These, and others in the same transaction.
    pub fn and(self, others: Self) -> Self {
        Self { client: self.client, items: joined(self.items, others.items) }
    }

    /// The SDK's `transact_get_items` with all of them.
    ///
    /// # Errors
    /// When a key is missing.
    pub fn transact_get_items(self) -> Result<TransactGetItemsFluentBuilder, BuildError> {
        Ok(self.client.transact_get_items().set_transact_items(Some(self.items?)))
    }
}

macro_rules! parts {
    ($($binding:ident),+) => {
        $(
            impl<A, M> $binding<A, M> {
                parts!(@write
                    /// A condition that must hold of an item of this table.
                    transact_condition_check_item(ConditionCheckBuilder) ConditionCheckItem
                        by TransactConditionCheckItem: condition_check;
                    /// An item that is deleted from this table.
                    transact_delete_item(DeleteBuilder) DeleteItem by TransactDeleteItem: delete;
                    /// An item that is put into this table.
                    transact_put_item(PutBuilder) PutItem by TransactPutItem: put of any M;
                    /// An item of this table that is updated.
                    transact_update_item(UpdateBuilder) UpdateItem by TransactUpdateItem: update;
                );

                /// An item of this table that is read.
                #[track_caller]
                pub fn transact_get_item<P>(&self, get: GetBuilder) -> ReadItems
                where
                    A: Grants<GetItem, P>,
                {
                    evidence::call::<Self, TransactGetItem>();
                    let get = get.table_name(self.name()).build();
                    let items = get.map(|get| vec![Get::builder().get(get).build()]);
                    ReadItems { client: self.client.get().clone(), items }
                }
            }
        )+
    };
    (@write $($(#[$doc:meta])* $part:ident($builder:ident) $operation:ident by $way:ident: $kind:ident $(of any $any:ident)?;)+) => {
        $(
            $(#[$doc])*
            #[track_caller]
            pub fn $part<P>(&self, $kind: $builder) -> WriteItems
            where
                A: Grants<$operation, P>,
                $($any: Anything,)?
            {
                evidence::call::<Self, $way>();
                let $kind = $kind.table_name(self.name()).build();
                WriteItems::of(self.client.get(), $kind.map(|it| Write::builder().$kind(it)))
            }
        )+
    };
}

parts!(Table, Items);
