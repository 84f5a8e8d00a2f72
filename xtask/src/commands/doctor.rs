//! `doctor`: what the machine needs, and what it lacks.

use anstyle::{AnsiColor, Style};

use crate::doctor::{self, Outcome};
use crate::exit::Exit;

/// Prints every check; fails when something is missing that `--local` needs.
pub async fn run() -> Exit {
    let checks = doctor::report().await;
    for check in &checks {
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
    if checks.iter().any(|check| check.outcome == Outcome::Missing) { Exit::Failed } else { Exit::Done }
}
