//! Health and metrics over HTTP, for Kubernetes and Prometheus.
//!
//! It is served by a thread of its own, which also hears the signals: both must answer while a handler computes.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::registry::Registry;
use tokio::sync::oneshot;

use crate::health::Health;
use crate::metrics;
use crate::shutdown::{self, Shutdown};

/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Served {
    pub(crate) health: Arc<Health>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) shutdown: Shutdown,
}

/// The server, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Serves at `address`. With `hears_signals` the process's signals end the worker.
    pub(crate) fn start(address: SocketAddr, served: Served, hears_signals: bool) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let work = async move {
            let shutdown = served.shutdown.clone();
            let signals = async {
                if hears_signals && let Err(error) = shutdown::by_signals(shutdown).await {
                    tracing::error!(%error, "signals cannot be heard");
                }
                std::future::pending::<()>().await;
            };
            tokio::select! {
                ended = serve(listener, served) => if let Err(error) = ended {
                    tracing::error!(%error, "health and metrics are not served any more");
                },
                () = signals => {}
                _ = stopped => {}
            }
        };
        thread::Builder::new().name("worker-http".to_owned()).spawn(move || runtime.block_on(work))?;
        Ok(Self { address, _stop: stop })
    }
}

async fn serve(listener: TcpListener, served: Served) -> io::Result<()> {
    let router = Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(counted))
        .with_state(served);
    axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
}

async fn alive(State(served): State<Served>) -> Response {
    if served.health.is_alive() {
        "alive\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the loop stands still\n").into_response()
    }
}

async fn ready(State(served): State<Served>) -> Response {
    if served.shutdown.has_begun() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the worker ends\n").into_response();
    }
    let unready = served.health.unready();
    if unready.is_empty() {
        return "ready\n".into_response();
    }
    let lines = unready.iter().fold(String::new(), |lines, (queue, why)| lines + queue + ": " + why + "\n");
    (StatusCode::SERVICE_UNAVAILABLE, lines).into_response()
}

async fn counted(State(served): State<Served>) -> Response {
    match metrics::encode(&served.registry) {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
