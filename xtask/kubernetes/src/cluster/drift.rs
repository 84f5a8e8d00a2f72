//! How what is there differs from what was applied.

use std::collections::BTreeSet;

use super::Cluster;
use super::apply::Patching;
use super::call::refused;
use super::compare::differences;
use super::difference::Difference;
use super::event::{Event, Tell};
use super::owner::Owner;
use super::record::{Place, Recorded};
use crate::Error;
use crate::object::Kind;

/// How a stack's objects differ from what was applied.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drift {
    /// How many objects were compared.
    pub read: usize,
    /// What differs, in the order of the objects: `before` is what is there, and `after` what was applied. An object that is
    /// gone is one difference with an empty path.
    pub differences: Vec<Difference>,
    /// What was applied of all objects with a difference.
    changed: Vec<Recorded>,
    places: BTreeSet<Place>,
}

impl Drift {
    /// Whether it is known what was applied of the worker.
    #[must_use]
    pub fn knows(&self, namespace: &str, worker: &str) -> bool {
        self.places.contains(&(namespace.to_owned(), worker.to_owned()))
    }
}

impl Cluster {
    /// Compares the objects of `owner` with what [`Cluster::apply`] applied last. The server itself says what differs: it is
    /// asked what would become of them if the same was applied again. What others add and nobody applied is no difference.
    /// Nothing is changed.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn drift(&self, owner: Owner<'_>) -> Result<Drift, Error> {
        let records = self.recorded(owner).await?;
        let mut drift = Drift { places: records.keys().cloned().collect(), ..Drift::default() };
        let mut recorded: Vec<_> = records.into_values().flatten().collect();
        recorded.sort_by(|one, other| (one.kind.rank(), &one.name).cmp(&(other.kind.rank(), &other.name)));
        for applied in recorded {
            drift.read += 1;
            let count = drift.differences.len();
            let difference = |path, before, after| Difference { object: applied.name.clone(), path, before, after };
            match self.get(applied.kind, &applied.name).await? {
                None => drift.differences.push(difference(String::new(), None, Some(applied.value.clone()))),
                Some(live) => {
                    let after = self
                        .patch(applied.kind, &applied.name, &applied.value, Patching { dry_run: true, force: true })
                        .await;
                    let after = after.map_err(|error| refused("compare", &applied.name, &error))?;
                    let values = [&live, &after].map(serde_json::to_value);
                    let [Ok(before), Ok(after)] = values else { continue };
                    let found = differences(&before, &after).into_iter();
                    drift.differences.extend(found.map(|(path, before, after)| difference(path, before, after)));
                }
            }
            if drift.differences.len() > count {
                drift.changed.push(applied);
            }
        }
        Ok(drift)
    }

    /// Applies again what was applied of the objects that differ, also where somebody else manages a property now, and waits
    /// as [`Cluster::apply`] does. Says how many were applied.
    ///
    /// # Errors
    /// When the server refuses, or the pods do not run.
    pub async fn restore(&self, drift: &Drift, tell: Tell<'_>) -> Result<usize, Error> {
        for applied in &drift.changed {
            let result =
                self.patch(applied.kind, &applied.name, &applied.value, Patching { dry_run: false, force: true }).await;
            result.map_err(|error| refused("apply", &applied.name, &error))?;
            tell(Event::Changed(applied.name.clone()));
        }
        for applied in drift.changed.iter().filter(|it| it.kind == Kind::DEPLOYMENT) {
            self.wait_for(&applied.name, tell).await?;
        }
        for applied in drift.changed.iter().filter(|it| it.kind == Kind::SCALED_OBJECT) {
            self.wait_for_scaling(&applied.name, tell).await?;
        }
        Ok(drift.changed.len())
    }
}
