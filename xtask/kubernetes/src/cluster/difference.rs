//! What an application would change.

use serde_json::Value;

use super::Cluster;
use super::apply::Patching;
use super::call::{refused, status};
use super::compare::differences;
use super::event::ObjectName;
use super::owner::Owner;
use crate::Error;
use crate::object::Object;

/// What an application would change, and what is in its way.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Properties that would change, in the order of the objects. An object that would be created or removed is one
    /// difference with an empty path.
    pub differences: Vec<Difference>,
    /// Properties that someone else manages.
    pub conflicts: Vec<Conflict>,
}

/// A property that would change.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The object.
    pub object: ObjectName,
    /// The property: `spec.template.spec.containers[worker].image`.
    pub path: String,
    /// What it is; nothing when it is not there.
    pub before: Option<Value>,
    /// What it would be; nothing when it would not be there.
    pub after: Option<Value>,
}

/// A property that someone else manages with another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The object.
    pub object: ObjectName,
    /// The property, as the server writes it: `.spec.minReplicaCount`.
    pub path: String,
    /// Who manages it.
    pub manager: String,
}

impl Cluster {
    /// What [`Cluster::apply`] would change. The server itself says it, so what it adds by default is no difference.
    /// Nothing is changed.
    ///
    /// # Errors
    /// When a kind is not installed, an object is of another stack, or the server refuses one.
    pub async fn difference(&self, owner: Owner<'_>, objects: &[Object]) -> Result<Changes, Error> {
        let kinds = self.kinds_with(objects).await?;
        let mut changes = Changes::default();
        for object in objects {
            let name = ObjectName::of(object);
            let live = self.get(object.known(), &name).await?;
            self.check_owner(owner, object, live.as_ref())?;
            let Some(live) = live else {
                let after = Some(object.value());
                changes.differences.push(Difference { object: name, path: String::new(), before: None, after });
                continue;
            };
            let value = object.value();
            let ask = Patching { dry_run: true, force: false };
            let mut result = self.patch(object.known(), &name, &value, ask).await;
            if let Err(error) = &result
                && status(error) == Some(409)
            {
                changes.conflicts.extend(conflicts(&name, error));
                result = self.patch(object.known(), &name, &value, Patching { force: true, ..ask }).await;
            }
            let after = result.map_err(|error| refused("compare", &name, &error))?;
            let values = [&live, &after].map(serde_json::to_value);
            let [Ok(before), Ok(after)] = values else { continue };
            changes.differences.extend(
                differences(&before, &after).into_iter().map(|(path, before, after)| Difference {
                    object: name.clone(),
                    path,
                    before,
                    after,
                }),
            );
        }
        for live in self.superfluous(owner, objects, &kinds).await? {
            let before = serde_json::to_value(&live.object).ok();
            changes.differences.push(Difference { object: live.name, path: String::new(), before, after: None });
        }
        Ok(changes)
    }
}

/// What the server says of a conflict: a cause for each property.
pub(super) fn conflicts(name: &ObjectName, error: &kube::Error) -> Vec<Conflict> {
    let kube::Error::Api(status) = error else { return Vec::new() };
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let causes = causes.filter(|cause| cause.reason == "FieldManagerConflict");
    // `conflict with "kubectl" using apps/v1`
    let manager = |message: &str| message.split('"').nth(1).unwrap_or(message).to_owned();
    causes
        .map(|cause| Conflict { object: name.clone(), path: cause.field.clone(), manager: manager(&cause.message) })
        .collect()
}
