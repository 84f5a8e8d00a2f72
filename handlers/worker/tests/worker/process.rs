//! A process of its own, with signals.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use worker::{Settings, Worker};

use crate::fake::{Queue, Sqs, until};
use crate::harness::{bodies, done};

const ENDPOINT: &str = "WORKER_TEST_ENDPOINT";

/// The other process: this program again, with nothing but this test.
#[tokio::test]
async fn the_other_process() {
    let Ok(endpoint) = std::env::var(ENDPOINT) else { return };
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::from_static("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(aws_credential_types::Credentials::for_tests())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .load()
        .await;
    tracing_subscriber::fmt().json().with_max_level(tracing::Level::INFO).init();
    let settings = Settings::read(|name| std::env::var(name).ok()).unwrap();
    let handle = async |event| {
        let slow = bodies(&event).iter().any(|body| body == "slow");
        tokio::time::sleep(Duration::from_millis(if slow { 600_000 } else { 300 })).await;
        tracing::info!("worked");
        done()
    };
    if let Err(error) = Worker::start(&config, settings).unwrap().run(handle).await {
        eprintln!("{error}");
        std::process::exit(7);
    }
}

fn start(sqs: &Sqs, grace: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process::the_other_process", "--nocapture"])
        .env(ENDPOINT, &sqs.endpoint)
        .env("WORKER_QUEUE_URLS", sqs.url("orders"))
        .env("WORKER_ADDRESS", "127.0.0.1:0")
        .env("WORKER_GRACE", grace)
        .env("WORKER_TIMEOUT", "900")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// The lines of its log.
fn log(child: &mut Child) -> Vec<serde_json::Value> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.filter_map(|line| serde_json::from_str(&line.unwrap()).ok()).collect()
}

#[tokio::test]
async fn a_signal_ends_the_process_with_success_and_what_began_is_done() {
    let sqs = Sqs::start([Queue::new("orders", 3_600).with((0..40).map(|number| number.to_string()))]);
    let mut child = start(&sqs, "20");
    until("it works", || !sqs.world().queues["orders"].delivered.is_empty()).await;
    signal(&child, Signal::TERM);
    let lines = tokio::task::spawn_blocking(move || {
        let lines = log(&mut child);
        (lines, child.wait().unwrap())
    });
    let (lines, status) = lines.await.unwrap();
    assert!(status.success(), "{status}: {lines:?}");
    assert!(sqs.left("orders").iter().all(crate::fake::Kept::is_visible), "{:?}", sqs.left("orders"));
    let ended: Vec<_> = lines.iter().filter(|line| line["fields"]["message"] == "the batch ended").collect();
    assert!(!ended.is_empty(), "{lines:?}");
    for line in ended {
        assert_eq!((&line["fields"]["outcome"], &line["fields"]["failed"]), (&"done".into(), &0.into()), "{line}");
        let request = line["span"]["requestId"].as_str().unwrap();
        let worked =
            |it: &&serde_json::Value| it["fields"]["message"] == "worked" && it["span"]["requestId"] == request;
        assert_eq!(lines.iter().filter(worked).count(), 1, "{lines:?}");
    }
}

#[tokio::test]
async fn when_the_grace_is_over_the_process_ends_with_success_and_gives_back() {
    let sqs = Sqs::start([Queue::new("orders", 3_600).with(["slow".to_owned()])]);
    let mut child = start(&sqs, "2");
    until("it works", || !sqs.world().queues["orders"].delivered.is_empty()).await;
    signal(&child, Signal::INT);
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert!(status.success(), "{status}");
    assert!(sqs.left("orders").iter().all(crate::fake::Kept::is_visible), "{:?}", sqs.left("orders"));
}

#[tokio::test]
async fn a_second_signal_ends_the_process_at_once() {
    let sqs = Sqs::start([Queue::new("orders", 3_600).with(["slow".to_owned()])]);
    let mut child = start(&sqs, "3600");
    until("it works", || !sqs.world().queues["orders"].delivered.is_empty()).await;
    signal(&child, Signal::TERM);
    tokio::time::sleep(Duration::from_millis(300)).await;
    signal(&child, Signal::TERM);
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(7));
}
