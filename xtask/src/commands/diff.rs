//! `diff`: what a deployment would change, resource by resource and property by property.

use serde_json::json;

use crate::cli::{self, Given, Where};
use crate::deploy::parameters;
use crate::exit::Exit;
use crate::prepare::prepare;
use crate::{cloud, select, ui};

/// Prints the plan of each stack.
pub async fn run(selected: &cli::Stacks, exit_code: bool, given: &Given, target: &Where) -> anyhow::Result<Exit> {
    let mut differs = false;
    let mut plans = Vec::new();
    let stacks = select::stacks(selected, &target.stage)?;
    parameters::require_known(&stacks, &given.parameters)?;
    for stack in stacks {
        let cloud = cloud::connect(target, stack.default_region).await?;
        let prepared = prepare(&cloud, &stack, given).await?;
        differs |= !prepared.plan.is_empty();
        if ui::json() {
            plans.push(json!({"stack": stack.name(), "plan": prepared.plan}));
        } else {
            for line in prepared.plan.lines(stack.name()) {
                ui::result(ui::plan_line(&line));
            }
        }
    }
    if ui::json() {
        ui::result(json!({"version": 1, "stacks": plans}));
    }
    Ok(if differs && exit_code { Exit::Differences } else { Exit::Done })
}
