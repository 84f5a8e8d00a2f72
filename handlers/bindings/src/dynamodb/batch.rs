//! Calls on up to 100 items to read, or 25 to write, of one table or several.

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemFluentBuilder;
use aws_sdk_dynamodb::types::{KeysAndAttributes, WriteRequest};

use super::{AlsoBatchGetItem, AlsoBatchWriteItem, BatchGetItem, BatchWriteItem, Items, Table};
use crate::message::Anything;
use crate::{Grants, evidence};

macro_rules! batches {
    ($($binding:ident),+) => {
        $(
            impl<A, M> $binding<A, M> {
                /// The SDK's `batch_get_item` of the items with these keys.
                ///
                /// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
                #[must_use]
                #[track_caller]
                pub fn batch_get_item<P>(&self, items: KeysAndAttributes) -> BatchGetItemFluentBuilder
                where
                    A: Grants<BatchGetItem, P>,
                {
                    evidence::call::<Self, BatchGetItem>();
                    self.client.get().batch_get_item().request_items(self.name(), items)
                }

                /// `call`, which another table began, with the items of this one too.
                #[must_use]
                #[track_caller]
                pub fn also_batch_get_item<P>(
                    &self,
                    call: BatchGetItemFluentBuilder,
                    items: KeysAndAttributes,
                ) -> BatchGetItemFluentBuilder
                where
                    A: Grants<BatchGetItem, P>,
                {
                    evidence::call::<Self, AlsoBatchGetItem>();
                    call.request_items(self.name(), items)
                }

                /// The SDK's `batch_write_item` with these requests.
                ///
                /// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
                #[must_use]
                #[track_caller]
                pub fn batch_write_item<P>(
                    &self,
                    requests: impl IntoIterator<Item = WriteRequest>,
                ) -> BatchWriteItemFluentBuilder
                where
                    A: Grants<BatchWriteItem, P>,
                    M: Anything,
                {
                    evidence::call::<Self, BatchWriteItem>();
                    let requests = requests.into_iter().collect();
                    self.client.get().batch_write_item().request_items(self.name(), requests)
                }

                /// `call`, which another table began, with the requests to this one too.
                #[must_use]
                #[track_caller]
                pub fn also_batch_write_item<P>(
                    &self,
                    call: BatchWriteItemFluentBuilder,
                    requests: impl IntoIterator<Item = WriteRequest>,
                ) -> BatchWriteItemFluentBuilder
                where
                    A: Grants<BatchWriteItem, P>,
                    M: Anything,
                {
                    evidence::call::<Self, AlsoBatchWriteItem>();
                    call.request_items(self.name(), requests.into_iter().collect())
                }
            }
        )+
    };
}

batches!(Table, Items);
