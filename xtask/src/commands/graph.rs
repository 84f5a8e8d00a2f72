//! `graph`: a picture of a stack, of its parts and the way of the data between them. Nothing is built and nothing is asked.

use std::fs;
use std::io::{Write, stdout};
use std::path::Path;

use infra::{Graph, Stage};
use serde_json::json;

use crate::cli::{OptionArgs, Picture};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::select::Selection;
use crate::ui;

/// Prints the picture, or writes it to `output`, whose suffix then says the format unless `format` does.
pub fn run(name: &str, choices: &OptionArgs, format: Option<Picture>, output: Option<&Path>) -> anyhow::Result<Exit> {
    // A picture names its parts as the stack does, which is the same in every stage.
    let graph = Graph::of(Selection::one(name, Stage::default().as_str(), choices)?.assembled());
    if ui::json() && format.is_none() {
        let report = json!({"version": 1, "nodes": graph.nodes, "edges": graph.edges});
        write(format!("{report}\n").as_bytes(), output)?;
        return Ok(Exit::Done);
    }
    let format = match (format, output) {
        (Some(format), _) => format,
        (None, Some(output)) => of_suffix(output)?,
        (None, None) => Picture::default(),
    };
    match format {
        Picture::Mermaid => write(graph.to_mermaid().as_bytes(), output)?,
        Picture::Svg => write(graph.to_svg().as_bytes(), output)?,
    }
    Ok(Exit::Done)
}

fn of_suffix(output: &Path) -> anyhow::Result<Picture> {
    match output.extension().and_then(|suffix| suffix.to_str()) {
        Some("mmd" | "mermaid") => Ok(Picture::Mermaid),
        Some("svg") => Ok(Picture::Svg),
        _ => Err(Failure::new(format!("`{}` does not say its format", output.display()))
            .exit(Exit::Usage)
            .help("end it in `.mmd` or `.svg`, or pass `--format`")
            .into()),
    }
}

fn write(content: &[u8], output: Option<&Path>) -> anyhow::Result<()> {
    let Some(output) = output else { return Ok(stdout().write_all(content)?) };
    fs::write(output, content)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", output.display())))?;
    ui::say(format!("wrote {}", output.display()));
    Ok(())
}
