//! What the commands are asked that look after a deployed stack.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{TargetArgs, parameter};

/// What `logs` is asked.
#[derive(Debug, Args)]
pub struct Logs {
    /// The stack.
    #[arg(value_name = "STACK")]
    pub stack: String,
    /// The functions, by logical id or program; else all.
    #[arg(value_name = "FUNCTION")]
    pub functions: Vec<String>,
    /// Show what the pods of workers write, too, in the cluster of this context of the kubeconfig.
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    pub kube_context: Option<String>,
    /// Go on with what is written from now on, until Ctrl-C.
    #[arg(long)]
    pub follow: bool,
    /// How far to look back: a number of `s`, `m`, `h` or `d`.
    #[arg(long, value_name = "AGE", default_value = "10m", value_parser = age)]
    pub since: Duration,
    /// Which events.
    #[command(flatten)]
    pub wanted: LogFilter,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// Which events of a log are shown.
#[derive(Debug, Default, Args)]
pub struct LogFilter {
    /// Only events that contain this text.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Only events of this level or a graver one. An event that tells no level is shown: it may be a panic.
    #[arg(long, value_enum)]
    pub level: Option<Level>,
    /// Only events of this invocation.
    #[arg(long, value_name = "ID")]
    pub request: Option<String>,
}

/// How grave an event of a log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Level {
    /// Each step.
    Trace,
    /// What helps to find a fault.
    Debug,
    /// What is usual.
    Info,
    /// What may be wrong.
    Warn,
    /// What failed.
    Error,
}

/// What `invoke` is asked.
#[derive(Debug, Args)]
pub struct Invoke {
    /// The stack.
    #[arg(value_name = "STACK")]
    pub stack: String,
    /// The function, by logical id or program.
    #[arg(value_name = "FUNCTION")]
    pub function: String,
    /// The event: JSON, a file with it, or `-` for standard input.
    #[arg(long, value_name = "JSON|FILE|-", required_unless_present = "example", conflicts_with = "example")]
    pub event: Option<String>,
    /// An event as this service sends it, with the names of what the stack connects to the function.
    #[arg(long, value_enum, value_name = "SERVICE")]
    pub example: Option<Example>,
    /// With `--example`: the body of the request or message, the key of the object, or the detail of the event.
    #[arg(long, value_name = "TEXT|FILE|-", requires = "example")]
    pub body: Option<String>,
    /// Write the event and the answer to a file.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What `replay` is asked.
#[derive(Debug, Args)]
pub struct Replay {
    /// The stack.
    #[arg(value_name = "STACK")]
    pub stack: String,
    /// The request id of the invocation, of which the local cloud keeps the last; AWS keeps none.
    #[arg(value_name = "REQUEST_ID", required_unless_present = "from", conflicts_with = "from")]
    pub request: Option<String>,
    /// The event in a file that `invoke --record` or `replay --record` wrote.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Write the event and the new answer to a file.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// A service that invokes functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Example {
    /// A request to a route of API Gateway.
    Api,
    /// A batch of one message of a queue.
    Sqs,
    /// An object that was created in a bucket.
    S3,
    /// A message to a topic.
    Sns,
    /// An event that matches a rule.
    Eventbridge,
    /// A rule's schedule.
    Schedule,
}

/// What `send` is asked.
#[derive(Debug, Args)]
pub struct Send {
    /// The stack.
    #[arg(value_name = "STACK")]
    pub stack: String,
    /// The queue, topic, event bus, rule or bucket, by logical id.
    #[arg(value_name = "RESOURCE")]
    pub resource: String,
    /// What is sent: text, a file, or `-` for standard input.
    #[arg(value_name = "BODY|FILE|-")]
    pub body: String,
    /// The message group in a FIFO queue or topic; else `stackwright`.
    #[arg(long, value_name = "ID")]
    pub group: Option<String>,
    /// The deduplication id in a FIFO queue or topic; else a new one, so that the message is delivered.
    #[arg(long, value_name = "ID")]
    pub deduplication_id: Option<String>,
    /// An attribute of the message, a text; may be repeated.
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = parameter)]
    pub attributes: Vec<(String, String)>,
    /// The key of the object in a bucket; else the name of the file.
    #[arg(long)]
    pub key: Option<String>,
    /// The media type of the object in a bucket; else that of files whose names end as its key does.
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
    /// The type of the event on a bus; else the first that a rule of the stack asks for.
    #[arg(long, value_name = "TYPE")]
    pub detail_type: Option<String>,
    /// The source of the event on a bus; else the first that a rule of the stack asks for.
    #[arg(long)]
    pub source: Option<String>,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What `peek` is asked.
#[derive(Debug, Args)]
pub struct Peek {
    /// The stack.
    #[arg(value_name = "STACK")]
    pub stack: String,
    /// The queue, by logical id.
    #[arg(value_name = "QUEUE")]
    pub queue: String,
    /// How many messages are shown at most.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What `redrive` is asked.
#[derive(Debug, Args)]
pub struct Redrive {
    /// The stack.
    #[arg(value_name = "STACK")]
    pub stack: String,
    /// The dead-letter queue, by logical id.
    #[arg(value_name = "DLQ")]
    pub queue: String,
    /// Only messages whose bodies contain this text.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Open each body in the editor of `VISUAL` or `EDITOR` before it is sent, or the event of a function that is invoked again.
    /// A message whose body is left empty stays.
    #[arg(long)]
    pub edit: bool,
    /// Show which messages would go where, and send none.
    #[arg(long, conflicts_with = "edit")]
    pub dry_run: bool,
    /// The queue that they go to, by logical id; else each goes back to where it came from.
    #[arg(long, value_name = "QUEUE")]
    pub to: Option<String>,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What `trace` is asked.
#[derive(Debug, Args)]
pub struct Trace {
    /// The stack.
    #[arg(value_name = "STACK")]
    pub stack: String,
    /// The id of a request, a message or a trace, or any other that a function logs, such as an order's.
    #[arg(value_name = "ID")]
    pub id: String,
    /// How far to look back: a number of `s`, `m`, `h` or `d`.
    #[arg(long, value_name = "AGE", default_value = "1h", value_parser = age)]
    pub since: Duration,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

fn age(text: &str) -> Result<Duration, String> {
    let expected = || "expected a number and its unit, such as `30s`, `10m`, `2h` or `1d`".to_owned();
    let unit = text.chars().next_back().ok_or_else(expected)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(expected()),
    };
    let count: u64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| expected())?;
    // Longer than CloudWatch Logs has existed, and short enough for any clock.
    let longest = 100 * 365 * 24 * 60 * 60;
    Ok(Duration::from_secs(count.saturating_mul(seconds).min(longest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_and_its_unit() {
        for (text, seconds) in [("30s", 30), ("10m", 600), ("2h", 7_200), ("1d", 86_400), ("0s", 0)] {
            assert_eq!(age(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "10", "10 m", "-1m", "10mm", "10é", "1w"] {
            assert!(age(text).is_err(), "{text}");
        }
        assert!(age("18446744073709551615d").is_ok(), "however long");
    }
}
