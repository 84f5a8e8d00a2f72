//! The registries of images, with the rights of who deploys.

use std::collections::BTreeMap;

use kubernetes::{Credentials, Registry};
use tokio::sync::Mutex;

use super::cluster::{explain, push_settings};
use super::repository;
use crate::cloud::Cloud;

/// The registries of an account. Each region's token is asked for once: it is good for all of its repositories, for 12 hours.
#[derive(Debug, Default)]
pub struct Registries(Mutex<BTreeMap<String, Credentials>>);

impl Registries {
    /// The repository at `uri`.
    ///
    /// # Errors
    /// When AWS gives no token, or `uri` is none.
    pub(super) async fn at(&self, cloud: &Cloud, uri: &str) -> anyhow::Result<Registry> {
        let mut known = self.0.lock().await;
        if !known.contains_key(&cloud.region) {
            known.insert(cloud.region.clone(), repository::credentials(&cloud.ecr).await?);
        }
        let registry = Registry::new(uri, known.get(&cloud.region).cloned(), push_settings());
        Ok(registry.map_err(|error| explain("", &error))?)
    }
}
