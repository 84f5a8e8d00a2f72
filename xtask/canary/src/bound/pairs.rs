//! Pairs of bindings, each called in another form; only what is said to be used is.

use bindings::dynamodb::{DeleteItem, DescribeTable, GetItem, Index, PutItem, Query, Scan, Table, UpdateItem};
use bindings::lambda::{Function, Invoke};
use bindings::s3::{Bucket, DeleteObject, GetObject, HeadBucket, PutObject};
use bindings::sns::{Publish, Topic};
use bindings::sqs::{Queue, SendMessage, SendMessageBatch};
use serde::{Deserialize, Serialize};

/// Each used one is followed by an unused one of its type.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Called directly.
    pub read: Table<GetItem>,
    /// Not used.
    pub unread: Table<GetItem>,
    /// Handed on.
    pub written: Table<PutItem>,
    /// Only its name is asked.
    pub named: Table<PutItem>,
    /// In a closure.
    pub removed: Table<DeleteItem>,
    /// Not used.
    pub kept: Table<DeleteItem>,
    /// Handed on, and from there once more.
    pub updated: Table<UpdateItem>,
    /// Not used.
    pub untouched: Table<UpdateItem>,
    /// In an array.
    pub queried: Table<Query>,
    /// In the same array.
    pub asked: Table<Query>,
    /// Not used.
    pub unasked: Table<Query>,
    /// By the path of the method.
    pub scanned: Table<Scan>,
    /// Not used.
    pub unscanned: Table<Scan>,
    /// In a macro.
    pub documents: Bucket<GetObject>,
    /// Not used.
    pub drafts: Bucket<GetObject>,
    /// A clone of it.
    pub images: Bucket<PutObject>,
    /// Not used.
    pub thumbnails: Bucket<PutObject>,
    /// Behind a method that returns it.
    pub archived: Bucket<DeleteObject>,
    /// Not used.
    pub restored: Bucket<DeleteObject>,
    /// Taken out of the struct.
    pub orders: Queue<SendMessage>,
    /// Not used.
    pub refunds: Queue<SendMessage>,
    /// By a method that a trait adds.
    pub bulk: Queue<SendMessageBatch>,
    /// Not used.
    pub leftover: Queue<SendMessageBatch>,
    /// Chosen when it runs.
    pub loud: Topic<Publish>,
    /// Chosen when it runs.
    pub quiet: Topic<Publish>,
    /// Held by another struct, in a field named as the next one.
    pub planner: Function<Invoke>,
    /// Not used.
    pub calculator: Function<Invoke>,
    /// One of its operations is called.
    pub described: Table<(DescribeTable, GetItem)>,
    /// Called directly.
    pub by_time: Index<Query>,
    /// Not used.
    pub by_kind: Index<Query>,
    /// The only one of its type, and not used.
    pub alone: Bucket<HeadBucket>,
}

impl bindings::Program for Bindings {
    const NAME: &'static str = "canary-pairs";
}

impl Bindings {
    const fn archive(&self) -> &Bucket<DeleteObject> {
        &self.archived
    }
}

macro_rules! get {
    ($bucket:expr) => {
        drop($bucket.get_object("a").send().await)
    };
}

trait Sends {
    async fn send_all(&self);
}

impl Sends for Queue<SendMessageBatch> {
    async fn send_all(&self) {
        drop(self.send_message_batch().send().await);
    }
}

struct Worker<'a> {
    calculator: &'a Function<Invoke>,
}

/// Makes the calls.
pub async fn call_all(bindings: &Bindings) {
    drop(bindings.read.get_item().send().await);
    super::store(&bindings.written).await;
    println!("{}", bindings.named.name());
    let remove = || bindings.removed.delete_item().send();
    drop(remove().await);
    update(&bindings.updated).await;
    for table in [&bindings.queried, &bindings.asked] {
        drop(table.query().send().await);
    }
    drop(Table::scan(&bindings.scanned).send().await);
    get!(bindings.documents);
    drop(bindings.images.clone().put_object("a").send().await);
    drop(bindings.archive().delete_object("a").send().await);
    let Bindings { orders, .. } = bindings;
    drop(orders.send_message().send().await);
    bindings.bulk.send_all().await;
    let topic = if std::env::args().count() > 1 { &bindings.loud } else { &bindings.quiet };
    drop(topic.publish().send().await);
    let worker = Worker { calculator: &bindings.planner };
    drop(worker.calculator.invoke().send().await);
    drop(bindings.described.describe_table().send().await);
    drop(bindings.by_time.query().send().await);
}

async fn update(table: &Table<UpdateItem>) {
    update_once(table).await;
    update_once(table).await;
}

async fn update_once(table: &Table<UpdateItem>) {
    drop(table.update_item().send().await);
}
