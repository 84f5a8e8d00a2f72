//! A plan as its readers see it.

use std::fmt;

use super::properties::PropertyChange;
use super::{Action, By, Permission, PermissionChange, Plan, ResourceChange, Step};
use infra::expression::display;
use infra::lambda::Version;
use infra::reference::Resource as _;

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
        for moved in &self.moves {
            let [from, to] = moved.ends();
            let text = format!("  =>  {from} -> {to}  # stays as it is, with what it holds");
            lines.push(Line { tone: Tone::Change, text });
        }
        for change in &self.resources {
            resource_lines(change, width, &mut lines);
        }
        step_lines(&self.steps, &mut lines);
        for (title, changes) in self.sections() {
            section(title, changes, &mut lines);
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

    /// The changes beside the resources, by what they are of.
    pub(super) fn sections(&self) -> impl Iterator<Item = (&'static str, &[PropertyChange])> {
        // Of a new stack every output is new.
        let outputs = if self.is_first { &[][..] } else { &self.outputs[..] };
        let sections = [
            ("tags", &self.tags[..]),
            ("parameters", &self.parameters),
            ("outputs", outputs),
            ("macros, whose result only CloudFormation knows", &self.macros),
            ("template, which CloudFormation does not deploy by itself", &self.template),
        ];
        sections.into_iter().filter(|(_, changes)| !changes.is_empty())
    }

    /// How many resources change how, or `no changes`.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.is_empty() {
            let says = if self.template.is_empty() { "no changes" } else { "nothing to deploy, only other words" };
            return says.to_owned();
        }
        let moves = self.moves.len();
        let counted = [
            (Action::Create, "to create"),
            (Action::Import, "to import"),
            (Action::Update, "to change"),
            (Action::Replace, "to replace"),
            (Action::Delete, "to delete"),
            (Action::Retain, "to leave behind"),
            (Action::Undecided, "undecided"),
        ]
        .map(|(action, words)| (self.resources.iter().filter(|change| change.action == action).count(), words))
        .into_iter()
        .chain([(moves, "to move")])
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect::<Vec<_>>()
        .join(", ");
        if counted.is_empty() { "no resource changes".to_owned() } else { counted }
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
        Action::Import => ("<=", Tone::Change),
        Action::Update => ("~", Tone::Change),
        Action::Replace if change.resource_type == Version::TYPE => ("-/+", Tone::Change),
        Action::Replace => ("-/+", Tone::Danger),
        Action::Delete => ("-", Tone::Danger),
        Action::Retain => ("=", Tone::Plain),
        Action::Undecided => ("?", Tone::Danger),
    };
    let id = &change.id;
    let start = format!("  {sign:<3} {id:<width$}");
    // Of what only changes, the properties say all.
    let has_own_line = change.properties.is_empty() || change.action == Action::Undecided;
    if has_own_line {
        let note = note(change).map(|note| format!("  # {note}")).unwrap_or_default();
        lines.push(Line { tone, text: format!("{start}  {}{note}", change.resource_type) });
    }
    for (index, property) in change.properties.iter().enumerate() {
        let is_first = index == 0 && !has_own_line;
        let start = if is_first { start.clone() } else { " ".repeat(start.len()) };
        let note = property_note(change, property).map(|note| format!("  # {note}")).unwrap_or_default();
        lines.push(Line { tone, text: format!("{start}  {}{note}", property_text(property)) });
    }
}

/// What is lost with a resource.
fn lost(change: &ResourceChange) -> Option<String> {
    let what = change.loses.as_ref()?;
    let may = if change.action == Action::Undecided { "may delete" } else { "deletes" };
    let snapshot = if change.keeps_snapshot { ", keeps a snapshot" } else { "" };
    Some(format!("{may} its {what}{snapshot}"))
}

/// What there is to say of a resource beside its action.
pub(super) fn note(change: &ResourceChange) -> Option<String> {
    let condition = change.condition.as_ref();
    let note = match change.action {
        Action::Retain => Some("leaves the stack and is kept".to_owned()),
        Action::Undecided => Some(condition.map_or_else(
            || "what it makes is known to CloudFormation alone".to_owned(),
            |id| format!("comes, stays or goes with the condition {id}"),
        )),
        Action::Import => Some("exists already, and becomes part of the stack as it is".to_owned()),
        Action::Create => condition.map(|id| format!("if the condition {id} holds")),
        Action::Delete => condition.map(|id| format!("if the condition {id} holds now")),
        Action::Update | Action::Replace => None,
    };
    let parts: Vec<_> = [note, lost(change)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What there is to say of a change of a property.
pub(super) fn property_note(change: &ResourceChange, property: &PropertyChange) -> Option<String> {
    if !property.replaces {
        return property.because.clone();
    }
    if change.action == Action::Undecided {
        return Some("forces replacement".to_owned());
    }
    if change.resource_type == Version::TYPE {
        let kept = if change.keeps_old { ", keeps the old one outside of the stack" } else { "" };
        return Some(format!("publishes a new version{kept}"));
    }
    if change.keeps_old {
        return Some("forces replacement, keeps the old one outside of the stack".to_owned());
    }
    let lost = lost(change).map(|lost| format!(", {lost}")).unwrap_or_default();
    Some(format!("forces replacement{lost}"))
}

/// A change from what to what.
fn property_text(change: &PropertyChange) -> String {
    let path = &change.path;
    match difference(change) {
        Difference::Said(text) => format!("{path}: {text}"),
        Difference::Values(Some(before), Some(after)) => format!("{path}: {before} -> {after}"),
        Difference::Values(None, Some(after)) => format!("{path}: set to {after}"),
        Difference::Values(Some(before), None) => format!("{path}: {before} -> not set"),
        Difference::Values(None, None) => path.clone(),
    }
}

/// From what to what a property changes.
pub(super) enum Difference {
    /// In words.
    Said(String),
    /// Its values before and after, shortened.
    Values(Option<String>, Option<String>),
}

pub(super) fn difference(change: &PropertyChange) -> Difference {
    if let Some(replaced) = &change.follows {
        return Difference::Said(format!("follows the new {replaced}"));
    }
    if let Some(by) = &change.undecided {
        return Difference::Said(format!("may change with the {by}"));
    }
    if change.is_reordered() {
        return Difference::Said("the same in another order".to_owned());
    }
    let (before, after) = (change.before.as_ref().map(display), change.after.as_ref().map(display));
    let (Some(before), Some(after)) = (&before, &after) else {
        return Difference::Values(before.map(|it| short(&it)), after.map(|it| short(&it)));
    };
    let (before, after) = short_pair(before, after);
    Difference::Values(Some(before), Some(after))
}

/// Two values, each short enough, from where they differ.
fn short_pair(before: &str, after: &str) -> (String, String) {
    let (old, new) = (short(before), short(after));
    if old != new || before == after {
        return (old, new);
    }
    let same = before.chars().zip(after.chars()).take_while(|(before, after)| before == after).count();
    let rest = |text: &str| short(&text.chars().skip(same.saturating_sub(HASH_WIDTH)).collect::<String>());
    (format!("…{}", rest(before)), format!("…{}", rest(after)))
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
    lines.push(Line { tone: Tone::Heading, text: title.to_owned() });
    for change in changes {
        let (sign, tone) = sign(change);
        lines.push(Line { tone, text: format!("  {sign:<3} {}", property_text(change)) });
    }
}

fn step_lines(steps: &[Step], lines: &mut Vec<Line>) {
    if steps.is_empty() {
        return;
    }
    if let [Step { by: By::Refactor, .. }] = steps {
        // Its own line says it.
        return;
    }
    lines.push(Line { tone: Tone::Heading, text: format!("in {} steps", steps.len() + 1) });
    for (index, step) in steps.iter().enumerate() {
        lines.push(Line { tone: Tone::Plain, text: format!("  {}   {}  # {}", index + 1, step.does, step.why) });
    }
    lines.push(Line { tone: Tone::Plain, text: format!("  {}   the rest", steps.len() + 1) });
}

/// What happens to a value.
pub(super) const fn sign(change: &PropertyChange) -> (&'static str, Tone) {
    match (&change.before, &change.after) {
        (None, Some(_)) => ("+", Tone::Add),
        (Some(_), None) => ("-", Tone::Danger),
        _ => ("~", Tone::Change),
    }
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
