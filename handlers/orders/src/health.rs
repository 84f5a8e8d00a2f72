//! Says whether what orders need is there.

use std::time::Duration;

use aws_sdk_dynamodb::types::TableStatus;
use bindings::Program;
use bindings::dynamodb::{DescribeTable, Table};
use bindings::s3::{Bucket, HeadBucket};
use bindings::sqs::{GetQueueAttributes, Queue};
use functions::CallError;
use functions::api::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::timeout;

/// How long each check may take, all of them at the same time: a monitor would not wait longer either.
const PATIENCE: Duration = Duration::from_secs(3);

/// What health needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The records of all orders.
    pub records: Table<DescribeTable>,
    /// Where documents are: the whole bucket, for which S3 is asked.
    pub documents: Bucket<HeadBucket>,
    /// Where orders wait.
    pub orders: Queue<GetQueueAttributes>,
}

impl Program for Bindings {
    const NAME: &'static str = "orders-health";
}

/// Why a resource cannot be used.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the table's status is {0}")]
    Status(TableStatus),
    #[error("no answer within {PATIENCE:?}")]
    TooSlow,
}

/// Answers 200 when table, bucket and queue answer, else 503 with which of them do.
pub async fn handle(bindings: &Bindings, request_id: &str) -> Response {
    let (table, bucket, queue) = futures::join!(
        // On the heap: the state of three calls of SDKs is large.
        Box::pin(check("table", table(&bindings.records))),
        Box::pin(check("bucket", bucket(&bindings.documents))),
        Box::pin(check("queue", queue(&bindings.orders))),
    );
    let word = |is_ok| if is_ok { "ok" } else { "failed" };
    let checks = json!({ "table": word(table), "bucket": word(bucket), "queue": word(queue) });
    if table && bucket && queue {
        Response::json(200, json!({ "status": "ok", "checks": checks }).to_string())
    } else {
        let body = json!({ "status": "unavailable", "checks": checks, "request_id": request_id });
        Response::json(503, body.to_string())
    }
}

/// Whether `call` succeeds in time. Why it does not is for the log alone.
async fn check(resource: &str, call: impl Future<Output = Result<(), Failure>>) -> bool {
    let result = timeout(PATIENCE, call).await.unwrap_or(Err(Failure::TooSlow));
    if let Err(error) = &result {
        tracing::error!(resource, %error, "the resource cannot be used");
    }
    result.is_ok()
}

async fn table(table: &Table<DescribeTable>) -> Result<(), Failure> {
    let described = table.describe_table().send().await.map_err(|error| CallError::new("describe the table", error))?;
    match described.table.and_then(|table| table.table_status) {
        // A table that is updated serves as before.
        Some(status) if !matches!(status, TableStatus::Active | TableStatus::Updating) => Err(Failure::Status(status)),
        _ => Ok(()),
    }
}

async fn bucket(bucket: &Bucket<HeadBucket>) -> Result<(), Failure> {
    bucket.head_bucket().send().await.map_err(|error| CallError::new("ask for the bucket", error))?;
    Ok(())
}

async fn queue(queue: &Queue<GetQueueAttributes>) -> Result<(), Failure> {
    queue.get_queue_attributes().send().await.map_err(|error| CallError::new("ask for the queue", error))?;
    Ok(())
}
