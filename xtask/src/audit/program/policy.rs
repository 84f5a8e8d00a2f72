//! The smallest policy with which a program can make its calls.

use std::collections::{BTreeMap, BTreeSet};

use policies::catalogue::ResourceType;
use policies::operation;

use super::needs::{Condition, NeededAction, NeededOperation};
use super::resource::{self, Resource};
use super::source::{Source, Value};
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
    pub(super) fn of(program: &AuditedProgram, source: Option<&Source>) -> Self {
        let mut grouped: BTreeMap<BTreeSet<Resource>, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
        let mut targets: BTreeMap<String, BTreeSet<Resource>> = BTreeMap::new();
        let mut reasons: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for operation in program.certain() {
            for needed in operation.actions.iter().filter(|it| it.is_needed()) {
                targets.entry(needed.action.clone()).or_default().extend(resources(operation, needed, source));
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

/// What the action is needed on for calls of `operation`.
fn resources(operation: &NeededOperation, needed: &NeededAction, source: Option<&Source>) -> BTreeSet<Resource> {
    let action = needed.action.as_str();
    let set = match &needed.condition {
        Condition::Set(parameters) => parameters.as_slice(),
        _ => &[],
    };
    let is_named = operation::prefix(&operation.service) == action.split_once(':').map(|(service, _)| service)
        && !is_on_what_is_copied(operation, action);
    let values = |placeholder: &str, only_shown| -> BTreeSet<Value> {
        let parameters = if is_named { resource::parameters(&operation.service, placeholder) } else { &[] };
        let of = |parameter: &&str| {
            let name = (operation.service.as_str(), operation.operation.as_str());
            source.map(|it| it.values(name, set, parameter, only_shown))
        };
        let found: BTreeSet<_> = parameters.iter().filter_map(of).flatten().collect();
        // A resource that one of two parameters names is known.
        let known: BTreeSet<_> = found.iter().filter(|it| **it != Value::Unknown).cloned().collect();
        if parameters.len() > 1 && !known.is_empty() { known } else { found }
    };
    let Some(types) = resource::types(&operation.service, action) else {
        // What the catalogue does not have is never allowed on everything.
        let (kind, format) = ("resource".to_owned(), "${Resource}".to_owned());
        return BTreeSet::from([Resource::Of { kind, format, names: Vec::new() }]);
    };
    if types.is_empty() {
        return BTreeSet::from([Resource::Any]);
    }
    let format = |kind: &ResourceType| kind.arns.first().map(ToString::to_string).unwrap_or_default();
    let optional = resource::optional_types(&operation.service, action).into_iter().filter(|(_, kind)| {
        let format = format(kind);
        resource::placeholders(&format).last().is_some_and(|last| !values(last, true).is_empty())
    });
    let all = types.into_iter().map(|it| (it, false)).chain(optional.map(|it| (it, true)));
    let mut found = BTreeSet::new();
    for ((service, kind), only_shown) in all {
        let format = format(kind);
        let mut named: Vec<Vec<(String, Value)>> = vec![Vec::new()];
        for placeholder in resource::placeholders(&format).filter(|it| *it != "ObjectName") {
            let mut values = values(placeholder, only_shown);
            if values.is_empty() {
                values.insert(Value::Unknown);
            }
            let with = |names: Vec<(String, Value)>| {
                let more = |value: &Value| [names.clone(), vec![(placeholder.to_owned(), value.clone())]].concat();
                values.iter().map(more).collect::<Vec<_>>()
            };
            named = named.into_iter().flat_map(with).collect();
        }
        let of = |names| Resource::Of { kind: format!("{service} {}", kind.name), format: format.clone(), names };
        found.extend(named.into_iter().map(of));
    }
    found
}

/// Whether `action` is on the object that is copied, which is named in another way than the copy.
fn is_on_what_is_copied(operation: &NeededOperation, action: &str) -> bool {
    matches!(operation.operation.as_str(), "CopyObject" | "UploadPartCopy") && action.starts_with("s3:Get")
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
