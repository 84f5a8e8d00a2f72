//! What the audit says of wiring that the emulator does not enforce.

use bindings::Program;
use engine::audit::audited::Audited;
use engine::audit::function::{self, Subject};
use engine::audit::linked::Linked;
use engine::audit::source::Source;
use engine::audit::usage;
use engine::audit::{AuditFinding, wiring};
use engine::stack::Stack as Assembled;
use infra::apigateway::{
    ApiResource, HttpMethod, Integration, Method, PassthroughBehavior, RestApi, ServiceIntegration,
};
use infra::dynamodb::{Key, S, StreamViewType, Table};
use infra::eks::Worker;
use infra::eventbridge::{EventPattern, Rule, Target};
use infra::iam::{InlinePolicy, ManagedPolicy, PolicyDocument, Principal, Role, Statement};
use infra::kinesis::Stream;
use infra::lambda::{
    Alias, Destination, EventInvokeConfig, EventSourceMapping, Function, Invocable, Permission, Position,
    RecordPosition, StreamMapping, Version,
};
use infra::s3::{Bucket, Notification, NotificationConfiguration};
use infra::sns::{StandardTopic, Subscription, TopicPolicy};
use infra::sqs::StandardQueue;
use infra::{Integer, Ref, Stack, Stage, Value};
use parts::{self, Batch};
use policies::{Condition, action};
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct NoBindings {}

impl Program for NoBindings {
    const NAME: &'static str = "orders-processor";
}

pub(crate) fn stack() -> (Stack, Ref<Function>, Ref<StandardQueue>) {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = stack.named("Orders").add(StandardQueue::default());
    let function = parts::function(&mut stack, "Processor", Function::rust(NoBindings {}));
    (stack, function, queue)
}

/// The ids and messages of what is found about the function's role.
pub(crate) fn check(stack: &Stack, function: Ref<Function>) -> Vec<String> {
    let (linked, source) = (Linked::default(), Source::default());
    let stack = Assembled::from(stack.assemble());
    let subject = Subject {
        stack: &stack,
        function: stack.program(function.id().as_str()).unwrap(),
        program: Ok(usage::Program { linked: &linked, source: &source }),
        recorded: None,
        calls_services: false,
    };
    let (_, findings) = function::audit(&subject);
    findings.iter().map(line).collect()
}

/// The ids and messages of what is found about the stack's wiring.
pub(crate) fn broken(stack: &Stack) -> Vec<String> {
    let stack = Assembled::from(stack.assemble());
    wiring::findings(&Audited::stack(&stack)).iter().map(line).collect()
}

fn line(finding: &AuditFinding) -> String {
    format!("{}: {}", finding.rule.id, finding.message)
}

#[test]
fn the_parts_give_the_queue_poller_what_it_needs() {
    let (mut stack, function, queue) = stack();
    parts::consume(&mut stack, queue, function, Batch::default());
    assert_eq!(check(&stack, function), [] as [&str; 0]);
}

#[test]
fn the_parts_give_the_readers_of_streams_what_they_need() {
    let (mut stack, function, _) = stack();
    let table = stack
        .named("Table")
        .add(Table { stream_specification: Some(StreamViewType::NewImage), ..Table::keyed(Key::hash(S("id"))) });
    let stream = stack.named("Stream").add(Stream::default());
    parts::consume_stream(&mut stack, StreamMapping::new(table, function, Position::Latest));
    parts::consume_stream(&mut stack, StreamMapping::new(stream, function, RecordPosition::Latest));
    assert_eq!(check(&stack, function), [] as [&str; 0]);
}

#[test]
fn a_mapping_whose_role_may_not_read_that_stream_is_found() {
    let (mut stack, function, _) = stack();
    let stream = stack.named("Stream").add(Stream::default());
    stack.named("Source").add(StreamMapping::new(stream, function, RecordPosition::Latest));
    let expected = [
        "PL01: the role of `Processor` lacks `kinesis:DescribeStream`, `kinesis:DescribeStreamSummary`, \
         `kinesis:GetRecords`, `kinesis:GetShardIterator`, `kinesis:ListShards`",
        "PL01: the role of `Processor` lacks `kinesis:ListStreams`",
    ];
    assert_eq!(check(&stack, function), expected);
}

#[test]
fn a_mapping_whose_role_may_not_poll_that_queue_is_found() {
    let (mut stack, function, queue) = stack();
    let other = stack.named("Other").add(StandardQueue::default());
    parts::consume(&mut stack, other, function, Batch::default());
    stack.named("Source").add(EventSourceMapping {
        queue,
        function_name: function.into(),
        batch_size: Integer::of::<10>(),
        maximum_batching_window_in_seconds: None,
        function_response_types: Vec::new(),
        scaling_config: None,
        filter_criteria: None,
    });
    let expected = "PL01: the role of `Processor` lacks `sqs:ReceiveMessage`, `sqs:DeleteMessage`, \
                    `sqs:GetQueueAttributes`";
    assert_eq!(check(&stack, function), [expected]);
}

#[test]
fn a_policy_by_reference_is_no_proof() {
    let mut stack = Stack::new("orders", &Stage::default());
    let role = stack.named("ProcessorRole").add(Role {
        managed_policy_arns: vec![ManagedPolicy::aws("AdministratorAccess")],
        ..Role::for_service("lambda.amazonaws.com")
    });
    let function = stack.named("Processor").add(Function::rust(NoBindings {}).with_role(role));
    let found = check(&stack, function);
    assert!(found.iter().any(|line| line.starts_with("LP05") && line.contains("AdministratorAccess")), "{found:?}");
}

#[test]
fn a_route_that_api_gateway_may_not_invoke_is_found() {
    let (mut stack, function, _) = stack();
    let api = stack.named("Api").add(RestApi::named("orders"));
    let path =
        stack.named("ApiOrders").add(ApiResource { rest_api_id: api, parent_id: None, path_part: "orders".to_owned() });
    stack.named("ApiOrdersGet").add(Method::open(api, Some(path), HttpMethod::Get, Integration::lambda(function)));
    let found = broken(&stack);
    assert_eq!(found, ["AG01: `Processor` does not let API Gateway invoke it for `GET /orders`"]);

    let arn = api.execute_arn(HttpMethod::Get, "/orders");
    stack.named("ApiOrdersGetPermission").add(Permission::service(function, "apigateway.amazonaws.com", arn));
    assert_eq!(broken(&stack), [""; 0]);
}

/// The stack with the alias `live` of its function.
fn stack_with_alias() -> (Stack, Ref<Function>, Ref<Alias>, Ref<StandardQueue>) {
    let (mut stack, function, queue) = stack();
    let version = stack.named("ProcessorVersion").add(Version { function });
    let alias = stack.named("ProcessorLive").add(Alias::new(function, "live", version));
    (stack, function, alias, queue)
}

#[test]
fn what_an_alias_is_fed_with_its_functions_role_must_be_allowed_to_poll() {
    let (mut stack, function, alias, queue) = stack_with_alias();
    parts::consume(&mut stack, queue, alias, Batch::default());
    assert_eq!(check(&stack, function), [""; 0]);

    let (mut stack, function, alias, queue) = stack_with_alias();
    let (mut other, _, of_other) = self::stack();
    parts::consume(&mut other, of_other, function, Batch::default());
    let mapping = other.resources_of::<EventSourceMapping<StandardQueue>>().next().unwrap().1.clone();
    stack.named("Source").add(EventSourceMapping { queue, function_name: alias.into(), ..mapping });
    let expected = "PL01: the role of `Processor` lacks `sqs:ReceiveMessage`, `sqs:DeleteMessage`, \
                    `sqs:GetQueueAttributes`";
    assert_eq!(check(&stack, function), [expected]);
}

#[test]
fn what_an_alias_tells_of_its_invocations_its_functions_role_must_be_allowed_to_send() {
    let (mut stack, function, alias, queue) = stack_with_alias();
    parts::on_failure(&mut stack, alias, queue);
    assert_eq!(check(&stack, function), [""; 0]);

    let (mut stack, function, alias, queue) = stack_with_alias();
    stack.named("Failures").add(EventInvokeConfig {
        function: alias.into(),
        maximum_event_age: None,
        maximum_retry_attempts: None,
        on_failure: Some(Destination::Queue(queue)),
        on_success: None,
    });
    let found = check(&stack, function);
    assert!(found.iter().any(|line| line.ends_with("the role of `Processor` lacks `sqs:SendMessage`")), "{found:?}");
}

#[test]
fn a_permission_of_a_function_is_none_of_its_alias() {
    // https://docs.aws.amazon.com/lambda/latest/dg/using-aliases.html
    let with = |permitted: fn(Ref<Function>, Ref<Alias>) -> Invocable| {
        let (mut stack, function, alias, _) = stack_with_alias();
        let api = stack.named("Api").add(RestApi::named("orders"));
        stack.named("ApiGet").add(Method::open(api, None, HttpMethod::Get, Integration::lambda(alias)));
        let arn = api.execute_arn(HttpMethod::Get, "/");
        let permission = Permission::service(permitted(function, alias), "apigateway.amazonaws.com", arn);
        stack.named("ApiGetPermission").add(permission);
        broken(&stack)
    };
    assert_eq!(with(|_, alias| alias.into()), [""; 0]);
    let of_function = with(|function, _| function.into());
    let refused = "AG01: `ProcessorLive` does not let API Gateway invoke it for `GET /`";
    assert!(of_function.iter().any(|line| line == refused), "{of_function:?}");
}

#[test]
fn a_bucket_that_may_not_invoke_the_alias_it_notifies_is_found() {
    let notifying = |alias: Ref<Alias>| Bucket {
        notification_configuration: NotificationConfiguration {
            functions: vec![Notification::created(alias)],
            ..NotificationConfiguration::default()
        },
        ..Bucket::default()
    };
    let (mut stack, _, alias, _) = stack_with_alias();
    let name = parts::bucket_name(&stack, "orders");
    stack.named("Bucket").add(Bucket { bucket_name: Some(name.into()), ..notifying(alias) });
    assert_eq!(broken(&stack), ["RP91: `ProcessorLive` does not let `Bucket` notify it"]);

    let (mut stack, _, alias, _) = stack_with_alias();
    parts::bucket(&mut stack, "Bucket", name, notifying(alias));
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn a_queue_that_its_topic_may_not_send_to_is_found() {
    let mut stack = Stack::new("orders", &Stage::default());
    let topic = stack.named("Topic").add(StandardTopic::default());
    let queue = stack.named("Queue").add(StandardQueue::default());
    let dead = stack.named("Dead").add(StandardQueue::default());
    let subscription = Subscription { dead_letter_target: Some(dead), ..Subscription::new(topic, queue) };
    stack.named("Subscription").add(subscription.clone());
    let found = broken(&stack);
    let dead_letters = "RP91: `Dead` does not let `Topic` send what it could not deliver";
    assert_eq!(found, ["RP91: `Queue` does not let `Topic` send its messages", dead_letters]);

    let mut stack = Stack::new("orders", &Stage::default());
    let topic = stack.named("Topic").add(StandardTopic::default());
    let queue = stack.named("Queue").add(StandardQueue::default());
    parts::subscribe(&mut stack, Subscription::new(topic, queue));
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn a_rule_that_its_target_does_not_let_in_is_found() {
    let with = |condition: Option<fn(Ref<Rule>) -> Condition<Value>>| {
        let mut stack = Stack::new("orders", &Stage::default());
        let topic = stack.named("Topic").add(StandardTopic::default());
        let pattern = EventPattern { source: vec!["aws.s3"], ..EventPattern::default() };
        let rule = stack.named("Created").add(Rule { targets: vec![Target::topic(topic)], ..Rule::on(pattern) });
        let publish = Statement::allow([action::sns::PUBLISH])
            .principal(Principal::service("events.amazonaws.com"))
            .on(topic.arn());
        let publish = match condition {
            Some(condition) => publish.when(condition(rule)),
            None => publish,
        };
        let policy_document = PolicyDocument::from([publish]);
        stack.named("TopicPolicy").add(TopicPolicy { topics: vec![topic], policy_document });
        broken(&stack)
    };
    assert_eq!(with(None), [""; 0]);
    // EventBridge delivers nothing to a topic whose statement has a condition, also one that it would meet.
    let refused = ["RP91: `Topic` does not let `Created` deliver its events"];
    assert_eq!(with(Some(|rule| Condition::source_arn(rule.arn()))), refused);
    assert_eq!(with(Some(|_| Condition::source_arn("arn:aws:events:sa-east-1:123456789012:rule/other"))), refused);
}

#[test]
fn a_bucket_that_may_not_invoke_the_function_it_notifies_is_found() {
    let notifying = |function: Ref<Function>| Bucket {
        notification_configuration: NotificationConfiguration {
            functions: vec![Notification::created(function)],
            ..NotificationConfiguration::default()
        },
        ..Bucket::default()
    };
    let (mut stack, function, _) = stack();
    let name = parts::bucket_name(&stack, "orders");
    stack.named("Bucket").add(Bucket { bucket_name: Some(name.into()), ..notifying(function) });
    let found = broken(&stack);
    assert_eq!(found, ["RP91: `Processor` does not let `Bucket` notify it"]);

    let (mut stack, function, _) = self::stack();
    parts::bucket(&mut stack, "Bucket", name, notifying(function));
    assert_eq!(broken(&stack), [""; 0]);
}

#[test]
fn an_api_whose_role_may_not_send_to_its_queue_is_found() {
    let with = |policies| {
        let (mut stack, _, queue) = stack();
        let role = stack.named("Role").add(Role { policies, ..Role::for_service("apigateway.amazonaws.com") });
        let api = stack.named("Api").add(RestApi::named("orders"));
        let uri = Value::from(queue.attribute("QueueName"));
        let service = ServiceIntegration {
            uri: uri.surrounded("arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/", ""),
            integration_http_method: HttpMethod::Post,
            credentials: role.into(),
            request_parameters: [].into(),
            request_templates: [].into(),
            passthrough_behavior: PassthroughBehavior::Never,
            integration_responses: Vec::new(),
            timeout: None,
        };
        stack.named("Post").add(Method::open(api, None, HttpMethod::Post, Integration::AwsService(service)));
        broken(&stack)
    };
    assert_eq!(with(Vec::new()), ["AG02: the role `Role` does not allow `sqs:SendMessage` on `Orders`"]);
    let (_, _, queue) = stack();
    let send = Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn());
    let policy_document = PolicyDocument::from([send]);
    assert_eq!(with(vec![InlinePolicy { policy_name: "send".to_owned(), policy_document }]), [""; 0]);
}

#[test]
fn a_destination_that_the_role_may_not_tell_is_found() {
    let (mut stack, function, queue) = stack();
    stack.named("Failures").add(EventInvokeConfig {
        function: function.into(),
        maximum_event_age: None,
        maximum_retry_attempts: None,
        on_failure: Some(Destination::Queue(queue)),
        on_success: None,
    });
    assert_eq!(check(&stack, function), ["PL04: the role of `Processor` lacks `sqs:SendMessage`"]);

    let (mut stack, function, queue) = self::stack();
    parts::on_failure(&mut stack, function, queue);
    assert_eq!(check(&stack, function), [""; 0]);
}

/// A worker whose scaler has a role with these statements.
fn scaled(statements: impl FnOnce(Ref<StandardQueue>) -> Vec<Statement>) -> Stack {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = stack.named("Orders").add(StandardQueue::default());
    let cluster = parts::cluster(&mut stack);
    let worker = Worker { queues: vec![queue.into()], ..Worker::rust(cluster.name.clone(), NoBindings {}) };
    let rights = statements(queue).into_iter().collect();
    let policies = vec![InlinePolicy { policy_name: "own".to_owned(), policy_document: rights }];
    let role = stack.named("Scaler").add(Role { policies, ..Role::for_service("pods.eks.amazonaws.com") });
    let trust = stack.named("Role").add(Role::for_service("pods.eks.amazonaws.com"));
    let worker = Worker { scaler_role: Some(role.into()), ..worker.with_role(trust, &stack, "Billing") };
    stack.named("Billing").add(worker);
    stack
}

#[test]
fn the_scaler_of_a_worker_may_count_its_messages_and_nothing_else() {
    let count = |queue: Ref<StandardQueue>| Statement::allow([action::sqs::GET_QUEUE_ATTRIBUTES]).on(queue.arn());
    assert_eq!(broken(&scaled(|queue| vec![count(queue)])), [""; 0]);
    let missing = "WK01: the role of `Billing`'s scaler lacks `sqs:GetQueueAttributes`: `Billing` would not be scaled";
    assert_eq!(broken(&scaled(|_| Vec::new())), [missing]);
    let other = |queue: Ref<StandardQueue>| Statement::allow([action::sqs::RECEIVE_MESSAGE]).on(queue.arn());
    let unused =
        "WK02: the role of `Billing`'s scaler allows `sqs:ReceiveMessage`, which counting messages does not need";
    assert_eq!(broken(&scaled(|queue| vec![count(queue), other(queue)])), [unused]);
    let everywhere = |_| vec![Statement::allow([action::sqs::GET_QUEUE_ATTRIBUTES]).on("*")];
    let unused =
        "WK02: the role of `Billing`'s scaler allows `sqs:GetQueueAttributes`, which counting messages does not need";
    assert_eq!(broken(&scaled(everywhere)), [unused]);
}
