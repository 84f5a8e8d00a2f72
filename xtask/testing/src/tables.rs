//! Tables of a deployment, by the output with their name, or by the name.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::deployment::Deployment;
use crate::{Item, succeeded};

impl Deployment {
    /// The item with a key: its attributes by their names.
    pub async fn item<const N: usize>(&self, table: &str, key: [(&str, AttributeValue); N]) -> Option<Item> {
        let mut call = self.dynamodb.get_item().table_name(self.value(table)).consistent_read(true);
        for (name, value) in key {
            call = call.key(name, value);
        }
        let answer = succeeded(&self.tried("reading an item of", table), call.send().await);
        Some(answer.item?.into_iter().collect())
    }

    /// Every item of a table.
    pub async fn items(&self, table: &str) -> Vec<Item> {
        let scan = self.dynamodb.scan().table_name(self.value(table)).consistent_read(true);
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        let items = succeeded(&self.tried("reading", table), items);
        items.into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// The items of a table whose partition key, which is named `name`, is `value`; in the order of their sort keys.
    pub async fn items_with_key(&self, table: &str, name: &str, value: AttributeValue) -> Vec<Item> {
        let query = self.dynamodb.query().table_name(self.value(table)).consistent_read(true);
        let query = query.key_condition_expression("#key = :key").expression_attribute_names("#key", name);
        let pages = query.expression_attribute_values(":key", value).into_paginator().items().send();
        let items = succeeded(&self.tried("querying", table), pages.collect::<Result<Vec<_>, _>>().await);
        items.into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// The items of a table whose attribute `name` is `value`. All items are read for it.
    pub async fn items_with(&self, table: &str, name: &str, value: &AttributeValue) -> Vec<Item> {
        let items = self.items(table).await;
        items.into_iter().filter(|item| item.get(name) == Some(value)).collect()
    }

    /// Puts an item into a table, in place of the one with its key.
    pub async fn put_item<N: Into<String>>(&self, table: &str, item: impl IntoIterator<Item = (N, AttributeValue)>) {
        let item = item.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let call = self.dynamodb.put_item().table_name(self.value(table)).set_item(Some(item));
        succeeded(&self.tried("putting an item into", table), call.send().await);
    }

    /// Deletes the item with a key, if there is one.
    pub async fn delete_item<const N: usize>(&self, table: &str, key: [(&str, AttributeValue); N]) {
        let mut call = self.dynamodb.delete_item().table_name(self.value(table));
        for (name, value) in key {
            call = call.key(name, value);
        }
        succeeded(&self.tried("deleting an item of", table), call.send().await);
    }
}
