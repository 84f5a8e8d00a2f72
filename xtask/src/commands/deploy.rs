//! `deploy`: builds the functions, shows the plans, asks once, carries all out at once and prints the outputs.

use std::time::{Duration, Instant};

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::audit::gate;
use crate::cli::{self, ApprovalArgs, OperationArgs, ParameterArgs, TargetArgs};
use crate::cloud;
use crate::deploy::approval::{former_places, question, require_allowed};
use crate::deploy::change_set::{Mode, Settings};
use crate::deploy::concurrent::{self, Outcome};
use crate::deploy::exports;
use crate::deploy::hotswap;
use crate::deploy::parameters;
use crate::deploy::recovery;
use crate::deploy::rollout::{self, Done, Times};
use crate::deploy::sealed::Sealed;
use crate::deploy::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{Prepared, Reading, prepare};
use crate::select::{self, Selection};
use crate::workloads::stacks::Workers;
use crate::{local, parameter_file, ui, workloads};

/// Deploys each stack to each region and prints the outputs.
pub async fn run(
    selected: &cli::StackArgs,
    given: &ParameterArgs,
    target: &TargetArgs,
    allowed: &[(String, String)],
    operation: &OperationArgs,
    approval: &ApprovalArgs,
) -> anyhow::Result<Exit> {
    let given = &parameter_file::with_file(given)?;
    let plan = approval.plan.as_deref().map(Sealed::read).transpose()?;
    let mut selection = Selection::complete(selected, &target.stage)?;
    if operation.hotswap {
        hotswap::require_unprotected(&selection.app.workspace, &target.stage, "a hot swap")?;
    }
    parameters::require_known(&selection.stacks, &given.parameters)?;
    select::require_all_sound(&selection.stacks)?;
    if let Some(arn) = &operation.permissions_boundary {
        selection.stacks.iter_mut().for_each(|stack| stack.set_permissions_boundary(arn));
    }
    gate::require(&mut selection.stacks, &selection.app.workspace.root, allowed)?;
    let clouds = cloud::connect_all(target, selection.default_region()).await?;
    let mut all = StackInstance::all(&selection.stacks, &clouds);
    let cluster = workloads::cluster::connect(operation.kube_context.as_deref(), &all).await;
    let cluster = cluster.map_err(nothing_deployed)?;

    if operation.recover {
        for instance in &all {
            recovery::recover(instance, operation.role_arn.as_deref(), approval.yes).await?;
        }
    }
    let began = Instant::now();
    let prepared = prepare(&selection, &all, given, target.release, Reading::Resuming).await?;
    let prepared = all.iter().zip(prepared).map(|(instance, prepared)| {
        let prepared = prepared?;
        match &prepared.deployed {
            Some(deployed) if !operation.adopt => deployed.require_own(instance.cloud, instance.stack)?,
            _ => {}
        }
        anyhow::Ok(prepared)
    });
    let prepared: Vec<_> = prepared.collect();
    let build = began.elapsed();
    let shown = all.iter().zip(prepared).map(|(instance, prepared)| {
        let prepared = prepared?;
        prepared.show(instance, !approval.yes && plan.is_none()).map(|()| prepared)
    });
    let prepared: Vec<_> = shown.collect();
    let mut prepared = if operation.hotswap { only_code(&all, prepared) } else { prepared };
    concurrent::say_failures(&all, &prepared);
    if operation.hotswap {
        return swap(&all, prepared, approval, build).await;
    }
    let workers = Workers::of(&selection.app, cluster, &all, &prepared).await;
    let mut workers = workers.map_err(nothing_deployed)?;
    workers.show(&all, &prepared, !approval.yes && plan.is_none());
    say_readers(&selection, &all, &prepared);
    exports::release(&mut all, &mut prepared).await?;
    let artifacts = rollout::artifacts(&prepared);
    let question = [question("deploy", &all, &prepared), workers.question(&all)];
    let question: Vec<_> = question.into_iter().flatten().collect();
    if let Some(plan) = &plan {
        for ((instance, prepared), workers) in all.iter().zip(&prepared).zip(&workers.plans) {
            if let Ok(prepared) = prepared {
                plan.require(instance, prepared, workers.as_ref())?;
            }
        }
    } else if !question.is_empty() {
        let is_protected = selection.app.workspace.protects(&target.stage);
        if approval.yes {
            require_allowed(selection.app.root(), &all, &prepared, approval, is_protected)?;
        }
        for prepared in prepared.iter().flatten().filter(|_| !approval.yes) {
            former_places(selection.app.root(), prepared).for_each(|place| ui::say(format!("  {place}")));
        }
        ui::confirm(&question.join(", and "), approval.yes)?;
    }
    workers.push(&all).await.map_err(nothing_deployed)?;

    let settings = Settings {
        role_arn: operation.role_arn.clone(),
        no_rollback: operation.no_rollback,
        protects: selection.app.workspace.protects(&target.stage),
        mode: Mode::of_stage(selection.app.workspace.is_express(&target.stage)),
    };
    let (mut outcomes, times) = rollout::run(&mut all, prepared, &settings).await?;
    let applied = workers.apply(&selection.app, &mut outcomes).await;
    if let Some(local) = clouds.iter().find_map(|cloud| cloud.local.as_ref()) {
        local::save(local).await?;
    }
    report(&outcomes, began);
    if outcomes.len() > 1 || ui::verbose() {
        say_costs(&Times { build, ..times }, &artifacts);
    }
    print(&outcomes, &applied, clouds.len() > 1);
    concurrent::conclude(outcomes)
}

/// Says of a failure before the first change that it is one.
fn nothing_deployed(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) => failure.and("; nothing was deployed").into(),
        Err(error) => error,
    }
}

/// Refuses those plans that are of more than code.
fn only_code(all: &[StackInstance<'_>], prepared: Vec<anyhow::Result<Prepared>>) -> Vec<anyhow::Result<Prepared>> {
    let required = all.iter().zip(prepared).map(|(instance, prepared)| {
        let prepared = prepared?;
        hotswap::require(instance, &prepared)?;
        Ok(prepared)
    });
    required.collect()
}

/// Gives functions new code without CloudFormation, and prints which.
async fn swap(
    all: &[StackInstance<'_>],
    prepared: Vec<anyhow::Result<Prepared>>,
    approval: &ApprovalArgs,
    build: Duration,
) -> anyhow::Result<Exit> {
    if let Some(question) = question("hot-swap", all, &prepared) {
        ui::confirm(&question, approval.yes)?;
    }
    let work = async |instance: &StackInstance<'_>, prepared: Prepared| {
        let swapped = hotswap::run(instance, &prepared).await?;
        if swapped.functions.is_empty() {
            ui::say(format!("{}: its functions have this code already", instance.label));
        } else {
            let (build, live) = (build.as_secs_f32(), swapped.took.as_secs_f32());
            let functions = swapped.functions.join(", ");
            ui::say(format!("{}: hot-swapped {functions}: built {build:.1} s, live {live:.1} s", instance.label));
        }
        Ok(swapped)
    };
    let outcomes = concurrent::run(all, prepared, work).await;
    hotswap::delete_unused(all).await;
    if let Some(local) = all.iter().find_map(|instance| instance.cloud.local.as_ref()) {
        local::save(local).await?;
    }
    if ui::json() {
        let swapped = outcomes.iter().filter_map(|outcome| {
            let (stack, region) = (outcome.instance.stack.name(), &outcome.instance.cloud.region);
            let functions = &outcome.result.as_ref().ok()?.functions;
            Some(json!({"stack": stack, "region": region, "functions": functions}))
        });
        ui::result(json!({"version": 1, "hotswapped": swapped.collect::<Vec<_>>()}));
    }
    concurrent::conclude(outcomes)
}

/// Says which stacks go on with the old value of an output that changes, until they are deployed themselves.
fn say_readers(selection: &Selection, all: &[StackInstance<'_>], prepared: &[anyhow::Result<Prepared>]) {
    for (instance, prepared) in all.iter().zip(prepared) {
        let Ok(prepared) = prepared else { continue };
        if prepared.plan.is_first || prepared.plan.outputs.is_empty() {
            continue;
        }
        let changes = |output: &str| {
            let of = |path: &str| path.split('.').next().is_some_and(|name| name == output);
            prepared.plan.outputs.iter().any(|change| of(&change.path))
        };
        let is_deployed_too = |reader: &str| all.iter().any(|other| other.stack.name() == reader);
        let readers = selection.readers(instance.stack);
        for (reader, output) in readers.iter().filter(|(reader, output)| changes(output) && !is_deployed_too(reader)) {
            ui::warn(format!("`{reader}` reads the output `{output}` of `{}`: deploy it afterwards", instance.label));
        }
    }
}

/// Says how it ended.
fn report(outcomes: &[Outcome<'_, Done>], began: Instant) {
    match outcomes {
        [Outcome { instance, result: Ok(done), .. }] if done.changed => ui::say(format!(
            "{}: deployed to {} in {:.1} s",
            instance.label,
            instance.cloud.place(),
            began.elapsed().as_secs_f32()
        )),
        [_] => {}
        _ => concurrent::summarize(outcomes, |done| if done.changed { "deployed" } else { "unchanged" }.to_owned()),
    }
}

/// Where the time went, and how large each function's code is: that is what a cold start loads.
fn say_costs(times: &Times, artifacts: &IndexMap<String, usize>) {
    let Times { build, upload, deploy } = times;
    let (build, upload, deploy) = (build.as_secs_f32(), upload.as_secs_f32(), deploy.as_secs_f32());
    ui::say(format!(
        "took {:.1} s: build and plan {build:.1} s, upload {upload:.1} s, deploy {deploy:.1} s",
        build + upload + deploy
    ));
    let sizes: Vec<_> = artifacts.iter().map(|(program, bytes)| format!("{program} {} KiB", bytes / 1024)).collect();
    if !sizes.is_empty() {
        ui::say(format!("zips: {}", sizes.join(", ")));
    }
}

/// Prints the outputs of what was deployed, and what to do next with a single stack.
fn print(outcomes: &[Outcome<'_, Done>], workers: &[Json], several_regions: bool) {
    if ui::json() {
        // The failure of a single stack is not a result.
        if let [Outcome { result: Err(_), .. }] = outcomes {
            return;
        }
        let mut report = as_json(outcomes, several_regions);
        if !workers.is_empty() {
            report["workers"] = workers.into();
        }
        return ui::result(report);
    }
    for Outcome { instance, result, .. } in outcomes {
        let Ok(done) = result else { continue };
        if outcomes.len() > 1 {
            ui::result(format!("{} outputs", instance.label));
        } else {
            ui::say(format!("\n{} outputs", instance.label));
        }
        print_outputs(&done.outputs);
    }
    if let [Outcome { instance, result: Ok(done), .. }] = outcomes {
        print_next_steps(instance, &done.outputs);
    }
}

/// One region: `outputs`, by stack. Several: `regions`, by region and then by stack. Those that failed are in `failed`.
fn as_json(outcomes: &[Outcome<'_, Done>], several_regions: bool) -> Json {
    let mut regions: IndexMap<&str, IndexMap<&str, &IndexMap<String, String>>> = IndexMap::new();
    let mut failed = Vec::new();
    for Outcome { instance, result, .. } in outcomes {
        let (stack, region) = (instance.stack.name(), instance.cloud.region.as_str());
        let outputs = regions.entry(region).or_default();
        match result {
            Ok(done) => {
                outputs.insert(stack, &done.outputs);
            }
            Err(error) => failed.push(json!({"stack": stack, "region": region, "error": error.to_string()})),
        }
    }
    let mut report = match regions.values().next() {
        Some(outputs) if !several_regions => json!({"version": 1, "outputs": outputs}),
        _ => json!({"version": 1, "regions": regions}),
    };
    if !failed.is_empty() {
        report["failed"] = failed.into();
    }
    report
}

/// Prints the outputs, a line each.
pub fn print_outputs(outputs: &IndexMap<String, String>) {
    let width = outputs.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in outputs {
        ui::result(format!("  {name:<width$}  {value}"));
    }
}

fn print_next_steps(instance: &StackInstance<'_>, outputs: &IndexMap<String, String>) {
    let StackInstance { stack, cloud, .. } = instance;
    if stack.try_next().is_empty() {
        return;
    }
    ui::say("\ntry next");
    if cloud.local.is_some() {
        let region =
            if cloud.region == local::DEFAULT_REGION { String::new() } else { format!(" --region {}", cloud.region) };
        ui::say(format!(
            "  eval \"$(cargo xtask local env{region} | sed 's/^/export /')\"   # for the AWS CLI and other clients"
        ));
    }
    for line in stack.try_next() {
        let endpoint = cloud.local.as_ref().map(|local| format!(" --endpoint-url {}", local.endpoint()));
        let line = line.replace("{EndpointUrl}", &endpoint.unwrap_or_default());
        let fill = |line: String, (name, value): (&String, &String)| line.replace(&format!("{{{name}}}"), value);
        ui::say(format!("  {}", outputs.iter().fold(line, fill)));
    }
}
