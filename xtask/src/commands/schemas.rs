//! `schemas`: rewrites what is embedded of AWS's resource schemas, when the pinned cfn-lint is a newer one.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::exit::Exit;
use crate::tools::{self, Tool};
use crate::{app, schemas, ui};

/// Reads the schemas that the private environment's cfn-lint carries.
pub async fn run() -> anyhow::Result<Exit> {
    let python = tools::environment(Tool::CfnLint).await?.python();
    let program = "import cfnlint, os; print(os.path.dirname(cfnlint.__file__), end='')";
    let printed = tokio::process::Command::new(python).args(["-c", program]).output().await?;
    let package = PathBuf::from(String::from_utf8(printed.stdout).context("cfn-lint's folder has no readable name")?);
    let output = app::root()?.join("infra/schemas/resources.txt");
    schemas::run(&package, &output)?;
    ui::result(format!("wrote {}", output.display()));
    Ok(Exit::Done)
}
