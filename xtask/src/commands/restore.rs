//! `restore`: brings back what `destroy --backup` copied.

use std::path::Path;

use crate::cli::{OptionArgs, TargetArgs};
use crate::deploy::backup;
use crate::deploy::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::select::Selection;
use crate::{cloud, local, ui};

/// Brings back what `folder` holds to the stack that it is of, after a yes.
pub async fn run(folder: &Path, target: &TargetArgs, yes: bool) -> anyhow::Result<Exit> {
    target.require_one_region("restore")?;
    let backup = backup::read(folder)?;
    let stacks = [Selection::one(&backup.stack, &target.stage, &OptionArgs::default())?];
    let clouds = [cloud::connect(target, stacks[0].default_region()).await?];
    for instance in &StackInstance::all(&stacks, &clouds) {
        ui::confirm(&format!("bring `{}` back to {}", folder.display(), instance.cloud.place()), yes)?;
        backup::restore(instance, &backup, folder).await?;
    }
    if let Some(local) = &clouds[0].local {
        local::save(local).await?;
    }
    Ok(Exit::Done)
}
