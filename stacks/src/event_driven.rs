//! What happens in a bucket, told to queues of their own, and an API in front of a queue with no function between.

use event_driven::{api_consumer, audit_logger, image_processor};
use infra::apigateway::RestApi;
use infra::dynamodb::{GlobalSecondaryIndex, Key, N, S, Table};
use infra::eventbridge::{EventMatch, EventPattern, Input, InputTransformer, RetryPolicy, Rule, Target};
use infra::iam::{PolicyDocument, Principal, Statement};
use infra::lambda::Function;
use infra::pattern::{Match, Pattern};
use infra::s3::{Bucket, NotificationConfiguration};
use infra::sns::{FilterPolicy, StandardTopic, Subscription, TopicPolicy};
use infra::sqs::{QueuePolicy, StandardQueue};
use infra::units::Mebibytes;
use infra::{Integer, Seconds, Stack, Stage};
use policies::{Condition, action};

use parts::{self, Batch, Route, WithDlq};
use stackwright::System;

const NAME: &str = "event-driven";

/// The system.
pub const SYSTEM: System = System {
    try_next: &[
        "aws s3 cp{EndpointUrl} README.md s3://{S3BucketName}/test.txt",
        r#"curl -X POST {ApiEndpoint}/messages -H "Content-Type: application/json" -d '{"message": "test event from API"}'"#,
    ],
    ..System::new(
        NAME,
        "uploads told to an image processor and an audit log, and an API straight into a queue",
        |stage, _| stack(stage),
    )
};

/// How long a function may take that writes a batch of items, in seconds.
const WRITER_TIMEOUT: u32 = 10;

/// How long the image processor may take for an image of 32 MiB, in seconds.
const IMAGE_TIMEOUT: u32 = 30;

/// How keys of images end, in lower case.
const IMAGE_SUFFIXES: [&str; 5] = [".jpg", ".jpeg", ".png", ".gif", ".webp"];

/// The stack in `stage`.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a stack is read from top to bottom, as its resources")]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(NAME, stage);
    let named = |name: &str| Some(stage.physical_name(name).into());
    // The default stage is part of the functions' names: `event-driven-dev-image-processor`.
    let function_named = |name: &str| Some(format!("event-driven-{stage}-{name}").into());
    let hiding_for = |timeout| StandardQueue { visibility_timeout: Some(timeout), ..StandardQueue::default() };

    // Uploads: from the bucket over a rule to the topic.
    let name = parts::bucket_name(&stack, "event-driven-uploads");
    let uploads = parts::bucket(
        &mut stack,
        "Uploads",
        name,
        Bucket {
            notification_configuration: NotificationConfiguration { event_bridge: true, ..Default::default() },
            ..Bucket::default()
        },
    );
    let topic = stack
        .named("UploadsTopic")
        .add(StandardTopic { topic_name: named("event-driven-uploads"), ..StandardTopic::default() });
    let undelivered = parts::dead_letter_queue(&mut stack, "Events", "event-driven-events-dlq");
    let created = stack.named("UploadedRule").add(Rule {
        name: named("event-driven-uploaded"),
        targets: vec![Target {
            // SNS takes 150 values in a filter policy, and counts each as often as its field is deep: of the 56 endings
            // of images, 168 at `detail.object.key` and 56 at `key`.
            input: Input::Transformer(InputTransformer {
                input_paths_map: [("key".to_owned(), "$.detail.object.key".to_owned())].into(),
                input_template: r#"{"key": <key>, "event": <aws.events.event.json>}"#.to_owned(),
            }),
            retry_policy: Some(RetryPolicy {
                maximum_event_age: Seconds::hours::<24>(),
                maximum_retry_attempts: Integer::of::<185>(),
            }),
            dead_letter_target: Some(undelivered),
            ..Target::topic(topic)
        }],
        ..Rule::on(EventPattern {
            source: vec!["aws.s3"],
            detail_type: vec!["Object Created"],
            detail: Some(Pattern::<EventMatch>::default().field(["bucket", "name"], [uploads])),
        })
    });
    let by_eventbridge = |statement: Statement| statement.principal(Principal::service("events.amazonaws.com"));
    // Without a condition: EventBridge publishes nothing to a topic whose policy has one for it.
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    let publish = by_eventbridge(Statement::allow([action::sns::PUBLISH]).on(topic.arn()));
    stack
        .named("UploadsTopicPolicy")
        .add(TopicPolicy { topics: vec![topic], policy_document: PolicyDocument::from([publish]) });
    let send = by_eventbridge(Statement::allow([action::sqs::SEND_MESSAGE]).on(undelivered.arn()));
    stack.named("EventsDlqPolicy").add(QueuePolicy {
        queues: vec![undelivered],
        policy_document: PolicyDocument::from([send.when(Condition::source_arn(created.arn()))]),
    });

    // Images: only the keys that end like one.
    let images = parts::table(
        &mut stack,
        "Images",
        Table { table_name: named("event-driven-images"), ..Table::keyed(Key::hash_range(S("key"), S("sequencer"))) },
    );
    let WithDlq { queue: images_queue, dead: images_dead } = parts::standard_queue(
        &mut stack,
        "Images",
        "event-driven-images",
        hiding_for(Seconds::of::<{ 6 * IMAGE_TIMEOUT }>()),
    );
    let suffixes = IMAGE_SUFFIXES.iter().flat_map(|suffix| in_any_case(suffix)).map(Match::suffix);
    parts::subscribe(
        &mut stack,
        Subscription {
            filter_policy: Some(FilterPolicy::MessageBody(Pattern::default().field(["key"], suffixes))),
            dead_letter_target: Some(images_dead),
            ..Subscription::new(topic, images_queue)
        },
    );
    let image_processor = parts::function(
        &mut stack,
        "ImageProcessor",
        Function {
            function_name: function_named("image-processor"),
            timeout: Seconds::of::<IMAGE_TIMEOUT>(),
            // Twice what `functions::image::Limits::DEFAULT` lets an image take.
            memory_size: Mebibytes::of::<1_024>(),
            ..Function::rust(image_processor::Bindings { uploads: uploads.into(), images: images.into() })
        },
    );
    // One image for each invocation: the memory is for one, and an image that ended the function after all would take
    // the others of its batch along.
    parts::consume(&mut stack, images_queue, image_processor, Batch { size: Integer::of::<1>(), ..Batch::default() });

    // The audit log: everything.
    let audit = parts::table(
        &mut stack,
        "Audit",
        Table {
            table_name: named("event-driven-audit"),
            global_secondary_indexes: vec![GlobalSecondaryIndex::all("by-day", Key::hash_range(S("day"), N("time")))],
            ..Table::keyed(Key::hash(S("event_id")))
        },
    );
    let WithDlq { queue: audit_queue, dead: audit_dead } = parts::standard_queue(
        &mut stack,
        "Audit",
        "event-driven-audit",
        hiding_for(Seconds::of::<{ 6 * WRITER_TIMEOUT }>()),
    );
    parts::subscribe(
        &mut stack,
        Subscription { dead_letter_target: Some(audit_dead), ..Subscription::new(topic, audit_queue) },
    );
    let audit_logger = parts::function(
        &mut stack,
        "AuditLogger",
        Function {
            function_name: function_named("audit-logger"),
            timeout: Seconds::of::<WRITER_TIMEOUT>(),
            ..Function::rust(audit_logger::Bindings { audit: audit.into() })
        },
    );
    parts::consume(&mut stack, audit_queue, audit_logger, Batch::default());

    // Messages: from the API straight into a queue.
    let messages = parts::table(
        &mut stack,
        "Messages",
        Table { table_name: named("event-driven-messages"), ..Table::keyed(Key::hash(S("message_id"))) },
    );
    let WithDlq { queue: api_queue, dead: api_dead } = parts::standard_queue(
        &mut stack,
        "Api",
        "event-driven-api",
        // An item has 400 KB: who sends more is told so at once.
        StandardQueue {
            maximum_message_size: Some(Integer::of::<{ 256 * 1_024 }>()),
            ..hiding_for(Seconds::of::<{ 6 * WRITER_TIMEOUT }>())
        },
    );
    let api_consumer = parts::function(
        &mut stack,
        "ApiConsumer",
        Function {
            function_name: function_named("api-consumer"),
            timeout: Seconds::of::<WRITER_TIMEOUT>(),
            ..Function::rust(api_consumer::Bindings { messages: messages.into() })
        },
    );
    parts::consume(&mut stack, api_queue, api_consumer, Batch::default());
    let api = RestApi::named(stage.physical_name("event-driven-api"));
    let api = parts::rest_api(&mut stack, "Api", api, &[Route::post("/messages", api_queue)]);
    let v1 = parts::publish(&mut stack, api, "v1");

    parts::protect(&mut stack);
    parts::dashboard(&mut stack);
    stack.output("S3BucketName", uploads);
    stack.output("ApiEndpoint", api.invoke_url(v1));
    stack.output("ImagesQueueUrl", images_queue);
    stack.output("AuditQueueUrl", audit_queue);
    stack.output("ImagesDlqUrl", images_dead);
    stack.output("AuditDlqUrl", audit_dead);
    stack.output("ApiQueueUrl", api_queue);
    stack.output("ApiDlqUrl", api_dead);
    stack.output("ImagesTable", images);
    stack.output("AuditTable", audit);
    stack.output("MessagesTable", messages);
    stack
}

/// `text` in every mixture of upper and lower case: SNS compares endings letter by letter.
fn in_any_case(text: &str) -> Vec<String> {
    text.chars().fold(vec![String::new()], |beginnings, letter| {
        let both = [Some(letter), Some(letter.to_ascii_uppercase()).filter(|upper| *upper != letter)];
        let ends = both.into_iter().flatten();
        ends.flat_map(|end| beginnings.iter().map(move |beginning| format!("{beginning}{end}"))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_in_any_case_is_each_mixture_once() {
        assert_eq!(in_any_case(".ab"), [".ab", ".Ab", ".aB", ".AB"]);
        let count: usize = IMAGE_SUFFIXES.iter().map(|suffix| in_any_case(suffix).len()).sum();
        assert_eq!(count, 8 + 16 + 8 + 8 + 16);
    }
}
