//! Listens on this machine, in a thread of its own.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::faults::Fault;
use crate::http::{Answer, Request};
use crate::world::Shared;

/// A server that listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(world: Arc<Shared>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("aws-fake".to_owned()).spawn(move || {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                tokio::select! {
                    () = accept(listener, world) => {}
                    // Dropping the sender is the sign.
                    _ = stopped => {}
                }
            });
            // A callback of a test may still run.
            runtime.shutdown_timeout(Duration::from_millis(100));
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, world: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let world = Arc::clone(&world);
        let service = service_fn(move |request| handle(Arc::clone(&world), request));
        // A fault that closes the connection ends it with an error.
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

async fn handle(world: Arc<Shared>, request: hyper::Request<Incoming>) -> io::Result<hyper::Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec();
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers: BTreeMap<_, _> = parts.headers.iter().map(header).collect();
    let uri = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    let request = Request::new(parts.method.as_str(), uri, headers, body);
    let arrived = world.arrive(&request);
    for callback in arrived.callbacks {
        // It may wait for a process to end.
        let _ = tokio::task::spawn_blocking(callback).await;
    }
    match arrived.fault {
        Some(Fault::Dropped) => return Err(closed()),
        Some(Fault::NeverAnswered) => std::future::pending().await,
        _ => {}
    }
    let answer = world.carry_out(&request, arrived.fault);
    if arrived.fault == Some(Fault::LostAnswer) {
        return Err(closed());
    }
    response(&request, answer)
}

fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "a fault closed the connection")
}

fn response(request: &Request, answer: Answer) -> io::Result<hyper::Response<Full<Bytes>>> {
    let mut response = hyper::Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    // The length of what a `HEAD` is about is in a header, without a body.
    let body = if request.method == "HEAD" { Bytes::new() } else { Bytes::from(answer.body) };
    response.body(Full::new(body)).map_err(io::Error::other)
}
