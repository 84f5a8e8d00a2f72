//! Orders: taken by an API, queued, checked, and kept in a table and a bucket.

use infra::apigateway::RestApi;
use infra::dynamodb::{Key, N, S, Table};
use infra::lambda::Function;
use infra::s3::Bucket;
use infra::sqs::StandardQueue;
use infra::{Seconds, Stack, Stage};
use orders::record::{ORDER_ID, POSITION};

use parts::{self, Batch, Route, WithDlq};
use stackwright::System;

const NAME: &str = "orders";

/// The system.
pub const SYSTEM: System = System {
    try_next: &[
        r#"curl -X POST '{ApiUrl}/orders' -H 'Content-Type: application/json' -d '{"id":"order-001","amount":2580,"fromAccount":"1111111","toAccount":"7777777"}'"#,
        "curl '{ApiUrl}/orders/order-001'",
        "curl '{ApiUrl}/health'",
    ],
    ..System::new(NAME, "orders, from an API by way of a queue to a table and a bucket", |stage, _| stack(stage))
};

/// How long the processor may take for a batch, in seconds.
const PROCESSOR_TIMEOUT: u32 = 30;

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(NAME, stage);
    stack.default_region = Some("us-east-1");
    let named = |name: &str| Some(stage.physical_name(name).into());

    let WithDlq { queue, dead } = parts::standard_queue(
        &mut stack,
        "Orders",
        "OrdersQueue",
        StandardQueue {
            visibility_timeout: Some(Seconds::of::<{ 6 * PROCESSOR_TIMEOUT }>()),
            ..StandardQueue::default()
        },
    );
    let records = parts::table(
        &mut stack,
        "OrdersTable",
        Table { table_name: named("orders"), ..Table::keyed(Key::hash_range(S(ORDER_ID), N(POSITION))) },
    );
    let name = parts::bucket_name(&stack, "orders");
    let bucket = parts::bucket(&mut stack, "OrdersBucket", name, Bucket::default());
    let documents = bucket.objects("orders/");

    let submit = parts::function(
        &mut stack,
        "Submit",
        Function {
            function_name: named("orders-submit"),
            ..Function::rust(orders::submit::Bindings { orders: queue.into() })
        },
    );
    let processor = parts::function(
        &mut stack,
        "Processor",
        Function {
            function_name: named("orders-processor"),
            timeout: Seconds::of::<PROCESSOR_TIMEOUT>(),
            ..Function::rust(orders::processor::Bindings {
                records: records.into(),
                documents: documents.clone().into(),
            })
        },
    );
    parts::consume(&mut stack, queue, processor, Batch::default());
    let get = parts::function(
        &mut stack,
        "Get",
        Function {
            function_name: named("orders-get"),
            ..Function::rust(orders::get::Bindings { records: records.into(), documents: documents.into() })
        },
    );
    let health = parts::function(
        &mut stack,
        "Health",
        Function {
            function_name: named("orders-health"),
            ..Function::rust(orders::health::Bindings {
                records: records.into(),
                documents: bucket.into(),
                orders: queue.into(),
            })
        },
    );

    let api = RestApi::named(stage.physical_name("orders-api"));
    let routes = [Route::post("/orders", submit), Route::get("/orders/{orderId}", get), Route::get("/health", health)];
    let api = parts::rest_api(&mut stack, "Api", api, &routes);
    // The document's URLs end in the stage, `/dev`.
    let served = parts::publish(&mut stack, api, stage.as_str());

    parts::protect(&mut stack);
    parts::dashboard(&mut stack);
    stack.output("ApiUrl", api.invoke_url(served));
    stack.output("OrdersQueueUrl", queue);
    stack.output("OrdersDlqUrl", dead);
    stack.output("OrdersTable", records);
    stack.output("OrdersBucket", bucket);
    stack
}
