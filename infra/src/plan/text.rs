//! A plan as its readers see it.

use std::fmt;

use serde_json::Value as Json;

use super::properties::PropertyChange;
use super::{Action, Permission, PermissionChange, Plan, ResourceChange, Step};
use crate::expression::display;

/// What a line is about, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Heading,
    /// Something is made.
    Add,
    /// Something changes in place.
    Change,
    /// Something goes, or is replaced with what it holds.
    Danger,
    /// Something is said.
    Plain,
}

/// A line of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is about.
    pub tone: Tone,
    /// Its text, which is readable without colour.
    pub text: String,
}

/// The longest value that is shown whole.
const VALUE_WIDTH: usize = 72;
/// How much of a hash tells it from others.
const HASH_WIDTH: usize = 12;

impl Plan {
    /// The plan of the stack `name`, line by line.
    ///
    /// ```text
    /// spaceships: 1 to change, 1 to replace
    ///   ~   SightingsQueue  VisibilityTimeout: 30 -> 180
    ///   -/+ Sightings       KeySchema[0].AttributeName: id -> spaceship_id  # forces replacement, deletes its 1,204 items
    /// ```
    #[must_use]
    pub fn lines(&self, name: &str) -> Vec<Line> {
        let mut lines = vec![Line { tone: Tone::Heading, text: format!("{name}: {}", self.summary()) }];
        let width = self.resources.iter().map(|change| change.id.len()).max().unwrap_or(0);
        for change in &self.resources {
            resource_lines(change, width, &mut lines);
        }
        step_lines(&self.steps, &mut lines);
        section("tags", &self.tags, &mut lines);
        section("parameters", &self.parameters, &mut lines);
        // Of a new stack every output is new.
        if !self.is_first {
            section("outputs", &self.outputs, &mut lines);
        }
        let (widened, tone) =
            if self.is_first { ("permissions", Tone::Add) } else { ("permissions widened", Tone::Danger) };
        permission_lines(widened, tone, self.permissions.iter().filter(|it| it.widens), &mut lines);
        permission_lines(
            "permissions narrowed",
            Tone::Change,
            self.permissions.iter().filter(|it| !it.widens),
            &mut lines,
        );
        lines
    }

    /// How many resources change how, or `no changes`.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.is_empty() {
            return "no changes".to_owned();
        }
        let counted = [
            (Action::Create, "to create"),
            (Action::Update, "to change"),
            (Action::Replace, "to replace"),
            (Action::Delete, "to delete"),
            (Action::Retain, "to leave behind"),
        ]
        .into_iter()
        .map(|(action, words)| (self.resources.iter().filter(|change| change.action == action).count(), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect::<Vec<_>>()
        .join(", ");
        if counted.is_empty() { "only tags, outputs or parameters change".to_owned() } else { counted }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn resource_lines(change: &ResourceChange, width: usize, lines: &mut Vec<Line>) {
    let (sign, tone) = match change.action {
        Action::Create => ("+", Tone::Add),
        Action::Update => ("~", Tone::Change),
        Action::Replace => ("-/+", Tone::Danger),
        Action::Delete => ("-", Tone::Danger),
        Action::Retain => ("=", Tone::Plain),
    };
    let id = &change.id;
    let start = format!("  {sign:<3} {id:<width$}");
    let lost = change.loses.as_ref().map(|what| format!("deletes its {what}"));
    if change.properties.is_empty() {
        let note = match (change.action, lost) {
            (Action::Retain, _) => "  # leaves the stack and is kept".to_owned(),
            (_, Some(lost)) => format!("  # {lost}"),
            (_, None) => String::new(),
        };
        lines.push(Line { tone, text: format!("{start}  {}{note}", change.resource_type) });
        return;
    }
    for (index, property) in change.properties.iter().enumerate() {
        let start = if index == 0 { start.clone() } else { " ".repeat(start.len()) };
        let note = match (property.replaces, &lost) {
            (true, _) if change.keeps_old => {
                "  # forces replacement, keeps the old one outside of the stack".to_owned()
            }
            (true, Some(lost)) => format!("  # forces replacement, {lost}"),
            (true, None) => "  # forces replacement".to_owned(),
            (false, _) => String::new(),
        };
        lines.push(Line { tone, text: format!("{start}  {}{note}", property_text(property)) });
    }
}

fn property_text(change: &PropertyChange) -> String {
    let path = &change.path;
    if let Some(replaced) = &change.follows {
        return format!("{path}: follows the new {replaced}");
    }
    let short = |json: &Json| short(&display(json));
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{path}: {} -> {}", short(before), short(after)),
        (None, Some(after)) => format!("{path}: set to {}", short(after)),
        (Some(before), None) => format!("{path}: {} -> not set", short(before)),
        (None, None) => path.clone(),
    }
}

/// The key of a function's zip by the start of its hash, other values by their start.
fn short(text: &str) -> String {
    if let Some(hash) = text.strip_prefix("functions/").and_then(|key| key.rsplit('/').next()) {
        return hash.chars().take(HASH_WIDTH).collect();
    }
    if text.chars().count() <= VALUE_WIDTH {
        return text.to_owned();
    }
    let start: String = text.chars().take(VALUE_WIDTH - 1).collect();
    format!("{start}…")
}

fn section(title: &str, changes: &[PropertyChange], lines: &mut Vec<Line>) {
    if !changes.is_empty() {
        lines.push(Line { tone: Tone::Heading, text: title.to_owned() });
    }
    for change in changes {
        let (sign, tone) = match (&change.before, &change.after) {
            (None, _) => ("+", Tone::Add),
            (_, None) => ("-", Tone::Danger),
            _ => ("~", Tone::Change),
        };
        lines.push(Line { tone, text: format!("  {sign:<3} {}", property_text(change)) });
    }
}

fn step_lines(steps: &[Step], lines: &mut Vec<Line>) {
    if steps.is_empty() {
        return;
    }
    lines.push(Line { tone: Tone::Heading, text: format!("in {} steps", steps.len() + 1) });
    for (index, step) in steps.iter().enumerate() {
        lines.push(Line { tone: Tone::Plain, text: format!("  {}   {}  # {}", index + 1, step.does, step.why) });
    }
    lines.push(Line { tone: Tone::Plain, text: format!("  {}   the rest", steps.len() + 1) });
}

fn permission_lines<'a>(
    title: &str,
    tone: Tone,
    changes: impl Iterator<Item = &'a PermissionChange>,
    lines: &mut Vec<Line>,
) {
    let mut changes = changes.peekable();
    if changes.peek().is_some() {
        lines.push(Line { tone: Tone::Heading, text: title.to_owned() });
    }
    for change in changes {
        let permission = &change.permission;
        let sign = if change.added { "+" } else { "-" };
        lines.push(Line { tone, text: format!("  {sign:<3} {}: {permission}", permission.holder) });
    }
}

/// The right without its holder: `lambda.amazonaws.com may sts:AssumeRole on the role`.
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denies {
            f.write_str("deny ")?;
        }
        if let Some(principal) = &self.principal {
            write!(f, "{principal} may ")?;
        }
        f.write_str(&self.action)?;
        if !self.resource.is_empty() {
            write!(f, " on {}", self.resource)?;
        }
        match &self.condition {
            Some(condition) => write!(f, " when {condition}"),
            None => Ok(()),
        }
    }
}
