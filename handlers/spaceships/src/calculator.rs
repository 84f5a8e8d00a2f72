//! Counts the sightings of a spaceship or a model in the last ten minutes.

pub mod statistics;

use std::time::Duration;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use bindings::Program;
use bindings::dynamodb::{Index, PutItem, Query, Table};
use functions::api::Response;
use functions::{CallError, clock, time_to_live};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::subject::Subject;
use statistics::{Statistics, WINDOW_MILLIS};

/// How long a result is kept for [`crate::counts`].
const CACHE_TIME: Duration = Duration::from_mins(5);

/// What the calculator needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The sightings by spaceship.
    pub sightings: Table<Query>,
    /// The sightings by model.
    pub sightings_by_model: Index<Query>,
    /// Where each result is kept for five minutes.
    pub stats_cache: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "spaceships-calculator";
}

/// Answers a request of the API or a direct invocation, see [`Subject::of`], and keeps the result in the cache.
pub async fn handle(bindings: &Bindings, request: &Value, request_id: &str) -> Response {
    let subject = match Subject::of(request) {
        Ok(subject) => subject,
        Err(error) => return Response::bad_request(error.field(), &error.to_string()),
    };
    match calculate(bindings, subject).await {
        Ok(result) => Response::json(200, result),
        Err(error) => {
            tracing::error!(%error, "the calculation failed");
            Response::internal_error(request_id)
        }
    }
}

async fn calculate(bindings: &Bindings, subject: Subject) -> Result<String, CallError> {
    let now = clock::millis();
    let timestamps = timestamps(query(bindings, &subject), now - WINDOW_MILLIS).await?;
    let cache_key = subject.cache_key();
    let statistics = Statistics::new(subject, now, &timestamps);
    tracing::info!(%cache_key, count = statistics.count, "calculated");
    let data = json!(statistics).to_string();
    bindings
        .stats_cache
        .put_item()
        .item("cache_key", AttributeValue::S(cache_key))
        .item("ttl", time_to_live::of(CACHE_TIME))
        .item("data", AttributeValue::S(data.clone()))
        .send()
        .await
        .map_err(|error| CallError::new("write the stats cache", error))?;
    Ok(data)
}

fn query(bindings: &Bindings, subject: &Subject) -> QueryFluentBuilder {
    let (query, name) = match subject {
        Subject::Spaceship(id) => {
            (bindings.sightings.query().key_condition_expression("spaceship_id = :name AND #timestamp >= :start"), id)
        }
        Subject::Model(model) => (
            bindings.sightings_by_model.query().key_condition_expression("model = :name AND #timestamp >= :start"),
            model,
        ),
    };
    query.expression_attribute_values(":name", AttributeValue::S(name.clone()))
}

/// The timestamps since `start` that `query` finds.
///
/// They are read rather than counted by DynamoDB: a count would tell neither the oldest nor the newest.
async fn timestamps(query: QueryFluentBuilder, start: i64) -> Result<Vec<i64>, CallError> {
    let mut pages = query
        .expression_attribute_names("#timestamp", "timestamp")
        .expression_attribute_values(":start", AttributeValue::N(start.to_string()))
        .projection_expression("#timestamp")
        .into_paginator()
        .send();
    let mut timestamps = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new("query the sightings", error))?;
        timestamps
            .extend(page.items().iter().filter_map(|item| item.get("timestamp")?.as_n().ok()?.parse::<i64>().ok()));
    }
    Ok(timestamps)
}
