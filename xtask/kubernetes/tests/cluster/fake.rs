//! A cluster in memory, with what the tests do with it.

use std::ops::Deref;
use std::time::Duration;

use kubernetes::{Applied, Cluster, ClusterSettings, Error, Object, Owner};
use kubernetes_fake::FakeCluster;

/// Whose the workers of these tests are.
pub(crate) const OWNER: Owner<'_> = Owner { project: "shop", stack: "shop-prod-orders" };

pub(crate) struct Fake(FakeCluster);

impl Deref for Fake {
    type Target = FakeCluster;

    fn deref(&self) -> &FakeCluster {
        &self.0
    }
}

impl Fake {
    pub(crate) fn start() -> Self {
        Self(FakeCluster::start())
    }

    pub(crate) async fn connect(&self) -> Cluster {
        Cluster::connect(Some(&self.kubeconfig()), "dev", settings()).await.unwrap()
    }

    /// Applies `objects`, with what was told meanwhile.
    pub(crate) async fn apply(&self, objects: &[Object]) -> (Result<Applied, Error>, Vec<String>) {
        let mut told = Vec::new();
        let result = self.connect().await.apply(OWNER, objects, &mut |event| told.push(event.to_string())).await;
        (result, told)
    }
}

pub(crate) fn settings() -> ClusterSettings {
    let short = Duration::from_millis(1);
    let (patience, removal) = (Duration::from_millis(50), Duration::from_millis(300));
    ClusterSettings {
        pause: short,
        poll: short,
        patience,
        removal,
        rollout: Duration::from_secs(20),
        ..ClusterSettings::default()
    }
}
