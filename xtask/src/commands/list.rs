//! `list`: the stacks of this workspace.

use infra::Stage;
use serde_json::json;

use crate::exit::Exit;
use crate::ui;

/// Prints each stack with what it is.
pub fn run() -> Exit {
    if ui::json() {
        let stacks: Vec<_> = stacks::ALL
            .iter()
            .map(|entry| {
                let stack = (entry.stack)(&Stage::default());
                json!({"name": entry.name, "summary": entry.summary, "resources": stack.resources().count()})
            })
            .collect();
        ui::result(json!({"version": 1, "stacks": stacks}));
        return Exit::Done;
    }
    let width = stacks::ALL.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    for entry in stacks::ALL {
        ui::result(format!("{:<width$}  {}", entry.name, entry.summary));
    }
    Exit::Done
}
