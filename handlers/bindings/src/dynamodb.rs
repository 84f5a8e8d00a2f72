//! Bindings to DynamoDB tables, to the items of one whose keys start alike, and to secondary indexes.
//!
//! A call on one table is the SDK's own: `orders.put_item()`. What goes to several tables at once is made of parts, each of
//! the binding that grants it:
//!
//! ```
//! # #[cfg(feature = "dynamodb")]
//! # fn f(
//! #     orders: &bindings::dynamodb::Table<bindings::dynamodb::PutItem>,
//! #     stock: &bindings::dynamodb::Table<bindings::dynamodb::UpdateItem>,
//! # ) -> Result<(), aws_sdk_dynamodb::error::BuildError> {
//! use aws_sdk_dynamodb::types::{Put, Update};
//!
//! let order = orders.transact_put_item(Put::builder());
//! let taken = stock.transact_update_item(Update::builder());
//! let call = order.and(taken).transact_write_items()?;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "dynamodb")]
mod batch;
mod partiql;
#[cfg(feature = "dynamodb")]
mod transaction;
#[cfg(feature = "dynamodb")]
mod typed;

pub use partiql::StatementsInText;
#[cfg(feature = "dynamodb")]
pub use transaction::{ReadItems, WriteItems};
#[cfg(feature = "dynamodb")]
pub use typed::ItemError;

crate::binding! {
    /// A table, with the operations `A` granted on it. Its environment variable is the table's name.
    ///
    /// `Table<PutItem, Order>` puts nothing but values of the type `Order`. The expressions of `UpdateItem` are not looked
    /// into: with a type, they are taken to leave items of it.
    pub struct Table(name) of M;
    use aws_sdk_dynamodb telling Written if (feature = "dynamodb");

    BatchGetItem: "dynamodb:BatchGetItem" => batch_get_item by hand;
    BatchWriteItem: "dynamodb:BatchWriteItem" => batch_write_item by hand;
    ConditionCheckItem: "dynamodb:ConditionCheckItem" => transact_condition_check_item by hand;
    DeleteItem: "dynamodb:DeleteItem" => delete_item() -> DeleteItemFluentBuilder { table_name: name() };
    DescribeTable: "dynamodb:DescribeTable" => describe_table() -> DescribeTableFluentBuilder { table_name: name() };
    DescribeTimeToLive: "dynamodb:DescribeTimeToLive" =>
        describe_time_to_live() -> DescribeTimeToLiveFluentBuilder { table_name: name() };
    GetItem: "dynamodb:GetItem" => get_item() -> GetItemFluentBuilder { table_name: name() };
    PutItem: "dynamodb:PutItem" => put_item() -> PutItemFluentBuilder { table_name: name() } of any M;
    Query: "dynamodb:Query" => query() -> QueryFluentBuilder { table_name: name() };
    Scan: "dynamodb:Scan" => scan() -> ScanFluentBuilder { table_name: name() };
    UpdateItem: "dynamodb:UpdateItem" => update_item() -> UpdateItemFluentBuilder { table_name: name() };
}

crate::binding! {
    /// The items of a table whose partition keys, or whose attributes, are limited, with the operations `A` granted on
    /// them. Its environment variable is the table's name.
    ///
    /// It has the operations that name their items, or a partition: `Scan` asks for all items, and IAM cannot limit it.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html>
    pub struct Items(name) of M beside Table;
    use aws_sdk_dynamodb telling Written if (feature = "dynamodb");

    BatchGetItem: "dynamodb:BatchGetItem" => batch_get_item by hand;
    BatchWriteItem: "dynamodb:BatchWriteItem" => batch_write_item by hand;
    ConditionCheckItem: "dynamodb:ConditionCheckItem" => transact_condition_check_item by hand;
    DeleteItem: "dynamodb:DeleteItem" => delete_item() -> DeleteItemFluentBuilder { table_name: name() };
    GetItem: "dynamodb:GetItem" => get_item() -> GetItemFluentBuilder { table_name: name() };
    PutItem: "dynamodb:PutItem" => put_item() -> PutItemFluentBuilder { table_name: name() } of any M;
    Query: "dynamodb:Query" => query() -> QueryFluentBuilder { table_name: name() };
    UpdateItem: "dynamodb:UpdateItem" => update_item() -> UpdateItemFluentBuilder { table_name: name() };
}

crate::binding! {
    /// A secondary index of a table. Its environment variable is `TABLE/index/INDEX`, the last part of its ARN.
    pub struct Index(path) of M beside Table;
    use aws_sdk_dynamodb telling Written if (feature = "dynamodb");

    Query: "dynamodb:Query" => query() -> QueryFluentBuilder { table_name: table(), index_name: name() };
    Scan: "dynamodb:Scan" => scan() -> ScanFluentBuilder { table_name: table(), index_name: name() };
}

impl<A, M> Index<A, M> {
    /// The name of the index's table.
    #[must_use]
    pub fn table(&self) -> &str {
        self.names().0
    }

    /// The name of the index.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names().1
    }

    /// The name of the index's table and its own.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        self.path().split_once("/index/").unwrap_or_default()
    }
}

#[cfg(feature = "dynamodb")]
crate::evidence::ways!(
    AlsoBatchGetItem of BatchGetItem,
    AlsoBatchWriteItem of BatchWriteItem,
    TransactConditionCheckItem of ConditionCheckItem,
    TransactDeleteItem of DeleteItem,
    TransactGetItem of GetItem,
    TransactPutItem of PutItem,
    TransactUpdateItem of UpdateItem,
);

#[cfg(feature = "dynamodb")]
pub use written::Written;

#[cfg(feature = "dynamodb")]
mod written {
    use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
    use aws_sdk_dynamodb::operation::put_item::PutItemInput;
    use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
    use aws_smithy_runtime_api::client::interceptors::context::Input;

    use crate::trace::{Effects, parameter};

    /// Tells of items that are written.
    #[derive(Debug)]
    pub struct Written;

    impl Effects for Written {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; PutItemInput: table_name, UpdateItemInput: table_name, DeleteItemInput: table_name)
        }
    }
}
