//! `list`: the stacks of this workspace.

use infra::Stage;
use serde_json::json;

use crate::exit::Exit;
use crate::ui;

/// Prints each stack with what it is.
#[must_use]
pub fn run() -> Exit {
    if ui::json() {
        let stacks: Vec<_> = stacks::all()
            .iter()
            .map(|system| {
                let stack = (system.stack)(&Stage::default());
                json!({"name": system.name, "description": system.description, "resources": stack.resources().count()})
            })
            .collect();
        ui::result(json!({"version": 1, "stacks": stacks}));
        return Exit::Done;
    }
    let width = stacks::all().iter().map(|system| system.name.len()).max().unwrap_or(0);
    for system in stacks::all() {
        ui::result(format!("{:<width$}  {}", system.name, system.description));
    }
    Exit::Done
}
