//! The objects of a stack in a cluster: applied, waited for, compared and removed.

mod apply;
mod call;
mod compare;
mod connect;
mod difference;
mod drift;
mod event;
mod live;
mod logs;
mod namespaces;
mod owner;
mod pods;
mod record;
mod removal;
mod rollout;
mod running;
mod scaling;

use std::time::Duration;

pub use apply::Applied;
pub use difference::{Changes, Conflict, Difference};
pub use drift::Drift;
pub use event::{Event, ObjectName};
pub use logs::{LogLine, Logs};
pub use owner::Owner;
pub use running::Running;

/// Who applies, in the server's record of which property is whose.
pub const FIELD_MANAGER: &str = "stackwright";

/// A cluster, through a context of a kubeconfig.
#[derive(Clone)]
pub struct Cluster {
    client: kube::Client,
    context: String,
    settings: ClusterSettings,
}

/// How long things may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSettings {
    /// How long one request may take to be answered: 30 s by default.
    pub timeout: Duration,
    /// How often a request is tried that can be answered another time: 5 by default.
    pub attempts: u32,
    /// How long it waits after the first failure: 500 ms by default, then twice as long each time, 10 s at most.
    pub pause: Duration,
    /// The time between two looks at what is waited for: 2 s by default.
    pub poll: Duration,
    /// How long what goes wrong with pods or with KEDA may last that can be over by itself, as a quota: 30 s by default.
    pub patience: Duration,
    /// How long a rollout may take: 15 min by default, more than the Deployment's own deadline.
    pub rollout: Duration,
    /// How long a removal may take, beside what pods have to end: 5 min by default.
    pub removal: Duration,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("context", &self.context).finish_non_exhaustive()
    }
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            attempts: 5,
            pause: Duration::from_millis(500),
            poll: Duration::from_secs(2),
            patience: Duration::from_secs(30),
            rollout: Duration::from_mins(15),
            removal: Duration::from_mins(5),
        }
    }
}

impl Cluster {
    /// The context that it was connected by.
    #[must_use]
    pub fn context(&self) -> &str {
        &self.context
    }
}
