//! Counts what the system keeps.

use std::collections::BTreeMap;

use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationError;
use bindings::Program;
use bindings::dynamodb::{Scan, Table};
use bindings::lambda::{Function, GetFunctionConfiguration};
use bindings::s3::{Bucket, ListObjectsV2};
use functions::CallError;
use functions::api::Response;
use futures::future::{try_join_all, try_join5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::attributes::{as_integer, as_text};
use crate::{instant, tally};

/// The version of the metrics' shape, which is the document's.
const VERSION: &str = "1.0.0";

/// What the dashboard needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What became of each image.
    pub images: Table<Scan>,
    /// The log entries.
    pub logs: Table<Scan>,
    /// The history of notifications.
    pub notifications: Table<Scan>,
    /// What was uploaded.
    pub original: Bucket<ListObjectsV2>,
    /// The smaller images.
    pub processed: Bucket<ListObjectsV2>,
    /// The thumbnails.
    pub thumbnails: Bucket<ListObjectsV2>,
    /// The archive of logs.
    pub storage: Bucket<ListObjectsV2>,
    /// Who makes smaller images.
    pub image_processor: Function<GetFunctionConfiguration>,
    /// Who keeps logs.
    pub log_processor: Function<GetFunctionConfiguration>,
    /// Who publishes notifications.
    pub notification_processor: Function<GetFunctionConfiguration>,
    /// Who answers the API.
    pub api_handler: Function<GetFunctionConfiguration>,
}

impl Program for Bindings {
    const NAME: &'static str = "roxs-dashboard";
}

/// Answers with the metrics of the system; `name` is the function's own.
pub async fn handle(bindings: &Bindings, name: &str, request_id: &str) -> Response {
    match metrics(bindings, name).await {
        Ok(metrics) => Response::json(200, metrics.to_string()),
        // A zero in its place would be believed.
        Err(error) => {
            tracing::error!(%error, "the system could not be counted");
            Response::internal_error(request_id)
        }
    }
}

async fn metrics(bindings: &Bindings, name: &str) -> Result<Value, CallError> {
    let (images, logs, notifications, storage, functions) = try_join5(
        images(&bindings.images),
        logs(&bindings.logs),
        notifications(&bindings.notifications),
        storage(bindings),
        functions(bindings, name),
    )
    .await?;
    Ok(json!({
        "images": images,
        "logs": logs,
        "notifications": notifications,
        "storage": storage,
        "functions": functions,
        "metadata": { "generated_at": instant::now(), "system": "roxs", "version": VERSION },
    }))
}

async fn images(table: &Table<Scan>) -> Result<Value, CallError> {
    let mut statuses = Counts::default();
    let (mut total, mut bytes): (u32, i64) = (0, 0);
    tally::each_item(table.scan(), ["Status", "OriginalSize"], |[status, size]| {
        total += 1;
        bytes += as_integer(size.as_ref()).unwrap_or_default();
        statuses.add(as_text(status.as_ref()).unwrap_or_default());
    })
    .await?;
    #[expect(clippy::cast_precision_loss, reason = "nobody needs an average of petabytes to the byte")]
    let average = bytes as f64 / f64::from(total.max(1));
    Ok(json!({
        "total": total,
        "successful": statuses.of("completed"),
        "failed": statuses.of("error"),
        "avg_size": average,
    }))
}

async fn logs(table: &Table<Scan>) -> Result<Value, CallError> {
    let mut levels = Counts::default();
    tally::each_item(table.scan(), ["LogLevel"], |[level]| {
        levels.add(as_text(level.as_ref()).unwrap_or("UNKNOWN"));
    })
    .await?;
    Ok(json!({ "total": levels.total(), "by_level": levels.0, "recent_errors": levels.of("ERROR") }))
}

async fn notifications(table: &Table<Scan>) -> Result<Value, CallError> {
    let (mut priorities, mut statuses) = (Counts::default(), Counts::default());
    tally::each_item(table.scan(), ["Priority", "Status"], |[priority, status]| {
        priorities.add(as_text(priority.as_ref()).unwrap_or("normal"));
        statuses.add(as_text(status.as_ref()).unwrap_or_default());
    })
    .await?;
    Ok(json!({ "total": statuses.total(), "by_priority": priorities.0, "successful": statuses.of("sent") }))
}

async fn storage(bindings: &Bindings) -> Result<Value, CallError> {
    let buckets = [&bindings.original, &bindings.processed, &bindings.thumbnails, &bindings.storage];
    let counted = try_join_all(buckets.map(async |bucket| {
        let (mut objects, mut bytes): (u64, i64) = (0, 0);
        tally::each_object(bucket.list_objects_v2(""), |object| {
            objects += 1;
            bytes += object.size().unwrap_or_default();
        })
        .await?;
        Ok((bucket.name().to_owned(), json!({ "objects": objects, "total_size_bytes": bytes })))
    }));
    Ok(Value::Object(counted.await?.into_iter().collect::<Map<_, _>>()))
}

/// The functions of the system that there are; this one need not be asked for.
async fn functions(bindings: &Bindings, name: &str) -> Result<Value, CallError> {
    let others =
        [&bindings.image_processor, &bindings.log_processor, &bindings.notification_processor, &bindings.api_handler];
    let found = try_join_all(others.map(async |function| match function.get_function_configuration().send().await {
        Ok(found) => Ok(found.function_name),
        Err(error)
            if error.as_service_error().is_some_and(GetFunctionConfigurationError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(error) => Err(CallError::new("get a function's configuration", error)),
    }));
    let names: Vec<_> = found.await?.into_iter().flatten().chain([name.to_owned()]).collect();
    Ok(json!({ "total": names.len(), "names": names }))
}

/// How often each word came.
#[derive(Debug, Default)]
struct Counts(BTreeMap<String, u64>);

impl Counts {
    fn add(&mut self, word: &str) {
        *self.0.entry(word.to_owned()).or_default() += 1;
    }

    fn of(&self, word: &str) -> u64 {
        self.0.get(word).copied().unwrap_or_default()
    }

    fn total(&self) -> u64 {
        self.0.values().sum()
    }
}
