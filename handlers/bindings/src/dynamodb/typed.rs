//! Items of one type.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemFluentBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{PutRequest, TransactWriteItem, WriteRequest};
use serde::de::DeserializeOwned;
use serde_dynamo::Item;

use super::{BatchWriteItem, Index, Items, PutItem, Table, TransactPutItem, WriteItems};
use crate::message::Message;
use crate::{Grants, evidence, item};

/// Why a value is no item, or an item no value of the type.
#[derive(Debug, thiserror::Error)]
pub enum ItemError {
    /// A value cannot be written as an item, such as a map whose keys are no texts.
    #[error("a value cannot be written as an item: {0}")]
    Written(#[from] serde_dynamo::Error),
    /// An item is read as a type that it is none of. It names the attribute.
    #[error("an item is none of its type: {0}")]
    Read(#[from] serde_path_to_error::Error<serde_dynamo::Error>),
    /// A request is incomplete.
    #[error("a request is incomplete: {0}")]
    Request(#[from] BuildError),
}

fn attributes(item: &impl Message) -> Result<Item, ItemError> {
    Ok(serde_dynamo::to_item(item)?)
}

macro_rules! writes {
    ($($binding:ident),+) => {
        $(
            impl<A, M> $binding<A, M> {
                /// The SDK's `put_item` of `item` into this table.
                ///
                /// Its fields are the attributes, as [`serde_dynamo`] writes them. A field that is `None` is an attribute
                /// `NULL`, which DynamoDB refuses for a key of the table or of an index: leave it out with
                /// `#[serde(skip_serializing_if = "Option::is_none")]`. An item is 400 KB at most.
                ///
                /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
                ///
                /// # Errors
                /// When the value cannot be written as an item, such as one that has no fields.
                #[track_caller]
                pub fn put<P>(&self, item: &M) -> Result<PutItemFluentBuilder, ItemError>
                where
                    A: Grants<PutItem, P>,
                    M: Message,
                {
                    evidence::call::<Self, PutItem>();
                    let item = attributes(item)?;
                    Ok(self.client.get().put_item().table_name(self.name()).set_item(Some(item.into())))
                }

                /// The SDK's `batch_write_item` that puts up to 25 items into this table.
                ///
                /// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
                ///
                /// # Errors
                /// When a value cannot be written as an item.
                #[track_caller]
                pub fn batch_put<'a, P>(
                    &self,
                    items: impl IntoIterator<Item = &'a M>,
                ) -> Result<BatchWriteItemFluentBuilder, ItemError>
                where
                    A: Grants<BatchWriteItem, P>,
                    M: Message + 'a,
                {
                    evidence::call::<Self, BatchWriteItem>();
                    let put = |item| {
                        let put = PutRequest::builder().set_item(Some(attributes(item)?.into())).build()?;
                        Ok(WriteRequest::builder().put_request(put).build())
                    };
                    let requests = items.into_iter().map(put).collect::<Result<_, ItemError>>()?;
                    Ok(self.client.get().batch_write_item().request_items(self.name(), requests))
                }

                /// `item`, put into this table by a transaction, under the conditions that `put` has.
                ///
                /// # Errors
                /// When the value cannot be written as an item.
                #[track_caller]
                pub fn transact_put<P>(&self, item: &M, put: PutBuilder) -> Result<WriteItems, ItemError>
                where
                    A: Grants<PutItem, P>,
                    M: Message,
                {
                    evidence::call::<Self, TransactPutItem>();
                    let put = put.set_item(Some(attributes(item)?.into())).table_name(self.name()).build();
                    Ok(WriteItems::of(self.client.get(), put.map(|put| TransactWriteItem::builder().put(put))))
                }
            }
        )+
    };
}

writes!(Table, Items);

macro_rules! reads {
    ($($binding:ident),+) => {
        $(
            impl<A, M: Message + DeserializeOwned> $binding<A, M> {
                /// The value that an item of this table is, which a call gave as its attributes.
                ///
                /// # Errors
                /// When it is none of the type: an attribute is missing, or has another type.
                pub fn read(&self, item: impl Into<Item>) -> Result<M, ItemError> {
                    Ok(item::value(item.into())?)
                }
            }
        )+
    };
}

reads!(Table, Items, Index);
