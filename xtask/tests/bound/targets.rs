//! Resources of a stack, as what bindings are bound to.

use bindings::bedrock;
use bindings::resource::Reference;
use canary_services::Targets;
use infra::apigatewayv2::WebSocketApi;
use infra::binding::configuration;
use infra::dynamodb::{GlobalSecondaryIndex, Key, S, StreamViewType, Table};
use infra::eventbridge::EventBus;
use infra::iam::{PolicyDocument, Principal, Statement};
use infra::kms::{self, KeyPolicy};
use infra::s3::Bucket;
use infra::scheduler::ScheduleGroup;
use infra::secretsmanager::Secret;
use infra::sns::{StandardTopic, TopicPolicy};
use infra::sqs::StandardQueue;
use infra::ssm::Parameter;
use infra::stepfunctions::{Jsonata, StateMachine, States, Succeed};
use infra::{Stack, kinesis};
use policies::action;

use crate::scene::trusting_the_account;

infra::resources! {
    AWS::AppConfig::Application,
    AWS::AppConfig::ConfigurationProfile,
    AWS::AppConfig::Environment,
    AWS::Cognito::UserPool,
    AWS::KinesisFirehose::DeliveryStream,
    AWS::Lambda::Function,
    AWS::SES::EmailIdentity,
}

/// What `reference` leads to as the kind of binding `$kind`, under its name.
macro_rules! targets {
    ($($service:ident::$kind:ident: $reference:expr,)+) => {
        [$((
            concat!(stringify!($service), "::", stringify!($kind)),
            Reference::<bindings::$service::$kind<()>>::target($reference),
        )),+].into()
    };
}

/// A resource for each kind of binding.
pub(super) fn of_every_kind(stack: &mut Stack) -> Targets {
    let role = stack.named("Role").add(trusting_the_account());
    let by_kind = GlobalSecondaryIndex::all("by-kind", Key::hash(S("kind")));
    let table = stack.named("Table").add(Table {
        global_secondary_indexes: vec![by_kind.clone()],
        stream_specification: Some(StreamViewType::KeysOnly),
        ..Table::keyed(Key::hash(S("id")))
    });
    let code = function::Code { zip_file: Some("exports.handler = async () => 1".into()), ..function::Code::default() };
    let function = Function { handler: Some("index.handler".into()), ..Function::new(code, role) };
    let machine = StateMachine::standard(States::<Jsonata>::new("Done", Succeed::default())).with_role(role);
    let application = stack.named("Application").add(Application::new("orders"));
    let environment = stack.named("Environment").add(Environment::new(application, "production"));
    let profile = ConfigurationProfile::new(application, "hosted", "limits");
    let profile = stack.named("Profile").add(profile);
    let schedule_group = stack.named("ScheduleGroup").add(ScheduleGroup::default());
    let bucket = stack.named("Bucket").add(Bucket::default());
    targets! {
        apigatewaymanagement::Connections: stack.named("Chat").add(WebSocketApi::named("chat")).connections("live"),
        appconfigdata::Configuration: configuration(application, environment, profile),
        bedrockruntime::Model: bedrock::foundation_model("amazon.nova-lite-v1:0"),
        cognitoidentityprovider::UserPool: stack.named("UserPool").add(UserPool::default()),
        dynamodb::Index: table.index(&by_kind),
        dynamodb::Items: table.items_with_key_prefix("north-"),
        dynamodb::Table: table,
        dynamodbstreams::Stream: table.stream(),
        eventbridge::EventBus: stack.named("EventBus").add(EventBus::named("orders")),
        firehose::DeliveryStream: stack.named("DeliveryStream").add(DeliveryStream::default()),
        kinesis::Stream: stack.named("Stream").add(kinesis::Stream::default()),
        kms::Key: stack.named("Key").add(kms::Key::new(KeyPolicy::of_account())),
        lambda::Function: stack.named("Function").add(function),
        s3::Bucket: bucket,
        s3::TaggedObjects: bucket.objects("").tagged("class", "public"),
        scheduler::ScheduleGroup: schedule_group.with_role(role),
        secretsmanager::Secret: stack.named("Secret").add(Secret::generated()),
        sesv2::EmailIdentity: stack.named("EmailIdentity").add(EmailIdentity::new("example.com")),
        sfn::StateMachine: stack.named("StateMachine").add(machine),
        sns::Topic: stack.named("Topic").add(StandardTopic::default()),
        sqs::Queue: stack.named("Queue").add(StandardQueue::default()),
        ssm::Parameter: stack.named("Parameter").add(Parameter::string("10")),
        sts::Role: role,
    }
}

/// Less than whole resources, and a topic with a policy of its own.
pub(super) fn of_less(stack: &mut Stack) -> Targets {
    let table = stack.named("Table").add(Table::keyed(Key::hash(S("id"))));
    let topic = stack.named("Topic").add(StandardTopic::default());
    let publish = Statement::allow([action::sns::PUBLISH]).principal(Principal::service("events.amazonaws.com"));
    let policy_document = PolicyDocument::from([publish.on(topic.arn())]);
    stack.named("TopicPolicy").add(TopicPolicy { topics: vec![topic], policy_document });
    targets! {
        dynamodb::Items: table.items_with_attributes(["id"]),
        s3::Bucket: stack.named("Bucket").add(Bucket::default()).objects("2026/"),
        sns::Topic: topic,
    }
}
