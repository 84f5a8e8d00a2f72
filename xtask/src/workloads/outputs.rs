//! What a deployed stack tells of its workers.

use kubernetes::{Cluster, Running};
use serde_json::{Value as Json, json};

use super::cluster::explain;
use super::deployed::{DeployedWorker, workers};
use super::repository::Repository;
use crate::operate::running_stack::RunningStack;

/// What is told of a worker.
#[derive(Debug)]
pub struct WorkerOutput {
    worker: DeployedWorker,
    /// Where the images of its program are.
    repository: String,
    /// What runs of it, where a cluster was asked.
    running: Option<(String, Option<Running>)>,
}

/// What is told of the workers of a stack of `project`; with a cluster, also what runs of them.
///
/// # Errors
/// When the cluster refuses.
pub async fn of(running: &RunningStack, project: &str, cluster: Option<&Cluster>) -> anyhow::Result<Vec<WorkerOutput>> {
    let mut outputs = Vec::new();
    for worker in workers(running) {
        let program = running.stack.program(&worker.id).map_or("", |function| function.program.as_str());
        let repository =
            Repository { project, stack: running.stack.stack_name(), program }.foreseen_uri(&running.cloud);
        let running = match cluster {
            Some(cluster) => {
                let found = cluster.running(&worker.namespace, &worker.name).await;
                Some((cluster.context().to_owned(), found.map_err(|error| explain("", &error))?))
            }
            None => None,
        };
        outputs.push(WorkerOutput { worker, repository, running });
    }
    Ok(outputs)
}

impl WorkerOutput {
    /// A heading, and a line for each thing that is known.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let DeployedWorker { id, namespace, name } = &self.worker;
        let mut rows =
            vec![("namespace", namespace.clone()), ("deployment", name.clone()), ("service account", name.clone())];
        match &self.running {
            None => rows.push(("images", self.repository.clone())),
            Some((context, None)) => rows.push(("pods", format!("no such deployment in `{context}`"))),
            Some((context, Some(Running { image, ready, wanted }))) => {
                rows.push(("image", image.clone()));
                rows.push(("pods", format!("{ready} of {wanted} ready in `{context}`")));
            }
        }
        let rows = rows.into_iter().map(|(what, value)| format!("  {what:<15}  {value}"));
        [format!("worker {id}")].into_iter().chain(rows).collect()
    }

    /// The same for programs.
    #[must_use]
    pub fn as_json(&self) -> Json {
        let DeployedWorker { id, namespace, name } = &self.worker;
        let mut entry = json!({
            "id": id,
            "namespace": namespace,
            "deployment": name,
            "service_account": name,
            "repository": self.repository,
        });
        if let Some((context, running)) = &self.running {
            let running = running.as_ref();
            entry["context"] = context.as_str().into();
            entry["image"] = running.map(|it| it.image.as_str()).into();
            entry["pods"] = running.map(|it| json!({"ready": it.ready, "wanted": it.wanted})).into();
        }
        entry
    }
}
