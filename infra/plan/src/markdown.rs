//! A plan as Markdown, for a comment of a pull request.

use std::fmt::Write as _;

use assembly::Finding;

use super::text::{Difference, difference, note, property_note, sign};
use super::{Action, Move, PermissionChange, Plan, PropertyChange, ResourceChange};

/// How many rows and lines are shown unfolded.
const UNFOLDED: usize = 25;
/// How many bytes a plan has at most, so that several of them fit into a comment of GitHub, which takes 65,536 characters.
const LONGEST: usize = 30_000;

impl Plan {
    /// The plan of the stack `name` as Markdown. `refusals` are what CloudFormation would refuse about it.
    ///
    /// What is lost, who may do more and what is refused comes first; of a long plan the rest is folded.
    #[must_use]
    pub fn markdown(&self, name: &str, refusals: &[Finding]) -> String {
        let mut text = format!("### {}: {}\n", code(name), self.summary());
        let mut cautions: Vec<_> = self.losses().filter_map(loss).collect();
        cautions.extend(refusals.iter().map(|finding| {
            let help = finding.help.as_ref().map(|help| format!("; {}", plain(help))).unwrap_or_default();
            format!("**{}**: {}{help}", finding.severity, plain(&finding.message))
        }));
        list("", cautions, &mut text);
        let (widened, narrowed): (Vec<_>, Vec<_>) = self.permissions.iter().partition(|change| change.widens);
        let title = if self.is_first { "permissions" } else { "permissions widened" };
        if !self.is_first {
            list(title, widened.iter().map(|it| permission(it)).collect(), &mut text);
        }
        let mut rest = String::new();
        let moved = |it: &Move| {
            let [from, to] = it.ends().map(|end| code(&end));
            format!("{from} → {to}, which stays as it is with what it holds")
        };
        list("moved", self.moves.iter().map(moved).collect(), &mut rest);
        let mut rows = self.moves.len() + self.rows(&mut rest);
        for (title, changes) in self.sections() {
            rows += changes.len();
            list(title, changes.iter().map(section_line).collect(), &mut rest);
        }
        if self.is_first {
            rows += widened.len();
            list(title, widened.iter().map(|it| permission(it)).collect(), &mut rest);
        }
        rows += narrowed.len();
        list("permissions narrowed", narrowed.iter().map(|it| permission(it)).collect(), &mut rest);
        if rows > UNFOLDED {
            // A String takes all that is written.
            let _ = write!(text, "\n<details>\n<summary>{}</summary>\n{rest}\n</details>\n", self.summary());
        } else {
            text += &rest;
        }
        text
    }

    /// The table of the resources, and how many lines it has.
    fn rows(&self, text: &mut String) -> usize {
        if self.resources.is_empty() {
            return 0;
        }
        *text += "\n| | resource | type | change |\n|---|---|---|---|\n";
        let mut lines = 0;
        for (index, change) in self.resources.iter().enumerate() {
            let row = row(change);
            if text.len() + row.len() > LONGEST {
                let _ = writeln!(text, "\n… and {} more resources", self.resources.len() - index);
                break;
            }
            *text += &row;
            lines += change.properties.len().max(1);
        }
        lines
    }
}

fn row(change: &ResourceChange) -> String {
    let sign = match change.action {
        Action::Create => "+",
        Action::Import => "<=",
        Action::Update => "~",
        Action::Replace => "-/+",
        Action::Delete => "-",
        Action::Retain => "=",
        Action::Undecided => "?",
    };
    let mut parts: Vec<_> = note(change).map(|note| format!("**{}**", plain(&note))).into_iter().collect();
    if change.action == Action::Replace {
        // Each property that forces it says so.
        parts.clear();
    }
    for property in &change.properties {
        let note = property_note(change, property).map(|note| format!(" **{}**", plain(&note))).unwrap_or_default();
        parts.push(format!("{}{note}", property_text(property)));
    }
    let cells = [code(sign), code(&change.id), code(&change.resource_type), parts.join("<br>")];
    // A pipe ends a cell even within code.
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

fn loss(change: &ResourceChange) -> Option<String> {
    let what = change.loses.as_ref()?;
    let verb = if change.action == Action::Undecided { "may delete" } else { "deletes" };
    let snapshot = if change.keeps_snapshot { ", keeps a snapshot" } else { "" };
    Some(format!("**{verb} {} of {}**{snapshot}", plain(what), code(&change.id)))
}

fn property_text(change: &PropertyChange) -> String {
    let path = code(&change.path);
    match difference(change) {
        Difference::Said(text) => format!("{path}: {}", plain(&text)),
        Difference::Values(Some(before), Some(after)) => format!("{path}: {} → {}", code(&before), code(&after)),
        Difference::Values(None, Some(after)) => format!("{path}: set to {}", code(&after)),
        Difference::Values(Some(before), None) => format!("{path}: {} → not set", code(&before)),
        Difference::Values(None, None) => path,
    }
}

fn section_line(change: &PropertyChange) -> String {
    format!("{} {}", code(sign(change).0), property_text(change))
}

fn permission(change: &PermissionChange) -> String {
    let sign = if change.added { "+" } else { "-" };
    format!("{} {}: {}", code(sign), code(&change.permission.holder), code(&change.permission.to_string()))
}

/// A list below its title, when there is anything in it.
fn list(title: &str, lines: Vec<String>, text: &mut String) {
    if lines.is_empty() {
        return;
    }
    if !title.is_empty() {
        let _ = write!(text, "\n**{title}**\n");
    }
    *text += "\n";
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
}

/// A text as code, whatever is in it.
fn code(text: &str) -> String {
    let text = one_line(text);
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // Between spaces a text may begin and end with anything; one space on each side is taken off again.
    let padding = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// A text in which nothing is markup, but for the code that it sets in backticks.
fn plain(text: &str) -> String {
    let text = one_line(text);
    let parts = text.split('`').enumerate().map(|(index, part)| match index % 2 {
        1 => code(part),
        _ => part
            .chars()
            .flat_map(|char| {
                let is_markup = matches!(char, '*' | '_' | '[' | ']' | '<' | '>' | '&' | '#' | '~' | '\\' | '@');
                is_markup.then_some('\\').into_iter().chain([char])
            })
            .collect(),
    });
    parts.collect()
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_markup() {
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x"), "`` `x ``");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(plain("give `A|B` <b>"), "give `A|B` \\<b\\>");
    }
}
