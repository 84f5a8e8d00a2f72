//! An API server of Kubernetes and a registry of images, in memory, for tests of what deploys to them.
//!
//! Nothing here runs or costs anything. A program under test is led to the cluster by a kubeconfig, and to the registry
//! by its address. Both count their calls, and any call can have a fault.
//!
//! The cluster knows server-side apply with the managers of properties, finalizers, and the controllers that a
//! Deployment and a `ScaledObject` need. Lists are one property each, and it checks no schema. The registry checks digests
//! and that a manifest's blobs are there.
//!
//! ```
//! use kubernetes_fake::{FakeCluster, FakeRegistry, Fault, Rollout};
//!
//! let cluster = FakeCluster::start();
//! cluster.state().rollout = Rollout::Waits("CrashLoopBackOff");
//! cluster.calls().fail(3, Fault::Status(500));
//! assert!(cluster.kubeconfig().is_file());
//!
//! let registry = FakeRegistry::start();
//! registry.add("shop/orders");
//! assert!(registry.address().starts_with("127.0.0.1:"));
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
#![allow(clippy::missing_panics_doc, reason = "everything here panics when it fails: the crate's page says so once")]

mod cluster;
mod registry;
mod server;

pub use cluster::store::{Conflicts, Key, Stored};
pub use cluster::{FakeCluster, Rollout, State};
pub use registry::{FakeRegistry, Repository};
pub use server::{Calls, Fault};
