//! Four architectures and a dashboard: images made smaller, logs archived and indexed, notifications published, and an
//! API over all of them.

use infra::apigateway::RestApi;
use infra::dynamodb::{GlobalSecondaryIndex, Key, N, S, Table};
use infra::iam::{PolicyDocument, Principal, Statement};
use infra::lambda::Function;
use infra::s3::{Bucket, Notification, NotificationConfiguration};
use infra::sns::{StandardTopic, TopicPolicy};
use infra::sqs::StandardQueue;
use infra::units::Mebibytes;
use infra::{Seconds, Stack, Stage};
use policies::{Condition, Operator, action};
use roxs::{api, dashboard, images, logs, notifications};

use parts::{self, Batch, Route, WithDlq};
use stackwright::System;

const NAME: &str = "roxs";

/// The system.
pub const SYSTEM: System = System {
    try_next: &[
        "aws s3 cp{EndpointUrl} PHOTO.jpg s3://{OriginalBucket}/photos/",
        r#"curl -X POST {ApiUrl}/notifications -H "Content-Type: application/json" -d '{"title": "Deploy completado", "priority": "high"}'"#,
        "curl {ApiUrl}/stats",
    ],
    ..System::new(
        NAME,
        "images made smaller, logs archived, notifications published, and an API over all of them",
        |stage, _| stack(stage),
    )
};

/// How long the image processor may take for an image of 40 megapixels, in seconds.
const IMAGE_TIMEOUT: u32 = 60;

/// How long the log processor may take for as many entries as an invocation can carry, in seconds.
const LOG_TIMEOUT: u32 = 120;

/// How long the notification processor may take for a batch, in seconds.
const NOTIFICATION_TIMEOUT: u32 = 30;

/// How long a function may take that reads tables to their end; API Gateway waits no longer, in seconds.
const READER_TIMEOUT: u32 = 29;

/// The stack in `stage`.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a stack is read from top to bottom, as its resources")]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(NAME, stage);
    let named = |name: &str| Some(stage.physical_name(name).into());

    // What Lambda gave up of what came to it asynchronously: uploads that S3 tells of, logs, notifications.
    let given_up = parts::dead_letter_queue(&mut stack, "Events", "roxs-events-dlq");

    // Images: the bucket tells the function of each upload.
    let original = parts::bucket_name(&stack, "roxs-images-original");
    let processed = parts::bucket_name(&stack, "roxs-images-processed");
    let thumbnails = parts::bucket_name(&stack, "roxs-images-thumbnails");
    let processed = parts::bucket(&mut stack, "Processed", processed, Bucket::default());
    let thumbnails = parts::bucket(&mut stack, "Thumbnails", thumbnails, Bucket::default());
    let image_table = parts::table(
        &mut stack,
        "Images",
        Table {
            table_name: named("RoxsImageMetadata"),
            ..Table::keyed(Key::hash_range(S("ImageId"), N("UploadTimestamp")))
        },
    );
    let image_processor = parts::function(
        &mut stack,
        "ImageProcessor",
        Function {
            function_name: named("roxs-image-processor"),
            timeout: Seconds::of::<IMAGE_TIMEOUT>(),
            memory_size: Mebibytes::of::<2_048>(), // an image of 40 megapixels, and what makes it smaller
            ..Function::rust(images::Bindings {
                original: original.into(),
                processed: processed.objects("processed/").into(),
                thumbnails: thumbnails.objects("thumbnails/").into(),
                images: image_table.into(),
            })
        },
    );
    parts::on_failure(&mut stack, image_processor, given_up);
    let original = parts::bucket(
        &mut stack,
        "Original",
        original,
        Bucket {
            notification_configuration: NotificationConfiguration {
                functions: vec![Notification::created(image_processor)],
                ..NotificationConfiguration::default()
            },
            ..Bucket::default()
        },
    );

    // Logs: whole in a bucket, and by level and time in a table.
    let storage = parts::bucket_name(&stack, "roxs-logs-storage");
    let storage = parts::bucket(&mut stack, "LogStorage", storage, Bucket::default());
    let by_time = GlobalSecondaryIndex::all("by-time", Key::hash_range(N("Part"), N("Timestamp")));
    let log_table = parts::table(
        &mut stack,
        "Logs",
        Table {
            table_name: named("RoxsLogIndex"),
            global_secondary_indexes: vec![by_time.clone()],
            ..Table::keyed(Key::hash_range(S("LogLevel"), N("Timestamp")))
        },
    );
    let log_processor = parts::function(
        &mut stack,
        "LogProcessor",
        Function {
            function_name: named("roxs-log-processor"),
            timeout: Seconds::of::<LOG_TIMEOUT>(),
            memory_size: Mebibytes::of::<512>(),
            ..Function::rust(logs::Bindings { storage: storage.objects("logs/").into(), index: log_table.into() })
        },
    );
    parts::on_failure(&mut stack, log_processor, given_up);

    // Notifications: from a queue, or asked for, to a topic.
    let topic = stack
        .named("NotificationsTopic")
        .add(StandardTopic { topic_name: named("roxs-notifications"), ..StandardTopic::default() });
    let plain = Statement::deny([action::sns::PUBLISH]).principal(Principal::Any).on(topic.arn()).when(Condition::new(
        Operator::Bool,
        "aws:SecureTransport",
        ["false"],
    ));
    stack
        .named("NotificationsTopicPolicy")
        .add(TopicPolicy { topics: vec![topic], policy_document: PolicyDocument::from([plain]) });
    let notification_table = parts::table(
        &mut stack,
        "NotificationHistory",
        Table {
            table_name: named("RoxsNotificationHistory"),
            ..Table::keyed(Key::hash_range(S("NotificationId"), N("CreatedAt")))
        },
    );
    let WithDlq { queue: notifications_queue, dead: notifications_dead } = parts::standard_queue(
        &mut stack,
        "Notifications",
        "roxs-notifications-queue",
        StandardQueue {
            visibility_timeout: Some(Seconds::of::<{ 6 * NOTIFICATION_TIMEOUT }>()),
            ..StandardQueue::default()
        },
    );
    let notification_processor = parts::function(
        &mut stack,
        "NotificationProcessor",
        Function {
            function_name: named("roxs-notification-processor"),
            timeout: Seconds::of::<NOTIFICATION_TIMEOUT>(),
            ..Function::rust(notifications::Bindings { topic: topic.into(), history: notification_table.into() })
        },
    );
    parts::consume(&mut stack, notifications_queue, notification_processor, Batch::default());
    parts::on_failure(&mut stack, notification_processor, given_up);

    // The API, and the dashboard.
    let api_handler = parts::function(
        &mut stack,
        "ApiHandler",
        Function {
            function_name: named("roxs-api-handler"),
            timeout: Seconds::of::<READER_TIMEOUT>(),
            memory_size: Mebibytes::of::<512>(),
            ..Function::rust(api::Bindings {
                images: image_table.into(),
                logs: log_table.into(),
                logs_by_time: log_table.index(&by_time).into(),
                notifications: notification_table.into(),
                original: original.into(),
                notification_processor: notification_processor.into(),
            })
        },
    );
    parts::function(
        &mut stack,
        "Dashboard",
        Function {
            function_name: named("roxs-dashboard"),
            timeout: Seconds::of::<READER_TIMEOUT>(),
            ..Function::rust(dashboard::Bindings {
                images: image_table.into(),
                logs: log_table.into(),
                notifications: notification_table.into(),
                original: original.into(),
                processed: processed.into(),
                thumbnails: thumbnails.into(),
                storage: storage.into(),
                image_processor: image_processor.into(),
                log_processor: log_processor.into(),
                notification_processor: notification_processor.into(),
                api_handler: api_handler.into(),
            })
        },
    );
    let rest_api = RestApi::named(stage.physical_name("roxs-complete-api"));
    let routes = [Route::any("/", api_handler), Route::any("/{proxy+}", api_handler)];
    let rest_api = parts::rest_api(&mut stack, "Api", rest_api, &routes);
    let prod = parts::publish(&mut stack, rest_api, "prod");

    parts::protect(&mut stack);
    parts::dashboard(&mut stack);
    stack.output("ApiUrl", rest_api.invoke_url(prod));
    stack.output("OriginalBucket", original);
    stack.output("ProcessedBucket", processed);
    stack.output("ThumbnailsBucket", thumbnails);
    stack.output("LogsBucket", storage);
    stack.output("NotificationsQueueUrl", notifications_queue);
    stack.output("NotificationsTopicArn", topic);
    stack.output("NotificationsDlqUrl", notifications_dead);
    stack.output("EventsDlqUrl", given_up);
    stack.output("ImageTable", image_table);
    stack.output("LogTable", log_table);
    stack.output("NotificationTable", notification_table);
    stack
}
