//! `list`: the stacks of this workspace.

use infra::Stage;
use serde_json::{Value as Json, json};
use stacks::{Options, System};

use crate::exit::Exit;
use crate::ui;

/// Prints each stack with what it is and what can be chosen of it.
#[must_use]
pub fn run() -> Exit {
    if ui::json() {
        let stacks: Vec<_> = stacks::all()
            .iter()
            .map(|system| {
                let stack = system.build(&Stage::default(), &Options::default());
                json!({
                    "name": system.name,
                    "description": system.description,
                    "resources": stack.resources().count(),
                    "options": options(system),
                })
            })
            .collect();
        ui::result(json!({"version": 1, "stacks": stacks}));
        return Exit::Done;
    }
    let width = stacks::all().iter().map(|system| system.name.len()).max().unwrap_or(0);
    for system in stacks::all() {
        ui::result(format!("{:<width$}  {}", system.name, system.description));
        for option in system.options {
            let values = option.values.join("|");
            ui::result(format!("{:<width$}    --option {}={values}: {}", "", option.name, option.description));
        }
    }
    Exit::Done
}

/// The options with the values that can be chosen, the default first.
fn options(system: &System) -> Vec<Json> {
    let options = system.options.iter();
    options
        .map(|option| json!({"name": option.name, "description": option.description, "values": option.values}))
        .collect()
}
