//! What a stack holds, as files: written before it is destroyed, and brought back later.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use infra::facts;
use serde::{Deserialize, Serialize};

use super::deployed;
use super::removal::{Going, Survey};
use super::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::services::cloudformation;
use crate::{services, ui};

/// The file that says what is in the folder.
const MANIFEST: &str = "backup.json";
/// The version of the folder's layout.
const VERSION: u32 = 1;

/// What a folder holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Backup {
    version: u32,
    /// The name of the stack's system.
    pub stack: String,
    /// Its stage.
    pub stage: String,
    account: String,
    region: String,
    resources: Vec<Entry>,
}

/// What one resource held. Its files are in the folder of its logical id.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    id: String,
    #[serde(rename = "type")]
    resource_type: String,
    count: u64,
}

/// Copies what the stack holds to `folder`.
///
/// # Errors
/// When something cannot be backed up: the stack may not be destroyed then. What was copied stays in the folder, and what
/// was moved comes back with [`restore`].
pub async fn write(instance: &StackInstance<'_>, survey: &Survey, folder: &Path) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, .. } = instance;
    let mut holding = Vec::new();
    for going in survey.goes.iter().filter(|it| it.holds.is_some() && is_data(it)) {
        let Some(moves) = services::backup_moves(&going.resource.resource_type) else { return Err(refused(going)) };
        holding.push((moves, &going.resource));
    }
    // What is moved comes last: until then a failure leaves everything where it is.
    holding.sort_by_key(|(moves, _)| *moves);
    let mut backup = Backup {
        version: VERSION,
        stack: stack.name().to_owned(),
        stage: stack.stage().to_owned(),
        account: cloud.account.clone(),
        region: cloud.region.clone(),
        resources: Vec::new(),
    };
    for (_, resource) in holding {
        let count = services::back_up(cloud, resource, &folder.join(&resource.id)).await?;
        ui::say(format!("  backed up {}: {count} to {}", resource.id, folder.join(&resource.id).display()));
        let entry = Entry { id: resource.id.clone(), resource_type: resource.resource_type.clone(), count };
        backup.resources.push(entry);
        // Written after each: what is in the folder is known, whatever happens next.
        tokio::fs::write(folder.join(MANIFEST), serde_json::to_vec_pretty(&backup)?).await?;
    }
    Ok(())
}

fn refused(Going { resource, holds }: &Going) -> anyhow::Error {
    let (held, id, kind) = (holds.as_deref().unwrap_or_default(), &resource.id, &resource.resource_type);
    Failure::new(format!("{held} in {id} ({kind}) cannot be backed up; nothing was destroyed"))
        .help("back it up with its own service's tools, then destroy without `--backup` and with `--force`")
        .into()
}

fn is_data(going: &Going) -> bool {
    facts::holds(&going.resource.resource_type).is_data()
}

/// Where the backup of each stack goes.
///
/// # Errors
/// When the folder has something in it.
pub fn folder_for(folder: &Path, instance: &StackInstance<'_>, several: bool) -> anyhow::Result<PathBuf> {
    let own = if several {
        folder.join(format!("{}-{}", instance.stack.stack_name(), instance.cloud.region))
    } else {
        folder.to_owned()
    };
    if std::fs::read_dir(&own).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::new(format!("`{}` is not empty; nothing was destroyed", own.display()))
            .exit(Exit::Usage)
            .help("name a folder that does not exist yet")
            .into());
    }
    std::fs::create_dir_all(&own).with_context(|| format!("`{}` cannot be made", own.display()))?;
    Ok(own)
}

/// Reads what is in `folder`.
///
/// # Errors
/// When it is no backup.
pub fn read(folder: &Path) -> anyhow::Result<Backup> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::new(format!("`{}` is no backup: `{}`: {error}", folder.display(), path.display()))
            .exit(Exit::Usage)
            .help("`destroy --backup DIR` writes one")
    })?;
    let backup: Backup = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", path.display())))?;
    if backup.version != VERSION {
        let message = format!("`{}` has the version {}, expected {VERSION}", path.display(), backup.version);
        return Err(Failure::new(message).help("bring it back with the version of Stackwright that wrote it").into());
    }
    Ok(backup)
}

/// Brings back what `folder` holds to the resources of the deployed stack that have the same logical ids.
///
/// # Errors
/// When the stack or a resource is not there, or a service refuses.
pub async fn restore(instance: &StackInstance<'_>, backup: &Backup, folder: &Path) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, label, .. } = instance;
    let deployed = deployed::require(cloud, stack).await?;
    deployed.require_own(cloud, stack)?;
    let resources = cloudformation::resources(cloud, &deployed.id).await?;
    let find = |entry: &Entry| resources.iter().find(|it| it.id == entry.id && it.resource_type == entry.resource_type);
    if let Some(missing) = backup.resources.iter().find(|entry| find(entry).is_none()) {
        let (id, kind) = (&missing.id, &missing.resource_type);
        return Err(Failure::new(format!("`{label}` has no `{id}` ({kind}) to bring {} back to", missing.count)).into());
    }
    for entry in &backup.resources {
        let Some(resource) = find(entry) else { continue };
        let count = services::restore(cloud, resource, &folder.join(&entry.id)).await?;
        ui::say(format!("  restored {}: {count}", entry.id));
    }
    Ok(())
}
