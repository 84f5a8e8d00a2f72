//! The workers of a deployed stack in a cluster.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kubernetes::{Changes, Cluster, ClusterSettings, Event, Image, Object, PushSettings, Registry, Workload};
use serde_json::Value as Json;

use super::{image, repository, workloads};
use crate::app::App;
use crate::assets;
use crate::cargo;
use crate::cloud::Cloud;
use crate::deploy::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::prepare::Prepared;
use crate::stack::Stack;
use crate::ui;

/// The cluster that the kubeconfig's `context` leads to, where one is named and any of `all` has workers.
///
/// # Errors
/// When there is no such context, the cluster is not in reach, or workers would go to several regions.
pub async fn connect(context: Option<&str>, all: &[StackInstance<'_>]) -> anyhow::Result<Option<Cluster>> {
    let remote = all.iter().filter(|it| it.cloud.local.is_none() && it.stack.workers().next().is_some());
    let regions: std::collections::BTreeSet<_> = remote.map(|it| it.cloud.region.as_str()).collect();
    let Some(context) = context.filter(|_| !regions.is_empty()) else { return Ok(None) };
    if regions.len() > 1 {
        let regions: Vec<_> = regions.into_iter().collect();
        let message = format!("`--kube-context` leads to one cluster, and workers go to {}", regions.join(" and "));
        return Err(Failure::new(message).exit(Exit::Usage).help("deploy to one region after the other").into());
    }
    Ok(Some(Cluster::connect(None, context, ClusterSettings::default()).await?))
}

/// The workers of a stack with their images, as `deploy` will apply them.
#[derive(Debug)]
pub struct Built {
    project: String,
    images: BTreeMap<String, Image>,
}

impl Built {
    /// Makes the images of the workers of a stack that goes to AWS.
    ///
    /// # Errors
    /// When an image cannot be made.
    pub fn of(app: &App, instance: &StackInstance<'_>, prepared: &Prepared) -> anyhow::Result<Self> {
        let workspace = assets::Workspace::built_in(app.root(), app.workspace.target.as_deref())?;
        let mut images = BTreeMap::new();
        for (function, _) in instance.stack.workers().filter(|_| instance.cloud.local.is_none()) {
            if let Some(path) = prepared.workers.get(&function.id) {
                images.insert(function.id.clone(), image::of(&workspace, function, path)?);
            }
        }
        Ok(Self { project: app.workspace.project.clone(), images })
    }

    /// The images by digest, where they are or will be.
    fn names(&self, stack: &Stack, cloud: &Cloud) -> BTreeMap<String, String> {
        let named = stack.workers().filter_map(|(function, _)| {
            let digest = self.images.get(&function.id)?.digest();
            let uri = repository::uri(cloud, &self.project, &function.program);
            Some((function.id.clone(), format!("{uri}@{digest}")))
        });
        named.collect()
    }

    /// The workers as far as what is deployed tells: what only the deployment will make is written as `${...}`.
    async fn foreseen(&self, instance: &StackInstance<'_>) -> Vec<Workload> {
        let StackInstance { stack, cloud, .. } = instance;
        let running = RunningStack::of((*cloud).clone(), (*stack).clone()).await.ok();
        let resolve = |value: &Json| match &running {
            Some(running) => written(&running.resolve(value)),
            None => written(value),
        };
        workloads(stack, &self.project, &cloud.region, &self.names(stack, cloud), &resolve)
    }

    /// What `deploy` would change in the cluster.
    ///
    /// # Errors
    /// When the cluster refuses, or what the stack has is somebody else's there.
    pub async fn changes(&self, cluster: &Cluster, instance: &StackInstance<'_>) -> anyhow::Result<Changes> {
        let objects = objects(&self.foreseen(instance).await)?;
        Ok(cluster.difference(instance.stack.stack_name(), &objects).await?)
    }

    /// Pushes the images and applies the workers of a stack that is deployed; without a cluster, writes what
    /// `kubectl apply -k` takes.
    ///
    /// # Errors
    /// When a push fails, a value is not known, the cluster refuses, or the pods do not run.
    pub async fn apply(
        &self,
        app: &App,
        cluster: Option<&Cluster>,
        instance: &StackInstance<'_>,
    ) -> anyhow::Result<()> {
        let StackInstance { stack, cloud, label, .. } = instance;
        let mut images = BTreeMap::new();
        for (function, _) in stack.workers() {
            let Some(image) = self.images.get(&function.id) else { continue };
            let repository = repository::ensure(cloud, &self.project, &function.program).await?;
            let settings = PushSettings::default();
            let registry = Registry::new(&repository.uri, Some(repository.credentials), settings)?;
            let pushed = registry.push(image, None).await?;
            if pushed.sent > 0 {
                ui::say(format!("  pushed the image of {}, {} KiB", function.program, pushed.sent / 1024));
            }
            images.insert(function.id.clone(), pushed.image);
        }
        let running = RunningStack::of((*cloud).clone(), (*stack).clone()).await?;
        let resolve = |value: &Json| written(&running.resolve(value));
        let workers = workloads(stack, &self.project, &cloud.region, &images, &resolve);
        if let Some(unknown) = workers.iter().flat_map(kubernetes::unresolved).next() {
            return Err(Failure::new(format!("of `{label}` is not known after its deployment: {unknown}")).into());
        }
        let objects = objects(&workers)?;
        let Some(cluster) = cluster else {
            let folder = folder(app, stack);
            super::write(&folder, &kubernetes::files(&objects))?;
            ui::say(format!("{label}: its workers are not applied: no cluster is named"));
            ui::say(format!(
                "  `kubectl apply -k {}` applies them; `--kube-context NAME` has it done",
                folder.display()
            ));
            return Ok(());
        };
        let applied = cluster.apply(stack.stack_name(), &objects, &mut |event| tell(&event)).await;
        applied.map(|_| ()).map_err(|error| {
            Failure::new(format!("the template of `{label}` is deployed, its workers are not: {error}"))
                .help(format!("`{}` again, once that is mended, applies them", cloud.command_line("deploy", stack)))
                .into()
        })
    }
}

/// Takes the workers of a stack out of the cluster, before what they consume is deleted.
///
/// # Errors
/// When the cluster refuses.
pub async fn remove(cluster: &Cluster, stack: &Stack) -> anyhow::Result<()> {
    cluster.remove(stack.stack_name(), &mut |event| tell(&event)).await?;
    Ok(())
}

/// The lines that say what would change.
#[must_use]
pub fn lines(changes: &Changes) -> Vec<String> {
    let value = |value: &Option<Json>| value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let differences = changes.differences.iter().map(|it| match (it.path.as_str(), &it.before, &it.after) {
        ("", None, _) => format!("  +  {}", it.object),
        ("", Some(_), _) => format!("  -  {}", it.object),
        (path, before, after) => format!("  ~  {}  {path}: {} -> {}", it.object, value(before), value(after)),
    });
    let conflicts = changes
        .conflicts
        .iter()
        .map(|it| format!("  !  {}  {} is `{}`'s: the deployment would be refused", it.object, it.path, it.manager));
    differences.chain(conflicts).collect()
}

fn folder(app: &App, stack: &Stack) -> PathBuf {
    cargo::folder_of(app.root(), app.workspace.target.as_deref()).join(super::FOLDER).join(stack.stack_name())
}

fn objects(workers: &[Workload]) -> anyhow::Result<Vec<Object>> {
    Ok(kubernetes::objects(workers)?)
}

/// What is known as text, and what is not with its placeholders.
fn written(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => infra::iam::name_variables(&crate::audit::expression::text(other)),
    }
}

fn tell(event: &Event) {
    ui::say(format!("  {event}"));
}
