//! What X-Ray is told of the calls of a traced function.

#![cfg(all(feature = "sqs", feature = "runtime"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::process::Command;
use std::thread;

use bindings::sqs::{Queue, SendMessage};
use serde_json::Value;

const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

#[derive(Debug, serde::Deserialize)]
struct Bindings {
    orders: Queue<SendMessage>,
}

/// What [`a_call_is_told_to_the_daemon`] runs as a process of its own, whose variables are those of a function.
#[tokio::test]
async fn the_function() {
    if std::env::var_os("ORDERS").is_none() {
        return;
    }
    let bindings: Bindings = bindings::load().await.unwrap();
    let header = bindings::trace::TraceHeader::parse(HEADER).unwrap();
    let call = async { bindings.orders.send_message().message_body("hello").send().await };
    assert!(bindings::trace::in_trace(header, call).await.is_err());
}

#[test]
fn a_call_is_told_to_the_daemon() {
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    daemon.set_read_timeout(Some(std::time::Duration::from_mins(1))).unwrap();
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = service.local_addr().unwrap();
    let asked = thread::spawn(move || {
        let (mut connection, _) = service.accept().unwrap();
        let mut request = Vec::new();
        let mut part = [0; 4_096];
        while !request.windows(5).any(|it| it == b"hello") {
            let length = connection.read(&mut part).unwrap();
            request.extend_from_slice(&part[..length]);
        }
        let body = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}"#;
        let answer = format!(
            "HTTP/1.1 400 Bad Request\r\nx-amzn-requestid: r-7\r\ncontent-type: application/x-amz-json-1.0\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&request).into_owned()
    });
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_function", "--nocapture"])
        .env("ORDERS", format!("http://{address}/000000000000/orders"))
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .env("AWS_XRAY_DAEMON_ADDRESS", daemon.local_addr().unwrap().to_string())
        .envs([("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));

    let mut datagram = [0; 4_096];
    let length = daemon.recv(&mut datagram).unwrap();
    let text = std::str::from_utf8(&datagram[..length]).unwrap();
    let (header, document) = text.split_once('\n').unwrap();
    assert_eq!(header, r#"{"format": "json", "version": 1}"#);
    let document: Value = serde_json::from_str(document).unwrap();
    assert_eq!((&document["name"], &document["aws"]["operation"]), (&"SQS".into(), &"SendMessage".into()));
    assert_eq!((&document["aws"]["request_id"], &document["error"]), (&"r-7".into(), &true.into()));
    assert_eq!(document["parent_id"], "53995c3f42cd8ad8");

    // What the queue passes on belongs to the call.
    let asked = asked.join().unwrap();
    let id = document["id"].as_str().unwrap();
    let expected = format!("x-amzn-trace-id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent={id};Sampled=1");
    assert!(asked.contains(&expected), "no {expected} in {asked}");
}
