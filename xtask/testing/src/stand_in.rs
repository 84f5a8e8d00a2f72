//! A server that stands in for a service outside of AWS, and that can be slow, down or wrong.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::task::{AbortHandle, JoinSet};

/// What a stand-in answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The media type of the body.
    pub content_type: String,
    /// The body.
    pub body: String,
}

impl Reply {
    /// A body of JSON.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/json".to_owned(), body: body.to_string() }
    }

    /// A body of text.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self { status, content_type: "text/plain".to_owned(), body: body.into() }
    }
}

/// A request that a stand-in got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The method, such as `GET`.
    pub method: String,
    /// The path with its query, such as `/models?model=X`, percent-encoded as it came.
    pub target: String,
    /// The headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body, as text.
    pub body: String,
}

/// What is wrong with a stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It answers after so long.
    Slow(Duration),
    /// It takes no connections, and those that are open are closed.
    Down,
    /// It answers this to every request.
    Wrong(Reply),
}

type Handler = dyn Fn(&Received) -> Reply + Send + Sync;

struct State {
    handler: Box<Handler>,
    fault: Option<Fault>,
    received: Vec<Received>,
}

/// An HTTP server on loopback that stands in for a service outside of AWS. It ends when it is dropped.
///
/// Its address goes into the parameter of the template that holds the service's:
///
/// ```no_run
/// use std::time::Duration;
///
/// use testing::{Fault, LocalCloud, Reply, StandIn};
///
/// let validator = StandIn::new(|request| match request.target.ends_with("model=DS-1") {
///     true => Reply::text(200, "valid"),
///     false => Reply::text(404, "unknown"),
/// });
/// let cloud = LocalCloud::fresh();
/// let system = cloud.system("spaceships").parameter("ModelValidatorUrl", &validator.url("/models")).deploy();
/// // …
/// validator.fail(Fault::Slow(Duration::from_secs(5)));
/// // …
/// validator.recover();
/// assert_eq!(validator.received().len(), 2);
/// ```
pub struct StandIn {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Dropped in the background: the test may run in a runtime itself.
    runtime: Option<Runtime>,
    listening: Mutex<Option<Listening>>,
}

/// A server that takes connections.
struct Listening {
    task: AbortHandle,
    /// Ends when the port and all connections are closed.
    closed: mpsc::Receiver<Infallible>,
}

impl StandIn {
    /// A server that answers each request with what `handler` makes of it.
    #[must_use]
    pub fn new(handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let stand_in = Self {
            address: listener.local_addr().expect("an address"),
            state: Arc::new(Mutex::new(State { handler: Box::new(handler), fault: None, received: Vec::new() })),
            runtime: Some(runtime.expect("a runtime for the stand-in")),
            listening: Mutex::new(None),
        };
        stand_in.listen(listener);
        stand_in
    }

    /// A server that gives the same answer to each request.
    #[must_use]
    pub fn answering(reply: Reply) -> Self {
        Self::new(move |_| reply.clone())
    }

    /// The address of a path, such as `http://127.0.0.1:40001/models`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Lets it answer otherwise from now on.
    pub fn answer(&self, handler: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        self.state().handler = Box::new(handler);
    }

    /// Gives it a fault, in place of the one it has.
    pub fn fail(&self, fault: Fault) {
        if fault == Fault::Down {
            if let Some(listening) = lock(&self.listening).take() {
                listening.task.abort();
                // Nothing is ever sent: the other ends go when the port and the connections are closed.
                let _ = listening.closed.recv();
            }
        } else {
            self.come_up();
        }
        self.state().fault = Some(fault);
    }

    /// Takes its fault away.
    pub fn recover(&self) {
        self.state().fault = None;
        self.come_up();
    }

    /// The requests that it got, in their order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn come_up(&self) {
        if lock(&self.listening).is_none() {
            let listener = TcpListener::bind(self.address);
            self.listen(listener.unwrap_or_else(|error| panic!("{} is taken by now: {error}", self.address)));
        }
    }

    fn listen(&self, listener: TcpListener) {
        let Some(runtime) = &self.runtime else { return };
        let state = Arc::clone(&self.state);
        let (open, closed) = mpsc::channel();
        listener.set_nonblocking(true).expect("a listener that does not block");
        let task = runtime.spawn(async move {
            // First, and so dropped last: after the listener.
            let open = open;
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                let (state, open) = (Arc::clone(&state), open.clone());
                connections.spawn(async move {
                    let _open = open;
                    let service = service_fn(move |request| respond(Arc::clone(&state), request));
                    // A client that hangs up, as on a timeout, is no failure of the server. A connection that was kept would
                    // be closed while the client sends its next request.
                    let mut server = http1::Builder::new();
                    let _ = server.keep_alive(false).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        *lock(&self.listening) = Some(Listening { task: task.abort_handle(), closed });
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandIn").field("address", &self.address).finish_non_exhaustive()
    }
}

async fn respond(
    state: Arc<Mutex<State>>,
    request: hyper::Request<Incoming>,
) -> hyper::Result<hyper::Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let received = Received {
        method: head.method.to_string(),
        target: head.uri.to_string(),
        headers: head.headers.iter().map(header).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let (reply, pause) = {
        let mut state = lock(&state);
        let (reply, pause) = match &state.fault {
            Some(Fault::Wrong(reply)) => (reply.clone(), Duration::ZERO),
            Some(Fault::Slow(pause)) => ((state.handler)(&received), *pause),
            Some(Fault::Down) | None => ((state.handler)(&received), Duration::ZERO),
        };
        state.received.push(received);
        (reply, pause)
    };
    tokio::time::sleep(pause).await;
    let response = hyper::Response::builder().status(reply.status).header("content-type", reply.content_type);
    let response = response.body(Full::from(reply.body));
    Ok(response.unwrap_or_else(|error| panic!("a stand-in cannot answer so: {error}")))
}

/// A handler that panicked has spoilt nothing here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::json;

    use super::*;
    use crate::{Answer, http_client};

    #[tokio::test]
    async fn it_answers_and_remembers_what_it_was_asked() {
        let stand_in = StandIn::new(|request| Reply::json(200, &json!({ "asked": request.target })));
        let answer = Answer::to(http_client().post(stand_in.url("/a?b=c")).body("text")).await;
        assert_eq!((answer.status, answer.json()), (200, json!({ "asked": "/a?b=c" })));
        let received = stand_in.received();
        assert_eq!((received[0].method.as_str(), received[0].body.as_str()), ("POST", "text"));
    }

    #[tokio::test]
    async fn it_can_be_slow_or_down_or_wrong_and_recover() {
        let stand_in = StandIn::answering(Reply::text(200, "well"));
        // One client: a connection that is kept open must not outlive the fault.
        let client = http_client();
        let ask = || client.get(stand_in.url("/")).send();
        assert_eq!(ask().await.unwrap().status(), 200);
        for _ in 0..2 {
            stand_in.fail(Fault::Down);
            ask().await.unwrap_err();
            stand_in.recover();
            assert_eq!(ask().await.unwrap().status(), 200);
        }
        stand_in.fail(Fault::Down);
        stand_in.fail(Fault::Wrong(Reply::text(500, "oops")));
        assert_eq!(ask().await.unwrap().status(), 500);
        let began = Instant::now();
        stand_in.fail(Fault::Slow(Duration::from_millis(200)));
        assert_eq!(ask().await.unwrap().text().await.unwrap(), "well");
        assert!(began.elapsed() >= Duration::from_millis(200));
    }
}
