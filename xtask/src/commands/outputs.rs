//! `outputs`: what a deployed stack tells its users.

use super::deploy::print_outputs;
use crate::cli::{OptionArgs, TargetArgs};
use crate::deploy::deployed;
use crate::exit::Exit;
use crate::select::Selection;
use crate::{cloud, ui};

/// Prints the outputs: with `--json` one object of name to value.
pub async fn run(name: &str, target: &TargetArgs) -> anyhow::Result<Exit> {
    target.require_one_region("outputs")?;
    let stack = Selection::one(name, &target.stage, &OptionArgs::default())?;
    let cloud = cloud::connect(target, stack.default_region()).await?;
    let deployed = deployed::require(&cloud, &stack).await?;
    if ui::json() {
        ui::result(serde_json::to_string(&deployed.outputs)?);
    } else {
        ui::say(format!("\n{} outputs", stack.name()));
        print_outputs(&deployed.outputs);
    }
    Ok(Exit::Done)
}
