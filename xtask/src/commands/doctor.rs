//! `doctor`: what the machine needs, and what it lacks.

use anstyle::{AnsiColor, Style};
use serde_json::json;

use crate::doctor::{self, Check, Outcome};
use crate::exit::Exit;
use crate::ui;

/// Prints every check; fails when something is missing that `--local` needs.
pub async fn run() -> Exit {
    let checks = doctor::report().await;
    if ui::json() {
        ui::result(json!({"version": 1, "checks": checks}));
    } else {
        print(&checks);
    }
    if checks.iter().any(|check| check.outcome == Outcome::Missing) { Exit::Failed } else { Exit::Done }
}

/// A line for each check, and what to do about it.
fn print(checks: &[Check]) {
    for check in checks {
        let (word, colour) = match check.outcome {
            Outcome::Ok => ("ok", AnsiColor::Green),
            Outcome::Optional => ("optional", AnsiColor::Yellow),
            Outcome::Missing => ("missing", AnsiColor::Red),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        anstream::println!("{style}{word:<8}{style:#}  {:<16}  {}", check.name, check.found);
        if let Some(help) = &check.help {
            anstream::println!("  help: {help}");
        }
    }
}
