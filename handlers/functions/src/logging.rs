//! Logs: JSON lines, each with the id of the request it belongs to.

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging, at the level that the function's logging configuration sets in `AWS_LAMBDA_LOG_LEVEL`, else `INFO`.
///
/// The request id comes from the span that the Lambda runtime opens for each invocation.
pub fn start() {
    let level = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level_of(&level));
    subscriber(level.unwrap_or(LevelFilter::INFO), std::io::stdout).init();
}

/// Writes lines of at least `level`.
pub(crate) fn subscriber<W>(level: LevelFilter, writer: W) -> impl SubscriberInitExt + Subscriber
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_max_level(level)
        .with_writer(writer)
        .finish()
}

/// The level that Lambda calls `name`: `FATAL` is `ERROR`, than which none here is graver.
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
fn level_of(name: &str) -> Option<LevelFilter> {
    if name.eq_ignore_ascii_case("FATAL") { Some(LevelFilter::ERROR) } else { name.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_of_lambda_is_known() {
        let levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].map(level_of);
        let expected = [
            LevelFilter::TRACE,
            LevelFilter::DEBUG,
            LevelFilter::INFO,
            LevelFilter::WARN,
            LevelFilter::ERROR,
            LevelFilter::ERROR,
        ];
        assert_eq!(levels, expected.map(Some));
        assert_eq!(level_of("loud"), None);
    }
}
