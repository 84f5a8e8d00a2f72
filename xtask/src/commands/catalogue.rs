//! `catalogue`: rewrites what is embedded of the actions of AWS's services, when the pinned package is a newer one.

use anyhow::Context as _;

use crate::exit::Exit;
use crate::{app, catalogue, ui};

/// Gets the package that carries the facts, and reads it.
pub async fn run() -> anyhow::Result<Exit> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let package = catalogue::package::FACTS.fetch(folder.path()).await?;
    let output = app::root()?.join("policies/catalogue/actions.txt");
    catalogue::run(&package, &output)?;
    ui::result(format!("wrote {}", output.display()));
    Ok(Exit::Done)
}
