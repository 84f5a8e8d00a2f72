//! What feeds a function with the records of a stream.

use policies::action;
use serde::{Serialize, Serializer};

use super::{FilterCriteria, FunctionResponseType, Invocable, source_rights};
use crate::check::Check;
use crate::dynamodb::Table;
use crate::iam::Statement;
use crate::kinesis::{Stream, StreamConsumer};
use crate::reference::{HasArn, Ref, Resource};
use crate::sns::StandardTopic;
use crate::sqs::StandardQueue;
use crate::stack::Stack;
use crate::units::{Integer, Seconds};
use crate::value::Intrinsic;

/// Feeds a function with the records of a stream, in the order of each shard: with those of a stream of Kinesis, or of one of its
/// consumers, or with the changes of a table.
///
/// A batch that fails is tried again until it succeeds or its records are gone, and stops its shard meanwhile: limit that by
/// `maximum_retry_attempts` and `on_failure`.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html>
#[derive(Debug, Clone)]
pub struct StreamMapping<S: StreamSource> {
    /// The stream, its consumer, or the table. Changing it replaces the mapping.
    pub source: Ref<S>,
    /// The function or alias.
    pub function_name: Invocable,
    /// Where it begins. Changing it replaces the mapping.
    pub starting_position: S::Position,
    /// How many records one invocation gets at most, 1 to 10,000. Lambda's default is 100.
    pub batch_size: Option<Integer<1, 10_000>>,
    /// How long to gather a batch, 0 to 300 s.
    pub maximum_batching_window: Option<Seconds<0, 300>>,
    /// How many batches of one shard are processed at once, 1 to 10; the order within a partition key stays.
    pub parallelization_factor: Option<Integer<1, 10>>,
    /// Whether a batch that fails is halved before it is tried again, to find the record that fails.
    pub bisect_batch_on_function_error: bool,
    /// How often a batch is tried again, 0 to 10,000; without it until it succeeds or is gone.
    pub maximum_retry_attempts: Option<Integer<0, 10_000>>,
    /// How old a record may get before it is given up, 60 to 604,800 s; without it as old as the stream lets it.
    pub maximum_record_age: Option<Seconds<60, 604_800>>,
    /// How long the windows are in which the function sums up, 1 to 900 s; without it there are none.
    pub tumbling_window: Option<Seconds<1, 900>>,
    /// Who is told of a batch that was given up: where its records are, not what they are. The function's role must be allowed to
    /// send it.
    pub on_failure: Option<FailureDestination>,
    /// What the function's answer means for the batch.
    pub function_response_types: Vec<FunctionResponseType>,
    /// Which records the function gets.
    pub filter_criteria: FilterCriteria,
}

/// Who is told of records that were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureDestination {
    /// A queue.
    Queue(Ref<StandardQueue>),
    /// A topic.
    Topic(Ref<StandardTopic>),
}

impl FailureDestination {
    pub(super) fn arn(self) -> Intrinsic {
        match self {
            Self::Queue(queue) => queue.arn(),
            Self::Topic(topic) => topic.arn(),
        }
    }

    /// What who sends to it must be allowed.
    #[must_use]
    pub fn right(self) -> Statement {
        let action = match self {
            Self::Queue(_) => action::sqs::SEND_MESSAGE,
            Self::Topic(_) => action::sns::PUBLISH,
        };
        Statement::allow([action]).on(self.arn())
    }
}

/// What has records in shards.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no stream of records",
    note = "streams are those of Kinesis, their consumers, and the changes of DynamoDB's tables; queues are fed by an `EventSourceMapping`"
)]
pub trait StreamSource: HasArn {
    /// Where reading can begin.
    type Position: StartingPosition;

    /// The ARN of the stream.
    fn stream_arn(source: Ref<Self>) -> Intrinsic
    where
        Self: Sized;

    /// What it takes to read it.
    fn rights(source: Ref<Self>, stack: &Stack) -> Vec<Statement>
    where
        Self: Sized;

    /// Why it cannot be read as it is.
    fn problem(&self) -> Option<&'static str> {
        None
    }
}

/// The rights to read the changes of a table.
pub(crate) fn reading_changes(table: Ref<Table>) -> Vec<Statement> {
    let read = Statement::allow(source_rights::CHANGES).on(table.attribute("StreamArn"));
    vec![read, Statement::allow([source_rights::LIST_OF_CHANGES]).on("*")]
}

/// The rights to read a stream of Kinesis. Where the stream has a key of its own, the role needs `kms:Decrypt` on it besides.
pub(crate) fn reading_records(stream: Ref<Stream>) -> Vec<Statement> {
    let read = Statement::allow(source_rights::RECORDS).on(stream.arn());
    vec![read, Statement::allow([source_rights::LIST_OF_STREAMS]).on("*")]
}

impl StreamSource for Table {
    type Position = Position;

    fn stream_arn(table: Ref<Self>) -> Intrinsic {
        table.attribute("StreamArn")
    }

    fn rights(table: Ref<Self>, _stack: &Stack) -> Vec<Statement> {
        reading_changes(table)
    }

    fn problem(&self) -> Option<&'static str> {
        self.stream_specification.is_none().then_some("the table has no stream")
    }
}

impl StreamSource for Stream {
    type Position = RecordPosition;

    fn stream_arn(stream: Ref<Self>) -> Intrinsic {
        stream.arn()
    }

    fn rights(stream: Ref<Self>, _stack: &Stack) -> Vec<Statement> {
        reading_records(stream)
    }
}

impl StreamSource for StreamConsumer {
    type Position = RecordPosition;

    fn stream_arn(consumer: Ref<Self>) -> Intrinsic {
        consumer.arn()
    }

    fn rights(consumer: Ref<Self>, stack: &Stack) -> Vec<Statement> {
        let stream = stack.get(consumer).map(|consumer| reading_records(consumer.stream));
        let subscribe = Statement::allow([source_rights::CONSUMER]).on(consumer.arn());
        stream.into_iter().flatten().chain([subscribe]).collect()
    }
}

/// Where the reading of a stream begins.
pub trait StartingPosition: Copy + std::fmt::Debug + Send + Sync + 'static {
    /// Its name, and the time for one that has one.
    fn said(self) -> (&'static str, Option<u64>);
}

/// Where the reading of a table's changes begins, or that of a topic of Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// With the oldest that there is.
    TrimHorizon,
    /// With what comes after the mapping is made; some of what comes meanwhile may be missed.
    Latest,
}

/// Where the reading of records of Kinesis begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordPosition {
    /// With the oldest that there is.
    TrimHorizon,
    /// With what comes after the mapping is made; some of what comes meanwhile may be missed.
    Latest,
    /// With those of this time, in seconds since 1970.
    AtTimestamp(u64),
}

impl StartingPosition for Position {
    fn said(self) -> (&'static str, Option<u64>) {
        match self {
            Self::TrimHorizon => ("TRIM_HORIZON", None),
            Self::Latest => ("LATEST", None),
        }
    }
}

impl StartingPosition for RecordPosition {
    fn said(self) -> (&'static str, Option<u64>) {
        match self {
            Self::TrimHorizon => ("TRIM_HORIZON", None),
            Self::Latest => ("LATEST", None),
            Self::AtTimestamp(time) => ("AT_TIMESTAMP", Some(time)),
        }
    }
}

impl<S: StreamSource> StreamMapping<S> {
    /// Feeds `function` with the records of `source`, of which it reports those that failed.
    pub fn new(source: Ref<S>, function: impl Into<Invocable>, starting_position: S::Position) -> Self {
        Self {
            source,
            function_name: function.into(),
            starting_position,
            batch_size: None,
            maximum_batching_window: None,
            parallelization_factor: None,
            bisect_batch_on_function_error: false,
            maximum_retry_attempts: None,
            maximum_record_age: None,
            tumbling_window: None,
            on_failure: None,
            function_response_types: vec![FunctionResponseType::ReportBatchItemFailures],
            filter_criteria: FilterCriteria::default(),
        }
    }

    /// What the function's role must allow.
    #[must_use]
    pub fn rights(&self, stack: &Stack) -> Vec<Statement> {
        S::rights(self.source, stack).into_iter().chain(self.on_failure.map(FailureDestination::right)).collect()
    }
}

/// `DestinationConfig` of records that were given up.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DestinationConfig {
    on_failure: Option<OnFailure>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct OnFailure {
    destination: Intrinsic,
}

impl DestinationConfig {
    pub(super) fn of(on_failure: Option<FailureDestination>) -> Self {
        Self { on_failure: on_failure.map(|it| OnFailure { destination: it.arn() }) }
    }
}

impl<S: StreamSource> Serialize for StreamMapping<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            event_source_arn: Intrinsic,
            function_name: Invocable,
            starting_position: &'static str,
            starting_position_timestamp: Option<u64>,
            batch_size: Option<Integer<1, 10_000>>,
            maximum_batching_window_in_seconds: Option<Seconds<0, 300>>,
            parallelization_factor: Option<Integer<1, 10>>,
            bisect_batch_on_function_error: Option<bool>,
            maximum_retry_attempts: Option<Integer<0, 10_000>>,
            maximum_record_age_in_seconds: Option<Seconds<60, 604_800>>,
            tumbling_window_in_seconds: Option<Seconds<1, 900>>,
            destination_config: DestinationConfig,
            function_response_types: &'a [FunctionResponseType],
            filter_criteria: &'a FilterCriteria,
        }
        let (starting_position, starting_position_timestamp) = self.starting_position.said();
        Wire {
            event_source_arn: S::stream_arn(self.source),
            function_name: self.function_name,
            starting_position,
            starting_position_timestamp,
            batch_size: self.batch_size,
            maximum_batching_window_in_seconds: self.maximum_batching_window,
            parallelization_factor: self.parallelization_factor,
            bisect_batch_on_function_error: self.bisect_batch_on_function_error.then_some(true),
            maximum_retry_attempts: self.maximum_retry_attempts,
            maximum_record_age_in_seconds: self.maximum_record_age,
            tumbling_window_in_seconds: self.tumbling_window,
            destination_config: DestinationConfig::of(self.on_failure),
            function_response_types: &self.function_response_types,
            filter_criteria: &self.filter_criteria,
        }
        .serialize(serializer)
    }
}

impl<S: StreamSource> Resource for StreamMapping<S> {
    const TYPE: &'static str = "AWS::Lambda::EventSourceMapping";

    fn check(&self, check: &mut Check<'_>) {
        // https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
        if self.tumbling_window.is_some() && self.parallelization_factor.is_some_and(|factor| factor.get() > 1) {
            let message = "windows of time and several batches of a shard at once exclude each other";
            check.error("tumbling-window", message).help("remove `tumbling_window` or `parallelization_factor`");
        }
        let problem = check.stack.get(self.source).and_then(StreamSource::problem);
        if let Some(problem) = problem {
            let message = format!("it reads `{}`, and {problem}", self.source.id());
            check.error("source-without-stream", message).help("set the table's `stream_specification`");
        }
    }
}
