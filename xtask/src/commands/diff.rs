//! `diff`: what a deployment would change, resource by resource and property by property.

use serde_json::json;

use crate::cli::{self, ParameterArgs, TargetArgs};
use crate::deploy::concurrent;
use crate::deploy::parameters;
use crate::deploy::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::prepare::prepare;
use crate::select::{self, Selection};
use crate::{cloud, ui};

/// Prints the plan of each stack in each region.
pub async fn run(
    selected: &cli::StackArgs,
    exit_code: bool,
    given: &ParameterArgs,
    target: &TargetArgs,
) -> anyhow::Result<Exit> {
    let selection = Selection::complete(selected, &target.stage)?;
    let stacks = &selection.stacks;
    parameters::require_known(stacks, &given.parameters)?;
    select::require_all_sound(stacks)?;
    let clouds = cloud::connect_all(target, selection.default_region()).await?;
    let all = StackInstance::all(stacks, &clouds);
    let prepared = prepare(&selection, &all, given, target.release).await?;
    concurrent::say_failures(&all, &prepared);
    let mut exit = Exit::Done;
    let mut plans = Vec::new();
    for (instance, prepared) in all.iter().zip(prepared) {
        let plan = match prepared {
            Ok(prepared) => prepared.plan,
            Err(error) if all.len() == 1 => return Err(error),
            Err(_) => {
                exit = Exit::Failed;
                continue;
            }
        };
        if exit_code && exit == Exit::Done && !plan.is_empty() {
            exit = Exit::Differences;
        }
        if !ui::json() {
            plan.lines(&instance.label).iter().for_each(|line| ui::result(ui::plan_line(line)));
            continue;
        }
        let mut entry = json!({"stack": instance.stack.name(), "plan": plan});
        if clouds.len() > 1 {
            entry["region"] = instance.cloud.region.as_str().into();
        }
        plans.push(entry);
    }
    if ui::json() {
        ui::result(json!({"version": 1, "stacks": plans}));
    }
    Ok(exit)
}
