//! `diff`: what a deployment would change, resource by resource and property by property.

use serde_json::json;

use crate::cli::{self, Given, Where};
use crate::deploy::parameters;
use crate::deploy::placed::Placed;
use crate::deploy::together;
use crate::exit::Exit;
use crate::prepare::prepare;
use crate::select::{self, Selection};
use crate::{cloud, ui};

/// Prints the plan of each stack in each region.
pub async fn run(selected: &cli::Stacks, exit_code: bool, given: &Given, target: &Where) -> anyhow::Result<Exit> {
    let selection = Selection::complete(selected, &target.stage)?;
    let stacks = &selection.stacks;
    parameters::require_known(stacks, &given.parameters)?;
    select::require_all_sound(stacks)?;
    let clouds = cloud::connect_all(target, selection.default_region()).await?;
    let all = Placed::all(stacks, &clouds);
    let prepared = prepare(&selection, &all, given, target.release).await?;
    together::say_failures(&all, &prepared);
    let mut exit = Exit::Done;
    let mut plans = Vec::new();
    for (placed, prepared) in all.iter().zip(prepared) {
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
            plan.lines(&placed.label).iter().for_each(|line| ui::result(ui::plan_line(line)));
            continue;
        }
        let mut entry = json!({"stack": placed.stack.name(), "plan": plan});
        if clouds.len() > 1 {
            entry["region"] = placed.cloud.region.as_str().into();
        }
        plans.push(entry);
    }
    if ui::json() {
        ui::result(json!({"version": 1, "stacks": plans}));
    }
    Ok(exit)
}
