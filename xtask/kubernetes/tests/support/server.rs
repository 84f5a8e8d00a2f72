//! A server of HTTP in this process, with faults at any call.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
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

/// Calls are counted from 0 and noted, and one of them can have a fault.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) seen: Mutex<Vec<String>>,
    pub(crate) faults: Mutex<Vec<(usize, Fault)>>,
}

impl Calls {
    pub(crate) fn fail(&self, call: usize, fault: Fault) {
        self.faults.lock().unwrap().push((call, fault));
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn next(&self, request: &Request<Incoming>) -> Option<Fault> {
        let mut seen = self.seen.lock().unwrap();
        seen.push(format!("{} {}", request.method(), request.uri()));
        let number = seen.len() - 1;
        self.faults.lock().unwrap().iter().find(|(call, _)| *call == number).map(|(_, fault)| *fault)
    }
}

pub(crate) fn text(status: u16, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Full::new(text.into()).boxed_unsync());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// Serves `answer` until the runtime ends.
pub(crate) async fn serve(answer: Arc<impl Answer>, calls: Arc<Calls>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { return };
            let (answer, calls) = (Arc::clone(&answer), Arc::clone(&calls));
            let service = service_fn(move |request| one(request, Arc::clone(&answer), Arc::clone(&calls)));
            let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    address
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
