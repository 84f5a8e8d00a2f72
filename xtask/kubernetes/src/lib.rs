//! Runs a worker, the process of `stackwright-worker` that consumes queues, on Kubernetes.
//!
//! - [`Workload`] is what a worker needs there. [`check()`] says what an API server would refuse of it, [`objects()`] makes
//!   its objects and [`files`] writes them for `kubectl apply -k`.
//! - [`Program`] becomes an [`Image`], without Docker, and [`Registry`] takes it.
//! - [`Cluster`] applies objects, waits for them, says what would change and removes them.
//!
//! The crate knows Kubernetes and container images. It knows no SDK of AWS and no template: what such a one decides
//! arrives as text, and while it is not known as `${...}`.
//!
//! # Example
//!
//! ```
//! use kubernetes::{Architecture, Identity, Queue, Workload};
//!
//! let identity = Identity {
//!     project: "shop".into(),
//!     stage: "prod".into(),
//!     stack: "shop-prod-orders".into(),
//!     name: "orders-consume".into(),
//! };
//! let url = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders";
//! let image = format!("registry.example/shop/orders@sha256:{}", "0".repeat(64));
//! let queues = vec![Queue::at(url, "eu-central-1", 20)];
//! let workload = Workload::new(identity, "shop", image, Architecture::Arm64, queues);
//! let objects = kubernetes::objects(&[workload])?;
//! let files = kubernetes::files(&objects);
//! assert_eq!(files[0].name, "00-namespace-shop.yaml");
//! # Ok::<(), kubernetes::Invalid>(())
//! ```
//!
//! An image to a registry, and objects to a cluster:
//!
//! ```no_run
//! # async fn deploy(objects: &[kubernetes::Object]) -> Result<(), kubernetes::Error> {
//! use kubernetes::{Architecture, Cluster, ClusterSettings, Credentials, Owner, Program, PushSettings, Registry};
//!
//! let mut program = Program::new("orders-consume", "1.2.0", "target/orders-consume", Architecture::Arm64);
//! program.certificates = Some("/etc/ssl/certs/ca-certificates.crt".into());
//! let credentials = Credentials { user: "AWS".into(), password: "a token".into() };
//! let registry = Registry::new("registry.example/shop/orders", Some(credentials), PushSettings::default())?;
//! let pushed = registry.push(&program.image()?, Some("1.2.0")).await?;
//! println!("{} is there", pushed.image);
//!
//! let cluster = Cluster::connect(None, "prod", ClusterSettings::default()).await?;
//! let owner = Owner { project: "shop", stack: "shop-prod-orders" };
//! cluster.apply(owner, objects, &mut |event| println!("{event}")).await?;
//! # Ok(())
//! # }
//! ```

mod check;
mod cluster;
mod error;
mod image;
mod labels;
mod object;
mod objects;
mod registry;
mod render;
mod workload;

pub use check::{Invalid, Problem, check};
pub use cluster::{
    Applied, Changes, Cluster, ClusterSettings, Conflict, Difference, Drift, Event, FIELD_MANAGER, LogLine, Logs,
    ObjectName, Owner, Running,
};
pub use error::Error;
pub use image::{Image, Package, Program, Sysroot};
pub use labels::{PROJECT_LABEL, STACK_LABEL, STAGE_LABEL};
pub use object::Object;
pub use objects::keda::{
    AuthenticationReference, Fallback, PodIdentity, ScaleTarget, ScaledObject, ScaledObjectSpec, Trigger,
    TriggerAuthentication, TriggerAuthenticationSpec,
};
pub use objects::monitoring::{PodMetricsEndpoint, PodMonitor, PodMonitorSpec};
pub use objects::objects;
pub use registry::{Credentials, PushSettings, Pushed, Registry};
pub use render::{File, KUSTOMIZATION, files, listed, yaml};
pub use workload::{
    ANYWHERE, Architecture, Identity, Monitoring, Queue, QueueSource, Reach, Resources, WORKER_ADDRESS, WORKER_GRACE,
    WORKER_QUEUE_URLS, Workload,
};
