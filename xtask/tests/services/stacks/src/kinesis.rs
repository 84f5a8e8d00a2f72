//! Kinesis: a function puts records into a stream, from which another one keeps them in a table.

use infra::dynamodb::{Key, S, Table};
use infra::kinesis::Stream;
use infra::lambda::{Function, RecordPosition, StreamMapping};
use infra::{Integer, Stack, Stage};
use services::{kinesis_keep, kinesis_put};
use stackwright::System;

/// The system.
pub const SYSTEM: System =
    System::new("kinesis", "clicks, from a function through a stream to a table", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let stream = stack.named("Stream").add(Stream::default());
    let clicks = parts::table(&mut stack, "Clicks", Table::keyed(Key::hash(S("id"))));
    parts::function(
        &mut stack,
        "Put",
        Function {
            function_name: Some(stage.physical_name("kinesis-put").into()),
            ..Function::rust(kinesis_put::Bindings { clicks: stream.into() })
        },
    );
    let keep = parts::function(
        &mut stack,
        "Keep",
        Function {
            function_name: Some(stage.physical_name("kinesis-keep").into()),
            ..Function::rust(kinesis_keep::Bindings { clicks: clicks.into() })
        },
    );
    let mapping = StreamMapping {
        // Without a limit a batch that fails stops its shard until its records are gone.
        maximum_retry_attempts: Some(Integer::of::<3>()),
        ..StreamMapping::new(stream, keep, RecordPosition::TrimHorizon)
    };
    parts::consume_stream(&mut stack, mapping);
    stack.output("Clicks", clicks);
    stack
}
