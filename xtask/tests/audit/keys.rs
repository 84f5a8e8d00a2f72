//! What the audit knows of keys of one's own, with which resources are encrypted.

use bindings::dynamodb::{GetItem, Table as BoundTable};
use bindings::eventbridge::{EventBus as BoundBus, PutEvents};
use bindings::kinesis::{GetRecords, ListShards, PutRecord, Stream as BoundStream};
use bindings::lambda::{Function as BoundFunction, Invoke};
use bindings::s3::{Bucket as BoundBucket, GetObject, ListObjectsV2, ListParts, PutObject, UploadPart};
use bindings::secretsmanager::{DescribeSecret, GetSecretValue, PutSecretValue, Secret as BoundSecret};
use bindings::sfn::{StartExecution, StateMachine as BoundMachine};
use bindings::sns::{Publish, Topic as BoundTopic};
use bindings::sqs::{DeleteMessage, Queue as BoundQueue, ReceiveMessage, SendMessage};
use infra::dynamodb::{Key as TableKey, S, Table};
use infra::eventbridge::EventBus;
use infra::iam::{Policy, PolicyDocument, Role, Statement};
use infra::kinesis::Stream;
use infra::kms::{Alias, Key, KeyPolicy};
use infra::lambda::{FailureDestination, Function, RecordPosition, StreamMapping};
use infra::pipes::{Messages, Pipe, Source, Target};
use infra::s3::{Bucket, BucketEncryption, Objects};
use infra::secretsmanager::Secret;
use infra::sns::StandardTopic;
use infra::sqs::StandardQueue;
use infra::stepfunctions::{Jsonata, StateMachine, States, Succeed};
use infra::{Ref, Stack, Stage, Value};
use policies::Action;
use policies::action::kms;
use serde::Serialize;

use super::wiring::{NoBindings, broken, check};

#[derive(Serialize)]
struct Bound<B> {
    bound: B,
}

impl<B: Serialize> bindings::Program for Bound<B> {
    const NAME: &'static str = "orders-processor";
}

fn stack() -> (Stack, Ref<Key>) {
    let mut stack = Stack::new("orders", &Stage::default());
    let key = stack.named("Key").add(Key::new(KeyPolicy::of_account()));
    (stack, key)
}

/// What is said of keys where a function has a binding to a resource that is added with the key.
fn found<B: Serialize + 'static>(add: impl FnOnce(&mut Stack, Ref<Key>) -> B) -> Vec<String> {
    let (mut stack, key) = stack();
    let bound = add(&mut stack, key);
    let function = parts::function(&mut stack, "Processor", Function::rust(Bound { bound }));
    of_keys(check(&stack, function))
}

fn of_keys(found: Vec<String>) -> Vec<String> {
    found.into_iter().filter(|line| ["LP04", "PL09", "PL10"].iter().any(|rule| line.starts_with(rule))).collect()
}

fn lacks(actions: &[&str]) -> Vec<String> {
    let actions: Vec<_> = actions.iter().map(|action| format!("`{action}`")).collect();
    vec![format!("PL09: the role of `Processor` lacks {}", actions.join(", "))]
}

/// A resource of each type with the key, and a binding to it.
fn stream<A>(stack: &mut Stack, key: Ref<Key>) -> BoundStream<A>
where
    Ref<Stream>: Into<BoundStream<A>>,
{
    stack.named("Stream").add(Stream { kms_key_id: Some(key.arn().into()), ..Stream::default() }).into()
}

fn bucket<A>(stack: &mut Stack, key: Ref<Key>) -> BoundBucket<A>
where
    Objects: Into<BoundBucket<A>>,
{
    let bucket_encryption = BucketEncryption::Kms { key: key.arn().into() };
    stack.named("Bucket").add(Bucket { bucket_encryption, ..Bucket::default() }).objects("").into()
}

fn secret<A>(stack: &mut Stack, key: Ref<Key>) -> BoundSecret<A>
where
    Ref<Secret>: Into<BoundSecret<A>>,
{
    stack.named("Secret").add(Secret { kms_key_id: Some(key.into()), ..Secret::generated() }).into()
}

fn queue<A>(stack: &mut Stack, key: Ref<Key>) -> BoundQueue<A>
where
    Ref<StandardQueue>: Into<BoundQueue<A>>,
{
    let kms_master_key_id = Some(key.into());
    stack.named("Queue").add(StandardQueue { kms_master_key_id, ..StandardQueue::default() }).into()
}

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/1";

#[test]
fn each_call_of_an_encrypted_resource_needs_of_its_key_what_aws_says() {
    let (read, write, both) =
        (lacks(&["kms:Decrypt"]), lacks(&["kms:GenerateDataKey"]), lacks(&["kms:Decrypt", "kms:GenerateDataKey"]));
    let nothing: Vec<String> = Vec::new();
    assert_eq!(found(stream::<PutRecord>), write);
    assert_eq!(found(stream::<GetRecords>), read);
    assert_eq!(found(stream::<ListShards>), nothing);
    assert_eq!(found(bucket::<PutObject>), write);
    assert_eq!(found(bucket::<UploadPart>), both);
    assert_eq!(found(bucket::<GetObject>), read);
    assert_eq!(found(bucket::<ListParts>), read);
    assert_eq!(found(bucket::<ListObjectsV2>), nothing);
    assert_eq!(found(secret::<PutSecretValue>), both);
    assert_eq!(found(secret::<GetSecretValue>), read);
    assert_eq!(found(secret::<DescribeSecret>), nothing);
    assert_eq!(found(queue::<SendMessage>), both);
    assert_eq!(found(queue::<ReceiveMessage>), read);
    assert_eq!(found(queue::<DeleteMessage>), nothing);
    let topic = |stack: &mut Stack, key: Ref<Key>| -> BoundTopic<Publish> {
        let kms_master_key_id = Some(key.into());
        stack.named("Topic").add(StandardTopic { kms_master_key_id, ..StandardTopic::default() }).into()
    };
    assert_eq!(found(topic), both);
    let table = |stack: &mut Stack, _: Ref<Key>| -> BoundTable<GetItem> {
        let named = stack.named("Table").property("SSESpecification.KMSMasterKeyId", KEY);
        named.add(Table::keyed(TableKey::hash(S("id")))).into()
    };
    assert_eq!(found(table), read);
}

#[test]
fn who_calls_a_service_that_is_let_in_itself_needs_nothing_of_the_key() {
    let bus = |stack: &mut Stack, _: Ref<Key>| -> BoundBus<PutEvents> {
        stack.named("Bus").property("KmsKeyIdentifier", KEY).add(EventBus::named("orders")).into()
    };
    assert_eq!(found(bus), [""; 0]);
    let function = |stack: &mut Stack, _: Ref<Key>| -> BoundFunction<Invoke> {
        let role = stack.named("OtherRole").add(Role::for_service("lambda.amazonaws.com"));
        stack.named("Other").property("KmsKeyArn", KEY).add(Function::rust(NoBindings {}).with_role(role)).into()
    };
    assert_eq!(found(function), [""; 0]);
}

#[test]
fn a_call_of_which_it_is_not_known_what_it_needs_of_the_key_is_found() {
    let machine = |stack: &mut Stack, _: Ref<Key>| -> BoundMachine<StartExecution> {
        let role = stack.named("MachineRole").add(Role::for_service("states.amazonaws.com"));
        let named = stack.named("Machine").property("EncryptionConfiguration.KmsKeyId", KEY);
        let definition = States::<Jsonata>::new("Done", Succeed::default());
        named.add(StateMachine::standard(definition).with_role(role)).into()
    };
    assert_eq!(found(machine), ["LP04: it is not known what `states:StartExecution` needs of the key of `Machine`"]);
}

#[test]
fn the_key_is_known_by_an_alias_and_that_of_aws_needs_nothing() {
    let named = |name: Option<&'static str>| {
        found(|stack, key| -> BoundStream<PutRecord> {
            let alias_name = "alias/orders".into();
            let alias = stack.named("Alias").add(Alias { alias_name, target_key_id: key });
            let kms_key_id = Some(name.map_or_else(|| alias.into(), Into::into));
            stack.named("Stream").add(Stream { kms_key_id, ..Stream::default() }).into()
        })
    };
    assert_eq!(named(Some("alias/aws/kinesis")), [""; 0]);
    for name in [None, Some("alias/orders"), Some("alias/other")] {
        assert_eq!(named(name), lacks(&["kms:GenerateDataKey"]), "{name:?}");
    }
}

/// Allows the function's role to use the key `key`.
fn allow(stack: &mut Stack, function: Ref<Function>, actions: &[Action], key: impl Into<Value>) {
    let role = stack.get(function).unwrap().role_in(stack).unwrap();
    let statement = Statement::allow(actions.iter().cloned()).on(key);
    let policy_document = PolicyDocument::from([statement]);
    stack.named("Using").add(Policy { policy_name: "using".to_owned(), policy_document, roles: vec![role] });
}

#[test]
fn a_right_to_the_key_behind_an_alias_is_the_one_that_is_needed() {
    let with = |name: &'static str| {
        let (mut stack, key) = stack();
        stack.named("Alias").add(Alias { alias_name: "alias/orders".into(), target_key_id: key });
        let stream = stack.named("Stream").add(Stream { kms_key_id: Some(name.into()), ..Stream::default() });
        let bound: BoundStream<PutRecord> = stream.into();
        let function = parts::function(&mut stack, "Processor", Function::rust(Bound { bound }));
        allow(&mut stack, function, &[kms::GENERATE_DATA_KEY], key.arn());
        of_keys(check(&stack, function))
    };
    assert_eq!(with("alias/orders"), [""; 0]);
    // Elsewhere there may be any key behind an alias.
    assert_eq!(with("alias/elsewhere"), [""; 0]);
    let unused = "PL10: the role of `Processor` allows `kms:GenerateDataKey` on `Key`, which its program cannot use";
    assert_eq!(with("alias/aws/kinesis"), [unused]);
}

#[test]
fn what_aws_hands_on_with_a_role_needs_the_keys_of_its_targets() {
    let encrypted = |stack: &mut Stack, key: Ref<Key>, id: &'static str| {
        stack.named(id).add(StandardQueue { kms_master_key_id: Some(key.into()), ..StandardQueue::default() })
    };
    let (mut stack, key) = stack();
    let dead = encrypted(&mut stack, key, "Dead");
    let function = parts::function(&mut stack, "Processor", Function::rust(NoBindings {}));
    parts::on_failure(&mut stack, function, dead);
    assert_eq!(of_keys(check(&stack, function)), lacks(&["kms:Decrypt", "kms:GenerateDataKey"]));

    let (mut stack, key) = self::stack();
    let dead = encrypted(&mut stack, key, "Dead");
    let kms_key_id = Some(key.arn().into());
    let stream = stack.named("Stream").add(Stream { kms_key_id, ..Stream::default() });
    let function = parts::function(&mut stack, "Processor", Function::rust(NoBindings {}));
    let mapping = StreamMapping::new(stream, function, RecordPosition::Latest);
    let on_failure = Some(FailureDestination::Queue(dead));
    parts::consume_stream(&mut stack, StreamMapping { on_failure, ..mapping });
    let expected = [lacks(&["kms:Decrypt", "kms:GenerateDataKey"]), lacks(&["kms:Decrypt"])].concat();
    assert_eq!(of_keys(check(&stack, function)), expected);

    let (mut stack, key) = self::stack();
    let (from, to) = (encrypted(&mut stack, key, "From"), encrypted(&mut stack, key, "To"));
    parts::pipe(&mut stack, "Pipe", Pipe::new(Source::queue(from, Messages::default()), Target::queue(to)));
    let expected = [
        "PL09: the role `PipeRole` does not allow `kms:Decrypt` on `Key`",
        "PL09: the role `PipeRole` does not allow `kms:Decrypt`, `kms:GenerateDataKey` on `Key`",
    ];
    assert_eq!(broken(&stack), expected);
}
