//! The protocol of SQS: AWS JSON 1.0 over HTTP.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::queue::Refused;
use super::{Fault, Queue, World};

type Shared = Arc<Mutex<World>>;

/// The status and body of an answer.
type Answer = (u16, Value);

pub(super) async fn serve(listener: std::net::TcpListener, world: Shared, stopped: oneshot::Receiver<()>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let accept = async {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(request, Arc::clone(&world)));
                // A fault ends the connection: that is what it is for.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    };
    tokio::select! {
        () = accept => {}
        _ = stopped => {}
    }
}

async fn answer(request: Request<Incoming>, world: Shared) -> io::Result<Response<Full<Bytes>>> {
    let target = request.headers().get("x-amz-target").and_then(|it| it.to_str().ok()).unwrap_or_default();
    let action = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let input: Value = serde_json::from_slice(&body)?;
    let fault = lock(&world, |world| world.call(&action));
    let (status, answer) = match fault {
        Some(Fault::Throttled) => (400, json!({ "__type": "com.amazonaws.sqs#RequestThrottled" })),
        Some(Fault::Failed) => (500, json!({ "__type": "com.amazonaws.sqs#InternalFailure" })),
        Some(Fault::Denied) => (400, json!({ "__type": "com.amazonaws.sqs#AccessDeniedException" })),
        Some(Fault::Dropped) => return Err(io::ErrorKind::ConnectionReset.into()),
        Some(Fault::Lost) => {
            act(&action, &input, &world, None).await;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Some(Fault::OneEntry) | None => act(&action, &input, &world, fault).await,
    };
    let response = Response::builder().status(status).header("content-type", "application/x-amz-json-1.0");
    response.body(Full::new(answer.to_string().into())).map_err(io::Error::other)
}

async fn act(action: &str, input: &Value, world: &Shared, fault: Option<Fault>) -> Answer {
    let name = input["QueueUrl"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let Some(visibility) = lock(world, |world| Some(world.queues.get(name)?.visibility)) else {
        return (400, json!({ "__type": "com.amazonaws.sqs#QueueDoesNotExist" }));
    };
    let of_queue = |work: &mut dyn FnMut(&mut Queue) -> Value| {
        (200, lock(world, |world| work(world.queues.get_mut(name).unwrap())))
    };
    match action {
        "GetQueueAttributes" => {
            let arn = format!("arn:aws:sqs:eu-central-1:123456789012:{name}");
            (200, json!({ "Attributes": { "QueueArn": arn, "VisibilityTimeout": visibility.to_string() } }))
        }
        "ReceiveMessage" => (200, receive(name, input, world, visibility).await),
        "DeleteMessageBatch" => of_queue(&mut |queue| {
            entries(input, fault, |entry| queue.delete(entry["ReceiptHandle"].as_str().unwrap_or_default()))
        }),
        "ChangeMessageVisibilityBatch" => of_queue(&mut |queue| {
            entries(input, fault, |entry| {
                let seconds = entry["VisibilityTimeout"].as_u64().unwrap_or_default();
                queue.hide(entry["ReceiptHandle"].as_str().unwrap_or_default(), seconds)
            })
        }),
        _ => (400, json!({ "__type": "com.amazonaws.sqs#InvalidAction" })),
    }
}

async fn receive(name: &str, input: &Value, world: &Shared, visibility: u64) -> Value {
    let number = |name: &str| input[name].as_u64();
    let ends = Instant::now() + Duration::from_secs(number("WaitTimeSeconds").unwrap_or(0));
    let most = usize::try_from(number("MaxNumberOfMessages").unwrap_or(1)).unwrap();
    let visibility = number("VisibilityTimeout").unwrap_or(visibility);
    let attempt = input["ReceiveRequestAttemptId"].as_str();
    loop {
        let (received, is_hurried) = lock(world, |world| {
            (world.queues.get_mut(name).unwrap().receive(most, visibility, attempt), world.is_hurried)
        });
        if received.is_empty() && Instant::now() < ends && !is_hurried {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        }
        let messages = received.iter().map(|message| {
            let count = message.receipts.len().to_string();
            let mut attributes = json!({ "ApproximateReceiveCount": count, "SentTimestamp": "1700000000000" });
            if let Some(group) = &message.group {
                attributes["MessageGroupId"] = group.as_str().into();
            }
            json!({
                "MessageId": message.id,
                "ReceiptHandle": message.receipts.last(),
                "Body": message.body,
                "MD5OfBody": "d41d8cd98f00b204e9800998ecf8427e",
                "Attributes": attributes,
            })
        });
        return json!({ "Messages": messages.collect::<Vec<_>>() });
    }
}

fn entries(input: &Value, fault: Option<Fault>, mut act: impl FnMut(&Value) -> Result<(), Refused>) -> Value {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (index, entry) in input["Entries"].as_array().into_iter().flatten().enumerate() {
        let outcome = match fault {
            Some(Fault::OneEntry) if index == 0 => Err(("InternalError", false)),
            _ => act(entry),
        };
        match outcome {
            Ok(()) => successful.push(json!({ "Id": entry["Id"] })),
            Err((code, fault)) => failed.push(json!({ "Id": entry["Id"], "Code": code, "SenderFault": fault })),
        }
    }
    json!({ "Successful": successful, "Failed": failed })
}

fn lock<T>(world: &Shared, work: impl FnOnce(&mut World) -> T) -> T {
    work(&mut world.lock().unwrap_or_else(PoisonError::into_inner))
}
