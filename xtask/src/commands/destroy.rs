//! `destroy`: deletes stacks, never their data unasked, and proves that nothing is left.

use infra::Stack;
use infra::plan::holds_data;
use serde_json::json;

use crate::cli::{self, Where};
use crate::cloud::{self, Cloud, explain};
use crate::deploy::contents::{self, Resource};
use crate::deploy::events::{self, Operation};
use crate::deploy::existing::{self, Search};
use crate::deploy::{change_set, deployed};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{select, ui};

/// Deletes each stack, the last one named first.
pub async fn run(selected: &cli::Stacks, target: &Where, force: bool, yes: bool) -> anyhow::Result<Exit> {
    let mut destroyed = Vec::new();
    for stack in select::stacks(selected, &target.stage)?.iter().rev() {
        let cloud = cloud::connect(target, stack.default_region).await?;
        let resources = destroy(&cloud, stack, force, yes).await?;
        destroyed.push(json!({"stack": stack.name(), "resources": resources}));
    }
    if ui::json() {
        ui::result(json!({"version": 1, "destroyed": destroyed}));
    }
    Ok(Exit::Done)
}

/// Deletes the stack and returns how many resources it had.
async fn destroy(cloud: &Cloud, stack: &Stack, force: bool, yes: bool) -> anyhow::Result<usize> {
    let name = stack.name();
    let Some(deployed) = deployed::read(cloud, stack).await? else {
        ui::say(format!("{name}: not deployed to {}; nothing to destroy", cloud.place()));
        return Ok(0);
    };
    let resources = contents::resources(cloud, &stack.stack_name()).await?;
    let held = show(cloud, name, &resources, !yes).await?;
    if !held.is_empty() && !force {
        return Err(Failure::new(format!("`{name}` holds data: {}; nothing was destroyed", held.join(", ")))
            .exit(Exit::Declined)
            .help("`--force` destroys the data, too")
            .into());
    }
    ui::confirm(&format!("destroy `{name}` in {}", cloud.place()), yes)?;

    let token = format!("destroy-{}", change_set::unique());
    let call = cloud.cloudformation.delete_stack().stack_name(&deployed.id).client_request_token(&token);
    call.send().await.map_err(explain)?;
    let ids = resources.iter().map(|resource| resource.id.as_str()).collect();
    let operation = Operation { stack, stack_id: &deployed.id, token: &token, resources: ids };
    events::follow(cloud, &operation).await?;

    let Search { asked, existing } = existing::find(cloud, &resources).await?;
    if !existing.is_empty() {
        let list: Vec<_> = existing.iter().map(|it| format!("{} ({})", it.physical_id, it.resource_type)).collect();
        return Err(
            Failure::new(format!("`{name}` was deleted, but these are still there: {}", list.join(", "))).into()
        );
    }
    let all = resources.len();
    ui::say(format!("{name}: destroyed its {all} resources; looked for {asked} of them, and none is left"));
    Ok(resources.len())
}

/// Lists what will go, and returns what holds data.
async fn show(cloud: &Cloud, name: &str, resources: &[Resource], will_ask: bool) -> anyhow::Result<Vec<String>> {
    let width = resources.iter().map(|resource| resource.id.len()).max().unwrap_or(0);
    let mut held = Vec::new();
    ui::say_or_insist(format!("{name}: {} resources to destroy", resources.len()), will_ask);
    for resource in resources {
        let contents = if holds_data(&resource.resource_type) { contents::of(cloud, resource).await? } else { None };
        let note =
            contents.as_ref().map(|what| format!("  {}{what}{}", ui::DANGER.render(), ui::DANGER.render_reset()));
        let note = note.unwrap_or_default();
        ui::say_or_insist(format!("  -   {:<width$}  {}{note}", resource.id, resource.resource_type), will_ask);
        held.extend(contents.map(|what| format!("{what} in {}", resource.id)));
    }
    Ok(held)
}
