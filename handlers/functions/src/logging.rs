//! Logs: JSON lines, each with the id of the request it belongs to.

use tracing::level_filters::LevelFilter;

/// Starts logging, at the level that the function's logging configuration sets in `AWS_LAMBDA_LOG_LEVEL`, else `INFO`.
///
/// The request id comes from the span that the Lambda runtime opens for each invocation.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_max_level(level.unwrap_or(LevelFilter::INFO))
        .init();
}
