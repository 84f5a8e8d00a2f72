//! Calls of DynamoDB.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters as _;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

/// Makes every call.
pub async fn call_all(client: &Client) {
    in_macro(client).await;
    by_path(client).await;
    behind_dyn(black_box(&Tables(client.clone()))).await;
    generic::<Endpoints>(client).await;
    from_table(client, std::env::args().count()).await;
    drop(client.scan().into_paginator().items().send().next().await);
    drop(client.wait_until_table_exists().wait(Duration::from_secs(1)).await);
    transaction(client).await;
    drop(client.execute_statement().customize().mutate_request(|_| {}).send().await);
}

macro_rules! call {
    ($client:expr, $operation:ident) => {
        drop($client.$operation().send().await)
    };
}

async fn in_macro(client: &Client) {
    call!(client, describe_limits);
}

async fn by_path(client: &Client) {
    let get = Client::get_item;
    drop(get(client).send().await);
    for builder in [client].into_iter().map(Client::put_item) {
        drop(builder.send().await);
    }
}

type Called<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

trait Store {
    fn load(&self) -> Called<'_>;
    fn save(&self) -> Called<'_>;
    fn remove(&self) -> Called<'_>;
}

struct Tables(Client);

impl Store for Tables {
    fn load(&self) -> Called<'_> {
        Box::pin(async { drop(self.0.batch_get_item().send().await) })
    }

    fn save(&self) -> Called<'_> {
        Box::pin(async { drop(self.0.batch_write_item().send().await) })
    }

    fn remove(&self) -> Called<'_> {
        Box::pin(async { drop(self.0.delete_item().send().await) })
    }
}

/// A type that is never behind `dyn`.
struct Copies(Client);

impl Store for Copies {
    fn load(&self) -> Called<'_> {
        Box::pin(async { drop(self.0.list_imports().send().await) })
    }

    fn save(&self) -> Called<'_> {
        Box::pin(async { drop(self.0.import_table().send().await) })
    }

    fn remove(&self) -> Called<'_> {
        Box::pin(async { drop(self.0.delete_backup().send().await) })
    }
}

async fn behind_dyn(store: &dyn Store) {
    store.load().await;
}

/// Behind `dyn`, and called by nothing.
pub async fn remove_behind_dyn(client: &Client) {
    behind_dyn(&Copies(client.clone())).await;
    let store: &dyn Store = &Tables(client.clone());
    store.save().await;
    store.remove().await;
}

trait Kind {
    async fn call(client: &Client);
}

struct Endpoints;

impl Kind for Endpoints {
    async fn call(client: &Client) {
        drop(client.describe_endpoints().send().await);
    }
}

/// A kind for which the generic function is never made.
pub struct Exports;

impl Kind for Exports {
    async fn call(client: &Client) {
        drop(client.describe_export().send().await);
    }
}

async fn generic<K: Kind>(client: &Client) {
    K::call(client).await;
}

static CALLS: [fn(&Client) -> Called<'_>; 2] = [
    |client| Box::pin(async move { drop(client.list_backups().send().await) }),
    |client| Box::pin(async move { drop(client.list_exports().send().await) }),
];

async fn from_table(client: &Client, which: usize) {
    CALLS[which % CALLS.len()](client).await;
}

/// Names the operation `UpdateItem` without calling it.
async fn transaction(client: &Client) {
    let update = Update::builder().table_name("orders").update_expression("SET a = b").build().ok();
    let item = TransactWriteItem::builder().set_update(update).build();
    drop(client.transact_write_items().transact_items(item).send().await);
}
