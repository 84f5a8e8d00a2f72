//! Pipes: those changes of a table that matter go to a topic, with no function between.

use infra::dynamodb::{Key, S, StreamViewType, Table};
use infra::lambda::{Filter, Position};
use infra::pattern::Pattern;
use infra::pipes::{Pipe, Records, Source, Target};
use infra::sns::{StandardTopic, Subscription};
use infra::sqs::StandardQueue;
use infra::{Stack, Stage};
use parts::WithDlq;
use stackwright::System;

/// The system.
pub const SYSTEM: System =
    System::new("pipes", "new articles of a table, told to a topic by a pipe", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let articles = parts::table(
        &mut stack,
        "Articles",
        Table { stream_specification: Some(StreamViewType::NewImage), ..Table::keyed(Key::hash(S("id"))) },
    );
    let news = stack.named("News").add(StandardTopic::default());
    let WithDlq { queue, .. } = parts::standard_queue(&mut stack, "Inbox", "pipes-inbox", StandardQueue::default());
    parts::subscribe(&mut stack, Subscription { raw_message_delivery: true, ..Subscription::new(news, queue) });
    let source = Source::table(articles, &Records::starting_at(Position::TrimHorizon));
    let pipe = Pipe {
        filters: vec![Filter::of(&Pattern::default().field(["eventName"], ["INSERT"]))],
        ..Pipe::new(source, Target::topic(news))
    };
    parts::pipe(&mut stack, "Told", pipe);
    stack.output("Articles", articles);
    stack.output("InboxUrl", queue);
    stack
}
