//! Looking after a deployed stack on a fresh local cloud, with the command line alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot prepare has failed")]

mod http_api;
mod invoke;
mod logs;
mod messages;
mod names;
#[allow(dead_code, reason = "the tests of deployments use more of it")]
#[path = "../deployment/project.rs"]
mod project;
mod replay;
mod trace;
mod undelivered;

use serde_json::{Value, json};
use testing::{CommandOutput, Deployment, LocalCloud};

/// The sighting of a ship of a model.
fn sighting(ship: &str, model: &str) -> Value {
    let coordinates = json!({"x": 12.34, "y": 56.78, "z": 90.12});
    json!({"spaceship_id": ship, "model": model, "quadrant": "Alpha", "coordinates": coordinates})
}

/// `cargo xtask COMMAND spaceships … --local`.
fn run(cloud: &LocalCloud, command: &str, more: &[&str]) -> CommandOutput {
    cloud.attempt(&[&[command, "spaceships"], more, &["--local"]].concat())
}

/// Deploys `spaceships` with a validator that is somewhere else.
fn deploy(cloud: &LocalCloud, validator: &str) -> Deployment {
    cloud.system("spaceships").parameter("ModelValidatorUrl", validator).deploy()
}

/// The lines of JSON that a command printed.
fn lines(output: &CommandOutput) -> Vec<Value> {
    output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
