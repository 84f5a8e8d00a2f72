//! The local cloud's process and state, through the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::{Answer, CommandOutput, LocalCloud, eventually_that, http_client};

async fn create_queue(cloud: &LocalCloud) {
    Client::new(&cloud.sdk_config()).create_queue().queue_name("kept").send().await.unwrap();
}

async fn queues(cloud: &LocalCloud) -> usize {
    Client::new(&cloud.sdk_config()).list_queues().send().await.unwrap().queue_urls().len()
}

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn runs_until_it_is_stopped_and_starts_only_once() {
    let cloud = LocalCloud::fresh();
    assert_eq!(cloud.status()["running"], false);
    assert_eq!(cloud.run(&["local", "stop"]), "the local cloud is not running\n");

    let endpoint = format!("http://127.0.0.1:{}", cloud.port());
    assert_eq!(cloud.run(&["local", "start"]), format!("the local cloud runs at {endpoint}\n"));
    let first = cloud.status();
    assert_eq!((&first["healthy"], &first["version"]), (&true.into(), &"1.5.33".into()));
    cloud.run(&["local", "start"]);
    assert_eq!(first["pid"], cloud.status()["pid"]);

    assert_eq!(cloud.run(&["local", "stop"]), "the local cloud saved its state and stopped\n");
    assert_eq!(cloud.status()["running"], false);
}

#[test]
fn env_prints_what_other_clients_need() {
    let cloud = LocalCloud::fresh();
    let expected = format!(
        "AWS_ENDPOINT_URL=http://127.0.0.1:{}\nAWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\n\
         AWS_SESSION_TOKEN=\nAWS_REGION=eu-west-3\nAWS_DEFAULT_REGION=eu-west-3\n",
        cloud.port()
    );
    assert_eq!(cloud.run(&["local", "env", "--region", "eu-west-3"]), expected);
}

#[tokio::test]
async fn state_survives_a_restart_and_ends_with_reset() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    create_queue(&cloud).await;
    cloud.run(&["local", "stop"]);
    cloud.run(&["local", "start"]);
    assert_eq!(queues(&cloud).await, 1);

    cloud.run(&["local", "reset"]);
    assert_eq!(queues(&cloud).await, 0);
    create_queue(&cloud).await;
    cloud.run(&["local", "stop"]);
    cloud.run(&["local", "reset"]);
    cloud.run(&["local", "start"]);
    assert_eq!(queues(&cloud).await, 0);
}

#[tokio::test]
async fn what_roles_were_allowed_and_denied_is_recorded_until_reset() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    create_queue(&cloud).await;
    let url = format!("http://127.0.0.1:{}/000000000000/kept", cloud.port());
    let sender = Client::new(&session_of_a_role(&cloud, &["sqs:SendMessage"]).await);
    let entry = SendMessageBatchRequestEntry::builder().id("one").message_body("one").build().unwrap();
    sender.send_message_batch().queue_url(&url).entries(entry).send().await.unwrap();
    sender.send_message().queue_url(&url).message_body("two").send().await.unwrap();
    sender.purge_queue().queue_url(&url).send().await.unwrap_err();

    let call = |action: &str, allowed: bool, count: u64| {
        let resource = "arn:aws:sqs:sa-east-1:000000000000:kept";
        json!({
            "role": "sender", "session": "test", "action": action, "resource": resource, "allowed": allowed,
            "count": count, "last": null,
        })
    };
    let expected = [call("sqs:SendMessage", true, 2), call("sqs:PurgeQueue", false, 1)];
    assert_eq!(recorded(&cloud).await, expected, "a batch needs the action of one message, and the root is no role");
    cloud.run(&["local", "stop"]);
    cloud.run(&["local", "start"]);
    assert_eq!(recorded(&cloud).await, expected, "kept with the state");
    cloud.run(&["local", "reset"]);
    assert_eq!(recorded(&cloud).await, [] as [Value; 0]);
}

/// A configuration with a session named `test` of the new role `sender`, which allows `actions`.
async fn session_of_a_role(cloud: &LocalCloud, actions: &[&str]) -> SdkConfig {
    let config = cloud.sdk_config();
    let iam = aws_sdk_iam::Client::new(&config);
    let document = |statement: Value| json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let trust = document(json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }));
    let role = iam.create_role().role_name("sender").assume_role_policy_document(trust).send().await.unwrap();
    let rights = document(json!({ "Effect": "Allow", "Action": actions, "Resource": "*" }));
    let put = iam.put_role_policy().role_name("sender").policy_name("sender").policy_document(rights);
    put.send().await.unwrap();
    let assume = aws_sdk_sts::Client::new(&config).assume_role().role_session_name("test");
    let session = assume.role_arn(role.role.unwrap().arn).send().await.unwrap().credentials.unwrap();
    let token = Some(session.session_token);
    let keys = Credentials::new(session.access_key_id, session.secret_access_key, token, None, "test");
    config.to_builder().credentials_provider(SharedCredentialsProvider::new(keys)).build()
}

/// The calls that the local cloud recorded, without the time.
async fn recorded(cloud: &LocalCloud) -> Vec<Value> {
    let url = format!("http://127.0.0.1:{}/_stackwright/calls", cloud.port());
    let mut recorded = Answer::to(http_client().get(url)).await.json();
    assert_eq!((&recorded["version"], &recorded["left_out"]), (&json!(1), &json!(0)));
    let calls = recorded["calls"].as_array_mut().unwrap();
    for call in calls.iter_mut() {
        assert!(call["last"].take().as_u64() > Some(0), "{call}");
    }
    std::mem::take(calls)
}

#[tokio::test]
async fn what_is_older_than_seconds_survives_a_kill() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    create_queue(&cloud).await;
    let saved = cloud.folder().join("state/sqs.json");
    for _ in 0..100 {
        if saved.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    kill(cloud.pid().unwrap());

    let ended = cloud.attempt(&["local", "start"]);
    assert!(ended.code == Some(0), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("warning: the local cloud was killed"), "{}", ended.stderr);
    assert_eq!(queues(&cloud).await, 1);
}

#[tokio::test]
async fn loopback_counts_as_tls() {
    const TLS_ONLY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
        "Action": "sqs:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#;
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let sqs = Client::new(&cloud.sdk_config());
    let create = sqs.create_queue().queue_name("closed").attributes(QueueAttributeName::Policy, TLS_ONLY);
    let queue = create.send().await.unwrap().queue_url.unwrap();
    sqs.send_message().queue_url(queue).message_body("text").send().await.unwrap();
}

#[test]
fn unreadable_state_is_reported_and_kept() {
    let cloud = LocalCloud::fresh();
    let state = cloud.folder().join("state");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("sqs.json"), "{broken").unwrap();

    let ended = cloud.attempt(&["local", "start"]);
    assert!(ended.stderr.contains("the saved state of sqs cannot be read"), "{}", ended.stderr);
    cloud.run(&["local", "stop"]);
    assert_eq!(fs::read_to_string(state.join("sqs.json.unreadable")).unwrap(), "{broken");
}

#[test]
fn a_taken_port_is_named_with_a_way_out_and_nothing_is_started() {
    let cloud = LocalCloud::fresh();
    let taken = cloud.port();
    let _listener = TcpListener::bind(("127.0.0.1", taken)).unwrap();
    let ended = cloud.attempt(&["local", "start"]);
    assert_eq!(ended.code, Some(1));
    let message = ended.stderr;
    assert!(message.contains(&format!("port {taken} is taken by a program that is not an AWS emulator")), "{message}");
    assert!(message.contains("`STACKWRIGHT_LOCAL_PORT="), "{message}");
    assert_eq!(cloud.status()["running"], false);
}

#[test]
fn a_local_service_gets_a_port_that_is_free_and_keeps_it() {
    let cloud = LocalCloud::fresh();
    let _listener = TcpListener::bind(("127.0.0.1", cloud.port() + 1)).unwrap();
    let address = |cloud: &LocalCloud| cloud.status()["services"]["model-validator"].as_str().unwrap().to_owned();
    cloud.run(&["local", "start"]);
    let first = address(&cloud);
    assert_ne!(first, format!("http://127.0.0.1:{}", cloud.port() + 1));
    cloud.run(&["local", "stop"]);
    assert_eq!(cloud.status()["services"], serde_json::json!({}));
    cloud.run(&["local", "start"]);
    assert_eq!(address(&cloud), first);
}

#[test]
fn the_state_of_another_local_cloud_is_not_touched() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let other = TempDir::new().unwrap();
    let ended = CommandOutput::of(cloud.command(&["local", "start"]).env("STACKWRIGHT_LOCAL_STATE", other.path()));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("is taken by another local cloud"), "{}", ended.stderr);

    let ended = CommandOutput::of(cloud.command(&["local", "start"]).env("STACKWRIGHT_LOCAL_PORT", "1"));
    assert!(ended.stderr.contains("is in use by the local cloud on port"), "{}", ended.stderr);
}

#[test]
fn a_port_that_is_none_is_refused() {
    let cloud = LocalCloud::fresh();
    for port in ["0", "65535", "http"] {
        let ended = CommandOutput::of(cloud.command(&["local", "status"]).env("STACKWRIGHT_LOCAL_PORT", port));
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains(&format!("`{port}` of STACKWRIGHT_LOCAL_PORT is no port")));
    }
}

#[test]
fn a_crash_while_starting_shows_the_end_of_the_log() {
    let cloud = LocalCloud::fresh();
    // The unreadable file cannot be set aside under a name that a folder has.
    fs::create_dir_all(cloud.folder().join("state/sqs.json.unreadable")).unwrap();
    fs::write(cloud.folder().join("state/sqs.json"), "{broken").unwrap();
    let ended = cloud.attempt(&["local", "start"]);
    assert_eq!(ended.code, Some(1));
    let message = ended.stderr;
    assert!(message.contains("ended while it was starting (exit status: 1)"), "{message}");
    assert!(message.contains("  | IsADirectoryError"), "{message}");
    assert_eq!(cloud.status()["running"], false);
}

/// The lines of a worker that writes down when it starts, when it is told to end, and when its work is done after that: to
/// the file that its environment names.
const SLOW_WORKER: &str = r#"#!/bin/sh
trap 'echo told >> "$NOTES"; is_told=1' TERM
echo started >> "$NOTES"
until [ "$is_told" ]; do sleep 0.05; done
sleep 3
echo done >> "$NOTES"
"#;

/// Runs one process of [`SLOW_WORKER`] as the worker `Slow` of the stack `slow`, which writes to `notes`.
async fn run_slow_worker(cloud: &LocalCloud, notes: &Path) {
    let folder = cloud.folder().join("workers");
    let program = folder.join("slow");
    fs::create_dir_all(&folder).unwrap();
    fs::write(&program, SLOW_WORKER).unwrap();
    fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
    let spec = json!({
        "program": program, "environment": { "NOTES": notes }, "scaler_role": null, "keda_operator": null, "queues": [],
        "min": 1, "max": 1, "messages_per_pod": 1, "grace": 900,
    });
    let url = format!("{}/_stackwright/workers/us-east-1/slow/Slow", cloud.endpoint());
    Answer::to(http_client().put(url).body(spec.to_string())).await.expect(200);
    noted(notes, &["started"]).await;
}

async fn noted(notes: &Path, expected: &[&str]) {
    let lines = async || fs::read_to_string(notes).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    eventually_that("the worker has noted it", lines, |lines| *lines == expected).await;
}

#[tokio::test]
async fn a_worker_finishes_its_work_when_the_local_cloud_stops() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let notes = cloud.folder().join("notes");
    run_slow_worker(&cloud, &notes).await;
    assert_eq!(cloud.run(&["local", "stop"]), "the local cloud saved its state and stopped\n");
    noted(&notes, &["started", "told", "done"]).await;
}

/// One that ends already, as when fewer are wanted, is not told again: it would drop its work.
#[tokio::test]
async fn a_worker_that_ends_already_is_waited_for() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let (first, second) = (cloud.folder().join("first"), cloud.folder().join("second"));
    run_slow_worker(&cloud, &first).await;
    run_slow_worker(&cloud, &second).await;
    noted(&first, &["started", "told"]).await;
    let url = format!("{}/_stackwright/workers/us-east-1/slow", cloud.endpoint());
    let ends =
        [http_client().delete(&url), http_client().delete(&url)].map(async |end| Answer::to(end).await.expect(200));
    for end in ends {
        end.await;
        for notes in [&first, &second] {
            assert_eq!(fs::read_to_string(notes).unwrap(), "started\ntold\ndone\n");
        }
    }
}

#[tokio::test]
async fn reset_ends_workers_without_their_grace() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let notes = cloud.folder().join("notes");
    run_slow_worker(&cloud, &notes).await;
    cloud.run(&["local", "reset"]);
    noted(&notes, &["started", "told"]).await;
    // Longer than its work would take.
    tokio::time::sleep(Duration::from_secs(5)).await;
    noted(&notes, &["started", "told"]).await;
}

#[test]
fn without_python_it_says_what_to_install() {
    let (cloud, home) = (LocalCloud::fresh(), TempDir::new().unwrap());
    let mut start = cloud.command(&["local", "start"]);
    let ended = CommandOutput::of(start.env("STACKWRIGHT_HOME", home.path()).env("PATH", home.path()));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("`python3` is not on PATH"), "{}", ended.stderr);
    assert!(ended.stderr.contains("apt install python3 python3-venv"), "{}", ended.stderr);
}

#[test]
fn without_network_the_first_use_says_so() {
    let (cloud, home) = (LocalCloud::fresh(), TempDir::new().unwrap());
    let mut start = cloud.command(&["local", "start"]);
    // Nothing listens on port 1.
    start.env("STACKWRIGHT_HOME", home.path()).env("PIP_INDEX_URL", "http://127.0.0.1:1/simple");
    let ended = CommandOutput::of(&mut start);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("the Python package index cannot be reached"), "{}", ended.stderr);
}

/// A stack whose services keep files and tables of their own.
const KEEPING: &str = r#"{"Resources": {
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "kept-objects",
        "VersioningConfiguration": {"Status": "Enabled"}}},
    "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "kept-items", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}},
    "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "kept-events"}},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "kept-topic"}},
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "kept-messages"}}}}"#;

#[tokio::test]
async fn what_was_deleted_does_not_come_back_with_the_next_start() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let config = cloud.sdk_config();
    let cloudformation = aws_sdk_cloudformation::Client::new(&config);
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(s3);
    let create = async || {
        cloudformation.create_stack().stack_name("keeping").template_body(KEEPING).send().await.unwrap();
        loop {
            let stacks = cloudformation.describe_stacks().stack_name("keeping").send().await.unwrap().stacks.unwrap();
            match stacks[0].stack_status().unwrap().as_str() {
                "CREATE_IN_PROGRESS" => tokio::time::sleep(Duration::from_millis(20)).await,
                status => return assert_eq!(status, "CREATE_COMPLETE", "{stacks:?}"),
            }
        }
    };
    create().await;
    let put = || s3.put_object().bucket("kept-objects").key("a/b").body(b"x".to_vec().into());
    let first = put().send().await.unwrap();
    s3.delete_object().bucket("kept-objects").key("a/b").version_id(first.version_id().unwrap()).send().await.unwrap();
    cloudformation.delete_stack().stack_name("keeping").send().await.unwrap();
    while cloudformation.describe_stacks().stack_name("keeping").send().await.is_ok_and(|answer| {
        answer.stacks().iter().any(|stack| stack.stack_status().unwrap().as_str() != "DELETE_COMPLETE")
    }) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    cloud.run(&["local", "stop"]);
    cloud.run(&["local", "start"]);
    assert_eq!(s3.list_buckets().send().await.unwrap().buckets().len(), 0);
    create().await;
}
