//! Sightings of spaceships: reported to a queue, validated, stored, and counted by an API.

pub mod validator;

use infra::apigateway::RestApi;
use infra::dynamodb::{GlobalSecondaryIndex, Key, N, S, Table, TimeToLive};
use infra::iam::{self, PolicyDocument, Statement};
use infra::lambda::{Function, ScalingConfig::MaximumConcurrency};
use infra::parameter::{AccountId, Parameter, Url};
use infra::sqs::{FifoQueue, QueuePolicy};
use infra::{Integer, Seconds, Stack, Stage};
use policies::action;

use parts::{self, Batch, Route, WithDlq};
use stackwright::{LocalService, System};

const NAME: &str = "spaceships";

/// The system.
pub const SYSTEM: System = System {
    try_next: &[
        r#"aws sqs send-message{EndpointUrl} --queue-url {SightingsQueueUrl} --message-group-id XW-12345 --message-body '{"spaceship_id":"XW-12345","model":"{ValidModel}","quadrant":"Alpha","coordinates":{"x":12.34,"y":56.78,"z":90.12}}'"#,
        "curl '{ApiUrl}/counts?spaceship_id=XW-12345'",
    ],
    placeholders: &[("ValidModel", validator::valid_model)],
    local_services: &[LocalService {
        name: "model-validator",
        parameter: "ModelValidatorUrl",
        path: "/spaceships/models/validator",
        serve: validator::serve,
    }],
    ..System::new(NAME, "sightings of spaceships, from a queue to an API that counts them", |stage, _| stack(stage))
};

/// How long the consumer may take for a batch, in seconds.
const CONSUMER_TIMEOUT: u32 = 30;

/// The stack in `stage`.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a stack is read from top to bottom, as its resources")]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(NAME, stage);
    stack.default_region = Some("sa-east-1");
    let named = |name: &str| Some(stage.physical_name(name).into());

    let reporter = stack.parameter(
        "QueuePolicyPrincipalAccount",
        Parameter::<AccountId> {
            description: Some("the account that may send sightings to the queue".to_owned()),
            ..Parameter::default()
        },
    );
    let validator = stack.parameter(
        "ModelValidatorUrl",
        Parameter::<Url> {
            default: Some("https://api.algundominio.link/spaceships/models/validator".to_owned()),
            description: Some("the service that knows which models exist".to_owned()),
            ..Parameter::default()
        },
    );

    let WithDlq { queue, dead } = parts::fifo_queue(
        &mut stack,
        "Sightings",
        "spaceships-sightings",
        FifoQueue {
            content_based_deduplication: true,
            visibility_timeout: Some(Seconds::of::<{ 6 * CONSUMER_TIMEOUT }>()),
            ..FifoQueue::default()
        },
    );
    let send = Statement::allow([action::sqs::SEND_MESSAGE]).principal(iam::account_root(&reporter)).on(queue.arn());
    stack
        .named("SightingsQueuePolicy")
        .add(QueuePolicy { queues: vec![queue], policy_document: PolicyDocument::from([send]) });

    let by_model = GlobalSecondaryIndex::all("by-model", Key::hash_range(S("model"), N("timestamp")));
    let sightings = parts::table(
        &mut stack,
        "Sightings",
        Table {
            table_name: named("spaceships-sightings"),
            global_secondary_indexes: vec![by_model.clone()],
            ..Table::keyed(Key::hash_range(S("spaceship_id"), N("timestamp")))
        },
    );
    let false_reports = parts::table(
        &mut stack,
        "FalseReports",
        Table { table_name: named("spaceships-false-reports"), ..Table::keyed(Key::hash(N("timestamp"))) },
    );
    let model_cache = parts::table(
        &mut stack,
        "ModelCache",
        Table {
            table_name: named("spaceships-cache-model"),
            time_to_live_specification: Some(TimeToLive("ttl")),
            ..Table::keyed(Key::hash(S("cache_key")))
        },
    );
    let stats_cache = parts::table(
        &mut stack,
        "StatsCache",
        Table {
            table_name: named("spaceships-cache-stats"),
            time_to_live_specification: Some(TimeToLive("ttl")),
            ..Table::keyed(Key::hash(S("cache_key")))
        },
    );

    let consumer = parts::function(
        &mut stack,
        "Consumer",
        Function {
            function_name: named("spaceships-consumer"),
            timeout: Seconds::of::<CONSUMER_TIMEOUT>(),
            ..Function::rust(spaceships::consumer::Bindings {
                sightings: sightings.into(),
                false_reports: false_reports.into(),
                model_cache: model_cache.into(),
                validator_url: validator.into(),
            })
        },
    );
    // A limit of the mapping spares the validator as reserved concurrency would, without taking from the account's quota
    // and without messages that are received, refused and so counted towards the dead-letter queue.
    parts::consume(
        &mut stack,
        queue,
        consumer,
        Batch { scaling_config: Some(MaximumConcurrency(Integer::of::<10>())), ..Batch::default() },
    );

    let calculator = parts::function(
        &mut stack,
        "Calculator",
        Function {
            function_name: named("spaceships-calculator"),
            ..Function::rust(spaceships::calculator::Bindings {
                sightings: sightings.into(),
                sightings_by_model: sightings.index(&by_model).into(),
                stats_cache: stats_cache.into(),
            })
        },
    );
    let counts = parts::function(
        &mut stack,
        "Counts",
        Function {
            function_name: named("spaceships-counts"),
            timeout: Seconds::of::<20>(), // it waits for the calculator
            ..Function::rust(spaceships::counts::Bindings {
                stats_cache: stats_cache.into(),
                calculator: calculator.into(),
            })
        },
    );
    let api = RestApi::named(stage.physical_name("spaceships-sightings-api"));
    let routes = [Route::get("/calculate", calculator), Route::get("/counts", counts)];
    let api = parts::rest_api(&mut stack, "Api", api, &routes);
    let v1 = parts::publish(&mut stack, api, "v1");

    parts::protect(&mut stack);
    parts::dashboard(&mut stack);
    stack.output("ApiUrl", api.invoke_url(v1));
    stack.output("SightingsQueueUrl", queue);
    stack.output("SightingsDlqUrl", dead);
    stack.output("SightingsTable", sightings);
    stack.output("FalseReportsTable", false_reports);
    stack.output("ModelCacheTable", model_cache);
    stack.output("StatsCacheTable", stats_cache);
    stack
}
