//! What is seen of an operation while CloudFormation works.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use aws_sdk_cloudformation::types::StackEvent;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::events::status;
use crate::ui;

/// On a terminal what is under way and what ended, otherwise what ended, as JSON every event.
pub(super) struct Display<'a> {
    /// The stack and its region.
    of: (&'a str, &'a str),
    resources: &'a BTreeSet<&'a str>,
    /// When each resource that is worked on was begun, and what is done with it.
    under_way: BTreeMap<String, (Instant, String)>,
    bar: Option<ProgressBar>,
}

/// After how long a resource is named as the one that takes its time, where there is no terminal.
const SLOW: Duration = Duration::from_secs(20);

impl<'a> Display<'a> {
    pub(super) fn new(resources: &'a BTreeSet<&'a str>, of: (&'a str, &'a str)) -> Self {
        let has_terminal = std::io::stderr().is_terminal() && !ui::is_labelled();
        let bar = (has_terminal && !ui::quiet() && !ui::json()).then(|| {
            let bar = ProgressBar::new(resources.len() as u64);
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {pos}/{len}  {msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Self { of, resources, under_way: BTreeMap::new(), bar }
    }

    pub(super) fn show(&mut self, event: &StackEvent) {
        let (id, status) = (event.logical_resource_id().unwrap_or_default(), status(event));
        let resource_type = event.resource_type().unwrap_or_default();
        let reason = event.resource_status_reason().filter(|reason| !reason.is_empty());
        if ui::json() {
            let (stack, region) = self.of;
            let event = json!({"id": id, "type": resource_type, "status": status, "reason": reason});
            return ui::event(&json!({"stack": stack, "region": region, "event": event}));
        }
        let failed = status.ends_with("_FAILED");
        if !failed && !self.resources.contains(id) {
            return;
        }
        let words = status.to_ascii_lowercase().replace('_', " ");
        // A resource that is made waits for its configuration: that does not begin anew.
        if status.ends_with("_IN_PROGRESS") || status == "CONFIGURATION_COMPLETE" {
            self.under_way.entry(id.to_owned()).or_insert_with(|| (Instant::now(), String::new())).1 = words;
            return self.say_slowest();
        }
        let took = self.under_way.remove(id).map(|(began, _)| began.elapsed()).unwrap_or_default();
        let (sign, style) = match status {
            _ if failed => ("✗", ui::DANGER),
            _ if status.starts_with("DELETE") => ("-", ui::CAUTION),
            _ => ("✓", ui::GOOD),
        };
        let reason = reason.filter(|_| failed).map(|reason| format!(": {reason}")).unwrap_or_default();
        let took = if took >= Duration::from_secs(1) { format!("  {} s", took.as_secs()) } else { String::new() };
        let line = format!("  {style}{sign}{style:#} {id}  {resource_type}  {words}{took}{reason}");
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.suspend(|| ui::say(line));
            }
            None => ui::say(line),
        }
        self.say_slowest();
    }

    /// Names the resource that is worked on the longest.
    pub(super) fn say_slowest(&self) {
        let Some((id, (began, words))) = self.under_way.iter().min_by_key(|(_, (began, _))| *began) else { return };
        if let Some(bar) = &self.bar {
            let others = self.under_way.len() - 1;
            let others = if others > 0 { format!(", and {others} more") } else { String::new() };
            bar.set_message(format!("{id}: {words} for {} s{others}", began.elapsed().as_secs()));
        }
    }

    /// Says, where there is no terminal, which resource is still worked on.
    pub(super) fn say_waiting(&self, silent_for: Duration) {
        if self.bar.is_some() || ui::json() || silent_for < SLOW {
            return;
        }
        if let Some((id, (began, words))) = self.under_way.iter().min_by_key(|(_, (began, _))| *began) {
            ui::say(format!("    {id}: {words} for {} s", began.elapsed().as_secs()));
        }
    }
}

impl Drop for Display<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
