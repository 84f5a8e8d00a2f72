//! SQS in memory: what a worker calls, with faults at any call.

mod queue;
mod server;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use tokio::sync::oneshot;
use worker::Shutdown;

pub(crate) use queue::{Kept, Queue};

/// The calls of a worker.
pub(crate) const ACTIONS: [&str; 4] =
    ["GetQueueAttributes", "ReceiveMessage", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"];

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Throttled,
    Failed,
    Denied,
    /// The connection ends before anything is done.
    Dropped,
    /// The connection ends after all is done.
    Lost,
    /// The first entry of a batch fails, and may succeed later.
    OneEntry,
}

/// Faults of the calls of an action: from the `first`, which is 1, to the `last`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faults {
    pub(crate) action: &'static str,
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) fault: Fault,
}

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) queues: BTreeMap<String, Queue>,
    pub(crate) faults: Vec<Faults>,
    pub(crate) calls: BTreeMap<String, usize>,
    /// A worker that is told to end by the nth call of an action, before it is answered.
    pub(crate) end_at: Option<(&'static str, usize, Shutdown)>,
    /// Whether calls wait for messages no longer.
    pub(crate) is_hurried: bool,
}

/// A running fake, which ends when this is dropped.
pub(crate) struct Sqs {
    world: Arc<Mutex<World>>,
    pub(crate) endpoint: String,
    _stop: oneshot::Sender<()>,
}

impl Sqs {
    /// Serves `queues`, by a thread of its own, so that no handler holds it up.
    pub(crate) fn start(queues: impl IntoIterator<Item = Queue>) -> Self {
        let queues = queues.into_iter().map(|queue| (queue.name.clone(), queue)).collect();
        let world = Arc::new(Mutex::new(World { queues, ..World::default() }));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let served = Arc::clone(&world);
        thread::spawn(move || runtime.block_on(server::serve(listener, served, stopped)));
        Self { world, endpoint, _stop: stop }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn url(&self, queue: &str) -> String {
        format!("{}/123456789012/{queue}", self.endpoint)
    }

    pub(crate) async fn config(&self) -> SdkConfig {
        aws_config::defaults(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url(&self.endpoint)
            .credentials_provider(Credentials::for_tests())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .load()
            .await
    }

    pub(crate) fn fault(&self, action: &'static str, first: usize, last: usize, fault: Fault) {
        self.world().faults.push(Faults { action, first, last, fault });
    }

    /// What is left in a queue.
    pub(crate) fn left(&self, queue: &str) -> Vec<Kept> {
        self.world().queues[queue].kept.clone()
    }

    pub(crate) fn is_empty(&self, queue: &str) -> bool {
        self.world().queues[queue].kept.is_empty()
    }

    pub(crate) fn calls(&self, action: &str) -> usize {
        self.world().calls.get(action).copied().unwrap_or_default()
    }
}

impl World {
    /// Counts a call, and says what goes wrong with it.
    fn call(&mut self, action: &str) -> Option<Fault> {
        let count = self.calls.entry(action.to_owned()).or_default();
        *count += 1;
        let count = *count;
        if let Some((of, nth, shutdown)) = &self.end_at
            && *of == action
            && *nth == count
        {
            shutdown.begin();
        }
        let fault = self.faults.iter().find(|it| it.action == action && (it.first..=it.last).contains(&count));
        fault.map(|it| it.fault)
    }
}

/// Waits until `condition` holds. It fails after a time in which the slowest machine gets there.
pub(crate) async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..6_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not come to this: {what}");
}
