//! What only CloudWatch counts: invocations that Lambda refused, and the requests of APIs.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use tokio::time::Instant;

use crate::cloud::{Cloud, explain};
use crate::console::state::Numbers;
use crate::operate::moment;
use crate::operate::running_stack::{FUNCTION, RunningStack};

/// How often metrics are read: CloudWatch counts by the minute.
const EVERY: Duration = Duration::from_mins(1);

/// How many metrics one call may ask for.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>
const AT_ONCE: usize = 500;

/// How many points a metric has at most, so that an answer stays small however long the console runs.
const MOST_POINTS: i64 = 360;

/// The metrics of a stack's parts.
pub(super) struct Metrics {
    of_parts: Vec<PartMetric>,
    /// What they are counted from, in milliseconds since the epoch.
    since: i64,
    read: Option<Instant>,
    /// Why they could not be read when that was tried last.
    problem: Option<String>,
}

struct PartMetric {
    part: String,
    namespace: &'static str,
    name: &'static str,
    dimension: (&'static str, String),
}

/// What was counted: by part, and by the name of the metric.
#[derive(Debug, Default)]
pub(super) struct Counted(BTreeMap<String, BTreeMap<&'static str, u64>>);

impl Metrics {
    /// Those of `stack`, counted from `since`. The local cloud has none.
    pub(super) fn of(stack: &RunningStack, since: i64) -> Self {
        let of_parts = if stack.cloud.local.is_some() {
            Vec::new()
        } else {
            stack.all(FUNCTION).map(|it| throttles(&it.id, &it.physical_id)).chain(requests(stack)).collect()
        };
        Self { of_parts, since, read: None, problem: None }
    }

    /// What they count by now; `None` when it is too early to ask again. What could not be read is so until it is read.
    pub(super) async fn read(&mut self, cloud: &Cloud) -> anyhow::Result<Option<Counted>> {
        if self.of_parts.is_empty() || self.read.is_some_and(|read| read.elapsed() < EVERY) {
            return self.problem.clone().map_or(Ok(None), |problem| Err(anyhow::Error::msg(problem)));
        }
        self.read = Some(Instant::now());
        let counted = self.count(cloud).await;
        self.problem = counted.as_ref().err().map(|error| format!("{error:#}"));
        counted.map(Some)
    }

    async fn count(&self, cloud: &Cloud) -> anyhow::Result<Counted> {
        let now = moment::now();
        let mut counted = Counted::default();
        for metrics in self.of_parts.chunks(AT_ONCE) {
            let queries = metrics.iter().enumerate().map(|(place, it)| it.query(place, period(now - self.since)));
            let call = cloud.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.collect()));
            let call = call.start_time(DateTime::from_millis(self.since)).end_time(DateTime::from_millis(now));
            let mut pages = call.into_paginator().send();
            while let Some(page) = pages.next().await {
                for result in page.map_err(explain)?.metric_data_results.unwrap_or_default() {
                    let place = result.id().and_then(|id| id.strip_prefix(PREFIX)?.parse::<usize>().ok());
                    if let Some(metric) = place.and_then(|place| metrics.get(place)) {
                        counted.add(metric, result.values().iter().sum());
                    }
                }
            }
        }
        Ok(counted)
    }
}

/// What the ids of queries begin with: a small letter must.
const PREFIX: &str = "m";

impl PartMetric {
    fn query(&self, place: usize, period: i32) -> MetricDataQuery {
        let (name, value) = &self.dimension;
        let dimension = Dimension::builder().name(*name).value(value).build();
        let metric = Metric::builder().namespace(self.namespace).metric_name(self.name).dimensions(dimension).build();
        let sum = MetricStat::builder().metric(metric).period(period).stat("Sum").build();
        MetricDataQuery::builder().id(format!("{PREFIX}{place}")).metric_stat(sum).build()
    }
}

impl Counted {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count is a whole number")]
    fn add(&mut self, metric: &PartMetric, sum: f64) {
        *self.0.entry(metric.part.clone()).or_default().entry(metric.name).or_default() += sum as u64;
    }

    /// How many invocations of each function were refused.
    pub(super) fn throttles(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().filter_map(|(part, counts)| Some((part.as_str(), *counts.get(THROTTLES)?)))
    }

    /// The numbers of APIs.
    pub(super) fn apis(&self) -> impl Iterator<Item = (String, Numbers)> {
        self.0.iter().filter_map(|(part, counts)| {
            let count = |name| counts.get(name).copied().unwrap_or_default();
            let requests = *counts.get(REQUESTS)?;
            let (client_errors, server_errors) = (count(CLIENT_ERRORS), count(SERVER_ERRORS));
            Some((part.clone(), Numbers::Api { requests, client_errors, server_errors }))
        })
    }
}

const THROTTLES: &str = "Throttles";
const REQUESTS: &str = "Count";
const CLIENT_ERRORS: &str = "4XXError";
const SERVER_ERRORS: &str = "5XXError";

/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>
fn throttles(part: &str, name: &str) -> PartMetric {
    let dimension = ("FunctionName", name.to_owned());
    PartMetric { part: part.to_owned(), namespace: "AWS/Lambda", name: THROTTLES, dimension }
}

/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>
fn requests(stack: &RunningStack) -> impl Iterator<Item = PartMetric> {
    let apis = stack.of_type("AWS::ApiGateway::RestApi");
    apis.filter_map(|(id, properties)| Some((id, properties["Name"].as_str()?))).flat_map(|(id, api)| {
        [REQUESTS, CLIENT_ERRORS, SERVER_ERRORS].map(|name| {
            let dimension = ("ApiName", api.to_owned());
            PartMetric { part: id.to_owned(), namespace: "AWS/ApiGateway", name, dimension }
        })
    })
}

/// The time between two points, in seconds: a multiple of 60.
fn period(milliseconds: i64) -> i32 {
    let minutes = milliseconds / 60_000;
    i32::try_from(60 * (minutes / MOST_POINTS + 1)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_long_the_console_runs_the_points_are_few_and_whole_minutes_apart() {
        for minutes in [0, 15, 359, 360, 1_440, 100_000] {
            let period = i64::from(period(minutes * 60_000));
            assert!(period >= 60 && period % 60 == 0, "{period}");
            assert!(minutes * 60 / period <= MOST_POINTS, "{minutes} min by {period} s");
        }
    }
}
