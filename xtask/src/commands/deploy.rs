//! `deploy`: builds the functions, shows the plan, asks, carries it out and verifies the result.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use indexmap::IndexMap;
use infra::Stack;
use serde_json::json;

use crate::cli::{self, Given, Where};
use crate::cloud::{self, Cloud};
use crate::deploy::change_set::{self, Request};
use crate::deploy::events::{self, Operation};
use crate::deploy::{contents, deployed, parameters, verify};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{Prepared, prepare};
use crate::{assets, local, select, ui};

/// Deploys each stack in turn and prints its outputs.
pub async fn run(selected: &cli::Stacks, given: &Given, target: &Where, yes: bool) -> anyhow::Result<Exit> {
    let stacks = select::stacks(selected, &target.stage)?;
    parameters::require_known(&stacks, &given.parameters)?;
    let mut all = IndexMap::new();
    for stack in &stacks {
        let cloud = cloud::connect(target, stack.default_region).await?;
        let outputs = deploy(&cloud, stack, given, yes).await?;
        if ui::json() {
            all.insert(stack.name(), outputs);
        } else {
            print_outputs(stack, &outputs);
            print_next_steps(&cloud, stack, &outputs);
        }
    }
    if ui::json() {
        ui::result(json!({"version": 1, "outputs": all}));
    }
    Ok(Exit::Done)
}

async fn deploy(cloud: &Cloud, stack: &Stack, given: &Given, yes: bool) -> anyhow::Result<IndexMap<String, String>> {
    let started = Instant::now();
    let prepared = prepare(cloud, stack, given).await?;
    prepared.show(stack, !yes)?;
    if let Some(deployed) = prepared.deployed.as_ref().filter(|_| prepared.plan.is_empty()) {
        // A deployment that was interrupted after CloudFormation's end was not verified.
        settle(cloud, stack, &prepared).await?;
        return Ok(deployed.outputs.clone());
    }
    ui::confirm(&question(cloud, stack, &prepared), yes)?;

    upload(cloud, &prepared).await?;
    apply(cloud, stack, &prepared).await?;

    settle(cloud, stack, &prepared).await?;
    if let Some(local) = &cloud.local {
        local::save(local).await?;
    }
    let deployed = deployed::read(cloud, stack).await?;
    let deployed = deployed.ok_or_else(|| Failure::new(format!("`{}` vanished after its deployment", stack.name())))?;
    ui::say(format!("{}: deployed to {} in {:.1} s", stack.name(), cloud.place(), started.elapsed().as_secs_f32()));
    Ok(deployed.outputs)
}

/// Verifies the live resources, and sets what CloudFormation left out.
async fn settle(cloud: &Cloud, stack: &Stack, prepared: &Prepared) -> anyhow::Result<()> {
    let resources = contents::resources(cloud, &stack.stack_name()).await?;
    verify::report(&verify::verify(cloud, &prepared.after, &resources).await?);
    Ok(())
}

fn question(cloud: &Cloud, stack: &Stack, prepared: &Prepared) -> String {
    let question = format!("deploy `{}` to {}", stack.name(), cloud.place());
    let losses: Vec<_> = prepared
        .plan
        .losses()
        .filter_map(|change| Some(format!("{} of {}", change.loses.as_ref()?, change.id)))
        .collect();
    if losses.is_empty() { question } else { format!("{question} and lose {}", losses.join(", ")) }
}

async fn upload(cloud: &Cloud, prepared: &Prepared) -> anyhow::Result<()> {
    if prepared.artifacts.is_empty() {
        return Ok(());
    }
    for artifact in assets::upload(&cloud.s3, &prepared.bucket, &prepared.artifacts).await? {
        ui::say(format!("  uploaded {}, {} KiB", artifact.program, artifact.zip.len() / 1024));
    }
    Ok(())
}

async fn apply(cloud: &Cloud, stack: &Stack, prepared: &Prepared) -> anyhow::Result<()> {
    let request = Request {
        stack,
        template: &prepared.after.template,
        parameters: &prepared.after.parameters,
        exists: prepared.deployed.is_some(),
        bucket: &prepared.bucket,
    };
    let Some(set) = change_set::create(cloud, &request).await? else {
        ui::detail("CloudFormation sees nothing to change");
        return Ok(());
    };
    change_set::require_planned(cloud, &set, &prepared.plan).await?;
    change_set::execute(cloud, &set).await?;
    let resources = prepared.plan.resources.iter().map(|change| change.id.as_str()).collect();
    let operation = Operation { stack, stack_id: &set.stack_id, token: &set.token, resources };
    tokio::select! {
        ended = events::follow(cloud, &operation) => ended,
        _ = tokio::signal::ctrl_c() => Err(Failure::new(format!(
            "detached from `{}`; CloudFormation goes on with the deployment", stack.name()
        ))
        .help("deploy again to see how it ends; while it runs, that says so and changes nothing")
        .into()),
    }
}

/// Prints the outputs, a line each.
pub fn print_outputs(stack: &Stack, outputs: &IndexMap<String, String>) {
    let width = outputs.keys().map(String::len).max().unwrap_or(0);
    ui::say(format!("\n{} outputs", stack.name()));
    for (name, value) in outputs {
        ui::result(format!("  {name:<width$}  {value}"));
    }
}

fn print_next_steps(cloud: &Cloud, stack: &Stack, outputs: &IndexMap<String, String>) {
    let Some(system) = stacks::find(stack.name()).filter(|system| !system.try_next.is_empty()) else { return };
    ui::say("\ntry next");
    if cloud.local.is_some() {
        ui::say("  eval \"$(cargo xtask local env | sed 's/^/export /')\"   # for the AWS CLI and other clients");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    for line in system.try_next {
        let endpoint = cloud.local.as_ref().map(|local| format!(" --endpoint-url {}", local.endpoint()));
        let line = line.replace("{EndpointUrl}", &endpoint.unwrap_or_default());
        let line = line.replace("{ValidModel}", local::validator::valid_model(now));
        let fill = |line: String, (name, value): (&String, &String)| line.replace(&format!("{{{name}}}"), value);
        ui::say(format!("  {}", outputs.iter().fold(line, fill)));
    }
}
