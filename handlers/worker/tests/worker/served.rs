//! Health and metrics.

use std::cell::Cell;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use tokio::time::sleep;
use worker::{Settings, Shutdown, Worker};

use crate::fake::{Fault, Queue, Sqs, until};
use crate::harness::{done, settings};

/// Asks on a thread of its own.
async fn get(address: SocketAddr, path: &'static str) -> (u16, String) {
    tokio::task::spawn_blocking(move || get_now(address, path)).await.unwrap()
}

fn get_now(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: worker\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Asks until the status is `expected`.
async fn becomes(address: SocketAddr, path: &'static str, expected: u16) -> String {
    for _ in 0..6_000 {
        let (status, text) = get(address, path).await;
        if status == expected {
            return text;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("{path} never was {expected}");
}

#[tokio::test]
async fn health_tells_how_it_goes_and_metrics_count_it() {
    let sqs = Sqs::start([Queue::new("orders", 30).with((0..3).map(|number| number.to_string()))]);
    sqs.fault("GetQueueAttributes", 1, 3, Fault::Denied);
    let shutdown = Shutdown::default();
    let worker = Worker::ended_by(&sqs.config().await, settings(&sqs, &["orders"]), shutdown.clone()).unwrap();
    let address = worker.address();
    let is_open = Cell::new(false);
    let handle = async |_| {
        until("the handler may go on", || is_open.get()).await;
        done()
    };
    let look = async {
        let why = becomes(address, "/readyz", 503).await;
        assert!(why.starts_with("orders: it "), "{why}");
        assert_eq!(becomes(address, "/readyz", 200).await, "ready\n");
        assert_eq!(get(address, "/healthz").await.0, 200);
        assert_eq!(get(address, "/other").await.0, 404);
        is_open.set(true);
        until("all is deleted", || sqs.is_empty("orders")).await;
        let expected = [
            r#"worker_messages_received_total{queue="orders"} 3"#,
            r#"worker_messages_processed_total{queue="orders"} 3"#,
            r#"worker_messages_returned_total{queue="orders"} 0"#,
            r#"worker_messages_released_total{queue="orders"} 0"#,
            r#"worker_batches_total{queue="orders",outcome="done"} 1"#,
            r#"worker_batch_duration_seconds_count{queue="orders"} 1"#,
            r#"worker_batches_in_flight{queue="orders"} 0"#,
            r#"worker_receive_errors_total{queue="orders",kind="denied"} 3"#,
            "# EOF",
        ];
        // The last is counted just after the messages are gone.
        let mut text = String::new();
        for _ in 0..500 {
            text = get(address, "/metrics").await.1;
            if expected.iter().all(|line| text.lines().any(|it| it == *line)) {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        for line in expected {
            assert!(text.lines().any(|it| it == line), "`{line}` is missing in:\n{text}");
        }
        // A call of SQS is under way: the worker is not ready, and lives.
        shutdown.begin();
        assert_eq!(becomes(address, "/readyz", 503).await, "the worker ends\n");
        assert_eq!(get(address, "/healthz").await.0, 200);
        sqs.world().is_hurried = true;
    };
    let (ended, ()) = tokio::join!(worker.run(handle), look);
    ended.unwrap();
}

#[tokio::test]
async fn a_queue_that_cannot_be_read_any_more_makes_the_worker_unready() {
    let sqs = Sqs::start([Queue::new("orders", 30)]);
    sqs.fault("ReceiveMessage", 2, 6, Fault::Failed);
    let shutdown = Shutdown::default();
    let settings = Settings { concurrency: 1, ..settings(&sqs, &["orders"]) };
    let worker = Worker::ended_by(&sqs.config().await, settings, shutdown.clone()).unwrap();
    let address = worker.address();
    let look = async {
        becomes(address, "/readyz", 200).await;
        sqs.world().queues.get_mut("orders").unwrap().send("one", None);
        let why = becomes(address, "/readyz", 503).await;
        assert_eq!(why, "orders: it cannot be read (service), which the log explains\n");
        becomes(address, "/readyz", 200).await;
        shutdown.begin();
        sqs.world().is_hurried = true;
    };
    let (ended, ()) = tokio::join!(worker.run(async |_| done()), look);
    ended.unwrap();
}

/// A handler that computes holds up its own thread: health is told nevertheless.
#[tokio::test]
async fn health_is_told_while_a_handler_computes() {
    let sqs = Sqs::start([Queue::new("orders", 30).with(["one".to_owned()])]);
    let shutdown = Shutdown::default();
    let worker = Worker::ended_by(&sqs.config().await, settings(&sqs, &["orders"]), shutdown.clone()).unwrap();
    let address = worker.address();
    let handle = async |_| {
        // This blocks the thread of the worker.
        assert_eq!(get_now(address, "/healthz").0, 200);
        done()
    };
    let all = async {
        until("all is deleted", || sqs.is_empty("orders")).await;
        shutdown.begin();
        sqs.world().is_hurried = true;
    };
    let (ended, ()) = tokio::join!(worker.run(handle), all);
    ended.unwrap();
}

#[tokio::test]
async fn a_port_that_is_in_use_is_told() {
    let sqs = Sqs::start([Queue::new("orders", 30)]);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let settings = Settings { address, ..settings(&sqs, &["orders"]) };
    let error = Worker::ended_by(&sqs.config().await, settings, Shutdown::default()).unwrap_err().to_string();
    let expected = format!("environment: `WORKER_ADDRESS` is `{address}`, where nothing can be served: ");
    assert!(error.starts_with(&expected), "{error}");
}

#[tokio::test]
async fn a_worker_without_a_region_does_not_start() {
    let config = aws_config::SdkConfig::builder().build();
    let sqs = Sqs::start([]);
    let error = Worker::ended_by(&config, settings(&sqs, &["orders"]), Shutdown::default()).unwrap_err().to_string();
    assert_eq!(error, "environment: `AWS_REGION` is not set: expected the region of the queues");
}
