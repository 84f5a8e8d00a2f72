//! What is shown on stderr while something takes long.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::ui;

/// Runs `work` while stderr says so: a spinner with the elapsed time on a terminal, else a line before and one after.
pub async fn step<T>(label: &str, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let began = Instant::now();
    let spinner = (std::io::stderr().is_terminal() && !ui::quiet()).then(|| spinner(label));
    if spinner.is_none() {
        ui::say(format!("{label} ..."));
    }
    let result = work.await;
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
    }
    let outcome = if result.is_ok() { "done" } else { "failed" };
    ui::say(format!("{label}: {outcome} in {}", seconds(began.elapsed())));
    result
}

/// A line of its own that needs no action.
pub fn note(text: &str) {
    ui::say(format!("note: {text}"));
}

/// A line about something that may need action.
pub fn warning(text: &str) {
    anstream::eprintln!("warning: {text}");
}

fn spinner(label: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(label.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}
