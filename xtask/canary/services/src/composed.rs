//! Calls that are made of parts, through several bindings, or with what a binding has besides the SDK's methods.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Get, KeysAndAttributes, Put, Update};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_sns::types::PublishBatchRequestEntry;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use bindings::dynamodb::{BatchGetItem, BatchWriteItem, ConditionCheckItem, DeleteItem, GetItem, PutItem, UpdateItem};
use bindings::eventbridge::PutEvents;
use bindings::kms::{ReEncryptFrom, ReEncryptTo};
use bindings::lambda::{Invoke, InvokeWithResponseStream};
use bindings::message::{Described, Message, Way};
use bindings::s3::{DeleteObjectVersion, DeleteObjects, GetObject, GetObjectVersion, PutObject};
use bindings::secretsmanager::GetSecretValue;
use bindings::sfn::{DescribeExecution, GetExecutionHistory, RedriveExecution, StopExecution};
use bindings::sns::{Publish, PublishBatch};
use bindings::sqs::{SendMessage, SendMessageBatch};
use bindings::{Program, dynamodbstreams, kinesis};
use serde::{Deserialize, Serialize};

use crate::single::id;
use crate::{Call, Failed, Targets, Visitor};

macro_rules! calls {
    ($(
        $name:ident($($field:ident: $service:ident::$kind:ident<$operations:ty $(, $message:ty)?>),+) $call:block
    )+) => {
        $(
            #[derive(Serialize, Deserialize)]
            struct $name {
                $($field: bindings::$service::$kind<$operations $(, $message)?>,)+
            }

            impl Program for $name {
                const NAME: &'static str = "canary-services";
            }

            impl Call for $name {
                const NAME: &'static str = stringify!($name);

                fn declared(targets: &Targets) -> Option<Self> {
                    $(let $field = targets.get(concat!(stringify!($service), "::", stringify!($kind)))?;)+
                    Some(Self { $($field: $field.clone().into(),)+ })
                }

                async fn call(&self) -> Result<(), Failed> {
                    let Self { $($field),+ } = self;
                    $call
                    Ok(())
                }
            }
        )+

        /// Has each of them visited.
        pub(crate) fn each(visitor: &mut impl Visitor) {
            $(visitor.visit::<$name>();)+
        }
    };
}

calls! {
    TableBatchGetItem(orders: dynamodb::Table<BatchGetItem>, stock: dynamodb::Table<BatchGetItem>) {
        let call = orders.batch_get_item(keys()?);
        stock.also_batch_get_item(call, keys()?).send().await?;
    }
    TableBatchWriteItem(orders: dynamodb::Table<BatchWriteItem>, stock: dynamodb::Table<BatchWriteItem>) {
        let call = orders.batch_write_item([]);
        stock.also_batch_write_item(call, []).send().await?;
    }
    TableTransactGetItems(orders: dynamodb::Table<GetItem>, stock: dynamodb::Table<GetItem>) {
        let get = || Get::builder().key("id", id());
        orders.transact_get_item(get()).and(stock.transact_get_item(get())).transact_get_items()?.send().await?;
    }
    TableTransactWriteItems(
        orders: dynamodb::Table<(PutItem, UpdateItem, DeleteItem)>,
        stock: dynamodb::Table<ConditionCheckItem>
    ) {
        let put = orders.transact_put_item(Put::builder().item("id", id()));
        let update = Update::builder().key("id", id()).update_expression("REMOVE amount");
        let delete = Delete::builder().key("id", id());
        let check = ConditionCheck::builder().key("id", id()).condition_expression("attribute_exists(id)");
        let changed = put.and(orders.transact_update_item(update)).and(orders.transact_delete_item(delete));
        changed.and(stock.transact_condition_check_item(check)).transact_write_items()?.send().await?;
    }
    ItemsBatchGetItem(items: dynamodb::Items<BatchGetItem>) {
        items.batch_get_item(keys()?).send().await?;
    }
    ItemsTransactWriteItems(items: dynamodb::Items<ConditionCheckItem>) {
        let check = ConditionCheck::builder().key("id", id()).condition_expression("attribute_exists(id)");
        items.transact_condition_check_item(check).transact_write_items()?.send().await?;
    }
    // The stream is told by the iterator. Without a right to one, records are asked for without it.
    TableStreamGetRecords(
        stream: dynamodbstreams::Stream<
            (dynamodbstreams::DescribeStream, dynamodbstreams::GetShardIterator, dynamodbstreams::GetRecords)
        >
    ) {
        let described = stream.describe_stream().send().await.ok().and_then(|it| it.stream_description);
        let shard = described.and_then(|it| it.shards?.pop()?.shard_id);
        let iterator = stream.get_shard_iterator().set_shard_id(shard).shard_iterator_type("TRIM_HORIZON".into());
        let iterator = iterator.send().await.ok().and_then(|it| it.shard_iterator);
        stream.get_records().set_shard_iterator(iterator).send().await?;
    }
    StreamGetRecords(
        stream: kinesis::Stream<(kinesis::ListShards, kinesis::GetShardIterator, kinesis::GetRecords)>
    ) {
        let shard = stream.list_shards().send().await.ok().and_then(|it| Some(it.shards?.pop()?.shard_id));
        let iterator = stream.get_shard_iterator().set_shard_id(shard).shard_iterator_type("TRIM_HORIZON".into());
        let iterator = iterator.send().await.ok().and_then(|it| it.shard_iterator);
        stream.get_records().set_shard_iterator(iterator).send().await?;
    }
    BusPutEvents(bus: eventbridge::EventBus<PutEvents>) {
        bus.put_events([PutEventsRequestEntry::builder().source("orders").build()]).send().await?;
    }
    KeyReEncrypt(from: kms::Key<ReEncryptFrom>, to: kms::Key<ReEncryptTo>) {
        to.re_encrypt_to(from.re_encrypt_from(Blob::new("a"))).send().await?;
    }
    FunctionInvokeWith(function: lambda::Function<Invoke, Greeting>) {
        function.invoke_with(&GREETING)?.send().await?;
    }
    FunctionAsk(function: lambda::Function<Invoke, bindings::Call<Greeting, Greeting>>) {
        function.ask(&GREETING)?.send().await?;
    }
    FunctionInvokeStreamingWith(function: lambda::Function<InvokeWithResponseStream, Greeting>) {
        function.invoke_streaming_with(&GREETING)?.send().await?;
    }
    BucketCopyObject(documents: s3::Bucket<GetObject>, archive: s3::Bucket<PutObject>) {
        archive.copy_object_to("b", documents.copy_object_from("a")).send().await?;
    }
    BucketUploadPartCopy(documents: s3::Bucket<GetObject>, archive: s3::Bucket<PutObject>) {
        let call = archive.upload_part_copy_to("b", documents.upload_part_copy_from("a"));
        call.upload_id("a").part_number(1).send().await?;
    }
    BucketCopyObjectVersion(documents: s3::Bucket<GetObjectVersion>, archive: s3::Bucket<PutObject>) {
        archive.copy_object_to("b", documents.copy_object_version_from("a", "1")).send().await?;
    }
    BucketUploadPartCopyVersion(documents: s3::Bucket<GetObjectVersion>, archive: s3::Bucket<PutObject>) {
        let call = archive.upload_part_copy_to("b", documents.upload_part_copy_version_from("a", "1"));
        call.upload_id("a").part_number(1).send().await?;
    }
    BucketDeleteObjectVersions(bucket: s3::Bucket<DeleteObjectVersion>) {
        bucket.delete_object_versions([("a", "1")])?.send().await?;
    }
    BucketDeleteObjects(bucket: s3::Bucket<DeleteObjects>) {
        bucket.delete_objects(["a"])?.send().await?;
    }
    SecretCachedValue(password: secretsmanager::Secret<GetSecretValue>) {
        let refused = password.cached_secret_value().await?;
        password.new_secret_value(&refused).await?;
    }
    MachineDescribeExecution(machine: sfn::StateMachine<DescribeExecution>) {
        machine.describe_execution().execution_arn(execution(machine.arn())).send().await?;
    }
    MachineGetExecutionHistory(machine: sfn::StateMachine<GetExecutionHistory>) {
        machine.get_execution_history().execution_arn(execution(machine.arn())).send().await?;
    }
    MachineRedriveExecution(machine: sfn::StateMachine<RedriveExecution>) {
        machine.redrive_execution().execution_arn(execution(machine.arn())).send().await?;
    }
    MachineStopExecution(machine: sfn::StateMachine<StopExecution>) {
        machine.stop_execution().execution_arn(execution(machine.arn())).send().await?;
    }
    TablePut(table: dynamodb::Table<PutItem, Kept>) {
        table.put(&KEPT)?.send().await?;
    }
    TableBatchPut(table: dynamodb::Table<BatchWriteItem, Kept>) {
        table.batch_put([&KEPT])?.send().await?;
    }
    TableTransactPut(table: dynamodb::Table<PutItem, Kept>) {
        table.transact_put(&KEPT, Put::builder())?.transact_write_items()?.send().await?;
    }
    TopicPublishMessage(topic: sns::Topic<Publish, Greeting>) {
        topic.publish_message(&GREETING)?.send().await?;
    }
    TopicPublishMessages(topic: sns::Topic<PublishBatch, Greeting>) {
        topic.publish_messages([(PublishBatchRequestEntry::builder().id("a"), &GREETING)])?.send().await?;
    }
    QueueSend(queue: sqs::Queue<SendMessage, Greeting>) {
        queue.send(&GREETING)?.send().await?;
    }
    QueueSendBatch(queue: sqs::Queue<SendMessageBatch, Greeting>) {
        queue.send_batch([(SendMessageBatchRequestEntry::builder().id("a"), &GREETING)])?.send().await?;
    }
}

/// What is sent as a type.
#[derive(Debug, Serialize)]
struct Greeting {
    text: &'static str,
}

const GREETING: Greeting = Greeting { text: "hello" };

impl Message for Greeting {
    fn described(_way: Way) -> Described {
        anything()
    }
}

/// What is put into a table as a type.
#[derive(Debug, Serialize)]
struct Kept {
    id: &'static str,
}

const KEPT: Kept = Kept { id: "a" };

impl Message for Kept {
    fn described(_way: Way) -> Described {
        anything()
    }
}

fn anything() -> Described {
    let (type_name, place) = (String::new(), String::new());
    Described { type_name, place, schema: true.into(), envelope: None }
}

fn keys() -> Result<KeysAndAttributes, aws_sdk_dynamodb::error::BuildError> {
    KeysAndAttributes::builder().keys([("id".to_owned(), id())].into()).projection_expression("id").build()
}

/// The ARN of an execution of the state machine with the ARN `machine`.
fn execution(machine: &str) -> String {
    format!("{}:a", machine.replace(":stateMachine:", ":execution:"))
}
