//! DynamoDB streams: a function is fed with the changes of a table, and keeps them in another one.

use infra::dynamodb::{Key, S, StreamViewType, Table};
use infra::lambda::{Function, Position, StreamMapping};
use infra::{Integer, Stack, Stage};
use services::dynamodb_streams_follow;
use stackwright::System;

/// The system.
pub const SYSTEM: System =
    System::new("dynamodb-streams", "what changed in a table, kept in another one", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let articles = parts::table(
        &mut stack,
        "Articles",
        Table { stream_specification: Some(StreamViewType::NewAndOldImages), ..Table::keyed(Key::hash(S("id"))) },
    );
    let history = parts::table(&mut stack, "History", Table::keyed(Key::hash(S("change"))));
    let follow = parts::function(
        &mut stack,
        "Follow",
        Function {
            function_name: Some(stage.physical_name("dynamodb-streams-follow").into()),
            ..Function::rust(dynamodb_streams_follow::Bindings { history: history.into() })
        },
    );
    let mapping = StreamMapping {
        // Without a limit a batch that fails stops its shard until its records are gone.
        maximum_retry_attempts: Some(Integer::of::<3>()),
        ..StreamMapping::new(articles, follow, Position::TrimHorizon)
    };
    parts::consume_stream(&mut stack, mapping);
    stack.output("Articles", articles);
    stack.output("History", history);
    stack
}
