//! `synth`: the template of a stack. Nothing is built and nothing is asked.

use crate::cli::{Format, OptionArgs};
use crate::exit::Exit;
use crate::select::Selection;
use crate::ui;

/// Prints the template; with `--json` it is JSON whatever the format.
pub fn run(name: &str, stage: &str, choices: &OptionArgs, format: Format) -> anyhow::Result<Exit> {
    let stack = Selection::one(name, stage, choices)?;
    let template = stack.template();
    match format {
        Format::Yaml if !ui::json() => ui::result(template.to_yaml().trim_end()),
        _ => ui::result(template.to_json()),
    }
    Ok(Exit::Done)
}
