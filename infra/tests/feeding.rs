//! What feeds functions, schedules and pipes: what the template and the picture say of them, and what is found wrong with them.

#[path = "common/findings.rs"]
mod findings;
#[path = "common/picture.rs"]
mod picture;

use std::fmt::Write as _;

use bindings::Program;
use infra::dynamodb::{Key, S, StreamViewType, Table};
use infra::eventbridge::{EventBus, RetryPolicy};
use infra::iam::{Role, Statement};
use infra::kinesis::{Capacity, Stream, StreamConsumer};
use infra::lambda::{
    Cluster, EventSourceMapping, FailureDestination, Filter, FilterCriteria, Function, FunctionResponseType,
    KafkaMapping, MskAccess, Network, Pollers, Position, RecordPosition, ScalingConfig, SelfManagedAccess,
    StreamMapping,
};
use infra::pattern::{Comparison, Match, Pattern};
use infra::pipes::{self, Enrichment, Messages, Pipe, Records, Source};
use infra::scheduler::{self, Expression, Schedule, ScheduleGroup};
use infra::sns::StandardTopic;
use infra::sqs::{FifoQueue, StandardQueue};
use infra::stepfunctions::{Express, Jsonata, StateMachine, States, Succeed};
use infra::{Integer, Ref, Seconds, Stack, Stage, Template};
use serde::Serialize;

use findings::findings;
use picture::ways;

#[derive(Serialize)]
struct Count {}

impl Program for Count {
    const NAME: &'static str = "count";
}

struct Parts {
    role: Ref<Role>,
    count: Ref<Function>,
    queue: Ref<StandardQueue>,
    fifo: Ref<FifoQueue>,
    dead: Ref<StandardQueue>,
    topic: Ref<StandardTopic>,
    table: Ref<Table>,
    stream: Ref<Stream>,
    bus: Ref<EventBus>,
    machine: Ref<StateMachine>,
    express: Ref<StateMachine<Express>>,
}

fn parts(stack: &mut Stack) -> Parts {
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    let done = || States::<Jsonata>::new("Done", Succeed::default());
    let changes =
        Table { stream_specification: Some(StreamViewType::NewAndOldImages), ..Table::keyed(Key::hash(S("id"))) };
    let visibility = |seconds| StandardQueue { visibility_timeout: Some(seconds), ..StandardQueue::default() };
    Parts {
        role,
        count: stack.named("Count").add(Function::rust(Count {}).with_role(role)),
        queue: stack.named("Queue").add(visibility(Seconds::of::<60>())),
        fifo: stack.named("Fifo").add(FifoQueue { content_based_deduplication: true, ..FifoQueue::default() }),
        dead: stack.named("Dead").add(StandardQueue::default()),
        topic: stack.named("Topic").add(StandardTopic::default()),
        table: stack.named("Table").add(changes),
        stream: stack.named("Stream").add(Stream { capacity: Capacity::Shards(2), ..Stream::default() }),
        bus: stack.named("Bus").add(EventBus::named("shop")),
        machine: stack.named("Machine").add(StateMachine::standard(done()).with_role(role)),
        express: stack.named("Express").add(StateMachine::express(done()).with_role(role)),
    }
}

fn mappings() -> Stack {
    let mut stack = Stack::new("shop", &Stage::default());
    let parts = parts(&mut stack);
    let large = Pattern::default().field(["body", "total"], [Match::Numeric(vec![(Comparison::AtLeast, 100.0)])]);
    stack.named("QueueSource").add(EventSourceMapping {
        queue: parts.queue,
        function_name: parts.count.into(),
        batch_size: Integer::of::<10>(),
        maximum_batching_window_in_seconds: None,
        function_response_types: vec![FunctionResponseType::ReportBatchItemFailures],
        scaling_config: Some(ScalingConfig::ProvisionedPollers(Pollers {
            minimum: Integer::of::<2>(),
            maximum: Integer::of::<20>(),
        })),
        filter_criteria: Some(FilterCriteria { filters: vec![Filter::of(&large)] }),
    });
    let inserted = Pattern::default().field(["eventName"], ["INSERT"]);
    stack.named("TableSource").add(StreamMapping {
        batch_size: Some(Integer::of::<500>()),
        maximum_batching_window: Some(Seconds::of::<5>()),
        parallelization_factor: Some(Integer::of::<4>()),
        bisect_batch_on_function_error: true,
        maximum_retry_attempts: Some(Integer::of::<3>()),
        maximum_record_age: Some(Seconds::hours::<1>()),
        on_failure: Some(FailureDestination::Queue(parts.dead)),
        filter_criteria: FilterCriteria { filters: vec![Filter::of(&inserted)] },
        ..StreamMapping::new(parts.table, parts.count, Position::TrimHorizon)
    });
    stack.named("StreamSource").add(StreamMapping {
        tumbling_window: Some(Seconds::of::<30>()),
        on_failure: Some(FailureDestination::Topic(parts.topic)),
        ..StreamMapping::new(parts.stream, parts.count, RecordPosition::AtTimestamp(1_790_000_000))
    });
    let consumer = StreamConsumer { consumer_name: "count".into(), stream: parts.stream };
    let consumer = stack.named("Consumer").add(consumer);
    stack.named("ConsumerSource").add(StreamMapping::new(consumer, parts.count, RecordPosition::Latest));
    let arn = "arn:aws:kafka:sa-east-1:123456789012:cluster/shop/5b2c-4";
    let secret = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:AmazonMSK_shop";
    let msk = Cluster::Msk { arn: arn.into(), access: Some(MskAccess::SaslScram512(secret.into())) };
    stack.named("MskSource").add(KafkaMapping {
        consumer_group_id: Some("count".to_owned()),
        provisioned_pollers: Some(Pollers { minimum: Integer::of::<1>(), maximum: Integer::of::<4>() }),
        ..KafkaMapping::new(msk, "clicks", parts.count, Position::TrimHorizon)
    });
    let own = Cluster::SelfManaged {
        bootstrap_servers: vec!["kafka.example.com:9092".to_owned()],
        access: SelfManagedAccess::Basic(secret.into()),
        network: Some(Network { subnets: vec!["subnet-1".into()], security_group: "sg-1".into() }),
    };
    stack.named("OwnSource").add(KafkaMapping {
        on_failure: Some(FailureDestination::Queue(parts.dead)),
        ..KafkaMapping::new(own, "views", parts.count, Position::Latest)
    });
    stack
}

/// Schedules and pipes with each of their sources and targets.
fn schedules_and_pipes() -> Stack {
    let mut stack = Stack::new("shop", &Stage::default());
    let parts = parts(&mut stack);
    let group = stack.named("Group").add(ScheduleGroup::default());
    let morning = Expression::Cron { fields: "0 7 ? * MON-FRI *", zone: "Europe/Zurich" };
    let invoke = Schedule {
        group: Some(group),
        flexible_minutes: Some(Integer::of::<15>()),
        start_date: Some("2026-12-01T00:00:00Z".to_owned()),
        retry_policy: Some(RetryPolicy {
            maximum_event_age: Seconds::hours::<1>(),
            maximum_retry_attempts: Integer::of::<5>(),
        }),
        dead_letter_target: Some(parts.dead),
        ..Schedule::new(morning, scheduler::Target::function(parts.count).with_input(r#"{"what":"reports"}"#))
    };
    let once = Expression::At { time: "2026-12-24T18:00:00", zone: "UTC" };
    let targets = [
        ("Send", scheduler::Target::queue(parts.queue)),
        ("SendInOrder", scheduler::Target::fifo_queue(parts.fifo, "reports")),
        ("Publish", scheduler::Target::topic(parts.topic)),
        ("Start", scheduler::Target::machine(parts.machine)),
        ("Put", scheduler::Target::bus(parts.bus, "shop", "Closing")),
        ("Record", scheduler::Target::stream(parts.stream, "reports")),
    ];
    stack.named("Invoke").add(invoke.with_role(parts.role));
    for (id, target) in targets {
        let schedule = Schedule { is_enabled: id != "Put", ..Schedule::new(once, target) };
        stack.named(id).add(schedule.with_role(parts.role));
    }
    let records = Records {
        bisects: true,
        maximum_retry_attempts: Some(Integer::of::<3>()),
        dead_letter_target: Some(parts.dead),
        ..Records::starting_at(Position::Latest)
    };
    let paid = Pattern::default().field(["body", "status"], ["paid"]);
    let template = r#"{"order": <$.body.id>}"#;
    let pipes = [
        Pipe {
            filters: vec![Filter::of(&paid)],
            enrichment: Some(Enrichment::Function(parts.count.into())),
            ..Pipe::new(
                Source::queue(parts.queue, Messages { batch_size: Some(Integer::of::<5>()), ..Messages::default() }),
                pipes::Target::machine(parts.machine).with_input(template),
            )
        },
        Pipe {
            enrichment: Some(Enrichment::Machine(parts.express)),
            ..Pipe::new(
                Source::table(parts.table, &records),
                pipes::Target::fifo_queue(parts.fifo, "$.dynamodb.Keys.id.S"),
            )
        },
        Pipe {
            is_running: false,
            ..Pipe::new(
                Source::stream(parts.stream, &Records::starting_at(Position::TrimHorizon)),
                pipes::Target::bus(parts.bus, "shop", "Clicked"),
            )
        },
        Pipe::new(Source::queue(parts.fifo, Messages::default()), pipes::Target::stream(parts.stream, "$.body.id")),
        Pipe::new(Source::queue(parts.queue, Messages::default()), pipes::Target::express_machine(parts.express)),
        Pipe::new(Source::queue(parts.queue, Messages::default()), pipes::Target::function(parts.count)),
        Pipe::new(Source::queue(parts.queue, Messages::default()), pipes::Target::topic(parts.topic)),
        Pipe::new(Source::queue(parts.queue, Messages::default()), pipes::Target::queue(parts.dead)),
    ];
    for (number, pipe) in pipes.into_iter().enumerate() {
        stack.named(format!("Pipe{number}")).add(pipe.with_role(parts.role));
    }
    stack
}

/// The resources of `types` as a template.
fn of_types(stack: &Stack, types: &[&str]) -> String {
    let mut json = Template::render(stack).into_json();
    json.retain(|name, _| name == "Resources");
    if let Some(resources) = json.get_mut("Resources").and_then(|it| it.as_object_mut()) {
        resources.retain(|_, it| it["Type"].as_str().is_some_and(|kind| types.iter().any(|it| kind.ends_with(it))));
    }
    Template::from_json(json).to_yaml()
}

#[test]
fn the_template_of_what_feeds_a_function() {
    let types = ["::EventSourceMapping", "Kinesis::Stream", "::StreamConsumer"];
    insta::assert_snapshot!("mappings", of_types(&mappings(), &types));
}

#[test]
fn the_picture_of_what_feeds_a_function() {
    insta::assert_snapshot!("mappings_ways", ways(&mappings()));
}

#[test]
fn the_template_of_schedules_and_pipes() {
    insta::assert_snapshot!(
        "schedules_and_pipes",
        of_types(&schedules_and_pipes(), &["Scheduler::Schedule", "ScheduleGroup", "::Pipe"])
    );
}

#[test]
fn the_picture_of_schedules_and_pipes() {
    insta::assert_snapshot!("schedules_and_pipes_ways", ways(&schedules_and_pipes()));
}

#[test]
fn nothing_is_found_wrong_with_them() {
    for stack in [mappings(), schedules_and_pipes()] {
        let found: Vec<_> = infra::check(&stack).iter().map(ToString::to_string).collect();
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn what_is_read_and_done_is_allowed_and_nothing_else() {
    let (mappings, others) = (mappings(), schedules_and_pipes());
    let mut said = String::new();
    let mut say = |id: &str, rights: Vec<Statement>| {
        for statement in rights {
            writeln!(said, "{id}: {}", serde_json::to_string(&statement).unwrap()).unwrap();
        }
    };
    for (id, mapping) in mappings.resources_of::<StreamMapping<Table>>() {
        say(id.id().as_str(), mapping.rights(&mappings));
    }
    for (id, mapping) in mappings.resources_of::<StreamMapping<Stream>>() {
        say(id.id().as_str(), mapping.rights(&mappings));
    }
    for (id, mapping) in mappings.resources_of::<StreamMapping<StreamConsumer>>() {
        say(id.id().as_str(), mapping.rights(&mappings));
    }
    for (id, mapping) in mappings.resources_of::<KafkaMapping>() {
        say(id.id().as_str(), mapping.rights());
    }
    for (id, schedule) in others.resources_of::<Schedule>() {
        say(id.id().as_str(), schedule.rights());
    }
    for (id, pipe) in others.resources_of::<Pipe>() {
        say(id.id().as_str(), pipe.rights());
    }
    insta::assert_snapshot!("feeding_rights", said);
}

/// Asserts what is found wrong with a stack: rule, message and advice.
#[track_caller]
fn check(build: impl FnOnce(&mut Stack, &Parts), expected: &[&str]) {
    let mut stack = Stack::new("shop", &Stage::default());
    let parts = parts(&mut stack);
    build(&mut stack, &parts);
    assert_eq!(findings(&stack), expected);
}

#[test]
fn a_table_without_a_stream() {
    let (mapping, pipe) = ("`It`", "`Pipe`");
    let message = |id: &str| {
        format!(
            "source-without-stream: {id}: it reads `Plain`, and the table has no stream | set the table's `stream_specification`"
        )
    };
    check(
        |stack, parts| {
            let plain = stack.named("Plain").add(Table::keyed(Key::hash(S("id"))));
            stack.named("It").add(StreamMapping::new(plain, parts.count, Position::Latest));
            let source = Source::table(plain, &Records::starting_at(Position::Latest));
            stack.named("Pipe").add(Pipe::new(source, pipes::Target::topic(parts.topic)).with_role(parts.role));
        },
        &[&message(mapping), &message(pipe)],
    );
}

#[test]
fn windows_of_time_and_several_batches_at_once() {
    check(
        |stack, parts| {
            stack.named("It").add(StreamMapping {
                tumbling_window: Some(Seconds::of::<10>()),
                parallelization_factor: Some(Integer::of::<2>()),
                ..StreamMapping::new(parts.stream, parts.count, RecordPosition::Latest)
            });
        },
        &["tumbling-window: `It`: windows of time and several batches of a shard at once exclude each other | remove \
             `tumbling_window` or `parallelization_factor`"],
    );
}

#[test]
fn pollers_that_are_no_range_and_brokers_that_are_none() {
    let mapping = |servers: &[&str], pollers: Option<Pollers<1>>| {
        let cluster = Cluster::SelfManaged {
            bootstrap_servers: servers.iter().map(|server| (*server).to_owned()).collect(),
            access: SelfManagedAccess::Basic("arn:aws:secretsmanager:sa-east-1:123456789012:secret:kafka".into()),
            network: None,
        };
        move |stack: &mut Stack, parts: &Parts| {
            let mapping = KafkaMapping::new(cluster, "clicks", parts.count, Position::Latest);
            stack.named("It").add(KafkaMapping { provisioned_pollers: pollers, ..mapping });
        }
    };
    let range = "pollers: `It`: 5 to 2 pollers are no range | end with no less than it begins with";
    check(mapping(&["a:9092"], Some(Pollers { minimum: Integer::of::<5>(), maximum: Integer::of::<2>() })), &[range]);
    check(mapping(&[], None), &["kafka-servers: `It`: it names no broker to ask | set `bootstrap_servers`"]);
}

#[test]
fn a_schedule_that_is_none_or_cannot_be_told_from_another() {
    let schedule = |expression| {
        move |stack: &mut Stack, parts: &Parts| {
            let schedule = Schedule {
                start_date: Some("2026-12-01T00:00:00Z".to_owned()),
                ..Schedule::new(expression, scheduler::Target::queue(parts.queue))
            };
            stack.named("It").add(schedule.with_role(parts.role));
        }
    };
    check(
        schedule(Expression::At { time: "2026-12-24", zone: "UTC" }),
        &[
            "schedule: `It`: `at(2026-12-24)` is no schedule: expected a time such as `2026-12-24T18:00:00`",
            "schedule: `It`: `at(2026-12-24)` goes off once, and has a start or end of what comes again | remove \
             `start_date` and `end_date`",
        ],
    );
    check(
        schedule(Expression::Cron { fields: "0 7 * * 1", zone: "UTC" }),
        &["schedule: `It`: `cron(0 7 * * 1)` is no schedule: expected six fields with a space between, got 5"],
    );
    check(
        |stack, parts| {
            let plain = stack.named("Plain").add(FifoQueue::default());
            let target = scheduler::Target::fifo_queue(plain, "reports");
            stack.named("It").add(Schedule::new(Expression::Days(1), target).with_role(parts.role));
        },
        &["schedule-deduplication: `It`: it sends to `Plain`, which does not tell duplicates by content | set the \
           queue's `content_based_deduplication`"],
    );
}
