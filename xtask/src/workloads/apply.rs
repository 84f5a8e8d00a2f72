//! The workers of a stack are brought to where they run.

use std::path::PathBuf;

use kubernetes::{Applied, Cluster};
use serde_json::{Value as Json, json};

use super::cluster::{explain, tell};
use super::folder::Replacement;
use super::plan::WorkersPlan;
use super::repository::Repository;
use super::workloads;
use crate::app::App;
use crate::cargo;
use crate::deploy::stack_instance::StackInstance;
use crate::operate::running_stack::RunningStack;
use crate::stack::Stack;
use crate::ui;

/// What was done with the workers of a stack.
#[derive(Debug)]
pub enum Done {
    /// They are in the cluster of this context.
    Applied(String, Applied),
    /// Their files are in this folder.
    Written(PathBuf),
}

impl Done {
    /// The same for programs.
    #[must_use]
    pub fn as_json(&self) -> Json {
        match self {
            Self::Applied(context, Applied { created, changed, unchanged, removed }) => {
                json!({"context": context, "created": created, "changed": changed, "unchanged": unchanged, "removed": removed})
            }
            Self::Written(folder) => json!({"context": null, "folder": folder}),
        }
    }
}

impl WorkersPlan {
    /// Pushes the images that are not in their repositories, which are made first where there are none.
    ///
    /// # Errors
    /// When AWS refuses, or a push fails.
    pub async fn push(&mut self, instance: &StackInstance<'_>) -> anyhow::Result<()> {
        let StackInstance { stack, cloud, .. } = instance;
        for (function, _) in stack.workers().filter(|(function, _)| self.missing.contains(&function.program)) {
            let Some(image) = self.images.get(&function.id) else { continue };
            let stack = stack.stack_name();
            let repository = Repository { project: &self.project, stack, program: &function.program };
            let uri = repository.ensure(cloud).await?;
            let pushed = self.registries.at(cloud, &uri).await?.push(image, None).await;
            let what = format!("the image of {} is not pushed: ", function.program);
            let pushed = pushed.map_err(|error| explain(&what, &error))?;
            ui::say(format!("  pushed the image of {}, {} KiB", function.program, pushed.sent.div_ceil(1024)));
            self.names.insert(function.id.clone(), pushed.image);
        }
        Ok(())
    }

    /// Applies the workers of a stack that is deployed; without a cluster, writes what `kubectl apply -k` takes.
    ///
    /// # Errors
    /// When a value is not known, the cluster refuses, or the pods do not run.
    pub async fn apply(
        &self,
        app: &App,
        cluster: Option<&Cluster>,
        instance: &StackInstance<'_>,
    ) -> anyhow::Result<Done> {
        let StackInstance { stack, cloud, label, .. } = instance;
        let running = RunningStack::of((*cloud).clone(), (*stack).clone()).await?;
        let resolve = |what: &str, value: &Json| running.text(what, value);
        let workers = workloads(stack, &self.project, &cloud.region, &self.names, &resolve)?;
        let objects = kubernetes::objects(&workers)?;
        let Some(cluster) = cluster else {
            let folder = folder(app, stack);
            Replacement::of(&folder, &kubernetes::files(&objects))?.carry_out()?;
            ui::say(format!("{label}: its workers are not applied, since no cluster is named"));
            ui::say(format!("  `kubectl apply -k {}` applies them", folder.display()));
            ui::say(
                "  `--kube-context NAME` has it done, waits until they run, and removes those that the stack no longer has",
            );
            return Ok(Done::Written(folder));
        };
        let context = cluster.context();
        let applied = cluster.apply(self.owner(stack), &objects, &mut tell).await.map_err(|error| {
            let again = format!("{} --kube-context {context}", cloud.command_line("deploy", stack));
            explain(&format!("`{label}` is deployed, but for its workers: "), &error)
                .help(format!("`{again}`, once that is mended, goes on"))
        })?;
        let Applied { created, changed, unchanged, removed } = &applied;
        ui::say(format!(
            "{label}: its workers run in `{context}`: objects created {created}, changed {changed}, as before {unchanged}, removed {removed}"
        ));
        Ok(Done::Applied(context.to_owned(), applied))
    }
}

/// Takes away what an earlier deployment wrote of workers that the stack no longer has.
///
/// # Errors
/// When the folder cannot be written.
pub fn clear(app: &App, stack: &Stack) -> anyhow::Result<()> {
    Replacement::of(&folder(app, stack), &[])?.carry_out()?;
    Ok(())
}

fn folder(app: &App, stack: &Stack) -> PathBuf {
    cargo::folder_of(app.root(), app.workspace.target.as_deref()).join(super::FOLDER).join(stack.stack_name())
}
