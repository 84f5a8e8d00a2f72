//! From what the user typed to the stacks it means.

use infra::{Finding, Severity, Stack, Stage, nearest};
use stacks::System;

use crate::cli::{Choices, Stacks};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{options, ui};

/// The stacks with these names, or all of them, built as chosen; nothing has been checked yet.
pub fn stacks(selected: &Stacks, stage: &str) -> anyhow::Result<Vec<Stack>> {
    let systems: Vec<_> = if selected.all {
        stacks::all().iter().collect()
    } else {
        selected.names.iter().map(|name| system(name)).collect::<Result<_, _>>()?
    };
    options::require_known(&systems, &selected.choices)?;
    systems.into_iter().map(|system| options::build(system, &Stage::new(stage), &selected.choices)).collect()
}

/// The stack `name`, built as chosen.
pub fn stack(name: &str, stage: &str, choices: &Choices) -> anyhow::Result<Stack> {
    let system = system(name)?;
    options::require_known(&[system], choices)?;
    options::build(system, &Stage::new(stage), choices)
}

fn system(name: &str) -> anyhow::Result<&'static System> {
    if let Some(system) = stacks::find(name) {
        return Ok(system);
    }
    let nearest = nearest::nearest(name, stacks::all().iter().map(|system| system.name));
    let failure = Failure::new(format!("there is no stack `{name}`")).exit(Exit::NoSuchStack);
    Err(match nearest {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None => failure.help("`cargo xtask list` lists the stacks"),
    }
    .into())
}

/// Prints what is wrong with a stack; an error means that nothing may be deployed.
pub fn require_sound(stack: &Stack, findings: &[Finding]) -> anyhow::Result<()> {
    for finding in findings {
        ui::finding(finding);
    }
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` cannot be deployed: {}", stack.name(), count(findings))).into())
}

/// Prints what is wrong with each of `stacks` and between them; an error in one means that none may be deployed.
pub fn require_all_sound(stacks: &[Stack]) -> anyhow::Result<()> {
    let mut unsound = Vec::new();
    let mut all = Vec::new();
    for stack in stacks {
        let findings = infra::check(stack);
        if require_sound(stack, &findings).is_err() {
            unsound.push(format!("`{}`", stack.name()));
        }
        all.extend(findings);
    }
    let between = infra::check::between(stacks);
    between.iter().for_each(ui::finding);
    all.extend(between);
    if all.iter().all(|finding| finding.severity != Severity::Error) {
        return Ok(());
    }
    let which = if unsound.is_empty() { "the stacks together".to_owned() } else { unsound.join(", ") };
    Err(Failure::new(format!("{which} cannot be deployed: {}", count(&all))).into())
}

/// `1 error, 2 warnings`.
#[must_use]
pub fn count(findings: &[Finding]) -> String {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}", words(of(Severity::Error), "error"), words(of(Severity::Warning), "warning"))
}
