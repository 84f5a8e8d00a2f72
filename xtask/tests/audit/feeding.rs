//! What the audit knows of the roles with which AWS feeds functions, and hands on what they gave up.

use engine::audit::audited::Audited;
use engine::audit::wiring;
use infra::dynamodb::{Key, S, StreamViewType, Table};
use infra::eventbridge::{self, EventBus, EventPattern};
use infra::iam::{InlinePolicy, ManagedPolicy, Policy, PolicyDocument, Role, Statement};
use infra::kinesis::{Stream, StreamConsumer};
use infra::lambda::{
    Cluster, FailureDestination, Function, KafkaMapping, MskAccess, Network, Position, RecordPosition,
    SelfManagedAccess, StreamMapping,
};
use infra::pipes::{Enrichment, Messages, Pipe, Records, Source, Target};
use infra::s3::Bucket;
use infra::scheduler::{self, Expression, Schedule};
use infra::secretsmanager::Secret;
use infra::sns::StandardTopic;
use infra::sqs::StandardQueue;
use infra::{Raw, Ref, Stack, Value};
use policies::Action;
use serde_json::json;

use super::wiring::{broken, check, stack};

const CLUSTER: &str = "arn:aws:kafka:sa-east-1:123456789012:cluster/shop/5b2c-4";

/// A mapping of a topic of MSK.
fn msk(function: Ref<Function>, access: Option<MskAccess>) -> KafkaMapping {
    KafkaMapping::new(Cluster::Msk { arn: CLUSTER.into(), access }, "orders", function, Position::Latest)
}

/// A mapping of a topic of Kafka in a network, which tells of failures.
fn own(function: Ref<Function>, secret: Ref<Secret>, on_failure: FailureDestination) -> KafkaMapping {
    let network = Network { subnets: vec!["subnet-1".into()], security_group: "sg-1".into() };
    let cluster = Cluster::SelfManaged {
        bootstrap_servers: vec!["kafka.example.com:9092".to_owned()],
        access: SelfManagedAccess::SaslScram512(secret.into()),
        network: Some(network),
    };
    let mapping = KafkaMapping::new(cluster, "orders", function, Position::TrimHorizon);
    KafkaMapping { on_failure: Some(on_failure), ..mapping }
}

/// Allows the function's role `actions` on `resource` besides.
fn allow<const N: usize>(
    stack: &mut Stack,
    function: Ref<Function>,
    id: &'static str,
    actions: [&'static str; N],
    resource: impl Into<Value>,
) {
    let role = stack.get(function).unwrap().role_in(stack).unwrap();
    let statement = Statement::allow(actions.map(Action::new)).on(resource);
    stack.named(id).add(Policy {
        policy_name: id.to_owned(),
        policy_document: PolicyDocument::from([statement]),
        roles: vec![role],
    });
}

#[test]
fn the_parts_give_each_mapping_what_its_source_and_its_destination_need() {
    let (mut stack, function, queue) = stack();
    let topic = stack.named("Topic").add(StandardTopic::default());
    let table = stack
        .named("Table")
        .add(Table { stream_specification: Some(StreamViewType::NewImage), ..Table::keyed(Key::hash(S("id"))) });
    let stream = stack.named("Stream").add(Stream::default());
    let consumer = stack.named("Consumer").add(StreamConsumer { consumer_name: "orders".into(), stream });
    let secret = stack.named("Secret").add(Secret::generated());
    let (to_queue, to_topic) = (FailureDestination::Queue(queue), FailureDestination::Topic(topic));
    let of_table = StreamMapping::new(table, function, Position::Latest);
    parts::consume_stream(&mut stack, StreamMapping { on_failure: Some(to_queue), ..of_table });
    let of_consumer = StreamMapping::new(consumer, function, RecordPosition::Latest);
    parts::consume_stream(&mut stack, StreamMapping { on_failure: Some(to_topic), ..of_consumer });
    parts::consume_kafka(&mut stack, "Msk", msk(function, None));
    parts::consume_kafka(&mut stack, "Scram", msk(function, Some(MskAccess::SaslScram512(secret.into()))));
    parts::consume_kafka(&mut stack, "Own", own(function, secret, to_queue));
    assert_eq!(check(&stack, function), [""; 0]);
}

/// What is found where `add` feeds a function, whose role is allowed nothing for that.
fn found(add: impl FnOnce(&mut Stack, Ref<Function>, Ref<StandardQueue>)) -> Vec<String> {
    let (mut stack, function, queue) = stack();
    add(&mut stack, function, queue);
    check(&stack, function)
}

#[test]
fn a_mapping_whose_role_may_not_do_what_its_source_and_its_destination_need_is_found() {
    let lacks = |id: &str, actions: &[&str]| {
        let actions: Vec<_> = actions.iter().map(|action| format!("`{action}`")).collect();
        format!("{id}: the role of `Processor` lacks {}", actions.join(", "))
    };
    let network = lacks(
        "PL01",
        &[
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ],
    );
    let records = [
        lacks(
            "PL01",
            &[
                "kinesis:DescribeStream",
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ],
        ),
        lacks("PL01", &["kinesis:ListStreams"]),
    ];
    let of_consumer = found(|stack, function, queue| {
        let stream = stack.named("Stream").add(Stream::default());
        let consumer = stack.named("Consumer").add(StreamConsumer { consumer_name: "orders".into(), stream });
        let mapping = StreamMapping::new(consumer, function, RecordPosition::Latest);
        let on_failure = Some(FailureDestination::Queue(queue));
        stack.named("Source").add(StreamMapping { on_failure, ..mapping });
    });
    let [one, other] = records;
    let expected = [one, other, lacks("PL01", &["kinesis:SubscribeToShard"]), lacks("PL04", &["sqs:SendMessage"])];
    assert_eq!(of_consumer, expected);

    let of_msk = found(|stack, function, _| {
        let secret = stack.named("Secret").add(Secret::generated());
        stack.named("Source").add(msk(function, Some(MskAccess::SaslScram512(secret.into()))));
    });
    let cluster = lacks("PL01", &["kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"]);
    let secret = lacks("PL01", &["secretsmanager:GetSecretValue"]);
    assert_eq!(of_msk, [cluster, network.clone(), secret.clone()]);

    let of_own = found(|stack, function, _| {
        let secret = stack.named("Secret").add(Secret::generated());
        let topic = stack.named("Topic").add(StandardTopic::default());
        stack.named("Source").add(own(function, secret, FailureDestination::Topic(topic)));
    });
    assert_eq!(of_own, [network, secret, lacks("PL04", &["sns:Publish"])]);
}

#[test]
fn what_lambda_may_do_in_a_cluster_as_the_role_is_neither_missing_nor_in_vain() {
    let reading = [
        (
            "Cluster",
            vec!["kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration"],
            "cluster/shop/5b2c-4",
        ),
        ("Topic", vec!["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], "topic/shop/5b2c-4/orders"),
        ("Group", vec!["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], "group/shop/5b2c-4/*"),
    ];
    let with = |access: fn(Ref<Secret>) -> Option<MskAccess>, action: &'static str| {
        let (mut stack, function, _) = stack();
        let secret = stack.named("Secret").add(Secret::generated());
        parts::consume_kafka(&mut stack, "Msk", msk(function, access(secret)));
        for (id, actions, part) in &reading {
            let arn = format!("arn:aws:kafka:sa-east-1:123456789012:{part}");
            let [one, other] = actions.as_slice() else { unreachable!() };
            allow(&mut stack, function, id, [one, other], arn);
        }
        if !action.is_empty() {
            allow(
                &mut stack,
                function,
                "Other",
                [action],
                "arn:aws:kafka:sa-east-1:123456789012:topic/shop/5b2c-4/orders",
            );
        }
        check(&stack, function)
    };
    assert_eq!(with(|_| None, ""), [""; 0]);
    let found = with(|_| None, "kafka-cluster:WriteData");
    assert!(
        found.iter().any(|line| line.starts_with("LP02") && line.contains("`kafka-cluster:WriteData`")),
        "{found:?}"
    );
    // With a secret, Lambda does not get in as the role.
    let found = with(|secret| Some(MskAccess::SaslScram512(secret.into())), "");
    let count = |rule| found.iter().filter(|line| line.starts_with(rule)).count();
    // Those on the groups are on a pattern besides.
    assert_eq!((count("LP02"), count("LP09")), (4, 2), "{found:?}");
}

#[test]
fn a_source_of_another_stack_is_known_by_what_the_mapping_says_of_it() {
    let with = |more: &[(&'static str, serde_json::Value)], actions: &[&'static str], lists: &[&'static str]| {
        let (mut stack, function, _) = stack();
        let source = json!({"Fn::ImportValue": "source"});
        let given = [("EventSourceArn", source), ("FunctionName", json!({"Ref": "Processor"}))];
        stack.named("Source").add(Raw::new("AWS::Lambda::EventSourceMapping", given.into_iter().chain(more.to_vec())));
        let role = stack.get(function).unwrap().role_in(&stack).unwrap();
        let statement = |actions: &[&'static str]| Statement::allow(actions.iter().copied().map(Action::new));
        let mut statements = vec![statement(actions).on(Value::<String>::import("source"))];
        statements.extend((!lists.is_empty()).then(|| statement(lists).on("*")));
        let policy_document = statements.into_iter().collect();
        stack.named("Own").add(Policy { policy_name: "own".to_owned(), policy_document, roles: vec![role] });
        check(&stack, function)
    };
    let poll = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    assert_eq!(with(&[], &poll, &[]), [""; 0]);
    assert_eq!(with(&[], &poll[..2], &[]), ["PL01: the role of `Processor` lacks `sqs:GetQueueAttributes`"]);
    let position = ("StartingPosition", json!("LATEST"));
    let changes = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
    assert_eq!(with(std::slice::from_ref(&position), &changes, &["dynamodb:ListStreams"]), [""; 0]);
    let found = with(&[position], &["dynamodb:PutItem"], &[]);
    assert!(found.iter().all(|line| line.starts_with("LP02") && line.contains("`dynamodb:PutItem`")), "{found:?}");
    assert_eq!(found.len(), 1);
}

#[test]
fn a_bucket_that_is_told_of_failures_is_written_to_and_listed() {
    let with = |actions: &[&'static str]| {
        let (mut stack, function, _) = stack();
        let bucket = stack.named("Failures").add(Bucket::default());
        let mapping = msk(function, None);
        let rights = mapping.rights();
        let named = stack
            .named("Source")
            .property("DestinationConfig.OnFailure.Destination", json!({"Fn::GetAtt": ["Failures", "Arn"]}));
        named.add(mapping);
        let role = stack.get(function).unwrap().role_in(&stack).unwrap();
        let of = |action: &'static str| {
            let statement = Statement::allow([Action::new(action)]);
            if action == "s3:ListBucket" {
                statement.on(bucket.arn())
            } else {
                statement.on(Value::from(bucket.arn()).surrounded("", "/*"))
            }
        };
        let policy_document = rights.into_iter().chain(actions.iter().map(|action| of(action))).collect();
        stack.named("Own").add(Policy { policy_name: "own".to_owned(), policy_document, roles: vec![role] });
        check(&stack, function)
    };
    assert_eq!(with(&["s3:PutObject", "s3:ListBucket"]), [""; 0]);
    assert_eq!(with(&["s3:PutObject"]), ["PL04: the role of `Processor` lacks `s3:ListBucket`"]);
    assert_eq!(with(&["s3:ListBucket"]), ["PL04: the role of `Processor` lacks `s3:PutObject`"]);
}

/// A pipe from a queue to a topic, through a function, with what its role allows besides or does not.
fn piped(change: impl FnOnce(Vec<Statement>, Ref<StandardQueue>) -> Vec<Statement>) -> Vec<String> {
    let (mut stack, function, queue) = stack();
    let topic = stack.named("Topic").add(StandardTopic::default());
    let pipe = Pipe {
        enrichment: Some(Enrichment::Function(function.into())),
        ..Pipe::new(Source::queue(queue, Messages::default()), Target::topic(topic))
    };
    let policy_document = change(pipe.rights(), queue).into_iter().collect();
    let policies = vec![InlinePolicy { policy_name: "own".to_owned(), policy_document }];
    let role = stack.named("PipeRole").add(Role { policies, ..Role::for_service("pipes.amazonaws.com") });
    stack.named("Pipe").add(pipe.with_role(role));
    broken(&stack)
}

#[test]
fn the_parts_give_pipes_and_schedules_just_what_they_need() {
    let (mut stack, function, queue) = stack();
    let topic = stack.named("Topic").add(StandardTopic::default());
    let bus = stack.named("Bus").add(EventBus::named("orders"));
    let stream = stack.named("Stream").add(Stream::default());
    let table = stack
        .named("Table")
        .add(Table { stream_specification: Some(StreamViewType::NewImage), ..Table::keyed(Key::hash(S("id"))) });
    let dead = stack.named("Dead").add(StandardQueue::default());
    let records = Records { dead_letter_target: Some(dead), ..Records::starting_at(Position::Latest) };
    parts::pipe(&mut stack, "ToTopic", Pipe::new(Source::queue(queue, Messages::default()), Target::topic(topic)));
    parts::pipe(&mut stack, "ToBus", Pipe::new(Source::table(table, &records), Target::bus(bus, "orders", "changed")));
    parts::pipe(&mut stack, "ToQueue", Pipe::new(Source::stream(stream, &records), Target::queue(queue)));
    let to_stream = Target::stream(stream, "$.body.customer");
    parts::pipe(&mut stack, "ToStream", Pipe::new(Source::queue(dead, Messages::default()), to_stream));
    let hourly = |target| Schedule { dead_letter_target: Some(dead), ..Schedule::new(Expression::Hours(1), target) };
    parts::schedule(&mut stack, "Invoke", hourly(scheduler::Target::function(function)));
    parts::schedule(&mut stack, "Put", hourly(scheduler::Target::bus(bus, "orders", "due")));
    parts::schedule(&mut stack, "Record", hourly(scheduler::Target::stream(stream, "orders")));
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn a_pipe_whose_role_lacks_a_right_or_has_one_in_vain_is_found() {
    assert_eq!(piped(|rights, _| rights), [""; 0]);
    let expected = [
        "RP92: the role `PipeRole` does not allow `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:GetQueueAttributes` \
         on `Orders`",
        "RP92: the role `PipeRole` does not allow `sns:Publish` on `Topic`",
        "RP92: the role `PipeRole` does not allow `lambda:InvokeFunction` on `Processor`",
    ];
    assert_eq!(piped(|_, _| Vec::new()), expected);
    let unused = "RP93: the role `PipeRole` allows `sqs:SendMessage` on `Orders`, which nothing that has it needs";
    let with_more = piped(|rights, queue| {
        let send = Statement::allow([Action::new("sqs:SendMessage")]).on(queue.arn());
        rights.into_iter().chain([send]).collect()
    });
    assert_eq!(with_more, [unused]);
}

#[test]
fn a_schedule_and_a_rule_whose_roles_lack_a_right_are_found() {
    let (mut stack, _, queue) = stack();
    let dead = stack.named("Dead").add(StandardQueue::default());
    let hourly = Schedule {
        dead_letter_target: Some(dead),
        ..Schedule::new(Expression::Hours(1), scheduler::Target::queue(queue))
    };
    let role = stack.named("Role").add(Role::for_service("scheduler.amazonaws.com"));
    stack.named("Hourly").add(hourly.with_role(role));
    let bus = stack.named("Bus").add(EventBus::named("orders"));
    let role = stack.named("RuleRole").add(Role::for_service("events.amazonaws.com"));
    let pattern = EventPattern { source: vec!["aws.s3"], ..EventPattern::default() };
    let targets = vec![eventbridge::Target::bus(bus, role)];
    stack.named("Rule").add(eventbridge::Rule { targets, ..eventbridge::Rule::on(pattern) });
    let expected = [
        "RP92: the role `Role` does not allow `sqs:SendMessage` on `Orders`",
        "RP92: the role `Role` does not allow `sqs:SendMessage` on `Dead`",
        "RP92: the role `RuleRole` does not allow `events:PutEvents` on `Bus`",
    ];
    assert_eq!(broken(&stack), expected);
}

#[test]
fn a_role_with_a_policy_by_reference_is_not_said_to_lack_anything() {
    let (mut stack, _, queue) = stack();
    let role = Role {
        managed_policy_arns: vec![ManagedPolicy::aws("AmazonSQSFullAccess")],
        ..Role::for_service("scheduler.amazonaws.com")
    };
    let role = stack.named("Role").add(role);
    let hourly = Schedule::new(Expression::Hours(1), scheduler::Target::queue(queue));
    stack.named("Hourly").add(hourly.with_role(role));
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn nothing_is_found_wrong_with_the_wiring_of_the_systems_of_the_workspace() {
    for stack in crate::app_stacks() {
        assert_eq!(wiring::findings(&Audited::stack(&stack)), [], "{}", stack.name());
    }
}
