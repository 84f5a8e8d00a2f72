//! What a deployment would change, and the deployment of exactly that.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::Actions;
use crate::cli::{ApprovalArgs, OperationArgs, OptionArgs, ParameterArgs, StackArgs, TargetArgs};
use crate::commands::deploy;
use crate::deploy::approval::question;
use crate::deploy::sealed::Sealed;
use crate::deploy::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::prepare::{Reading, prepare};
use crate::select::{self, Selection};
use crate::workloads::plan::WorkersPlan;
use plan::Tone;

impl Actions {
    /// What a deployment of the stack would change now.
    ///
    /// # Errors
    /// When the source does not compile, or the stack cannot be deployed as it is.
    pub async fn plan(&self, stack: String) -> anyhow::Result<Json> {
        let (target, folder) = (self.scope.target.clone(), self.plans.path().to_owned());
        self.with_stack(stack, async move |stack| {
            let seal = Uuid::new_v4().simple().to_string();
            let mut plan = plan(stack, &target, &folder.join(&seal)).await?;
            plan["seal"] = seal.into();
            Ok(plan)
        })
        .await
    }

    /// Carries out the plan that was shown under `seal`, or nothing when anything moved since.
    ///
    /// # Errors
    /// When no such plan was shown, anything moved, the deployment fails, or the console may change nothing.
    pub async fn deploy(&self, stack: String, seal: String) -> anyhow::Result<Json> {
        self.require_change()?;
        // It is part of a path.
        let file = Uuid::try_parse(&seal).ok().map(|seal| self.plans.path().join(seal.simple().to_string()));
        let file = file.filter(|file| file.is_file()).ok_or_else(|| {
            Failure::new("the console has shown no such plan").exit(Exit::Usage).help("look at the plan again")
        })?;
        let target = self.scope.target.clone();
        self.with_stack(stack, async move |stack| {
            let stacks = selected(stack);
            let approval = ApprovalArgs { plan: Some(file), ..ApprovalArgs::default() };
            let (given, operation) = (ParameterArgs::default(), OperationArgs::default());
            let exit = deploy::run(&stacks, &given, &target, &[], &operation, &approval).await?;
            if exit == Exit::Done {
                Ok(super::done())
            } else {
                Err(Failure::new("the deployment failed").help("where the console was started, it says why").into())
            }
        })
        .await
    }
}

/// The stack with the options that it is shown with: a plan must not go back to their defaults.
fn selected(stack: &RunningStack) -> StackArgs {
    let options = stack.stack.assembled().options.clone().into_iter().collect();
    StackArgs { names: vec![stack.stack.name().to_owned()], all: false, choices: OptionArgs { options } }
}

async fn plan(stack: &RunningStack, target: &TargetArgs, file: &std::path::Path) -> anyhow::Result<Json> {
    let selection = Selection::complete(&selected(stack), &target.stage)?;
    select::require_all_sound(&selection.stacks)?;
    let clouds = [stack.cloud.clone()];
    let all = StackInstance::all(&selection.stacks, &clouds);
    let given = ParameterArgs::default();
    let prepared = prepare(&selection, &all, &given, target.release, Reading::Only).await?;
    let asked = question("deploy", &all, &prepared);
    let (Some(instance), Some(prepared)) = (all.first(), prepared.into_iter().next()) else {
        return Err(Failure::new("there is no such stack").exit(Exit::NoSuchStack).into());
    };
    let prepared = prepared?;
    // The console knows no cluster: of workers it pushes the images, and their files are written.
    let workers = WorkersPlan::of(&selection.app, None, &Arc::default(), instance, &prepared).await?;
    Sealed::of(std::iter::once((instance, &prepared, workers.as_ref()))).write(file)?;
    let lines = prepared.plan.lines(&instance.label).into_iter().map(|line| {
        let tone = match line.tone {
            Tone::Heading => "heading",
            Tone::Add => "add",
            Tone::Change => "change",
            Tone::Danger => "danger",
            Tone::Plain => "plain",
        };
        json!({"tone": tone, "text": line.text})
    });
    let of_workers = workers.iter().flat_map(|workers| workers.lines(&instance.label));
    let lines = lines.chain(of_workers.map(|line| json!({"tone": "add", "text": line})));
    let asked = asked.or_else(|| workers.as_ref()?.question(&instance.label));
    let refusals = prepared.plan.check(&prepared.after, |id| instance.stack.location(id).cloned());
    Ok(json!({
        "empty": prepared.plan.is_empty() && workers.as_ref().is_none_or(WorkersPlan::is_empty),
        "lines": lines.collect::<Vec<_>>(),
        "question": asked,
        "refusals": refusals.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}
