//! `list`: the stacks of this workspace.

use assembly::System;
use infra::Stage;
use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::exit::Exit;
use crate::ui;

/// Prints each stack with what it is and what can be chosen of it.
pub fn run() -> anyhow::Result<Exit> {
    let systems = App::current()?.assembly(Stage::default().as_str(), &[])?.systems;
    if ui::json() {
        ui::result(json!({"version": 1, "stacks": systems.iter().map(entry).collect::<Vec<_>>()}));
        return Ok(Exit::Done);
    }
    let width = systems.iter().map(|system| system.name.len()).max().unwrap_or(0);
    for system in &systems {
        ui::result(format!("{:<width$}  {}", system.name, system.description));
        for option in &system.options {
            let values = option.values.join("|");
            ui::result(format!("{:<width$}    --option {}={values}: {}", "", option.name, option.description));
        }
    }
    Ok(Exit::Done)
}

/// A stack that cannot be built has no number of resources.
fn entry(system: &System) -> Json {
    let resources = system.stack().map(|it| it.template.get("Resources").and_then(Json::as_object).map_or(0, Map::len));
    json!({
        "name": system.name,
        "description": system.description,
        "resources": resources,
        "options": system.options,
    })
}
