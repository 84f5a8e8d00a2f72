//! What the engine knows of AWS's services: which resources exist, what they hold, and how they differ from their model.
//!
//! One file per service. A type that none of them lists is left to CloudFormation, what it holds is told by
//! [`infra::facts`], and how it differs from its model by the Cloud Control API, which reads nearly all types.

mod apigateway;
mod cloud_control;
pub mod cloudformation;
mod deviation;
pub mod dynamodb;
mod eventbridge;
mod existence;
mod iam;
mod lambda;
mod logs;
mod policy;
pub mod s3;
mod sns;
mod sqs;

use std::path::Path;

use anyhow::Context as _;
use futures::future::{BoxFuture, FutureExt as _, ready};
use infra::facts::{self, Holds};

use crate::cloud::Cloud;
use cloudformation::Resource;
use deviation::Live;

pub use deviation::{Compared, Deviation, PassedOver, Readers, compare, repair};
pub use existence::{CONCURRENCY, Search, find};
pub use lambda::HOTSWAP_TAG;

/// An answer of a service, once it is there.
type Answer<'a, T> = BoxFuture<'a, anyhow::Result<T>>;

/// How the engine looks after the resources of one type. `id` is the physical id of one.
trait ResourceType: Sync {
    /// Whether the resource exists; `None` when its service is not asked.
    fn exists<'a>(&self, _cloud: &'a Cloud, _id: &'a str) -> Answer<'a, Option<bool>> {
        ready(Ok(None)).boxed()
    }

    /// What the resource holds: `1,204 items`; `None` when it is empty or holds nothing by nature.
    fn contents<'a>(&self, _cloud: &'a Cloud, _id: &'a str) -> Answer<'a, Option<String>> {
        ready(Ok(None)).boxed()
    }

    /// How what the resource holds is kept in files; `None` when it cannot be.
    fn backup(&self) -> Option<&dyn Backup> {
        None
    }

    /// How the live resource differs from its model; `None` when its service's own API is not asked.
    fn deviations<'a>(&self, _live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        None
    }
}

/// How what the resources of one type hold is kept in files.
trait Backup: Sync {
    /// Copies it to files in `folder`, which is empty; how much that was.
    fn back_up<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64>;

    /// Brings back what [`Self::back_up`] copied to `folder`; how much that was.
    fn restore<'a>(&self, cloud: &'a Cloud, id: &'a str, folder: &'a Path) -> Answer<'a, u64>;

    /// Whether what is copied is gone from the resource.
    fn moves(&self) -> bool {
        false
    }
}

/// Every type that a service's file lists.
fn of(resource_type: &str) -> Option<&'static dyn ResourceType> {
    let services = [
        apigateway::TYPES,
        dynamodb::TYPES,
        eventbridge::TYPES,
        iam::TYPES,
        lambda::TYPES,
        logs::TYPES,
        s3::TYPES,
        sns::TYPES,
        sqs::TYPES,
    ];
    services.into_iter().flatten().find(|(name, _)| *name == resource_type).map(|(_, service)| *service)
}

/// Whether the resource exists; `None` for one of a type whose service is not asked.
///
/// # Errors
/// When the service refuses to say.
pub async fn exists(cloud: &Cloud, resource: &Resource) -> anyhow::Result<Option<bool>> {
    match of(&resource.resource_type) {
        Some(service) => service.exists(cloud, &resource.physical_id).await,
        None => Ok(None),
    }
}

/// How much an existing resource holds: `1,204 items`, `3 messages`, or what it is where that is not counted, such as
/// `data` of a database; `None` when it is empty, gone, or holds nothing by nature.
///
/// # Errors
/// When the service refuses to say.
pub async fn contents(cloud: &Cloud, resource: &Resource) -> anyhow::Result<Option<String>> {
    match (facts::holds(&resource.resource_type), of(&resource.resource_type)) {
        (Holds::Uncounted(what), _) => Ok(Some(what.to_owned())),
        (Holds::Nothing, _) => Ok(None),
        (_, Some(service)) => service.contents(cloud, &resource.physical_id).await,
        // What nobody counts may be there.
        (Holds::Counted(unit) | Holds::Logs(unit), None) => Ok(Some(format!("{unit}s"))),
    }
}

/// Whether [`back_up`] takes what it copies away from resources of a type; `None` when they cannot be backed up.
#[must_use]
pub fn backup_moves(resource_type: &str) -> Option<bool> {
    Some(of(resource_type)?.backup()?.moves())
}

/// Copies what a resource holds to files in `folder`, which is made; how much that was.
///
/// # Errors
/// When its type cannot be backed up, the service refuses, or a file cannot be written.
pub async fn back_up(cloud: &Cloud, resource: &Resource, folder: &Path) -> anyhow::Result<u64> {
    tokio::fs::create_dir_all(folder).await.with_context(|| format!("`{}` cannot be made", folder.display()))?;
    backup_of(resource)?.back_up(cloud, &resource.physical_id, folder).await
}

/// Brings back what [`back_up`] copied; how much that was.
///
/// # Errors
/// When its type cannot be backed up, the service refuses, or a file cannot be read.
pub async fn restore(cloud: &Cloud, resource: &Resource, folder: &Path) -> anyhow::Result<u64> {
    backup_of(resource)?.restore(cloud, &resource.physical_id, folder).await
}

fn backup_of(resource: &Resource) -> anyhow::Result<&'static dyn Backup> {
    let backup = of(&resource.resource_type).and_then(|service| service.backup());
    backup.with_context(|| format!("{} ({}) cannot be backed up", resource.id, resource.resource_type))
}

/// `1,204 items`.
#[must_use]
pub fn quantity(count: u64, unit: &str) -> String {
    format!("{} {unit}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `1204` as `1,204`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_204, "1,204"), (1_000_000, "1,000,000")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn what_is_counted_has_somebody_who_counts() {
        for resource_type in facts::recorded() {
            if let Holds::Counted(_) | Holds::Logs(_) = facts::holds(resource_type) {
                assert!(of(resource_type).is_some(), "{resource_type}");
            }
        }
    }
}
