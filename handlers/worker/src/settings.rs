//! What a worker is told by its environment.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// The variable that makes a program a worker: the URLs of its queues.
pub const QUEUE_URLS: &str = "WORKER_QUEUE_URLS";

const BATCH_SIZE: &str = "WORKER_BATCH_SIZE";
const BATCH_WINDOW: &str = "WORKER_BATCH_WINDOW";
const CONCURRENCY: &str = "WORKER_CONCURRENCY";
const TIMEOUT: &str = "WORKER_TIMEOUT";
const GRACE: &str = "WORKER_GRACE";
const ADDRESS: &str = "WORKER_ADDRESS";

/// SQS hides a message at most for 12 hours, so that nothing may take longer.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html>
pub(crate) const MAX_HIDDEN: Duration = Duration::from_hours(12);

/// As many messages as one call of SQS takes or gives.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>
pub(crate) const MAX_CALL: usize = 10;

/// What a worker does, and how much of it at once. The variables are those of the [crate].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The queues, one at least.
    pub queues: Vec<QueueUrl>,
    /// The most messages of one batch.
    pub batch_size: usize,
    /// How long messages are gathered for one batch, from the first of them. Without effect on FIFO queues.
    pub batch_window: Duration,
    /// The most batches at once.
    pub concurrency: usize,
    /// How long a batch may take.
    pub timeout: Duration,
    /// How long the worker goes on after it was told to end.
    pub grace: Duration,
    /// Where health and metrics are served.
    pub address: SocketAddr,
}

/// The URL of a queue: `https://sqs.eu-central-1.amazonaws.com/123456789012/orders.fifo`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueueUrl(String);

/// What is wrong with the environment: all of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("environment: {}", .0.join("; "))]
pub struct SettingsError(Vec<String>);

impl QueueUrl {
    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The queue's name, the last part of its URL.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(_, name)| name)
    }

    /// Whether it keeps the order within message groups. SQS has the name of such a queue end in `.fifo`.
    #[must_use]
    pub fn is_fifo(&self) -> bool {
        self.name().strip_suffix(".fifo").is_some()
    }
}

impl FromStr for QueueUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let path = rest.and_then(|rest| rest.split_once('/')).filter(|(host, _)| !host.is_empty());
        match path {
            Some((_, path)) if !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '#']) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err("expected URLs of queues as `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`".to_owned()),
        }
    }
}

impl Settings {
    /// Settings for `queues`; all else is as the [crate] says that it is by default.
    #[must_use]
    pub fn of(queues: Vec<QueueUrl>) -> Self {
        Self {
            queues,
            batch_size: 10,
            batch_window: Duration::ZERO,
            concurrency: 10,
            timeout: Duration::from_secs(30),
            grace: Duration::from_secs(25),
            address: SocketAddr::from(([0, 0, 0, 0], 8080)),
        }
    }

    /// Reads what `variable` gives for each name.
    ///
    /// # Errors
    /// When a value is missing or does not fit. All that is wrong is told, with what was expected and what was found.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let mut problems = Vec::new();
        let defaults = Self::of(queues(variable(QUEUE_URLS).as_deref(), &mut problems));
        let mut number = |name, range: RangeInclusive<u64>, unit: &str, default: u64| {
            let Some(text) = variable(name) else { return default };
            match text.trim().parse() {
                Ok(number) if range.contains(&number) => number,
                _ => {
                    let expected = format!("a whole number{unit} from {} to {}", range.start(), range.end());
                    problems.push(unfit(name, &text, expected));
                    default
                }
            }
        };
        let seconds = " of seconds";
        let longest = MAX_HIDDEN.as_secs();
        let settings = Self {
            batch_size: small(number(BATCH_SIZE, 1..=10_000, "", 10)),
            batch_window: Duration::from_secs(number(BATCH_WINDOW, 0..=300, seconds, 0)),
            concurrency: small(number(CONCURRENCY, 1..=1_000, "", 10)),
            timeout: Duration::from_secs(number(TIMEOUT, 1..=longest, seconds, 30)),
            grace: Duration::from_secs(number(GRACE, 1..=longest, seconds, 25)),
            address: match variable(ADDRESS) {
                None => defaults.address,
                Some(text) => text.trim().parse().unwrap_or_else(|_| {
                    problems.push(unfit(ADDRESS, &text, "an IP address and a port, as `0.0.0.0:8080`"));
                    defaults.address
                }),
            },
            queues: defaults.queues,
        };
        settings.check(&mut problems);
        if problems.is_empty() { Ok(settings) } else { Err(SettingsError(problems)) }
    }

    /// What does not go together, as in Lambda's event source mappings:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
    fn check(&self, problems: &mut Vec<String>) {
        if self.batch_size <= MAX_CALL {
            return;
        }
        let size = self.batch_size;
        if let Some(fifo) = self.queues.iter().find(|queue| queue.is_fifo()) {
            let expected = format!("at most {MAX_CALL}, for `{}` is a FIFO queue", fifo.name());
            problems.push(unfit(BATCH_SIZE, size, expected));
        } else if self.batch_window.is_zero() {
            let expected = format!("at most {MAX_CALL}, or a window of 1 s at least in `{BATCH_WINDOW}`");
            problems.push(unfit(BATCH_SIZE, size, expected));
        }
    }
}

fn queues(text: Option<&str>, problems: &mut Vec<String>) -> Vec<QueueUrl> {
    let text = text.unwrap_or_default();
    let mut queues = Vec::<QueueUrl>::new();
    for url in text.split_whitespace() {
        match url.parse::<QueueUrl>() {
            Ok(queue) if queues.contains(&queue) => problems.push(unfit(QUEUE_URLS, url, "each queue once")),
            Ok(queue) => queues.push(queue),
            Err(expected) => problems.push(format!("`{QUEUE_URLS}` has `{url}`: {expected}")),
        }
    }
    if text.trim().is_empty() {
        problems.push(format!("`{QUEUE_URLS}` is not set: expected the URLs of one or more queues"));
    }
    queues
}

fn unfit(name: &str, value: impl Display, expected: impl Display) -> String {
    let expected = expected.to_string();
    let word = if expected.starts_with("expected") { "" } else { "expected " };
    format!("`{name}` is `{value}`: {word}{expected}")
}

/// All ranges end far below the largest number.
fn small(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: &str = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders";

    fn read(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let find = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
        Settings::read(find).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: &str) {
        assert_eq!(read(variables).unwrap_err(), format!("environment: {expected}"));
    }

    #[test]
    fn all_but_the_queues_has_a_default() {
        let settings = read(&[(QUEUE_URLS, ORDERS)]).unwrap();
        assert_eq!(settings, Settings::of(vec![ORDERS.parse().unwrap()]));
        assert_eq!(settings.queues[0].name(), "orders");
        assert!(!settings.queues[0].is_fifo());
    }

    #[test]
    fn every_variable_is_read() {
        let both = format!("{ORDERS}\n  {ORDERS}-2 ");
        let settings = read(&[
            (QUEUE_URLS, &both),
            (BATCH_SIZE, "10000"),
            (BATCH_WINDOW, "300"),
            (CONCURRENCY, "3"),
            (TIMEOUT, "900"),
            (GRACE, "60"),
            (ADDRESS, "127.0.0.1:0"),
        ]);
        let expected = Settings {
            queues: vec![ORDERS.parse().unwrap(), format!("{ORDERS}-2").parse().unwrap()],
            batch_size: 10_000,
            batch_window: Duration::from_mins(5),
            concurrency: 3,
            timeout: Duration::from_mins(15),
            grace: Duration::from_mins(1),
            address: ([127, 0, 0, 1], 0).into(),
        };
        assert_eq!(settings, Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_was_expected() {
        check(&[], "`WORKER_QUEUE_URLS` is not set: expected the URLs of one or more queues");
        let url = "expected URLs of queues as `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`";
        for wrong in ["orders", "https://sqs", "https:///1/orders", "https://sqs/1/", "ftp://sqs/1/orders"] {
            check(&[(QUEUE_URLS, wrong)], &format!("`WORKER_QUEUE_URLS` has `{wrong}`: {url}"));
        }
        let twice = format!("{ORDERS} {ORDERS}");
        check(&[(QUEUE_URLS, &twice)], &format!("`WORKER_QUEUE_URLS` is `{ORDERS}`: expected each queue once"));
        let one = |name, value, expected: &str| {
            check(&[(QUEUE_URLS, ORDERS), (name, value)], &format!("`{name}` is `{value}`: expected {expected}"));
        };
        one(BATCH_SIZE, "0", "a whole number from 1 to 10000");
        one(BATCH_SIZE, "ten", "a whole number from 1 to 10000");
        one(BATCH_WINDOW, "301", "a whole number of seconds from 0 to 300");
        one(CONCURRENCY, "", "a whole number from 1 to 1000");
        one(TIMEOUT, "0", "a whole number of seconds from 1 to 43200");
        one(GRACE, "-1", "a whole number of seconds from 1 to 43200");
        one(ADDRESS, "localhost", "an IP address and a port, as `0.0.0.0:8080`");
        one(BATCH_SIZE, "11", "at most 10, or a window of 1 s at least in `WORKER_BATCH_WINDOW`");
    }

    #[test]
    fn a_fifo_queue_gives_ten_messages_at_most() {
        let fifo = format!("{ORDERS}.fifo");
        let expected = "`WORKER_BATCH_SIZE` is `11`: expected at most 10, for `orders.fifo` is a FIFO queue";
        check(&[(QUEUE_URLS, &fifo), (BATCH_SIZE, "11"), (BATCH_WINDOW, "1")], expected);
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let error = read(&[(QUEUE_URLS, "a"), (GRACE, "b"), (ADDRESS, "c")]).unwrap_err();
        assert_eq!(error.matches("; ").count(), 2, "{error}");
    }
}
