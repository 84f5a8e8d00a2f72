//! Bindings to DynamoDB tables and their indexes.

use crate::grants::{operation_types, operations};
use crate::resource::binding;

operation_types!(
    BatchGetItem,
    BatchWriteItem,
    ConditionCheckItem,
    DeleteItem,
    DescribeTable,
    GetItem,
    PutItem,
    Query,
    Scan,
    UpdateItem,
);

operations!(Table<()>:
    BatchGetItem = "dynamodb:BatchGetItem",
    BatchWriteItem = "dynamodb:BatchWriteItem",
    ConditionCheckItem = "dynamodb:ConditionCheckItem",
    DeleteItem = "dynamodb:DeleteItem",
    DescribeTable = "dynamodb:DescribeTable",
    GetItem = "dynamodb:GetItem",
    PutItem = "dynamodb:PutItem",
    Query = "dynamodb:Query",
    Scan = "dynamodb:Scan",
    UpdateItem = "dynamodb:UpdateItem",
);

operations!(Index<()>:
    Query = "dynamodb:Query",
    Scan = "dynamodb:Scan",
);

binding!(
    /// A table, with the operations `A` granted on it. Its environment variable is the table's name.
    Table,
    aws_sdk_dynamodb::Client,
    "dynamodb"
);

binding!(
    /// A secondary index of a table. Its environment variable is `TABLE/index/INDEX`, the last part of its ARN.
    Index,
    aws_sdk_dynamodb::Client,
    "dynamodb"
);

impl<A> Table<A> {
    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.resource.name()
    }
}

impl<A> Index<A> {
    /// The name of the index's table and its own.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        self.resource.name().split_once("/index/").unwrap_or_default()
    }
}

#[cfg(feature = "dynamodb")]
pub(crate) use calls::EFFECTS;

#[cfg(feature = "dynamodb")]
mod calls {
    use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
    use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemFluentBuilder;
    use aws_sdk_dynamodb::operation::describe_table::builders::DescribeTableFluentBuilder;
    use aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder;
    use aws_sdk_dynamodb::operation::put_item::PutItemInput;
    use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
    use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
    use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
    use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
    use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;

    use super::{DeleteItem, DescribeTable, GetItem, Index, PutItem, Query, Scan, Table, UpdateItem};
    use crate::evidence;
    use crate::grants::Grants;
    use crate::trace::Effects;

    pub(crate) const EFFECTS: Effects = Effects {
        target: |input| {
            let put = input.downcast_ref::<PutItemInput>().map(PutItemInput::table_name);
            let update = || input.downcast_ref::<UpdateItemInput>().map(UpdateItemInput::table_name);
            let delete = || input.downcast_ref::<DeleteItemInput>().map(DeleteItemInput::table_name);
            put.or_else(update).or_else(delete).flatten().map(str::to_owned)
        },
        id: |_, _| None,
    };

    macro_rules! table_calls {
        ($($call:ident: $operation:ident -> $builder:ident),+ $(,)?) => {
            impl<A> Table<A> {
                $(
                    #[doc = concat!("The SDK's `", stringify!($call), "` on this table.")]
                    #[must_use]
                    #[track_caller]
                    pub fn $call<P>(&self) -> $builder where A: Grants<$operation, P> {
                        evidence::call::<Self, $operation>();
                        self.client.get().$call().table_name(self.name())
                    }
                )+
            }
        };
    }

    table_calls!(
        delete_item: DeleteItem -> DeleteItemFluentBuilder,
        describe_table: DescribeTable -> DescribeTableFluentBuilder,
        get_item: GetItem -> GetItemFluentBuilder,
        put_item: PutItem -> PutItemFluentBuilder,
        query: Query -> QueryFluentBuilder,
        scan: Scan -> ScanFluentBuilder,
        update_item: UpdateItem -> UpdateItemFluentBuilder,
    );

    impl<A> Index<A> {
        /// The SDK's `query` on this index.
        #[must_use]
        #[track_caller]
        pub fn query<P>(&self) -> QueryFluentBuilder
        where
            A: Grants<Query, P>,
        {
            evidence::call::<Self, Query>();
            let (table, index) = self.names();
            self.client.get().query().table_name(table).index_name(index)
        }

        /// The SDK's `scan` on this index.
        #[must_use]
        #[track_caller]
        pub fn scan<P>(&self) -> ScanFluentBuilder
        where
            A: Grants<Scan, P>,
        {
            evidence::call::<Self, Scan>();
            let (table, index) = self.names();
            self.client.get().scan().table_name(table).index_name(index)
        }
    }
}
