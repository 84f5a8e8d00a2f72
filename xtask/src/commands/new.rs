//! `new`: a system for the workspace.

use serde_json::json;

use crate::app::Workspace;
use crate::exit::Exit;
use crate::scaffold::{self, Made, Source, Template};
use crate::ui;

/// Adds the system `name` to the workspace that the current folder is in.
pub fn run(name: &str, template: Template, source: &[String]) -> anyhow::Result<Exit> {
    // A workspace that has the framework's crates needs no source of them.
    let source = if source.is_empty() { Source::default() } else { Source::parse(source)? };
    let root = Workspace::current()?.root;
    let made = scaffold::add(&root, name, template, &source)?;
    tell(&made);
    ui::say(format!("next: cargo xtask deploy {name} --local"));
    Ok(Exit::Done)
}

/// Says what was written, a line for each file.
pub(super) fn tell(made: &Made) {
    if ui::json() {
        let files = made.files.iter().map(|(path, was_there)| json!({"path": path, "created": !was_there}));
        ui::result(json!({"version": 1, "files": files.collect::<Vec<_>>(), "remarks": made.remarks}));
        return;
    }
    for (path, was_there) in &made.files {
        ui::result(format!("{} {path}", if *was_there { "changed" } else { "created" }));
    }
    for remark in &made.remarks {
        ui::say(remark);
    }
}
