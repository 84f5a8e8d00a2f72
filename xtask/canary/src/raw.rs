//! Calls with the SDKs' clients themselves in forms that could be overlooked, and code that looks like a call and is none.
//! Each has operations of its own, by which a test tells them apart.

pub mod absent;
pub mod objects;
pub mod tables;

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_s3::Client as S3;
use aws_sdk_sns::Client as Sns;
use aws_sdk_sqs::Client as Sqs;

/// What is called, each with the form of the call.
pub const CALLED: &[(&str, &str, &str)] = &[
    ("sns", "publish", "in a package that it depends on"),
    ("dynamodb", "describe_limits", "in a macro"),
    ("dynamodb", "get_item", "a function path"),
    ("dynamodb", "put_item", "a function path that is mapped with"),
    ("dynamodb", "batch_get_item", "a method behind `dyn` that is called"),
    ("dynamodb", "scan", "a paginator"),
    ("dynamodb", "describe_table", "a waiter"),
    ("dynamodb", "transact_write_items", "a transaction"),
    ("dynamodb", "describe_endpoints", "a generic function"),
    ("dynamodb", "list_backups", "a table of functions"),
    ("dynamodb", "list_exports", "a table of functions"),
    ("dynamodb", "execute_statement", "customised"),
    ("s3", "get_object", "presigned"),
    ("s3", "put_object", "in a closure"),
    ("s3", "delete_object", "in an asynchronous block"),
    ("s3", "head_object", "in a spawned task"),
    ("s3", "copy_object", "in a boxed closure"),
    ("s3", "list_parts", "together with another"),
    ("s3", "list_buckets", "together with another"),
    ("s3", "upload_part", "when a value is dropped"),
    ("sqs", "list_queues", "when a flag is set at run time"),
    ("sqs", "receive_message", "in a closure that a function is given"),
];

/// What is not called and in the program all the same.
pub const FALSELY_FOUND: &[(&str, &str, &str)] = &[
    ("dynamodb", "batch_write_item", "a method behind `dyn` that nothing calls"),
    ("dynamodb", "delete_item", "a method behind `dyn` that nothing calls"),
    ("s3", "create_session", "what the SDK could call itself, for a directory bucket"),
    ("sqs", "create_queue", "dead code in which an asynchronous function would wait"),
];

/// Calls everything.
pub async fn call_all() {
    let (tables, objects, queues) = (dynamodb(), s3(), sqs());
    tables::call_all(&tables).await;
    objects::call_all(&objects).await;
    absent::call_none(&tables, &queues).await;
    if std::env::var_os("LIST").is_some() {
        drop(queues.list_queues().send().await);
    }
    retry(|| queues.receive_message().send()).await;
    canary_beneath::publish(&sns()).await;
}

async fn retry<T, F: Future<Output = T>>(call: impl Fn() -> F) {
    drop(call().await);
    drop(call().await);
}

/// A client of DynamoDB.
#[must_use]
pub fn dynamodb() -> DynamoDb {
    DynamoDb::from_conf(aws_sdk_dynamodb::Config::builder().build())
}

/// A client of S3.
#[must_use]
pub fn s3() -> S3 {
    S3::from_conf(aws_sdk_s3::Config::builder().build())
}

/// A client of SNS.
#[must_use]
pub fn sns() -> Sns {
    Sns::from_conf(aws_sdk_sns::Config::builder().build())
}

/// A client of SQS.
#[must_use]
pub fn sqs() -> Sqs {
    Sqs::from_conf(aws_sdk_sqs::Config::builder().build())
}
