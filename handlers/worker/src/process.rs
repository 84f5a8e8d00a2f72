//! A worker, from its start to its end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_config::SdkConfig;
use futures::FutureExt as _;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::value::RawValue;

use crate::engine::Engine;
use crate::health::{Health, Readiness};
use crate::http::{Served, Server};
use crate::metrics::Metrics;
use crate::queue::Queue;
use crate::settings::Settings;
use crate::shutdown::Shutdown;
use crate::sqs::Sqs;

/// Why a worker does not work.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Its clients do not know where the queues are.
    #[error("environment: `AWS_REGION` is not set: expected the region of the queues")]
    NoRegion,
    /// Health and metrics cannot be served.
    #[error("environment: `WORKER_ADDRESS` is `{address}`, where nothing can be served: {cause}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says of it.
        cause: io::Error,
    },
    /// It was told to end without waiting.
    #[error("ended at once, as it was told: what was at work comes back after the queue's visibility timeout")]
    AtOnce,
}

/// A worker that serves its health and metrics, and begins to work when it is [run](Self::run).
#[derive(Debug)]
pub struct Worker {
    engine: Engine,
    health: Arc<Health>,
    server: Server,
}

impl Worker {
    /// A worker that ends by SIGTERM and SIGINT: it asks for no more messages, and what began may go on for the grace; by a
    /// second signal at once.
    ///
    /// # Errors
    /// When it cannot serve at its address, or `config` has no region.
    pub fn start(config: &SdkConfig, settings: Settings) -> Result<Self, WorkerError> {
        Self::prepare(config, settings, Shutdown::default(), true)
    }

    /// A worker that hears no signals, and ends by `shutdown` alone.
    ///
    /// # Errors
    /// When it cannot serve at its address, or `config` has no region.
    pub fn ended_by(config: &SdkConfig, settings: Settings, shutdown: Shutdown) -> Result<Self, WorkerError> {
        Self::prepare(config, settings, shutdown, false)
    }

    fn prepare(
        config: &SdkConfig,
        settings: Settings,
        shutdown: Shutdown,
        hears_signals: bool,
    ) -> Result<Self, WorkerError> {
        if config.region().is_none() {
            return Err(WorkerError::NoRegion);
        }
        let health = Arc::new(Health::new(settings.timeout));
        let queue = |url: &crate::QueueUrl| Queue::new(url.clone(), Readiness::new(&health, url.name()));
        let queues: Vec<_> = settings.queues.iter().map(queue).collect();
        let metrics = Metrics::new(&queues);
        let state = Served { health: Arc::clone(&health), registry: metrics.registry(), shutdown: shutdown.clone() };
        let address = settings.address;
        let server =
            Server::start(address, state, hears_signals).map_err(|cause| WorkerError::Address { address, cause })?;
        let engine = Engine { sqs: Sqs::new(config), settings, queues, metrics, shutdown };
        Ok(Self { engine, health, server })
    }

    /// Where health and metrics are served.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Gives `handle` the batches of all queues, until the worker is told to end.
    ///
    /// # Errors
    /// When it is told to end at once.
    pub async fn run(
        self,
        handle: impl AsyncFn(LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Error>,
    ) -> Result<(), WorkerError> {
        let Self { engine, health, server } = &self;
        let Settings { concurrency, batch_size, grace, .. } = engine.settings;
        let queues = engine.queues.iter().map(Queue::name).collect::<Vec<_>>().join(" ");
        let grace_seconds = grace.as_secs();
        tracing::info!(queues, concurrency, batch_size, grace_seconds, address = %server.address, "the worker starts");
        let handler = |event| handle(event).boxed_local();
        tokio::select! {
            biased;
            () = engine.shutdown.now() => return Err(WorkerError::AtOnce),
            () = engine.run(&handler) => tracing::info!("the worker ended"),
            never = health.beat() => match never {},
            () = engine.shutdown.after(grace) => {
                tracing::error!("the grace is over: what is not deleted or released comes back after its visibility timeout");
            }
        }
        Ok(())
    }
}
