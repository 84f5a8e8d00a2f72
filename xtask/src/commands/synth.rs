//! `synth`: the template of a stack. Nothing is built and nothing is asked.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use crate::app::Workspace;
use crate::cli::{Format, OptionArgs};
use crate::exit::Exit;
use crate::select::Selection;
use crate::stack::Stack;
use crate::workloads::folder::Replacement;
use crate::{ui, workloads};

/// Prints the template, or writes it into the folder `output` with what Kubernetes runs; with `--json` it is JSON whatever
/// the format.
pub fn run(
    name: &str,
    stage: &str,
    choices: &OptionArgs,
    format: Format,
    output: Option<&Path>,
) -> anyhow::Result<Exit> {
    let stack = Selection::one(name, stage, choices)?;
    let template = stack.template();
    let is_yaml = matches!(format, Format::Yaml) && !ui::json();
    let text = if is_yaml { template.to_yaml() } else { template.to_json() };
    match output {
        Some(folder) => write(&stack, folder, if is_yaml { "yaml" } else { "json" }, &text)?,
        None => ui::result(text.trim_end()),
    }
    Ok(Exit::Done)
}

fn write(stack: &Stack, folder: &Path, extension: &str, template: &str) -> anyhow::Result<()> {
    let project = Workspace::current()?.project;
    let files = workloads::files(&workloads::undeployed(stack, &project))?;
    let manifests = folder.join(workloads::FOLDER);
    let replacement = Replacement::of(&manifests, &files)?;
    let file = folder.join(format!("template.{extension}"));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, template));
    written.with_context(|| format!("cannot write `{}`", file.display()))?;
    ui::say(format!("wrote {}", file.display()));
    let former = replacement.carry_out()?;
    let manifests = manifests.display();
    if !files.is_empty() {
        ui::say(format!("wrote {} files to {manifests}", files.len()));
        ui::say("  what only a deployment knows is written as `${...}`: `deploy` applies it, or writes it in full");
    } else if former > 0 {
        ui::say(format!("took away what was written to {manifests}, since the stack has no worker any more"));
    }
    Ok(())
}
