//! A server of HTTP in a thread of its own, with faults at any call.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub(crate) type Body = Full<Bytes>;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this status, and nothing is done.
    Status(u16),
    /// The connection is dropped, and nothing is done.
    DropBefore,
    /// It is done, and the connection is dropped instead of an answer.
    DropAfter,
}

/// Answers a request whose body has arrived.
pub(crate) trait Answer: Send + Sync + 'static {
    fn answer(&self, request: Request<Bytes>) -> Response<Body>;
}

/// Calls are counted from 0 and noted, and each can have a fault.
#[derive(Debug, Default)]
pub struct Calls {
    seen: Mutex<Vec<String>>,
    faults: Mutex<Vec<(usize, Fault)>>,
}

impl Calls {
    /// Lets a fault strike the call with this number.
    pub fn fail(&self, call: usize, fault: Fault) {
        lock(&self.faults).push((call, fault));
    }

    /// Lets no fault strike any more.
    pub fn heal(&self) {
        lock(&self.faults).clear();
    }

    /// The calls so far, as `GET /version`.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        lock(&self.seen).clone()
    }

    fn next(&self, request: &Request<Incoming>) -> Option<Fault> {
        let mut seen = lock(&self.seen);
        seen.push(format!("{} {}", request.method(), request.uri()));
        let number = seen.len() - 1;
        lock(&self.faults).iter().find(|(call, _)| *call == number).map(|(_, fault)| *fault)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn text(status: u16, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// A server that listens until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(answer: Arc<impl Answer>, calls: Arc<Calls>) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("kubernetes-fake".to_owned()).spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = accept(listener, answer, calls) => {}
                    // Dropping the sender is the sign.
                    _ = stopped => {}
                }
            });
        });
        Self { address, stop: Some(stop), thread: thread.ok() }
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

async fn accept(listener: TcpListener, answer: Arc<impl Answer>, calls: Arc<Calls>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (answer, calls) = (Arc::clone(&answer), Arc::clone(&calls));
        let service = service_fn(move |request| one(request, Arc::clone(&answer), Arc::clone(&calls)));
        // A fault that drops the connection ends it with an error.
        let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

async fn one(request: Request<Incoming>, answer: Arc<impl Answer>, calls: Arc<Calls>) -> io::Result<Response<Body>> {
    let fault = calls.next(&request);
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    match fault {
        Some(Fault::DropBefore) => return Err(io::Error::other("dropped")),
        Some(Fault::Status(status)) => {
            let told = r#""message":"of the test"}"#;
            let body = format!(r#"{{"errors":[{{"code":"FAULT",{told}],"kind":"Status","code":{status},{told}"#);
            let mut response = text(status, body);
            response.headers_mut().insert("retry-after", "0".parse().unwrap());
            return Ok(response);
        }
        Some(Fault::DropAfter) | None => {}
    }
    let response = answer.answer(Request::from_parts(head, body));
    if fault == Some(Fault::DropAfter) { Err(io::Error::other("dropped")) } else { Ok(response) }
}
