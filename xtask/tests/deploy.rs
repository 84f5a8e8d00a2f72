//! Deploying, comparing and destroying a stack on a fresh local cloud, with the command line alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;

use aws_config::{Region, SdkConfig};
use aws_sdk_cloudformation::types::{StackStatus, Tag};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use testing::{CommandOutput, LocalCloud};

const REPORTER: [&str; 2] = ["--parameter", "QueuePolicyPrincipalAccount=123456789012"];

const OUTPUTS: [&str; 7] = [
    "ApiUrl",
    "SightingsQueueUrl",
    "SightingsDlqUrl",
    "SightingsTable",
    "FalseReportsTable",
    "ModelCacheTable",
    "StatsCacheTable",
];

/// `cargo xtask COMMAND spaceships --local …`.
fn spaceships(cloud: &LocalCloud, command: &str, more: &[&str]) -> CommandOutput {
    cloud.attempt(&[&[command, "spaceships", "--local"], more].concat())
}

fn deploy(cloud: &LocalCloud) -> CommandOutput {
    spaceships(cloud, "deploy", &["--yes"]).expect(0)
}

fn outputs(cloud: &LocalCloud, more: &[&str]) -> Value {
    spaceships(cloud, "outputs", &[&["--json"], more].concat()).expect(0).json()
}

async fn put_sighting(cloud: &LocalCloud) {
    let dynamodb = aws_sdk_dynamodb::Client::new(&cloud.sdk_config());
    let put = dynamodb.put_item().table_name("spaceships-sightings");
    let put = put.item("spaceship_id", AttributeValue::S("XW-12345".to_owned()));
    put.item("timestamp", AttributeValue::N("1".to_owned())).send().await.unwrap();
}

/// The tags by which a stack is known to be this project's `spaceships`.
fn tags() -> Vec<Tag> {
    [("stackwright:project", "stackwright"), ("stackwright:stack", "spaceships")]
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .into()
}

/// The names of everything that stacks are made of.
async fn everything(cloud: &LocalCloud) -> Vec<String> {
    let config = cloud.sdk_config();
    let mut names = Vec::new();
    let functions = aws_sdk_lambda::Client::new(&config).list_functions().send().await.unwrap();
    names.extend(functions.functions.unwrap_or_default().into_iter().filter_map(|it| it.function_name));
    let mappings = aws_sdk_lambda::Client::new(&config).list_event_source_mappings().send().await.unwrap();
    names.extend(mappings.event_source_mappings.unwrap_or_default().into_iter().filter_map(|it| it.uuid));
    let queues = aws_sdk_sqs::Client::new(&config).list_queues().send().await.unwrap();
    names.extend(queues.queue_urls.unwrap_or_default());
    let tables = aws_sdk_dynamodb::Client::new(&config).list_tables().send().await.unwrap();
    names.extend(tables.table_names.unwrap_or_default());
    let roles = aws_sdk_iam::Client::new(&config).list_roles().send().await.unwrap();
    names.extend(roles.roles.into_iter().map(|it| it.role_name));
    let groups = aws_sdk_cloudwatchlogs::Client::new(&config).describe_log_groups().send().await.unwrap();
    names.extend(groups.log_groups.unwrap_or_default().into_iter().filter_map(|it| it.log_group_name));
    let apis = aws_sdk_apigateway::Client::new(&config).get_rest_apis().send().await.unwrap();
    names.extend(apis.items.unwrap_or_default().into_iter().filter_map(|it| it.name));
    names
}

#[test]
fn a_first_deployment_is_unattended_and_a_second_has_nothing_to_do() {
    let cloud = LocalCloud::fresh();
    let before = spaceships(&cloud, "diff", &["--exit-code"]).expect(3);
    assert!(before.stdout.contains("36 to create"), "{before}");
    assert!(before.stdout.contains("+   Sightings "), "{before}");
    assert_eq!(spaceships(&cloud, "outputs", &[]).expect(6).stdout, "");

    let first = spaceships(&cloud, "deploy", &[&["--yes", "--json"], &REPORTER[..]].concat()).expect(0);
    for program in ["spaceships-consumer", "spaceships-calculator", "spaceships-counts"] {
        assert!(first.stderr.contains(&format!("uploaded {program}")), "{first}");
    }
    let deployed = first.json()["outputs"]["spaceships"].clone();
    let names: Vec<_> = deployed.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, OUTPUTS);
    let api = deployed["ApiUrl"].as_str().unwrap();
    assert!(api.starts_with(&format!("http://127.0.0.1:{}/", cloud.port())), "{api}");
    assert_eq!(outputs(&cloud, &[]), deployed);

    let second = spaceships(&cloud, "deploy", &["--yes", "--json"]).expect(0);
    assert!(second.stderr.contains("spaceships: no changes"), "{second}");
    assert!(!second.stderr.contains("uploaded"), "{second}");
    assert_eq!(second.json()["outputs"]["spaceships"], deployed);
    assert_eq!(spaceships(&cloud, "diff", &["--exit-code"]).expect(0).stdout, "spaceships: no changes\n");
}

#[test]
fn nothing_is_deployed_or_destroyed_when_nobody_can_say_yes() {
    let cloud = LocalCloud::fresh();
    let refused = spaceships(&cloud, "deploy", &[]).expect(5);
    assert!(refused.stderr.contains("needs a yes, and there is no terminal to ask on"), "{refused}");
    assert!(refused.stderr.contains("help: pass `--yes` to go ahead"), "{refused}");
    assert!(!refused.stderr.contains("uploaded"), "{refused}");
    spaceships(&cloud, "outputs", &[]).expect(6);

    deploy(&cloud);
    let refused = spaceships(&cloud, "destroy", &[]).expect(5);
    assert!(refused.stderr.contains("destroy `spaceships` in the local cloud"), "{refused}");
    spaceships(&cloud, "diff", &["--exit-code"]).expect(0);
}

#[tokio::test]
async fn another_stage_lives_beside_the_first_under_names_of_its_own() {
    let cloud = LocalCloud::fresh();
    deploy(&cloud);
    let dev = outputs(&cloud, &[]);
    spaceships(&cloud, "deploy", &["--yes", "--stage", "blue"]).expect(0);
    let blue = outputs(&cloud, &["--stage", "blue"]);
    assert_eq!(
        [&dev["SightingsTable"], &blue["SightingsTable"]],
        ["spaceships-sightings", "spaceships-sightings-blue"]
    );
    for name in OUTPUTS {
        assert_ne!(dev[name], blue[name]);
    }
    assert!(blue["SightingsQueueUrl"].as_str().unwrap().ends_with("/spaceships-sightings-blue.fifo"), "{blue}");

    put_sighting(&cloud).await;
    spaceships(&cloud, "destroy", &["--yes", "--stage", "blue"]).expect(0);
    assert_eq!(outputs(&cloud, &[]), dev);
    spaceships(&cloud, "diff", &["--exit-code"]).expect(0);
    assert!(everything(&cloud).await.iter().all(|name| !name.contains("blue")));
}

#[tokio::test]
async fn a_parameter_that_changes_is_shown_deployed_and_kept() {
    let cloud = LocalCloud::fresh();
    spaceships(&cloud, "deploy", &[&["--yes"], &REPORTER[..]].concat()).expect(0);
    let change = ["--parameter", "QueuePolicyPrincipalAccount=210987654321"];
    let shown = spaceships(&cloud, "diff", &[&["--exit-code"], &change[..]].concat()).expect(3);
    for part in ["QueuePolicyPrincipalAccount", "123456789012", "210987654321", "SightingsQueuePolicy"] {
        assert!(shown.stdout.contains(part), "no {part} in {shown}");
    }
    spaceships(&cloud, "deploy", &[&["--yes"], &change[..]].concat()).expect(0);

    let sqs = aws_sdk_sqs::Client::new(&cloud.sdk_config());
    let queue = outputs(&cloud, &[])["SightingsQueueUrl"].as_str().unwrap().to_owned();
    let call = sqs.get_queue_attributes().queue_url(queue).attribute_names(QueueAttributeName::Policy);
    let policy = call.send().await.unwrap().attributes.unwrap()[&QueueAttributeName::Policy].clone();
    assert!(policy.contains("210987654321") && !policy.contains("123456789012"), "{policy}");
    spaceships(&cloud, "diff", &["--exit-code"]).expect(0);
}

#[tokio::test]
async fn what_holds_data_is_destroyed_by_force_alone_and_then_nothing_is_left() {
    let cloud = LocalCloud::fresh();
    let nothing = spaceships(&cloud, "destroy", &["--yes"]).expect(0);
    assert!(nothing.stderr.contains("nothing to destroy"), "{nothing}");
    let before = everything(&cloud).await;

    deploy(&cloud);
    put_sighting(&cloud).await;
    let queue = outputs(&cloud, &[])["SightingsDlqUrl"].as_str().unwrap().to_owned();
    let sqs = aws_sdk_sqs::Client::new(&cloud.sdk_config());
    for body in ["first", "second"] {
        let call = sqs.send_message().queue_url(&queue).message_group_id("g").message_deduplication_id(body);
        call.message_body(body).send().await.unwrap();
    }
    let refused = spaceships(&cloud, "destroy", &["--yes"]).expect(5);
    for held in ["1 item in Sightings", "2 messages in SightingsDlq", "nothing was destroyed", "`--force`"] {
        assert!(refused.stderr.contains(held), "no {held} in {refused}");
    }
    spaceships(&cloud, "diff", &["--exit-code"]).expect(0);

    let destroyed = spaceships(&cloud, "destroy", &["--force", "--yes", "--json"]).expect(0);
    assert_eq!(destroyed.json()["destroyed"], json!([{ "stack": "spaceships", "resources": 36 }]));
    assert_eq!(everything(&cloud).await, before);
    spaceships(&cloud, "outputs", &[]).expect(6);
    spaceships(&cloud, "destroy", &["--yes"]).expect(0);
}

#[tokio::test]
async fn a_stack_whose_creation_failed_is_not_deployed_over() {
    const TEMPLATE: &str = r#"{"Resources": {"P": {"Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": "p", "Roles": ["missing"], "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}}}}"#;
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let cloudformation = aws_sdk_cloudformation::Client::new(&cloud.sdk_config());
    let capability = aws_sdk_cloudformation::types::Capability::CapabilityNamedIam;
    let create = cloudformation.create_stack().stack_name("spaceships-dev").capabilities(capability);
    create.set_tags(Some(tags())).template_body(TEMPLATE).send().await.unwrap();
    let status = async || {
        let answer = cloudformation.describe_stacks().stack_name("spaceships-dev").send().await.unwrap();
        answer.stacks.unwrap().remove(0).stack_status.unwrap()
    };
    while status().await != StackStatus::RollbackComplete {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }

    let refused = spaceships(&cloud, "deploy", &["--yes"]).expect(1);
    assert!(refused.stderr.contains("is in the state ROLLBACK_COMPLETE; nothing was deployed"), "{refused}");
    assert!(refused.stderr.contains("`cargo xtask destroy spaceships --local`, then deploy again"), "{refused}");
    assert_eq!(status().await, StackStatus::RollbackComplete);

    spaceships(&cloud, "destroy", &["--yes"]).expect(0);
    deploy(&cloud);
}

fn in_region(cloud: &LocalCloud, region: &'static str) -> SdkConfig {
    cloud.sdk_config().to_builder().region(Region::new(region)).build()
}

/// The names of the roles of all functions of a region.
async fn roles_of_functions(config: &SdkConfig) -> BTreeSet<String> {
    let functions = aws_sdk_lambda::Client::new(config).list_functions().send().await.unwrap();
    let roles = functions.functions.unwrap_or_default().into_iter().filter_map(|it| it.role);
    roles.map(|arn| arn.rsplit('/').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn regions_are_deployed_at_once_and_one_that_fails_does_not_stop_the_other() {
    const REGIONS: [&str; 2] = ["--region", "eu-west-1,sa-east-1"];
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let (ireland, brazil) = (in_region(&cloud, "eu-west-1"), in_region(&cloud, "sa-east-1"));
    let sqs = aws_sdk_sqs::Client::new(&ireland);
    let queue = sqs.create_queue().queue_name("spaceships-sightings.fifo");
    let queue = queue.attributes(QueueAttributeName::FifoQueue, "true").send().await.unwrap().queue_url.unwrap();

    let first = spaceships(&cloud, "deploy", &[&["--yes", "--json"], &REGIONS[..]].concat()).expect(1);
    let report = first.json();
    assert_eq!(report["failed"].as_array().unwrap().len(), 1, "{first}");
    assert_eq!(report["failed"][0]["region"], "eu-west-1");
    assert!(report["failed"][0]["error"].as_str().unwrap().contains("already exists"), "{first}");
    assert_eq!(report["regions"]["sa-east-1"]["spaceships"]["SightingsTable"], "spaceships-sightings");
    for said in ["✗ spaceships (eu-west-1)  failed (", "✓ spaceships (sa-east-1)  deployed (", "took "] {
        assert!(first.stderr.contains(said), "no {said} in {first}");
    }

    sqs.delete_queue().queue_url(queue).send().await.unwrap();
    let second = spaceships(&cloud, "deploy", &[&["--yes"], &REGIONS[..]].concat()).expect(0);
    for said in ["✓ spaceships (eu-west-1)  deployed (", "✓ spaceships (sa-east-1)  unchanged ("] {
        assert!(second.stderr.contains(said), "no {said} in {second}");
    }
    for heading in ["spaceships (eu-west-1) outputs\n", "spaceships (sa-east-1) outputs\n"] {
        assert!(second.stdout.contains(heading), "no {heading} in {second}");
    }
    let (there, here) = (roles_of_functions(&ireland).await, roles_of_functions(&brazil).await);
    assert_eq!((there.len(), here.len()), (3, 3));
    assert!(there.is_disjoint(&here), "{there:?} {here:?}");

    spaceships(&cloud, "destroy", &["--yes", "--region", "eu-west-1"]).expect(0);
    let iam = aws_sdk_iam::Client::new(&brazil);
    for role in here {
        iam.get_role().role_name(role).send().await.unwrap();
    }
    spaceships(&cloud, "diff", &["--exit-code", "--region", "sa-east-1"]).expect(0);

    let bucket = "stackwright-artifacts-000000000000-sa-east-1";
    let s3 = aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&brazil).force_path_style(true).build());
    s3.head_bucket().bucket(bucket).send().await.unwrap();
    let last = cloud.attempt(&[&["destroy", "--all", "--local", "--yes"], &REGIONS[..]].concat()).expect(0);
    let is_destroyed = |line: &str| line.starts_with("✓ spaceships (sa-east-1) ") && line.contains("destroyed its 36 ");
    assert!(last.stderr.lines().any(is_destroyed), "{last}");
    assert!(last.stderr.contains(&format!("deleted `{bucket}`")), "{last}");
    assert!(s3.head_bucket().bucket(bucket).send().await.is_err());
}

#[tokio::test]
async fn a_bucket_with_objects_is_destroyed_by_force_alone_with_all_their_versions() {
    const TEMPLATE: &str = r#"{"Resources": {
        "Uploads": {"Type": "AWS::S3::Bucket", "Properties": {
            "BucketName": "uploads", "VersioningConfiguration": {"Status": "Enabled"}}},
        "Archive": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": "archive"}}}}"#;
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let config = cloud.sdk_config();
    let cloudformation = aws_sdk_cloudformation::Client::new(&config);
    let create = cloudformation.create_stack().stack_name("spaceships-dev");
    create.set_tags(Some(tags())).template_body(TEMPLATE).send().await.unwrap();
    let s3 = aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build());
    while s3.head_bucket().bucket("archive").send().await.is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for (bucket, key) in [("uploads", "a"), ("uploads", "a"), ("uploads", "b"), ("uploads", "c"), ("archive", "kept")] {
        let body = aws_sdk_s3::primitives::ByteStream::from_static(b"text");
        s3.put_object().bucket(bucket).key(key).body(body).send().await.unwrap();
    }
    s3.delete_object().bucket("uploads").key("c").send().await.unwrap();
    s3.create_multipart_upload().bucket("uploads").key("half").send().await.unwrap();

    let refused = spaceships(&cloud, "destroy", &["--yes"]).expect(5);
    for said in ["holds data: 2 objects and 2 older versions in Uploads; nothing was destroyed", "`--force`"] {
        assert!(refused.stderr.contains(said), "no {said} in {refused}");
    }
    s3.head_object().bucket("uploads").key("a").send().await.unwrap();

    let folder = tempfile::TempDir::new().unwrap();
    let folder = folder.path().join("backup");
    let path = folder.to_str().unwrap();
    let destroyed = spaceships(&cloud, "destroy", &["--backup", path, "--yes"]).expect(0);
    let versions = std::fs::read_to_string(folder.join("Uploads/versions.jsonl")).unwrap();
    assert_eq!(versions.lines().count(), 5, "{versions}");
    for said in [
        "backed up Uploads: 4",
        "Archive  AWS::S3::Bucket  is kept by its deletion policy",
        "emptied Uploads: 5 versions",
    ] {
        assert!(destroyed.stderr.contains(said), "no {said} in {destroyed}");
    }
    assert!(s3.head_bucket().bucket("uploads").send().await.is_err());
    s3.head_object().bucket("archive").key("kept").send().await.unwrap();
}

#[tokio::test]
async fn what_was_backed_up_comes_back_as_it_was() {
    let cloud = LocalCloud::fresh();
    deploy(&cloud);
    let config = cloud.sdk_config();
    let (dynamodb, sqs) = (aws_sdk_dynamodb::Client::new(&config), aws_sdk_sqs::Client::new(&config));
    let large = "x".repeat(100_000);
    for number in 0..60 {
        let put = dynamodb.put_item().table_name("spaceships-sightings");
        let put = put.item("spaceship_id", AttributeValue::S(format!("XW-{number}")));
        let put = put.item("timestamp", AttributeValue::N(number.to_string()));
        let put = put.item("large", AttributeValue::S(large.clone()));
        put.item("binary", AttributeValue::B(Blob::new([0, 255, number]))).send().await.unwrap();
    }
    let queue = outputs(&cloud, &[])["SightingsDlqUrl"].as_str().unwrap().to_owned();
    let bodies: Vec<_> = (0..25).map(|number| format!("message {number}")).collect();
    for body in &bodies {
        let call =
            sqs.send_message().queue_url(&queue).message_group_id("g").message_deduplication_id(body.replace(' ', "-"));
        let attribute = MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([0, 200]));
        call.message_attributes("raw", attribute.build().unwrap()).message_body(body).send().await.unwrap();
    }
    let items = async || {
        let mut items = dynamodb.scan().table_name("spaceships-sightings").into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.unwrap();
            all.push((
                item["timestamp"].as_n().unwrap().clone(),
                item["binary"].as_b().unwrap().clone(),
                item["large"].clone(),
            ));
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    let before = items().await;
    assert_eq!(before.len(), 60);

    let folder = tempfile::TempDir::new().unwrap();
    let folder = folder.path().join("backup");
    let path = folder.to_str().unwrap();
    let destroyed = spaceships(&cloud, "destroy", &["--yes", "--backup", path]).expect(0);
    assert!(destroyed.stderr.contains("backed up Sightings: 60 to "), "{destroyed}");
    let refused = spaceships(&cloud, "destroy", &["--yes", "--backup", path]);
    assert!(refused.stderr.contains("nothing to destroy"), "{refused}");
    cloud.attempt(&["restore", path, "--local", "--yes"]).expect(6);

    deploy(&cloud);
    let restored = cloud.attempt(&["restore", path, "--local", "--yes"]).expect(0);
    assert!(restored.stderr.contains("restored SightingsDlq: 25"), "{restored}");
    assert_eq!(items().await, before);
    let queue = outputs(&cloud, &[])["SightingsDlqUrl"].as_str().unwrap().to_owned();
    let mut received = Vec::new();
    while received.len() < bodies.len() {
        let call = sqs.receive_message().queue_url(&queue).max_number_of_messages(10).message_attribute_names("All");
        for message in call.send().await.unwrap().messages.unwrap_or_default() {
            let raw = &message.message_attributes.as_ref().unwrap()["raw"];
            assert_eq!(raw.binary_value().unwrap().as_ref(), [0, 200]);
            received.push(message.body.clone().unwrap());
            let receipt = message.receipt_handle.unwrap();
            sqs.delete_message().queue_url(&queue).receipt_handle(receipt).send().await.unwrap();
        }
    }
    assert_eq!(received, bodies);
    cloud.attempt(&["restore", "nowhere", "--local", "--yes"]).expect(2);
}

#[test]
fn a_deployment_after_the_local_cloud_was_killed_works() {
    let cloud = LocalCloud::fresh();
    deploy(&cloud);
    kill_process(Pid::from_raw(cloud.pid().unwrap()).unwrap(), Signal::KILL).unwrap();
    deploy(&cloud);
    assert_eq!(outputs(&cloud, &[])["SightingsTable"], "spaceships-sightings");
    spaceships(&cloud, "diff", &["--exit-code"]).expect(0);
}
