//! The smallest policy with which a program can make its calls.

use std::collections::{BTreeMap, BTreeSet};

use super::needs::{Condition, NeededOperation};
use super::resource::Resource;
use super::{AuditedProgram, file_name, listed};

/// A policy by what its statements are on.
#[derive(Debug, Clone, Default)]
pub(super) struct SuggestedPolicy {
    /// What the program is called.
    pub name: String,
    pub statements: Vec<SuggestedStatement>,
}

/// A statement that allows actions on the same resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SuggestedStatement {
    pub sid: String,
    pub actions: BTreeSet<String>,
    pub resources: BTreeSet<Resource>,
    /// The operations that need it, and where they are called.
    pub reasons: BTreeSet<String>,
}

impl SuggestedPolicy {
    pub(super) fn of(program: &AuditedProgram) -> Self {
        let mut grouped: BTreeMap<BTreeSet<Resource>, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
        let mut targets: BTreeMap<String, BTreeSet<Resource>> = BTreeMap::new();
        let mut reasons: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in program.certain() {
            for needed in operation.actions.iter().filter(|it| it.is_needed()) {
                targets.entry(needed.action.clone()).or_default().extend(needed.resources.0.iter().cloned());
                let set = match &needed.condition {
                    Condition::Set(parameters) => format!(" with {}", listed(parameters)),
                    _ => String::new(),
                };
                reasons.entry(needed.action.clone()).or_default().insert(format!("{}{set}", reason(operation)));
            }
        }
        for (action, resources) in targets {
            let (actions, because) = grouped.entry(resources).or_default();
            because.extend(reasons.remove(&action).unwrap_or_default());
            actions.insert(action);
        }
        let mut sids = BTreeSet::new();
        let statements = grouped.into_iter().map(|(resources, (actions, reasons))| SuggestedStatement {
            sid: sid(&actions, &resources, &mut sids),
            actions,
            resources,
            reasons,
        });
        Self { name: file_name(&program.program), statements: statements.collect() }
    }
}

/// An operation with the places of its calls.
fn reason(operation: &NeededOperation) -> String {
    let places: Vec<_> = operation.places.iter().map(ToString::to_string).collect();
    if places.is_empty() {
        operation.operation.clone()
    } else {
        format!("{} at {}", operation.operation, places.join(", "))
    }
}

/// A name that no other statement has: what is allowed, on what, in letters and digits.
fn sid(actions: &BTreeSet<String>, resources: &BTreeSet<Resource>, taken: &mut BTreeSet<String>) -> String {
    let service = actions.first().and_then(|it| it.split_once(':')).map(|(service, _)| service).unwrap_or_default();
    let kinds: BTreeSet<_> = resources.iter().map(|it| it.kind().trim_start_matches(service).trim()).collect();
    let words: Vec<_> = std::iter::once(service).chain(kinds).collect();
    let words = if *resources == BTreeSet::from([Resource::Any]) { "any resource".to_owned() } else { words.join(" ") };
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect();
    let numbered = (1..).map(|number: usize| if number == 1 { name.clone() } else { format!("{name}{number}") });
    let sid = numbered.into_iter().find(|it| !taken.contains(it)).unwrap_or(name.clone());
    taken.insert(sid.clone());
    sid
}
