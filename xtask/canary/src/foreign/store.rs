//! Orders in `DynamoDB`, behind a trait.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};

use super::settings::Settings;

/// Where orders are kept.
pub(super) trait Store {
    async fn get(&self, id: &str) -> bool;
    async fn put(&self, id: &str);
    async fn find_by_customer(&self, customer: &str) -> bool;
    async fn replace(&self, old: &str, new: &str);
    async fn forget(&self, id: &str);
}

/// Orders in a table.
pub(super) struct DynamoDbStore {
    client: Client,
    table: String,
}

impl DynamoDbStore {
    pub(super) fn new(client: Client, settings: &Settings) -> Self {
        Self { client, table: settings.table.clone() }
    }
}

fn id(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

impl Store for DynamoDbStore {
    async fn get(&self, order: &str) -> bool {
        self.client.get_item().table_name(&self.table).key("id", id(order)).send().await.is_ok()
    }

    async fn put(&self, order: &str) {
        drop(self.client.put_item().table_name(self.table.as_str()).item("id", id(order)).send().await);
        self.forget(order).await;
    }

    async fn find_by_customer(&self, customer: &str) -> bool {
        let mut request = self.client.query().table_name(&self.table);
        request = request.index_name("by-customer").key_condition_expression("customer = :customer");
        request.expression_attribute_values(":customer", id(customer)).send().await.is_ok()
    }

    async fn replace(&self, old: &str, new: &str) {
        let delete = Delete::builder().table_name(&self.table).key("id", id(old)).build();
        let put = Put::builder().table_name("archive").item("id", id(new)).build();
        let (Ok(delete), Ok(put)) = (delete, put) else { return };
        let delete = TransactWriteItem::builder().delete(delete).build();
        let put = TransactWriteItem::builder().put(put).build();
        drop(self.client.transact_write_items().transact_items(delete).transact_items(put).send().await);
    }

    async fn forget(&self, order: &str) {
        drop(self.client.delete_item().table_name("drafts").key("id", id(order)).send().await);
    }
}
