//! What a deployment would do about the workers of a stack.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use infra::expression::ids_in;
use kubernetes::{Changes, Cluster, Image, Owner, Workload};
use plan::{Action, Plan};
use serde_json::Value as Json;

use super::cluster::{as_json, explain, lines};
use super::packages::Dependencies;
use super::registries::Registries;
use super::repository::Repository;
use super::{image, workloads, written};
use crate::app::App;
use crate::assets;
use crate::cloud::Cloud;
use crate::deploy::stack_instance::StackInstance;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::prepare::Prepared;
use crate::stack::Stack;

/// The workers of a stack with their images, and what would change.
#[derive(Debug)]
pub struct WorkersPlan {
    pub(super) project: String,
    /// The images, by the logical ids of the workers.
    pub(super) images: BTreeMap<String, Image>,
    /// The same by digest, where they are or will be.
    pub(super) names: BTreeMap<String, String>,
    /// The programs whose images are not in their repositories.
    pub(super) missing: BTreeSet<String>,
    pub(super) registries: Arc<Registries>,
    /// What would change in the cluster, with its context; none where no cluster is named.
    changes: Option<(String, Changes)>,
}

impl WorkersPlan {
    /// Makes the images of the workers of a stack, and compares what shall run with what does. Nothing is changed. None where
    /// there is neither a worker nor a cluster that may have one of before, and of a stack that goes to the local cloud.
    ///
    /// # Errors
    /// When an image cannot be made, AWS refuses, or the cluster does.
    pub async fn of(
        app: &App,
        cluster: Option<&Cluster>,
        registries: &Arc<Registries>,
        instance: &StackInstance<'_>,
        prepared: &Prepared,
    ) -> anyhow::Result<Option<Self>> {
        let StackInstance { stack, cloud, .. } = instance;
        if cloud.local.is_some() || (cluster.is_none() && stack.workers().next().is_none()) {
            return Ok(None);
        }
        let workspace = assets::Workspace::built_in(app.root(), app.workspace.target.as_deref())?;
        let (mut images, mut names, mut missing) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let project = &app.workspace.project;
        // Cargo is asked once for each processor.
        let mut dependencies = BTreeMap::new();
        for (function, _) in stack.workers() {
            let path = prepared.workers.get(&function.id);
            let path = path.ok_or_else(|| Failure::new(format!("the program of `{}` was not built", function.id)))?;
            let dependencies = match dependencies.entry(function.architecture) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Dependencies::read(&workspace, function.architecture)?),
            };
            let image = image::of(&workspace, dependencies, function, path)?;
            let repository = Repository { project, stack: stack.stack_name(), program: &function.program };
            let found = repository.find(cloud).await?;
            if !is_pushed(registries, cloud, found.as_deref(), &image).await? {
                missing.insert(function.program.clone());
            }
            let uri = found.unwrap_or_else(|| repository.foreseen_uri(cloud));
            names.insert(function.id.clone(), format!("{uri}@{}", image.digest()));
            images.insert(function.id.clone(), image);
        }
        let registries = Arc::clone(registries);
        let mut plan = Self { project: project.clone(), images, names, missing, registries, changes: None };
        if let Some(cluster) = cluster {
            let objects = kubernetes::objects(&plan.foreseen(instance, prepared).await?)?;
            let changes = cluster.difference(plan.owner(stack), &objects).await;
            let what = format!("the workers of `{}`: ", instance.label);
            let changes = changes.map_err(|error| explain(&what, &error))?;
            plan.changes = Some((cluster.context().to_owned(), changes));
        }
        Ok(Some(plan))
    }

    /// The workers as far as what is deployed tells: what only the deployment will make is written as `${...}`.
    async fn foreseen(&self, instance: &StackInstance<'_>, prepared: &Prepared) -> anyhow::Result<Vec<Workload>> {
        let StackInstance { stack, cloud, .. } = instance;
        let running = match &prepared.deployed {
            Some(_) => Some(RunningStack::of((*cloud).clone(), (*stack).clone()).await?),
            None => None,
        };
        let new = made_anew(&prepared.plan);
        let resolve = |_: &str, value: &Json| {
            let value = prepared.after.resolve(value);
            Ok(match &running {
                Some(running) if !ids_in(&value).iter().any(|id| new.contains(id)) => written(&running.resolve(&value)),
                _ => written(&value),
            })
        };
        workloads(stack, &self.project, &cloud.region, &self.names, &resolve)
    }

    /// Whose the objects in the cluster are.
    pub(super) fn owner<'a>(&'a self, stack: &'a Stack) -> Owner<'a> {
        Owner { project: &self.project, stack: stack.stack_name() }
    }

    /// What is to be shown of it.
    #[must_use]
    pub fn lines(&self, label: &str) -> Vec<String> {
        let pushes = self.missing.iter().map(|program| format!("  +  the image of {program} in ECR"));
        let changes = self.changes.iter().flat_map(|(context, changes)| lines(label, context, changes));
        changes.chain(pushes).collect()
    }

    /// What would change in the cluster, for programs.
    #[must_use]
    pub fn cluster(&self) -> Option<Json> {
        self.changes.as_ref().map(|(context, changes)| as_json(context, changes))
    }

    /// The digests of the images, by the logical ids of the workers.
    #[must_use]
    pub fn digests(&self) -> BTreeMap<String, String> {
        self.images.iter().map(|(id, image)| (id.clone(), image.digest())).collect()
    }

    /// The images by digest, where they are or will be, by the logical ids of the workers.
    #[must_use]
    pub const fn names(&self) -> &BTreeMap<String, String> {
        &self.names
    }

    /// Whether nothing would be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.changes.as_ref().is_none_or(|(_, changes)| *changes == Changes::default())
    }

    /// What is asked before it is carried out; nothing where nothing would be changed.
    #[must_use]
    pub fn question(&self, label: &str) -> Option<String> {
        match &self.changes {
            Some((context, changes)) if *changes != Changes::default() => {
                Some(format!("apply the workers of `{label}` to `{context}`"))
            }
            _ if !self.missing.is_empty() => Some(format!("push the images of the workers of `{label}` to ECR")),
            _ => None,
        }
    }

    /// Refuses what the cluster would refuse.
    ///
    /// # Errors
    /// When somebody else manages a property.
    pub fn require_no_conflict(&self, label: &str) -> anyhow::Result<()> {
        let Some((context, changes)) = &self.changes else { return Ok(()) };
        let Some(conflict) = changes.conflicts.first() else { return Ok(()) };
        let (object, path, manager) = (&conflict.object, &conflict.path, &conflict.manager);
        Err(Failure::new(format!(
            "others manage what the workers of `{label}` set in `{context}`: `{path}` of {object} is `{manager}`'s"
        ))
        .help("let the other give the property up, or take it over with `kubectl apply --server-side --force-conflicts --field-manager=stackwright`")
        .into())
    }
}

async fn is_pushed(registries: &Registries, cloud: &Cloud, uri: Option<&str>, image: &Image) -> anyhow::Result<bool> {
    let Some(uri) = uri else { return Ok(false) };
    let registry = registries.at(cloud, uri).await?;
    Ok(registry.has_image(image).await.map_err(|error| explain("", &error))?)
}

/// The resources that are others after the deployment, under the same logical ids.
fn made_anew(plan: &Plan) -> BTreeSet<&str> {
    let made = |action: &Action| matches!(action, Action::Create | Action::Import | Action::Replace);
    plan.resources.iter().filter(|it| made(&it.action)).map(|it| it.id.as_str()).collect()
}
