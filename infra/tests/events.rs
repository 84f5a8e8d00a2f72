//! Buckets, topics and rules of EventBridge: what the template says of them, and what is found wrong with them.

use bindings::Program;
use bindings::eventbridge::{EventBus as BusBinding, PutEvents};
use bindings::s3::{Bucket as BucketBinding, GetObject, ListObjectsV2, PutObject};
use bindings::sns::{Publish, Topic as TopicBinding};
use infra::eventbridge::{
    EventBus, EventMatch, EventPattern, Input, InputTransformer, RetryPolicy, Rule, RuleState, Target,
};
use infra::iam::{PolicyDocument, Principal, Role, Statement};
use infra::lambda::{Destination, EventInvokeConfig, Function, Permission};
use infra::parameter::Parameter;
use infra::pattern::{Match, Pattern};
use infra::s3::{
    Bucket, BucketEncryption, BucketName, BucketPolicy, Event, Expiration, KeyFilter, LifecycleRule, Notification,
    NotificationConfiguration, StorageClass, Transition, Versioning, deny_insecure_transport,
};
use infra::sns::{FifoThroughputScope, FifoTopic, FilterPolicy, StandardTopic, Subscription, TopicPolicy};
use infra::sqs::{FifoQueue, StandardQueue};
use infra::stack::Tag;
use infra::{Days, Graph, Integer, Ref, Seconds, Stack, Stage, Template};
use policies::{Condition, action};
use serde::Serialize;

#[derive(Serialize)]
struct Resizer {
    originals: BucketBinding<GetObject>,
    thumbnails: BucketBinding<(PutObject, ListObjectsV2)>,
    done: TopicBinding<Publish>,
    bus: BusBinding<PutEvents>,
}

impl Program for Resizer {
    const NAME: &'static str = "resizer";
}

/// Asserts what the rule `rule` finds in a stack: each message, with the advice after ` | `.
#[track_caller]
fn check(rule: &str, expected: &[&str], build: impl FnOnce(&mut Stack)) {
    let mut stack = Stack::new("example", &Stage::default());
    build(&mut stack);
    let findings = infra::check(&stack).into_iter().filter(|finding| finding.rule == rule);
    let found: Vec<_> = findings
        .map(|finding| finding.message + &finding.help.map_or_else(String::new, |help| format!(" | {help}")))
        .collect();
    assert_eq!(found, expected);
}

fn buckets(stack: &mut Stack, topic: Ref<StandardTopic>, bus: Ref<EventBus>, dead: Ref<StandardQueue>) -> Ref<Bucket> {
    let thumbnails = stack.named("Thumbnails").add(Bucket {
        bucket_encryption: BucketEncryption::Kms { key: "arn:aws:kms:sa-east-1:123456789012:key/k".into() },
        versioning: Some(Versioning::Enabled),
        lifecycle_rules: vec![
            LifecycleRule {
                id: "small",
                prefix: "small/",
                expiration: Some(Expiration::After(Days::of::<30>())),
                transitions: vec![Transition {
                    storage_class: StorageClass::IntelligentTiering,
                    after: Days::of::<1>(),
                }],
                ..LifecycleRule::default()
            },
            LifecycleRule {
                id: "versions",
                expiration: Some(Expiration::OfDeleteMarkers),
                noncurrent_version_expiration: Some(Days::of::<7>()),
                abort_incomplete_multipart_upload: Some(Days::of::<1>()),
                ..LifecycleRule::default()
            },
        ],
        ..Bucket::default()
    });
    let originals = BucketName::new("originals");
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    let resizer = stack.named("Resizer").add(
        Function::rust(Resizer {
            originals: originals.into(),
            thumbnails: thumbnails.objects("small/").into(),
            done: topic.into(),
            bus: bus.into(),
        })
        .with_role(role),
    );
    stack.named("ResizerFailures").add(EventInvokeConfig {
        function: resizer.into(),
        maximum_event_age: Some(Seconds::hours::<1>()),
        maximum_retry_attempts: Some(Integer::of::<1>()),
        on_failure: Some(Destination::Queue(dead)),
        on_success: Some(Destination::EventBus(bus)),
    });
    let permission =
        stack.named("OriginalsPermission").add(Permission::service(resizer, "s3.amazonaws.com", originals.arn()));
    let filter = KeyFilter { prefix: "in/", suffix: ".png" };
    let bucket = stack.named("Originals").depends_on(permission).add(Bucket {
        bucket_name: Some(originals.into()),
        notification_configuration: NotificationConfiguration {
            event_bridge: true,
            functions: vec![Notification { filter, ..Notification::created(resizer) }],
            queues: vec![Notification { event: Event::ObjectRemoved, ..Notification::created(dead) }],
            topics: vec![],
        },
        ..Bucket::default()
    });
    stack
        .named("OriginalsPolicy")
        .add(BucketPolicy { bucket, policy_document: PolicyDocument::from([deny_insecure_transport(bucket)]) });
    bucket
}

/// A stack with all of them.
fn events() -> Stack {
    let mut stack = Stack::new("events", &Stage::default());
    let dead = stack.named("Dead").add(StandardQueue::default());
    let queue = stack.named("Queue").add(StandardQueue::default());
    let topic = stack.named("Topic").add(StandardTopic { display_name: Some("images".into()), ..Default::default() });
    let bus = stack.named("Bus").add(EventBus::named("images"));
    let bucket = buckets(&mut stack, topic, bus, dead);
    stack.named("Images").add(Subscription {
        filter_policy: Some(FilterPolicy::MessageBody(
            Pattern::default().field(["detail", "object", "key"], [Match::suffix(".png"), Match::suffix(".PNG")]),
        )),
        dead_letter_target: Some(dead),
        ..Subscription::new(topic, queue)
    });
    let rule = stack.named("Created").add(Rule {
        description: Some("new originals".into()),
        event_bus_name: Some(bus),
        state: Some(RuleState::Enabled),
        targets: vec![
            Target {
                input: Input::Transformer(InputTransformer {
                    input_paths_map: [("key".to_owned(), "$.detail.object.key".to_owned())].into(),
                    input_template: r#"{"key": <key>}"#.to_owned(),
                }),
                retry_policy: Some(RetryPolicy {
                    maximum_event_age: Seconds::hours::<1>(),
                    maximum_retry_attempts: Integer::of::<3>(),
                }),
                dead_letter_target: Some(dead),
                ..Target::topic(topic)
            },
            Target { input: Input::Path("$.detail".into()), ..Target::queue(queue) },
        ],
        ..Rule::on(EventPattern {
            source: vec!["aws.s3"],
            detail_type: vec!["Object Created"],
            detail: Some(
                Pattern::<EventMatch>::default()
                    .field(["bucket", "name"], [bucket])
                    .field(["object", "key"], [EventMatch::SuffixIgnoreCase(".png".into())]),
            ),
        })
    });
    let publish = Statement::allow([action::sns::PUBLISH])
        .principal(Principal::service("events.amazonaws.com"))
        .on(topic.arn())
        .when(Condition::source_arn(rule.arn()));
    stack
        .named("TopicPolicy")
        .add(TopicPolicy { topics: vec![topic], policy_document: PolicyDocument::from([publish]) });
    let ordered = stack.named("Ordered").add(FifoTopic {
        content_based_deduplication: true,
        fifo_throughput_scope: Some(FifoThroughputScope::MessageGroup),
        ..FifoTopic::default()
    });
    let fifo = stack.named("Fifo").add(FifoQueue::default());
    stack.named("InOrder").add(Subscription {
        filter_policy: Some(FilterPolicy::attribute("status", ["approved"])),
        ..Subscription::new(ordered, fifo)
    });
    stack
}

#[test]
fn the_template_of_buckets_topics_and_rules() {
    let stack = events();
    let findings: Vec<_> = infra::check(&stack).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{findings:#?}");
    insta::assert_snapshot!(Template::render(&stack).to_yaml());
}

#[test]
fn the_graph_of_buckets_topics_and_rules() {
    insta::assert_snapshot!(Graph::of(&events().assemble()).to_mermaid());
}

#[test]
fn a_grant_on_a_bucket_is_limited_to_the_prefix() {
    let mut stack = Stack::new("example", &Stage::default());
    let dead = stack.named("Dead").add(StandardQueue::default());
    let topic = stack.named("Topic").add(StandardTopic::default());
    let bus = stack.named("Bus").add(EventBus::named("images"));
    buckets(&mut stack, topic, bus, dead);
    let (_, resizer) = stack.resources_of::<Function>().next().unwrap();
    let of = |field: &str| {
        let binding = resizer.bindings().iter().find(|binding| binding.field == field).unwrap();
        serde_json::to_value((&binding.value, &binding.grants)).unwrap()
    };
    assert_eq!(
        of("thumbnails"),
        serde_json::json!([
            {"Fn::Sub": "${Thumbnails}/small/"},
            [
                {
                    "Effect": "Allow",
                    "Action": ["s3:PutObject"],
                    "Resource": [{"Fn::Sub": "${Thumbnails.Arn}/small/*"}],
                },
                {
                    "Effect": "Allow",
                    "Action": ["s3:ListBucket"],
                    "Resource": [{"Fn::GetAtt": ["Thumbnails", "Arn"]}],
                    "Condition": {"StringLike": {"s3:prefix": ["small/*"]}},
                },
            ],
        ])
    );
    assert_eq!(
        of("originals"),
        serde_json::json!([
            {"Fn::Sub": "originals-${AWS::AccountId}-${AWS::Region}/"},
            [{
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": [
                    {"Fn::Sub": "arn:${AWS::Partition}:s3:::originals-${AWS::AccountId}-${AWS::Region}/*"},
                ],
            }],
        ])
    );
}

#[test]
fn two_notifications_for_the_same_keys() {
    let expected = "`Images`: two notifications of `s3:ObjectCreated:*` match the same keys | give their filters prefixes \
                    or suffixes that exclude each other, or tell a topic or EventBridge";
    let with = |first, second| {
        move |stack: &mut Stack| {
            let queue = stack.named("Queue").add(StandardQueue::default());
            let notification = |filter| Notification { filter, ..Notification::created(queue) };
            stack.named("Images").add(Bucket {
                notification_configuration: NotificationConfiguration {
                    queues: vec![notification(first), notification(second)],
                    ..NotificationConfiguration::default()
                },
                ..Bucket::default()
            });
        }
    };
    let suffix = |suffix| KeyFilter { suffix, ..KeyFilter::default() };
    let prefix = |prefix| KeyFilter { prefix, ..KeyFilter::default() };
    check("overlapping-notifications", &[expected], with(prefix("in/"), suffix(".png")));
    check("overlapping-notifications", &[expected], with(prefix("in/"), prefix("in/new/")));
    check("overlapping-notifications", &[], with(suffix(".jpg"), suffix(".png")));
}

#[test]
fn a_lifecycle_rule_that_does_nothing() {
    let with = |expiration| {
        move |stack: &mut Stack| {
            let rule = LifecycleRule { id: "old", expiration, ..LifecycleRule::default() };
            stack.named("Logs").add(Bucket { lifecycle_rules: vec![rule], ..Bucket::default() });
        }
    };
    check("empty-lifecycle-rule", &["`Logs`: the lifecycle rule `old` does nothing"], with(None));
    check("empty-lifecycle-rule", &[], with(Some(Expiration::After(Days::of::<1>()))));
}

#[test]
fn a_bucket_name_that_account_and_region_make_too_long() {
    let named = |base: String| {
        |stack: &mut Stack| {
            stack.named("Logs").add(Bucket { bucket_name: Some(BucketName::new(base).into()), ..Bucket::default() });
        }
    };
    let long = "a".repeat(BucketName::MAX_BASE + 1);
    let expected = format!("`Logs`: `{long}` has 36 characters before account and region | use at most 35");
    check("bucket-name", &[&expected], named(long));
    check("bucket-name", &[], named("a".repeat(BucketName::MAX_BASE)));
}

#[derive(Serialize)]
struct Reader {
    logs: BucketBinding<GetObject>,
}

impl Program for Reader {
    const NAME: &'static str = "reader";
}

#[test]
fn a_binding_to_a_bucket_that_the_stack_lacks() {
    let with = |bound, added| {
        move |stack: &mut Stack| {
            let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
            let logs = BucketName::new(bound).into();
            stack.named("Reader").add(Function::rust(Reader { logs }).with_role(role));
            stack.named("Logs").add(Bucket { bucket_name: Some(BucketName::new(added).into()), ..Bucket::default() });
        }
    };
    let expected =
        "`Reader`: `logs` binds the bucket `log`, which the stack does not have | add a bucket with this name";
    check("unknown-bucket", &[expected], with("log", "logs"));
    check("unknown-bucket", &[], with("logs", "logs"));
}

#[test]
fn a_filter_policy_that_sns_does_not_take() {
    let with = |filter_policy| {
        |stack: &mut Stack| {
            let topic = stack.named("Topic").add(StandardTopic::default());
            let queue = stack.named("Queue").add(StandardQueue::default());
            stack
                .named("Orders")
                .add(Subscription { filter_policy: Some(filter_policy), ..Subscription::new(topic, queue) });
        }
    };
    let keys = |count: usize| (0..count).map(|number| Match::suffix(format!(".{number}")));
    let deep = |count| FilterPolicy::MessageBody(Pattern::default().field(["detail", "object", "key"], keys(count)));
    check(
        "filter-policy",
        &["`Orders`: the filter policy has 153 combinations of values; SNS takes 150 | in a body, a value counts as \
           often as it is deep"],
        with(deep(51)),
    );
    check("filter-policy", &[], with(deep(50)));
    let fields = (0..6).map(|number| (format!("field{number}"), vec![Match::Exists(true)])).collect();
    check(
        "filter-policy",
        &["`Orders`: the filter policy names 6 fields; SNS takes 5"],
        with(FilterPolicy::MessageAttributes(fields)),
    );
}

#[test]
fn a_rule_needs_targets_with_ids_of_their_own() {
    let with = |count: usize| {
        move |stack: &mut Stack| {
            let queue = stack.named("Queue").add(StandardQueue::default());
            let targets = (0..count).map(|_| Target::queue(queue)).collect();
            let pattern = EventPattern { source: vec!["orders"], ..EventPattern::default() };
            stack.named("Rule").add(Rule { targets, ..Rule::on(pattern) });
        }
    };
    check("rule-without-target", &["`Rule`: its events go nowhere | name a target"], with(0));
    check("rule-without-target", &[], with(1));
    check("target-twice", &["`Rule`: two targets have the id `Queue`"], with(2));
}

#[test]
fn a_topic_is_named_by_its_kind() {
    check("topic-name", &["`Topic`: `a.fifo` ends in `.fifo`, which only a FIFO topic's name does"], |stack| {
        stack.named("Topic").add(StandardTopic { topic_name: Some("a.fifo".into()), ..StandardTopic::default() });
    });
    let expected = "`Topic`: the FIFO topic's name `a` does not end in `.fifo` | name it `a.fifo`";
    check("topic-name", &[expected], |stack| {
        stack.named("Topic").add(FifoTopic { topic_name: Some("a".into()), ..FifoTopic::default() });
    });
}

#[test]
fn a_field_of_a_filter_policy_without_values_lets_nothing_through() {
    let mut stack = Stack::new("example", &Stage::default());
    let topic = stack.named("Topic").add(StandardTopic::default());
    let queue = stack.named("Queue").add(StandardQueue::default());
    let none: [&str; 0] = [];
    let by_attribute = FilterPolicy::attribute("status", none);
    let by_body = FilterPolicy::MessageBody(Pattern::default().field(["order", "status"], none));
    for (id, filter, expected) in [
        ("ByAttribute", by_attribute, serde_json::json!({"status": []})),
        ("ByBody", by_body, serde_json::json!({"order": {"status": []}})),
    ] {
        stack.named(id).add(Subscription { filter_policy: Some(filter), ..Subscription::new(topic, queue) });
        let template = Template::render(&stack);
        assert_eq!(template.resource(id).unwrap()["Properties"]["FilterPolicy"], expected);
    }
    let found = infra::check(&stack).into_iter().filter(|finding| finding.rule == "filter-policy");
    assert_eq!(found.count(), 2);
}

#[test]
fn a_tag_of_a_stack_depends_on_no_resource() {
    check(
        "tags",
        &["the tag `queue` of the stack depends on `Queue`, which is not there before it | use a parameter or a text"],
        |stack| {
            let queue = stack.named("Queue").add(StandardQueue::default());
            stack.tags.push(Tag { key: "queue".to_owned(), value: queue.into() });
            let team = stack.parameter::<String>("Team", Parameter::default());
            stack.tags.push(Tag { key: "team".to_owned(), value: team });
        },
    );
    check("unused-parameter", &[], |stack| {
        let team = stack.parameter::<String>("Team", Parameter::default());
        stack.tags.push(Tag { key: "team".to_owned(), value: team });
    });
}
