//! Calls that are made of parts, or of more than a binding and an operation.

use std::time::Duration;

use aws_sdk_dynamodb::types::{Delete, Get, KeysAndAttributes, Put, Update};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use bindings::dynamodb::{BatchGetItem, BatchWriteItem, DeleteItem, GetItem, PutItem, Table, UpdateItem};
use bindings::lambda::{Function, Invoke};
use bindings::message::{Described, Message, Way};
use bindings::s3::{Bucket, GetObject, PutObject};
use bindings::secretsmanager::{GetSecretValue, Secret};
use bindings::sns::{Publish, Topic};
use bindings::sqs::{Queue, SendMessage, SendMessageBatch};
use serde::{Deserialize, Serialize};

/// What is called in other ways than by the SDK's method: each a service and the name that the audit knows the way by.
pub const WAYS: &[(&str, &str)] = &[
    ("dynamodb", "AlsoBatchGetItem"),
    ("dynamodb", "AlsoBatchWriteItem"),
    ("dynamodb", "TransactConditionCheckItem"),
    ("dynamodb", "TransactDeleteItem"),
    ("dynamodb", "TransactGetItem"),
    ("dynamodb", "TransactPutItem"),
    ("dynamodb", "TransactUpdateItem"),
    ("kms", "ReEncryptFrom"),
    ("kms", "ReEncryptTo"),
    ("lambda", "InvokeWith"),
    ("s3", "CopyObjectFrom"),
    ("s3", "CopyObjectTo"),
    ("s3", "DeleteObjectVersion"),
    ("s3", "GetObjectVersion"),
    ("s3", "GetObjectVersionTagging"),
    ("s3", "HeadObjectVersion"),
    ("s3", "UploadPartCopyFrom"),
    ("s3", "UploadPartCopyTo"),
    ("secretsmanager", "CachedSecretValue"),
    ("secretsmanager", "NewSecretValue"),
    ("sns", "PublishMessage"),
    ("sqs", "Send"),
    ("sqs", "SendBatch"),
];

macro_rules! of_tables {
    ($($module:ident: $kind:ident),+) => {
        $(
            /// Calls of one kind that DynamoDB's other kind has, too.
            pub(super) mod $module {
                use aws_sdk_dynamodb::types::ConditionCheck;
                use bindings::dynamodb::{BatchGetItem, ConditionCheckItem, $kind};

                pub(in crate) async fn batch_get_item(table: &$kind<BatchGetItem>) {
                    if let Some(keys) = super::keys() {
                        drop(table.batch_get_item(keys).send().await);
                    }
                }

                pub(in crate) async fn transact_condition_check_item(table: &$kind<ConditionCheckItem>) {
                    let check = table.transact_condition_check_item(ConditionCheck::builder());
                    if let Ok(call) = check.transact_write_items() {
                        drop(call.send().await);
                    }
                }
            }
        )+
    };
}

of_tables!(dynamodb_table: Table, dynamodb_items: Items);

/// Calls of keys.
pub(super) mod kms_key {
    use aws_sdk_kms::primitives::Blob;
    use bindings::kms::{Key, ReEncryptFrom, ReEncryptTo};
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Other {
        re_encrypt_to: Key<ReEncryptTo>,
    }

    pub(crate) async fn re_encrypt_from(key: &Key<ReEncryptFrom>) {
        let Ok(Other { re_encrypt_to }) = bindings::load().await else { return };
        drop(re_encrypt_to.re_encrypt_to(key.re_encrypt_from(Blob::new("a"))).send().await);
    }

    /// It is called with what another key encrypted.
    pub(crate) async fn re_encrypt_to(_: &Key<ReEncryptTo>) {}
}

/// Calls of buckets.
pub(super) mod s3_bucket {
    use bindings::s3::{Bucket, DeleteObjects};

    pub(crate) async fn delete_objects(bucket: &Bucket<DeleteObjects>) {
        if let Ok(call) = bucket.delete_objects(["a"]) {
            drop(call.send().await);
        }
    }
}

/// Two bindings of each kind that calls of several are made of.
#[derive(Debug, Deserialize)]
struct Bindings {
    orders: Table<(BatchGetItem, BatchWriteItem, DeleteItem, GetItem, PutItem, UpdateItem)>,
    stock: Table<(BatchGetItem, BatchWriteItem)>,
    documents: Bucket<GetObject>,
    archive: Bucket<PutObject>,
    password: Secret<GetSecretValue>,
    greeted: Queue<(SendMessage, SendMessageBatch), Greeting>,
    told: Topic<Publish, Greeting>,
    asked: Function<Invoke, Greeting>,
}

/// What is sent as a type.
#[derive(Debug, Serialize)]
struct Greeting {
    text: &'static str,
}

impl Message for Greeting {
    fn described(_way: Way) -> Described {
        let (type_name, place) = (String::new(), String::new());
        Described { type_name, place, schema: true.into(), is_in_envelope: false }
    }
}

/// Makes the calls.
pub(super) async fn call_all() {
    let Ok(bindings) = bindings::load::<Bindings>().await else { return };
    transactions(&bindings).await;
    batches(&bindings).await;
    copies(&bindings).await;
    messages(&bindings).await;
    if let Ok(minute) = PresigningConfig::expires_in(Duration::from_mins(1)) {
        drop(bindings.documents.get_object("a").presigned(minute.clone()).await);
        drop(bindings.archive.put_object("a").presigned(minute).await);
    }
    if let Ok(password) = bindings.password.cached_secret_value().await {
        drop(bindings.password.new_secret_value(&password).await);
    }
}

async fn transactions(bindings: &Bindings) {
    let put = bindings.orders.transact_put_item(Put::builder());
    let update = bindings.orders.transact_update_item(Update::builder());
    let delete = bindings.orders.transact_delete_item(Delete::builder());
    if let Ok(call) = put.and(update).and(delete).transact_write_items() {
        drop(call.send().await);
    }
    if let Ok(call) = bindings.orders.transact_get_item(Get::builder()).transact_get_items() {
        drop(call.send().await);
    }
}

async fn batches(bindings: &Bindings) {
    if let (Some(orders), Some(stock)) = (keys(), keys()) {
        let call = bindings.orders.batch_get_item(orders);
        drop(bindings.stock.also_batch_get_item(call, stock).send().await);
    }
    let call = bindings.orders.batch_write_item([]);
    drop(bindings.stock.also_batch_write_item(call, []).send().await);
}

async fn copies(bindings: &Bindings) {
    let source = bindings.documents.copy_object_from("a");
    drop(bindings.archive.copy_object_to("b", source).send().await);
    let source = bindings.documents.upload_part_copy_from("a");
    drop(bindings.archive.upload_part_copy_to("b", source).send().await);
}

async fn messages(bindings: &Bindings) {
    let greeting = Greeting { text: "hello" };
    if let Ok(call) = bindings.greeted.send(&greeting) {
        drop(call.send().await);
    }
    if let Ok(call) = bindings.greeted.send_batch([(SendMessageBatchRequestEntry::builder().id("a"), &greeting)]) {
        drop(call.send().await);
    }
    if let Ok(call) = bindings.told.publish_message(&greeting) {
        drop(call.send().await);
    }
    if let Ok(call) = bindings.asked.invoke_with(&greeting) {
        drop(call.send().await);
    }
}

fn keys() -> Option<KeysAndAttributes> {
    KeysAndAttributes::builder().set_keys(Some(Vec::new())).build().ok()
}
