//! Objects are removed, in the reverse order, and waited for.

use std::time::Duration;

use kube::api::{DeleteParams, DynamicObject, Preconditions, PropagationPolicy};
use serde_json::Value as Json;
use tokio::time::{Instant, sleep};

use super::Cluster;
use super::call::{refused, status};
use super::event::{Event, ObjectName, Tell};
use super::live::Live;
use super::owner::Owner;
use crate::Error;
use crate::object::{Kind, Object};

/// What holds an object that goes after the objects which it made.
///
/// <https://kubernetes.io/docs/concepts/architecture/garbage-collection/#foreground-deletion>
const FOREGROUND_DELETION: &str = "foregroundDeletion";

impl Cluster {
    /// Removes all objects with the labels of `owner`, in the reverse of the order in which they are applied, and waits
    /// until they are gone. A namespace stays that holds anything else. Says how many are gone.
    ///
    /// # Errors
    /// When the server refuses, or when an object does not go in time, with what holds it.
    pub async fn remove(&self, owner: Owner<'_>, tell: Tell<'_>) -> Result<usize, Error> {
        self.prune(owner, &[], &self.kinds().await?, tell).await
    }

    /// Removes the objects of `owner` that are not among `objects`. Says how many are gone.
    pub(super) async fn prune(
        &self,
        owner: Owner<'_>,
        objects: &[Object],
        kinds: &[Kind],
        tell: Tell<'_>,
    ) -> Result<usize, Error> {
        let mut removed = 0;
        let mut all: Vec<_> = self.superfluous(owner, objects, kinds).await?.into_iter().rev().collect();
        // Namespaces come last, and what is kept of the others is in them.
        let namespaces = all.split_off(all.iter().take_while(|live| live.kind != Kind::NAMESPACE).count());
        for live in all {
            self.delete(owner, &live).await?;
            tell(Event::Removed(live.name));
            removed += 1;
        }
        self.forget(owner, objects).await?;
        for live in namespaces {
            if let Some(why) = self.holds(&live.name.name).await {
                tell(Event::Kept(live.name, why));
                continue;
            }
            self.delete(owner, &live).await?;
            tell(Event::Removed(live.name));
            removed += 1;
        }
        Ok(removed)
    }

    /// The objects of `owner` that are not among `objects`, in their order. A namespace that objects are in is not
    /// among them.
    pub(super) async fn superfluous(
        &self,
        owner: Owner<'_>,
        objects: &[Object],
        kinds: &[Kind],
    ) -> Result<Vec<Live>, Error> {
        let wanted: Vec<_> = objects.iter().map(ObjectName::of).collect();
        let is_used = |name: &ObjectName| objects.iter().any(|object| object.namespace() == Some(&name.name));
        let mut all = self.all_of(owner, kinds).await?;
        all.retain(|live| {
            !wanted.contains(&live.name)
                && Owner::of(&live.object) == Some(owner)
                && !(live.kind == Kind::NAMESPACE && is_used(&live.name))
        });
        Ok(all)
    }

    async fn delete(&self, owner: Owner<'_>, live: &Live) -> Result<(), Error> {
        let Live { kind, name, object } = live;
        let uid = &object.metadata.uid;
        let preconditions = Some(Preconditions { uid: uid.clone(), resource_version: None });
        // The pods of a Deployment are gone before it is.
        let policy = Some(PropagationPolicy::Foreground);
        let parameters = &DeleteParams { preconditions, propagation_policy: policy, ..DeleteParams::default() };
        let delete = |client| async move {
            Self::api(client, *kind, name.namespace.as_deref()).delete(&name.name, parameters).await
        };
        match self.call(delete).await {
            Ok(_) => {}
            // It is gone, or is another by now.
            Err(error) if matches!(status(&error), Some(404 | 409)) => {}
            Err(error) => return Err(refused("remove", name, &error)),
        }
        let patience = self.settings.removal + time_to_end(object);
        let end = Instant::now() + patience;
        loop {
            let left =
                self.get(*kind, name).await?.filter(|left| left.metadata.uid == *uid && Owner::of(left) == Some(owner));
            let Some(left) = left else { return Ok(()) };
            if Instant::now() >= end {
                let seconds = patience.as_secs();
                let mut finalizers = left.metadata.finalizers.unwrap_or_default();
                finalizers.retain(|finalizer| finalizer != FOREGROUND_DELETION);
                let error = Error::new(format!("{name} is still there {seconds} s after its removal was asked for"));
                return Err(if finalizers.is_empty() {
                    error.help("what belongs to it is not gone, such as a pod on a node that is lost: remove again")
                } else {
                    let finalizers = finalizers.join("`, `");
                    error.help(format!(
                        "it waits for `{finalizers}`: that controller must run, as KEDA's operator for a ScaledObject"
                    ))
                });
            }
            sleep(self.settings.poll).await;
        }
    }
}

/// How long the pods of a Deployment may take to end.
fn time_to_end(object: &DynamicObject) -> Duration {
    let seconds = object.data.pointer("/spec/template/spec/terminationGracePeriodSeconds");
    Duration::from_secs(seconds.and_then(Json::as_u64).unwrap_or(0))
}
