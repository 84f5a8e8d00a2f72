//! What is printed and asked: results on standard output, everything else on standard error.

use std::io::{BufRead, IsTerminal, Write};
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};
use infra::{Finding, Severity};
use plan::{Line, Tone};

use crate::audit::{AuditFinding, report};
use crate::cli::{Color, OutputArgs};
use crate::exit::Exit;
use crate::failure::Failure;

static OUTPUT: OnceLock<OutputArgs> = OnceLock::new();

tokio::task_local! {
    /// What the lines of this task begin with.
    static LABEL: String;
}

/// Red, for what fails or destroys.
pub const DANGER: Style = AnsiColor::Red.on_default().bold();
/// Green, for what is made or done.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Yellow, for what changes or may be wrong.
pub const CAUTION: Style = AnsiColor::Yellow.on_default();
/// Bold, for headings.
pub const STRONG: Style = Style::new().bold();

/// Sets what this process prints, and how. Called once, before anything is said.
pub fn init(output: &OutputArgs) {
    match output.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let _ = OUTPUT.set(output.clone());
}

/// Whether results are printed as JSON.
pub fn json() -> bool {
    OUTPUT.get().is_some_and(|output| output.json)
}

/// Whether only results and errors are said.
pub fn quiet() -> bool {
    OUTPUT.get().is_some_and(|output| output.quiet)
}

/// Prints a line of the result.
pub fn result(line: impl std::fmt::Display) {
    anstream::println!("{line}");
}

/// Whether more is said about each step.
pub fn verbose() -> bool {
    OUTPUT.get().is_some_and(|output| output.verbose)
}

/// Does `work`, whose lines begin with `label`: several go on at once, and each line must say what it is about.
pub async fn labelled<T>(label: String, work: impl Future<Output = T>) -> T {
    LABEL.scope(label, work).await
}

/// Whether lines of this task begin with a label, because several go on at once.
#[must_use]
pub fn is_labelled() -> bool {
    LABEL.try_with(|_| ()).is_ok()
}

/// Writes a line on standard error, whole: others may be writing theirs.
fn line(line: impl std::fmt::Display) {
    let text = LABEL.try_with(|label| format!("{label}{line}")).unwrap_or_else(|_| line.to_string());
    anstream::eprintln!("{text}");
}

/// Says something about the work, unless quiet.
pub fn say(text: impl std::fmt::Display) {
    if !quiet() {
        line(text);
    }
}

/// Says something about the work to a program, unless quiet.
pub fn event(json: &serde_json::Value) {
    if !quiet() {
        anstream::eprintln!("{}", json.to_string());
    }
}

/// Says something about the work; when `insist`, also when quiet: a yes that is asked for needs to know what for.
pub fn say_or_insist(text: impl std::fmt::Display, insist: bool) {
    if insist || !quiet() {
        line(text);
    }
}

/// Says something about the work when asked to be verbose.
pub fn detail(text: impl std::fmt::Display) {
    if verbose() {
        line(text);
    }
}

/// Says what went wrong.
pub fn error(error: &anyhow::Error) {
    if error.downcast_ref().is_some_and(Failure::is_silent) {
        return;
    }
    let causes: Vec<_> = error.chain().map(ToString::to_string).collect();
    line(format!("{DANGER}error{DANGER:#}: {}", causes.join("\n  caused by: ")));
}

/// Says what went wrong with one of several.
pub fn error_of(label: &str, failure: &anyhow::Error) {
    LABEL.sync_scope(format!("{label}  "), || error(failure));
}

/// Says what may be wrong, also when quiet.
pub fn warn(text: impl std::fmt::Display) {
    line(format!("  {CAUTION}!{CAUTION:#} {text}"));
}

/// Says what a check found.
pub fn finding(finding: &Finding) {
    anstream::eprintln!("{}", finding_text(finding));
}

/// What a check found, in its colour and with an empty line after it.
#[must_use]
pub fn finding_text(finding: &Finding) -> String {
    let style = if finding.severity == Severity::Error { DANGER } else { CAUTION };
    let text = finding.to_string();
    let (head, rest) = text.split_once(':').unwrap_or((&text, ""));
    format!("{style}{head}{style:#}:{rest}\n")
}

/// Says what the audit found.
pub fn audit_finding(finding: &AuditFinding) {
    anstream::eprintln!("{}\n", report::text::finding_text(finding));
}

/// The line of a plan in its colour.
#[must_use]
pub fn plan_line(line: &Line) -> String {
    let style = match line.tone {
        Tone::Heading => STRONG,
        Tone::Add => GOOD,
        Tone::Change => CAUTION,
        Tone::Danger => DANGER,
        Tone::Plain => Style::new(),
    };
    format!("{}{line}{}", style.render(), style.render_reset())
}

/// Whether someone is there to answer a question.
#[must_use]
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks `question`; anything but `y` or `yes` is a no, and nobody there to answer is a failure.
pub fn confirm(question: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !can_ask() {
        return Err(Failure::new(format!("{question} needs a yes, and there is no terminal to ask on"))
            .exit(Exit::Declined)
            .help("pass `--yes` to go ahead")
            .into());
    }
    let answer = ask(&format!("{question}? [y/N] "))?;
    if matches!(answer.as_str(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::new("declined; nothing was changed").exit(Exit::Declined).into())
    }
}

/// Asks for a line of text.
pub fn ask(prompt: &str) -> anyhow::Result<String> {
    anstream::eprint!("{prompt}");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}
