//! How what a cluster runs of a stack differs from what was deployed to it.

use kubernetes::{Cluster, Difference, Drift, Owner};
use serde_json::{Value as Json, json};

use super::cluster::{explain, tell};
use super::deployed::{DeployedWorker, workers};
use crate::deploy::stack_instance::StackInstance;
use crate::operate::running_stack::RunningStack;
use crate::services;
use crate::ui;

/// How a stack's objects in a cluster differ from what was deployed.
#[derive(Debug)]
pub struct ClusterDrift {
    context: String,
    drift: Drift,
    /// Workers of which nothing is in the cluster.
    gone: Vec<DeployedWorker>,
    /// Workers of which it is not known what was deployed.
    unknown: Vec<DeployedWorker>,
}

/// Compares what the cluster has of a stack with what `deploy` applied last, also of workers that the source no longer has.
///
/// # Errors
/// When AWS refuses, or the cluster does.
pub async fn compare(cluster: &Cluster, project: &str, instance: &StackInstance<'_>) -> anyhow::Result<ClusterDrift> {
    let StackInstance { stack, cloud, label, .. } = instance;
    let running = RunningStack::as_deployed((*cloud).clone(), (*stack).clone()).await?;
    let workers = workers(&running);
    let refused = |error: kubernetes::Error| explain(&format!("the workers of `{label}`: "), &error);
    let drift = cluster.drift(Owner { project, stack: stack.stack_name() }).await.map_err(refused)?;
    let (mut gone, mut unknown) = (Vec::new(), Vec::new());
    for worker in workers.into_iter().filter(|it| !drift.knows(&it.namespace, &it.name)) {
        let running = cluster.running(&worker.namespace, &worker.name).await.map_err(refused)?;
        if running.is_some() { &mut unknown } else { &mut gone }.push(worker);
    }
    Ok(ClusterDrift { context: cluster.context().to_owned(), drift, gone, unknown })
}

impl ClusterDrift {
    /// Whether anything differs.
    #[must_use]
    pub fn differs(&self) -> bool {
        !self.drift.differences.is_empty() || !self.gone.is_empty()
    }

    /// Whether something could not be compared.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        !self.unknown.is_empty()
    }

    /// What is asked before the objects are applied again; nothing where none would be.
    #[must_use]
    pub fn question(&self, label: &str) -> Option<String> {
        let differs = !self.drift.differences.is_empty();
        differs.then(|| format!("apply what was deployed of the workers of `{label}` to `{}` again", self.context))
    }

    /// Applies again what was deployed; whether anything is left.
    ///
    /// # Errors
    /// When the cluster refuses, or the pods do not run.
    pub async fn fix(&self, cluster: &Cluster, label: &str) -> anyhow::Result<bool> {
        let count = cluster.restore(&self.drift, &mut tell).await;
        let count = count.map_err(|error| explain(&format!("the workers of `{label}`: "), &error))?;
        if count > 0 {
            let count = services::quantity(count as u64, "object");
            ui::say(format!("  {}✓{:#} applied {count} again", ui::GOOD, ui::GOOD));
        }
        self.say_gone();
        Ok(self.is_unread() || !self.gone.is_empty())
    }

    /// Says what nothing here brings back.
    pub fn say_gone(&self) {
        for DeployedWorker { id, .. } in &self.gone {
            let deploy = format!("`deploy --kube-context {}`", self.context);
            ui::warn(format!(
                "nothing of {id} is in the cluster, nor a record of what was deployed: {deploy} makes it anew"
            ));
        }
    }

    /// Shows it.
    pub fn print(&self, label: &str) {
        let read = services::quantity(self.drift.read as u64, "object");
        let found = match self.drift.differences.len() + self.gone.len() {
            0 => "as deployed".to_owned(),
            count => services::quantity(count as u64, "difference"),
        };
        let (strong, caution) = (ui::STRONG, ui::CAUTION);
        ui::result(format!("{strong}{label} in the cluster `{}`: {read} read, {found}{strong:#}", self.context));
        let sign = format!("{caution}~{caution:#}");
        for DeployedWorker { namespace, name, .. } in &self.gone {
            ui::result(format!("  {sign} Deployment {namespace}/{name}: deployed, is not there"));
        }
        for Difference { object, path, before, after } in &self.drift.differences {
            if path.is_empty() {
                ui::result(format!("  {sign} {object}: deployed, is not there"));
            } else {
                let [live, expected] = [before, after].map(|it| it.as_ref().map(Json::to_string));
                let [live, expected] = [live, expected].map(|it| it.unwrap_or_else(|| "not set".to_owned()));
                ui::result(format!("  {sign} {object}  {path}: deployed {expected}, is {live}"));
            }
        }
        for DeployedWorker { id, .. } in &self.unknown {
            ui::warn(format!(
                "{id} could not be compared: what was deployed of it is known only after `deploy --kube-context {}`",
                self.context
            ));
        }
    }

    /// The same for programs.
    #[must_use]
    pub fn as_json(&self) -> Json {
        let gone = self.gone.iter().map(|DeployedWorker { namespace, name, .. }| {
            json!({"object": format!("Deployment {namespace}/{name}"), "path": "", "expected": null, "live": null})
        });
        let differences = self.drift.differences.iter().map(|it| {
            let Difference { object, path, before, after } = it;
            json!({"object": object.to_string(), "path": path, "expected": after, "live": before})
        });
        json!({
            "context": self.context,
            "read": self.drift.read,
            "differences": gone.chain(differences).collect::<Vec<_>>(),
            "unread": self.unknown.iter().map(|it| &it.id).collect::<Vec<_>>(),
        })
    }
}
