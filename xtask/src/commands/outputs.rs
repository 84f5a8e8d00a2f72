//! `outputs`: what a deployed stack tells its users.

use serde_json::Value as Json;

use super::deploy::print_outputs;
use crate::cli::{OptionArgs, TargetArgs};
use crate::cloud;
use crate::deploy::deployed;
use crate::exit::Exit;
use crate::operate::running_stack::RunningStack;
use crate::select::Selection;
use crate::workloads::outputs::WorkerOutput;
use crate::{options, ui, workloads};

/// The key of what is told of workers. No output can have it as its name.
const WORKERS: &str = "stackwright:workers";

/// Prints the outputs: with `--json` one object of output name to value.
pub async fn run(name: &str, kube_context: Option<&str>, target: &TargetArgs) -> anyhow::Result<Exit> {
    target.require_one_region("outputs")?;
    let (app, stack) = Selection::one_with_app(name, &target.stage, &OptionArgs::default())?;
    let cloud = cloud::connect(target, stack.default_region()).await?;
    let deployed = deployed::require(&cloud, &stack).await?;
    let outputs = deployed.outputs.clone();
    let stack = options::as_deployed(stack, &deployed.snapshot.tags);
    let mut workers = Vec::new();
    if cloud.local.is_none() && stack.workers().next().is_some() {
        let cluster = match kube_context {
            Some(context) => Some(workloads::cluster::connect_to(context).await?),
            None => None,
        };
        let running = RunningStack::with(cloud, stack.clone(), deployed).await?;
        workers = workloads::outputs::of(&running, &app.workspace.project, cluster.as_ref()).await?;
    }
    if ui::json() {
        let mut told = serde_json::to_value(&outputs)?;
        if !workers.is_empty() {
            told[WORKERS] = workers.iter().map(WorkerOutput::as_json).collect::<Json>();
        }
        ui::result(serde_json::to_string(&told)?);
    } else {
        ui::say(format!("\n{} outputs", stack.name()));
        print_outputs(&outputs);
        workers.iter().flat_map(WorkerOutput::lines).for_each(ui::result);
    }
    Ok(Exit::Done)
}
