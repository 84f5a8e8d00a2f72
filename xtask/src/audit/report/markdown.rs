//! The audit as Markdown, for a comment on a pull request.

use std::fmt::Write as _;

use super::super::finding::AuditFinding;
use super::super::matrix::AuditReport;
use super::tally::{counted, evidence, summary};

/// How long the list of findings becomes, in bytes. A comment of GitHub has at most 65,536 characters:
/// <https://github.com/orgs/community/discussions/41331>.
const LONGEST: usize = 60_000;

/// The report as Markdown.
#[must_use]
pub fn render(report: &AuditReport) -> String {
    let mut text = match &report.change {
        Some(change) => format!("### What became possible since {}\n\n", escaped(&change.against)),
        None => "### Audit of permissions\n\n".to_owned(),
    };
    let _ = match &report.change {
        Some(_) if report.findings.is_empty() => writeln!(text, "Nothing."),
        _ => writeln!(text, "{}", summary(report)),
    };
    text.push('\n');
    for (index, finding) in report.findings.iter().enumerate() {
        let item = item(finding);
        if text.len() + item.len() > LONGEST {
            let _ = writeln!(text, "- and {}", counted(report.findings.len() - index, "more finding"));
            break;
        }
        text += &item;
    }
    let lost = report.change.iter().flat_map(|it| &it.lost);
    let lost: Vec<_> = lost.collect();
    if !lost.is_empty() {
        text += "\n<details><summary>No longer possible</summary>\n\n";
        for it in lost.iter().take(MOST_LOST) {
            let on = it.on.as_ref().map(|on| format!(" on `{on}`")).unwrap_or_default();
            let _ = writeln!(text, "- `{}`: `{}`{on}", it.resource, it.action);
        }
        if lost.len() > MOST_LOST {
            let _ = writeln!(text, "- and {} more", lost.len() - MOST_LOST);
        }
        text += "\n</details>\n";
    }
    text
}

/// How much is named of what is no longer possible.
const MOST_LOST: usize = 30;

fn item(finding: &AuditFinding) -> String {
    let mut text = format!("- **{}** {}: {}\n", finding.rule.severity, finding.rule.id, escaped(&finding.message));
    if let Some(location) = finding.location.as_ref().filter(|it| !finding.message.contains(*it)) {
        let _ = writeln!(text, "  at `{location}`  ");
    }
    let _ = writeln!(text, "  <sub>{}; {}</sub>", escaped(&evidence(finding)), escaped(&finding.fix));
    text
}

/// The text with what is Markdown or HTML outside of code as plain characters, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let parts: Vec<_> = text.split('`').collect();
    for (index, part) in parts.iter().enumerate() {
        // A backtick that nothing closes begins no code.
        let is_open = index % 2 == 1 && index + 1 == parts.len();
        if index > 0 {
            escaped += if is_open { "\\`" } else { "`" };
        }
        for char in part.chars() {
            match char {
                '\n' => escaped.push(' '),
                _ if index % 2 == 1 && !is_open => escaped.push(char),
                '<' => escaped += "&lt;",
                '>' => escaped += "&gt;",
                '&' => escaped += "&amp;",
                '*' | '[' | ']' | '|' | '~' => escaped.extend(['\\', char]),
                _ => escaped.push(char),
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn only_code_is_left_as_it_is() {
        assert_eq!(escaped("a <b> `<c>*` *d*\n[e](f)"), "a &lt;b&gt; `<c>*` \\*d\\* \\[e\\](f)");
        assert_eq!(escaped("`a` `<b>"), "`a` \\`&lt;b&gt;");
    }
}
