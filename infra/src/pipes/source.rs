//! Where a pipe takes from.

use policies::action;
use serde::Serialize;

use crate::dynamodb::Table;
use crate::iam::Statement;
use crate::kinesis::Stream;
use crate::lambda::{Position, StartingPosition as _, reading_changes, reading_records, source_rights};
use crate::reference::Ref;
use crate::sqs::{Queue, StandardQueue};
use crate::stack::Stack;
use crate::units::{Integer, Seconds};
use crate::value::Intrinsic;

/// Where a pipe takes from: what its role must allow for that comes with it.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-source.html>
#[derive(Debug, Clone)]
pub struct Source {
    pub(super) arn: Intrinsic,
    pub(super) rights: Vec<Statement>,
    pub(super) parameters: Parameters,
    pub(super) table: Option<Ref<Table>>,
}

/// How messages of a queue are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Messages {
    /// How many at most at once, 1 to 10, and with a window up to 10,000. Pipes' default is 10.
    pub batch_size: Option<Integer<1, 10_000>>,
    /// How long to gather them, 0 to 300 s.
    #[serde(rename = "MaximumBatchingWindowInSeconds")]
    pub maximum_batching_window: Option<Seconds<0, 300>>,
}

/// How records of a stream are taken.
#[derive(Debug, Clone)]
pub struct Records {
    /// Where it begins. Changing it replaces the pipe.
    pub starting_position: Position,
    /// How many at most at once, 1 to 10,000. Pipes' default is 100.
    pub batch_size: Option<Integer<1, 10_000>>,
    /// How long to gather them, 0 to 300 s.
    pub maximum_batching_window: Option<Seconds<0, 300>>,
    /// How many batches of one shard are processed at once, 1 to 10.
    pub parallelization_factor: Option<Integer<1, 10>>,
    /// How often a batch is tried again; without it until it succeeds or is gone.
    pub maximum_retry_attempts: Option<Integer<0, 10_000>>,
    /// How old a record may get before it is given up, 60 to 604,800 s.
    pub maximum_record_age: Option<Seconds<60, 604_800>>,
    /// Whether a batch that fails is halved before it is tried again.
    pub bisects: bool,
    /// Who is told of records that were given up.
    pub dead_letter_target: Option<Ref<StandardQueue>>,
}

impl Records {
    /// Records from `starting_position` on, tried until they succeed or are gone.
    #[must_use]
    pub const fn starting_at(starting_position: Position) -> Self {
        Self {
            starting_position,
            batch_size: None,
            maximum_batching_window: None,
            parallelization_factor: None,
            maximum_retry_attempts: None,
            maximum_record_age: None,
            bisects: false,
            dead_letter_target: None,
        }
    }

    /// What a role is allowed that reads by `reading`, and sends away what was given up.
    fn rights(&self, reading: Vec<Statement>) -> Vec<Statement> {
        let sending =
            self.dead_letter_target.map(|queue| Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn()));
        reading.into_iter().chain(sending).collect()
    }
}

/// What only some sources take.
#[derive(Debug, Clone, Serialize)]
pub(super) enum Parameters {
    #[serde(rename = "SqsQueueParameters")]
    Queue(Messages),
    #[serde(rename = "DynamoDBStreamParameters")]
    Table(StreamParameters),
    #[serde(rename = "KinesisStreamParameters")]
    Stream(StreamParameters),
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StreamParameters {
    starting_position: &'static str,
    batch_size: Option<Integer<1, 10_000>>,
    maximum_batching_window_in_seconds: Option<Seconds<0, 300>>,
    parallelization_factor: Option<Integer<1, 10>>,
    maximum_retry_attempts: Option<Integer<0, 10_000>>,
    maximum_record_age_in_seconds: Option<Seconds<60, 604_800>>,
    on_partial_batch_item_failure: Option<&'static str>,
    dead_letter_config: Option<DeadLetterConfig>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetterConfig {
    arn: Intrinsic,
}

impl From<&Records> for StreamParameters {
    fn from(records: &Records) -> Self {
        Self {
            starting_position: records.starting_position.said().0,
            batch_size: records.batch_size,
            maximum_batching_window_in_seconds: records.maximum_batching_window,
            parallelization_factor: records.parallelization_factor,
            maximum_retry_attempts: records.maximum_retry_attempts,
            maximum_record_age_in_seconds: records.maximum_record_age,
            on_partial_batch_item_failure: records.bisects.then_some("AUTOMATIC_BISECT"),
            dead_letter_config: records.dead_letter_target.map(|queue| DeadLetterConfig { arn: queue.arn() }),
        }
    }
}

impl Source {
    /// The messages of `queue`: they are deleted once the target has them.
    #[must_use]
    pub fn queue<Q: Queue>(queue: Ref<Q>, messages: Messages) -> Self {
        Self {
            arn: queue.arn(),
            rights: vec![Statement::allow(source_rights::MESSAGES).on(queue.arn())],
            parameters: Parameters::Queue(messages),
            table: None,
        }
    }

    /// The changes of `table`, which has to have a stream.
    #[must_use]
    pub fn table(table: Ref<Table>, records: &Records) -> Self {
        Self {
            arn: table.attribute("StreamArn"),
            rights: records.rights(reading_changes(table)),
            parameters: Parameters::Table(records.into()),
            table: Some(table),
        }
    }

    /// The records of `stream`.
    #[must_use]
    pub fn stream(stream: Ref<Stream>, records: &Records) -> Self {
        Self {
            arn: stream.arn(),
            rights: records.rights(reading_records(stream)),
            parameters: Parameters::Stream(records.into()),
            table: None,
        }
    }

    /// The table that it takes from and that has no stream.
    pub(super) fn without_stream(&self, stack: &Stack) -> Option<Ref<Table>> {
        self.table.filter(|table| stack.get(*table).is_some_and(|table| table.stream_specification.is_none()))
    }
}
