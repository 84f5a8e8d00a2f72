//! A process of its own, with signals.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use worker::{Settings, Worker};

use crate::fake::{Kept, Queue, Sqs};
use crate::harness::{bodies, done};

const ENDPOINT: &str = "WORKER_TEST_ENDPOINT";

/// With what the other process exits when it was told to end at once.
const AT_ONCE: i32 = 7;

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
        tracing::info!("begins");
        let slow = bodies(&event).iter().any(|body| body == "slow");
        tokio::time::sleep(Duration::from_millis(if slow { 600_000 } else { 300 })).await;
        done()
    };
    if let Err(error) = Worker::start(&config, settings).unwrap().run(handle).await {
        eprintln!("{error}");
        std::process::exit(AT_ONCE);
    }
}

/// The other process, and the lines of its log so far.
struct Other {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    log: Vec<Value>,
}

impl Other {
    fn start(sqs: &Sqs, grace: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::the_other_process", "--nocapture"])
            .env(ENDPOINT, &sqs.endpoint)
            .env("WORKER_QUEUE_URLS", sqs.url("orders"))
            .env("WORKER_ADDRESS", "127.0.0.1:0")
            .env("WORKER_GRACE", grace)
            .env("WORKER_TIMEOUT", "900")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, log: Vec::new() }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it logs `message`, or has ended.
    fn await_line(&mut self, message: &str) {
        for line in self.lines.by_ref() {
            // The test harness writes lines, too.
            let Ok(line) = serde_json::from_str::<Value>(&line.unwrap()) else { continue };
            let is_it = line["fields"]["message"] == message;
            self.log.push(line);
            if is_it {
                return;
            }
        }
    }

    fn end(mut self) -> (ExitStatus, Vec<Value>) {
        self.await_line("no line is this");
        (self.child.wait().unwrap(), self.log)
    }
}

// The fake has a thread of its own, so that these tests may wait without it.

#[test]
fn a_signal_ends_the_process_with_success_and_what_began_is_done() {
    let sqs = Sqs::start([Queue::new("orders", 3_600).with((0..40).map(|number| number.to_string()))]);
    let mut other = Other::start(&sqs, "20");
    other.await_line("begins");
    other.signal(Signal::TERM);
    let (status, log) = other.end();
    assert!(status.success(), "{status}: {log:?}");
    let grace = Duration::from_secs(20);
    assert!(sqs.left("orders").iter().all(|it| it.is_given_back(grace)), "{:?}", sqs.left("orders"));
    let ended: Vec<_> = log.iter().filter(|line| line["fields"]["message"] == "the batch ended").collect();
    assert!(!ended.is_empty(), "{log:?}");
    for line in ended {
        assert_eq!((&line["fields"]["outcome"], &line["fields"]["failed"]), (&"done".into(), &0.into()), "{line}");
        let request = line["span"]["requestId"].as_str().unwrap();
        let began = |it: &&Value| it["fields"]["message"] == "begins" && it["span"]["requestId"] == request;
        assert_eq!(log.iter().filter(began).count(), 1, "{log:?}");
    }
}

#[test]
fn when_the_grace_is_over_the_process_ends_with_success_and_gives_back() {
    let sqs = Sqs::start([Queue::new("orders", 3_600).with(["slow".to_owned()])]);
    let mut other = Other::start(&sqs, "4");
    other.await_line("begins");
    other.signal(Signal::INT);
    let (status, log) = other.end();
    assert!(status.success(), "{status}: {log:?}");
    assert!(sqs.left("orders").iter().all(Kept::is_visible), "{:?}: {log:?}", sqs.left("orders"));
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let sqs = Sqs::start([Queue::new("orders", 3_600).with(["slow".to_owned()])]);
    let mut other = Other::start(&sqs, "3600");
    other.await_line("begins");
    other.signal(Signal::TERM);
    other.await_line("told to end");
    other.signal(Signal::TERM);
    let (status, log) = other.end();
    assert_eq!(status.code(), Some(AT_ONCE), "{log:?}");
}

/// A process that is killed gives nothing back: it comes back by itself, and is done by the next.
#[test]
fn what_a_killed_process_had_is_done_by_the_next() {
    let sqs = Sqs::start([Queue::new("orders", 2).with((0..20).map(|number| number.to_string()))]);
    let mut first = Other::start(&sqs, "20");
    first.await_line("begins");
    first.signal(Signal::KILL);
    assert!(!first.end().0.success());
    let mut next = Other::start(&sqs, "20");
    while !sqs.is_empty("orders") {
        next.await_line("the batch ended");
    }
    next.signal(Signal::TERM);
    let (status, log) = next.end();
    assert!(status.success(), "{status}: {log:?}");
}
