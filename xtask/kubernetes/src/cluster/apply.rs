//! Objects are applied, in order, and waited for.

use kube::api::{DynamicObject, Patch, PatchParams, ValidationDirective};
use serde_json::Value;

use super::call::{refused, status};
use super::difference::{Conflict, conflicts};
use super::event::{Event, ObjectName, Tell};
use super::owner::Owner;
use super::{Cluster, FIELD_MANAGER};
use crate::Error;
use crate::object::{Kind, Object};

/// What an application has done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// How many objects were created.
    pub created: usize,
    /// How many were changed.
    pub changed: usize,
    /// How many were as they should be.
    pub unchanged: usize,
    /// How many were removed, because the stack no longer has them.
    pub removed: usize,
}

/// How something is applied.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Patching {
    /// Only asked.
    pub(super) dry_run: bool,
    /// Properties of others are taken over.
    pub(super) force: bool,
}

impl Cluster {
    /// Applies `objects` in their order, by server-side apply as [`FIELD_MANAGER`]; waits until each Deployment does what
    /// it should, and removes objects with the labels of `owner` that are not among them.
    ///
    /// A Deployment that KEDA has scaled to no pod does what it should. Done twice, the second time changes nothing.
    ///
    /// # Errors
    /// When a kind is not installed, which is told before anything is applied; when an object is of another stack, or
    /// someone else manages a property; when the server refuses; and when pods do not run, with the first of their
    /// errors. What was applied before stays.
    pub async fn apply(&self, owner: Owner<'_>, objects: &[Object], tell: Tell<'_>) -> Result<Applied, Error> {
        let kinds = self.kinds_with(objects).await?;
        let mut live = Vec::new();
        for object in objects {
            let before = self.get(object.known(), &ObjectName::of(object)).await?;
            self.check_owner(owner, object, before.as_ref())?;
            live.push(before);
        }
        let mut applied = Applied::default();
        for (object, before) in objects.iter().zip(live) {
            let name = ObjectName::of(object);
            let after = self.apply_one(object).await?;
            let event = match before {
                None => (&mut applied.created, Event::Created(name)),
                Some(before) if before.metadata.resource_version == after.metadata.resource_version => {
                    (&mut applied.unchanged, Event::Unchanged(name))
                }
                Some(_) => (&mut applied.changed, Event::Changed(name)),
            };
            *event.0 += 1;
            tell(event.1);
        }
        // Before the pods run: whatever comes of them, this was applied.
        self.record(owner, objects).await?;
        for object in objects.iter().filter(|object| object.known() == Kind::DEPLOYMENT) {
            self.wait_for(&ObjectName::of(object), tell).await?;
        }
        for object in objects.iter().filter(|object| object.known() == Kind::SCALED_OBJECT) {
            self.wait_for_scaling(&ObjectName::of(object), tell).await?;
        }
        applied.removed = self.prune(owner, objects, &kinds, tell).await?;
        Ok(applied)
    }

    /// An object of another stack is not taken over, nor is a namespace of nobody: it would be removed with the stack.
    pub(super) fn check_owner(
        &self,
        owner: Owner<'_>,
        object: &Object,
        live: Option<&DynamicObject>,
    ) -> Result<(), Error> {
        let Some(live) = live else { return Ok(()) };
        let name = ObjectName::of(object);
        match Owner::of(live) {
            Some(theirs) if theirs == owner => Ok(()),
            Some(theirs) => Err(Error::new(format!("{name} is of {theirs}: expected nobody's, or of {owner}"))
                .help("give it another name, or remove it from the other stack first")
                .help("to share a namespace of another stack, set the worker's `namespace` to `Namespace::Existing`")),
            None if object.known() == Kind::NAMESPACE => {
                Err(Error::new(format!("{name} is there already and of no stack in context `{}`", self.context))
                    .help("set the worker's `namespace` to `Namespace::Existing`, and it is used and never removed"))
            }
            None => Ok(()),
        }
    }

    async fn apply_one(&self, object: &Object) -> Result<DynamicObject, Error> {
        let name = ObjectName::of(object);
        let result = self.patch(object.known(), &name, &object.value(), Patching::default()).await;
        result.map_err(|error| {
            let conflicts = conflicts(&name, &error);
            if status(&error) == Some(409) && !conflicts.is_empty() {
                conflicting(&name, &conflicts)
            } else {
                refused("apply", &name, &error)
            }
        })
    }

    /// Applies `value`, or only asks what would become of it.
    pub(super) async fn patch(
        &self,
        kind: Kind,
        name: &ObjectName,
        value: &Value,
        Patching { dry_run, force }: Patching,
    ) -> Result<DynamicObject, kube::Error> {
        let parameters = &PatchParams {
            dry_run,
            force,
            field_manager: Some(FIELD_MANAGER.to_owned()),
            field_validation: Some(ValidationDirective::Strict),
        };
        let patch = |client| async move {
            Self::api(client, kind, name.namespace.as_deref()).patch(&name.name, parameters, &Patch::Apply(value)).await
        };
        self.call(patch).await
    }
}

fn conflicting(name: &ObjectName, conflicts: &[Conflict]) -> Error {
    let list: Vec<_> = conflicts.iter().map(|it| format!("`{}` is managed by `{}`", it.path, it.manager)).collect();
    let list = list.join("\n  ");
    Error::new(format!("cannot apply {name}: others manage what it sets\n  {list}"))
        .help("let the other give the property up, as by `kubectl apply --server-side --force-conflicts --field-manager=stackwright`, or leave it out here")
}
