//! A program on a terminal: what it calls, and what that needs.

use std::fmt::Write as _;

use super::super::program::{
    AuditedProgram, Certainty, Condition, NeededAction, NeededOperation, ProgramVerdict, listed,
};
use super::tally::counted;
use crate::ui::{CAUTION, GOOD, STRONG};

/// Writes a program and its operations.
pub(super) fn render(text: &mut String, program: &AuditedProgram) {
    let sdk = |it: &super::super::program::Sdk| match &it.version {
        Some(version) => format!("{} {version}", it.service),
        None => it.service.clone(),
    };
    let sdks: Vec<_> = program.sdks.iter().map(sdk).collect();
    let _ = writeln!(text, "{STRONG}{}{STRONG:#}, a program for {}", program.program, program.architecture);
    let _ = match sdks.as_slice() {
        [] => writeln!(text, "  no SDK of AWS"),
        sdks => writeln!(text, "  SDKs of {}", sdks.join(", ")),
    };
    program.certain().for_each(|it| operation(text, it));
    let perhaps = program.operations.iter().filter(|it| it.certainty == Certainty::Perhaps);
    for it in perhaps {
        let reason = it.reason.as_deref().unwrap_or_default();
        let _ = writeln!(text, "  {CAUTION}perhaps{CAUTION:#} {}:{}  {reason}", it.service, it.operation);
    }
    for module in &program.unknown {
        let unknown = CAUTION.bold().invert();
        let _ = writeln!(text, "  {unknown}UNKNOWN{unknown:#} {module}  the table of operations does not have it");
    }
    let _ = writeln!(text, "{}\n", conclusion(program));
}

fn operation(text: &mut String, operation: &NeededOperation) {
    let _ = writeln!(text, "  {}:{}", operation.service, operation.operation);
    let one_of = operation.one_of();
    if !one_of.is_empty() {
        let _ = writeln!(text, "    needs one of these at least");
    }
    for NeededAction { action, condition, .. } in operation.actions.iter().filter(|it| it.is_possible()) {
        let _ = match condition {
            Condition::Always => writeln!(text, "    needs {GOOD}{action}{GOOD:#}"),
            Condition::Set(parameters) => {
                writeln!(text, "    needs {GOOD}{action}{GOOD:#}, for it sets {}", listed(parameters))
            }
            Condition::WhenSet(parameters) => writeln!(text, "    needs {action} if it sets {}", listed(parameters)),
            Condition::NotSet(_) => Ok(()),
        };
    }
    if operation.actions.is_empty() {
        let _ = writeln!(text, "    needs nothing");
    }
    for place in &operation.places {
        let _ = writeln!(text, "    at {place}");
    }
}

fn conclusion(program: &AuditedProgram) -> String {
    let needed = program.certain().flat_map(|it| &it.actions).filter(|it| it.is_needed());
    let needed: std::collections::BTreeSet<_> = needed.map(|it| &it.action).collect();
    let (operations, actions) = (counted(program.certain().count(), "operation"), counted(needed.len(), "action"));
    match program.verdict {
        ProgramVerdict::CallsNothing => {
            format!(
                "{GOOD}it calls nothing of AWS: it needs no right beyond what Lambda needs itself, such as writing logs{GOOD:#}"
            )
        }
        ProgramVerdict::Unknown if program.reason.is_some() => {
            format!("{CAUTION}UNKNOWN: {}{CAUTION:#}", program.reason.as_deref().unwrap_or_default())
        }
        ProgramVerdict::Unknown => {
            format!("{CAUTION}needs {actions} for {operations}, and more that is UNKNOWN{CAUTION:#}")
        }
        ProgramVerdict::Known => format!("needs {actions} for {operations}"),
    }
}
