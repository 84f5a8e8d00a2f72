//! What a narrowed binding leaves out is denied, and what it leaves in is allowed.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    ConditionCheck, DeleteRequest, KeysAndAttributes, PutRequest, ReturnValue, Select, TransactWriteItem, WriteRequest,
};
use aws_sdk_s3::types::ObjectAttributes;
use bindings::Program;
use bindings::dynamodb::{
    BatchGetItem, BatchWriteItem, ConditionCheckItem, DeleteItem, GetItem, Items, PutItem, Query, UpdateItem,
};
use bindings::s3::{GetObject, GetObjectAttributes, GetObjectTagging, TaggedObjects};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use infra::dynamodb::{Key, S, Table};
use infra::lambda::Function;
use infra::s3::Bucket;
use infra::{Stack, Stage};
use serde::{Deserialize, Serialize};
use testing::{LocalCloud, text};

use crate::deployed::Deployed;
use crate::scene::allowing_what_is_granted;

type AllOfItems = (BatchGetItem, BatchWriteItem, ConditionCheckItem, DeleteItem, GetItem, PutItem, Query, UpdateItem);

#[derive(Serialize, Deserialize)]
struct Narrowed {
    orders: Items<AllOfItems>,
    documents: TaggedObjects<(GetObject, GetObjectAttributes, GetObjectTagging)>,
}

impl Program for Narrowed {
    const NAME: &'static str = "canary-services";
}

#[tokio::test]
async fn what_is_outside_of_a_narrowed_binding_is_denied() {
    let mut stack = Stack::new("narrowed", &Stage::default());
    let table = stack.named("Table").add(Table::keyed(Key::hash(S("id"))));
    let bucket = stack.named("Bucket").add(Bucket::default());
    let orders = table.items_with_key_prefix("north-").with_attributes(["id", "amount"]).into();
    let documents = bucket.objects("").tagged("class", "public").into();
    let role = allowing_what_is_granted(&Function::rust(Narrowed { orders, documents }));
    let role = stack.named("Role").add(role);
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let config = cloud.sdk_config();
    let deployed = Deployed::new(&config, &stack).await;
    let bucket = deployed.id(bucket);
    aws_sdk_s3::Client::new(&config).put_object().bucket(bucket).key("untagged").send().await.unwrap();

    let session = deployed.session(role, "narrowed").await;
    let (dynamodb, s3) = (Client::new(&session), aws_sdk_s3::Client::new(&session));
    check_items(&dynamodb, deployed.id(table)).await;
    for (key, expected) in [("tagged", None), ("untagged", Some("AccessDenied".to_owned()))] {
        let attributes = s3.get_object_attributes().object_attributes(ObjectAttributes::Etag);
        assert_eq!(refusal(s3.get_object().bucket(bucket).key(key).send()).await, expected);
        assert_eq!(refusal(s3.get_object_tagging().bucket(bucket).key(key).send()).await, expected);
        assert_eq!(refusal(attributes.bucket(bucket).key(key).send()).await, expected);
    }
}

async fn check_items(client: &Client, table: &str) {
    let put = |id, attribute| client.put_item().table_name(table).item("id", text(id)).item(attribute, text("1"));
    let get = |id| client.get_item().table_name(table).key("id", text(id)).expression_attribute_names("#id", "id");
    let update =
        |expression| client.update_item().table_name(table).key("id", text("north-1")).update_expression(expression);
    let delete = |id| client.delete_item().table_name(table).key("id", text(id));
    let query = |id| {
        let query = client.query().table_name(table).key_condition_expression("id = :id");
        query.expression_attribute_values(":id", text(id))
    };
    let batch_get = |ids: [&'static str; 2]| {
        let keys = ids.map(|id| [("id".to_owned(), text(id))].into());
        let keys = KeysAndAttributes::builder().set_keys(Some(keys.into())).projection_expression("id");
        client.batch_get_item().request_items(table, keys.build().unwrap())
    };
    let batch_write = |put, delete| {
        let put = PutRequest::builder().item("id", text(put)).build().unwrap();
        let delete = DeleteRequest::builder().key("id", text(delete)).build().unwrap();
        let writes = WriteRequest::builder().put_request(put).build();
        let writes = vec![writes, WriteRequest::builder().delete_request(delete).build()];
        client.batch_write_item().request_items(table, writes)
    };
    let check = |ids: [&'static str; 2]| {
        let check = |id| ConditionCheck::builder().table_name(table).key("id", text(id));
        let check = |id| check(id).condition_expression("attribute_not_exists(amount)").build().unwrap();
        let checks = ids.map(|id| TransactWriteItem::builder().condition_check(check(id)).build());
        client.transact_write_items().set_transact_items(Some(checks.into()))
    };

    let changed = update("SET amount = if_not_exists(amount, id)").return_values(ReturnValue::UpdatedNew);
    for (what, inside) in [
        ("put", refusal(put("north-1", "amount").send())),
        ("read", refusal(get("north-1").projection_expression("#id, amount.currency[0]").send())),
        ("changed", refusal(changed.send())),
        ("asked for", refusal(query("north-1").projection_expression("id, amount").send())),
        ("deleted", refusal(delete("north-1").send())),
        ("read in a batch", refusal(batch_get(["north-1", "north-2"]).send())),
        ("written in a batch", refusal(batch_write("north-1", "north-2").send())),
        ("checked in a transaction", refusal(check(["north-1", "north-2"]).send())),
    ] {
        assert_eq!(inside.await, None, "{what}");
    }
    let compared = delete("north-1").condition_expression("size(owner_name) > id");
    for (what, outside) in [
        ("another key is put", refusal(put("south-1", "amount").send())),
        ("another key is read", refusal(get("south-1").projection_expression("#id").send())),
        ("another key is asked for", refusal(query("south-1").projection_expression("id").send())),
        ("another key is deleted", refusal(delete("south-1").send())),
        ("a key of a batch is another", refusal(batch_get(["north-1", "south-1"]).send())),
        ("a key of written ones is another", refusal(batch_write("north-1", "south-1").send())),
        ("a key of a transaction is another", refusal(check(["north-1", "south-1"]).send())),
        ("no key is named", refusal(client.scan().table_name(table).projection_expression("id").send())),
        ("another attribute is put", refusal(put("north-1", "owner_name").send())),
        ("another attribute is read", refusal(get("north-1").projection_expression("#id, owner_name").send())),
        ("another attribute is copied", refusal(update("SET amount = owner_name").send())),
        ("another attribute is compared", refusal(compared.send())),
        ("all attributes are read", refusal(get("north-1").send())),
        ("all attributes are asked for", refusal(query("north-1").send())),
        ("it is only counted", refusal(query("north-1").select(Select::Count).send())),
        ("all that was there is told", refusal(delete("north-1").return_values(ReturnValue::AllOld).send())),
    ] {
        assert_eq!(outside.await.as_deref(), Some("AccessDeniedException"), "{what}");
    }
}

/// The code with which a call is refused, when it is.
fn refusal<T, E>(sent: impl Future<Output = Result<T, E>> + Send + 'static) -> BoxFuture<'static, Option<String>>
where
    T: 'static,
    E: ProvideErrorMetadata + 'static,
{
    sent.map(|answer| answer.err().map(|error| error.code().unwrap_or("none").to_owned())).boxed()
}
