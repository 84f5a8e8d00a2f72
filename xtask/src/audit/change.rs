//! What programs and their roles can do that they could not in another state of the source, and who brought it.

mod code;
mod state;
mod supply;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use plan::{PermissionChange, Plan, Snapshot};
use policies::Operation;
use policies::audit::Rule;
use serde::Serialize;

use super::finding::AuditFinding;
use super::matrix::{Source, Verdict};
use super::rules;
use crate::lock;
use crate::stack::Stack;

pub use state::{ProgramState, State};
pub use supply::Registry;
use supply::Supplier;

/// What is possible now and was not, and the other way round.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Change {
    /// What it is compared with, such as `main (1719de5)`.
    pub against: String,
    /// What is no longer possible.
    pub lost: Vec<Lost>,
    /// What became possible.
    #[serde(skip)]
    pub findings: Vec<AuditFinding>,
}

/// Something that is no longer possible.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lost {
    /// The stack, or the program.
    pub stack: String,
    /// The logical id of the function, role or policy.
    pub resource: String,
    /// The operation or action.
    pub action: String,
    /// What it was allowed on, when it was a right.
    pub on: Option<String>,
}

/// What is possible in `after` and was not in `before`, which is called `against`.
#[must_use]
pub fn between(before: &State, after: &State, against: &str, registry: &Registry) -> Change {
    let suppliers = before.lock.as_ref().zip(after.lock.as_ref()).map(|(old, new)| supply::suppliers(old, new));
    let change = Change { against: against.to_owned(), ..Change::default() };
    let suppliers = suppliers.unwrap_or_default();
    let mut comparison = Comparison { before, after, registry, suppliers, change, granted: BTreeMap::new() };
    for stack in &after.stacks {
        comparison.compare_rights(stack);
    }
    for program in &after.programs {
        comparison.compare_calls(program);
    }
    comparison.find_dependencies();
    comparison.find_lost_calls();
    let mut change = comparison.change;
    change.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    change.findings.dedup();
    change.lost.sort();
    change.lost.dedup();
    change
}

struct Comparison<'a> {
    before: &'a State,
    after: &'a State,
    registry: &'a Registry,
    suppliers: Vec<Supplier<'a>>,
    change: Change,
    /// The actions that each program's role allows newly, which are told already.
    granted: BTreeMap<&'a str, BTreeSet<String>>,
}

/// Where something new comes from.
struct Origin {
    /// In words, after a colon.
    told: String,
    location: Option<String>,
    evidence: String,
}

/// What rights have in common that are told at once.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Together {
    holder: String,
    principal: Option<String>,
    resource: String,
    condition: Option<String>,
    told: String,
}

impl<'a> Comparison<'a> {
    /// Tells of the rights that roles and resources of `stack` give newly.
    fn compare_rights(&mut self, stack: &'a Stack) {
        let old = self.before.stacks.iter().find(|it| it.name() == stack.name()).map(snapshot);
        let plan = Plan::between(old.as_ref(), &snapshot(stack));
        let mut grouped: BTreeMap<Together, (Vec<String>, Option<&'a ProgramState>, Origin)> = BTreeMap::new();
        for PermissionChange { permission, widens, added } in &plan.permissions {
            if !widens {
                if !added && !permission.denies {
                    self.change.lost.push(Lost {
                        stack: stack.name().to_owned(),
                        resource: permission.holder.clone(),
                        action: permission.action.clone(),
                        on: Some(permission.resource.clone()).filter(|it| !it.is_empty()),
                    });
                }
                continue;
            }
            let holder = permission.holder.split(' ').next().unwrap_or_default();
            if !added {
                let resource = on(&permission.resource);
                let message = format!("`{}` no longer denies `{}`{resource}", permission.holder, permission.action);
                let finding = AuditFinding::new(&rules::NEWLY_ALLOWED, stack.name(), holder, message);
                let finding = finding.at(stack.location(holder)).evidence(self.evidence("a denial was taken away"));
                self.change.findings.push(finding.about(&permission.action).on(&permission.resource));
                continue;
            }
            // Who may assume a role is no right of the function that has it.
            let is_its = |it: &&ProgramState| permission.principal.is_none() && it.is_of(stack.name(), holder);
            let program = self.after.programs.iter().find(is_its);
            let origin = program.map_or_else(
                || self.declared(),
                |program| self.of_right(program, &permission.action, &permission.resource),
            );
            if let Some(program) = program {
                self.granted.entry(&program.key).or_default().insert(permission.action.clone());
            }
            let together = Together {
                holder: permission.holder.clone(),
                principal: permission.principal.clone(),
                resource: permission.resource.clone(),
                condition: permission.condition.clone(),
                told: origin.told.clone(),
            };
            let group = grouped.entry(together).or_insert_with(|| (Vec::new(), program, origin));
            group.0.push(permission.action.clone());
        }
        for (together, (actions, program, origin)) in grouped {
            self.newly_allowed(stack, &together, &actions, program, origin);
        }
    }

    fn newly_allowed(
        &mut self,
        stack: &Stack,
        right: &Together,
        actions: &[String],
        program: Option<&ProgramState>,
        origin: Origin,
    ) {
        let holder = right.holder.split(' ').next().unwrap_or_default();
        let (who, id) = program.map_or((right.holder.as_str(), holder), |it| (&it.resource, &it.resource));
        let principal = right.principal.as_ref().map(|it| format!(" for `{it}`")).unwrap_or_default();
        let colon = if origin.told.is_empty() { "" } else { ": " };
        let resource = on(&right.resource);
        let message = format!("`{who}` adds{principal} {}{resource}{colon}{}", listed(actions), origin.told);
        let condition = right.condition.as_ref().map(|it| format!("; it holds when {it}")).unwrap_or_default();
        let location = origin.location.or_else(|| Some(stack.location(id).or(stack.location(holder))?.to_string()));
        let finding = AuditFinding::new(&rules::NEWLY_ALLOWED, stack.name(), id, message).at(location);
        let finding = finding.evidence(format!("{}{condition}", origin.evidence));
        let finding = finding.about(actions.first().cloned().unwrap_or_default());
        self.change.findings.push(if right.resource.is_empty() { finding } else { finding.on(&right.resource) });
    }

    /// Why the role of `program` allows `action` on `resource`.
    fn of_right(&self, program: &ProgramState, action: &str, resource: &str) -> Origin {
        let rows = program.rights.iter().filter(|it| it.action == action && it.resource == resource);
        let rows: Vec<_> = rows.collect();
        let evidence = || rows.iter().flat_map(|it| &it.evidence);
        if let Some(purpose) = evidence().find(|it| it.source == Source::Platform) {
            let told = format!("AWS uses the role for {}", purpose.text);
            return Origin { told, location: None, evidence: self.evidence("the wiring of the stack needs it") };
        }
        let linked: Vec<_> = evidence().filter(|it| it.source == Source::Linked).collect();
        let needing = program.operations().filter(|it| it.actions().any(|needed| needed == action));
        // Where the evidence names a place, the field that is called there says which other calls are on the same resource.
        let shown = |call: &&state::Call| linked.iter().any(|it| names_place(&it.text, &call.site.to_string()));
        let fields: BTreeSet<_> = program.calls.iter().filter(shown).map(|it| &it.field).collect();
        for operation in needing {
            let is_it = |it: &&state::Call| it.operation == *operation && fields.contains(&it.field);
            let calls: Vec<_> = program.calls.iter().filter(is_it).collect();
            if !calls.is_empty() {
                return self.called(program, &calls);
            }
            if !linked.is_empty() || program.rights.is_empty() {
                return self.of_call(program, operation);
            }
        }
        if rows.iter().any(|it| it.verdict == Verdict::Unused) {
            let told = "nothing in its program calls it".to_owned();
            return Origin { told, location: None, evidence: self.evidence("declared in the stack") };
        }
        self.declared()
    }

    /// Tells of the operations that `program` can call newly and that no new right tells of.
    fn compare_calls(&mut self, program: &'a ProgramState) {
        let callable = match &program.callable {
            Ok(callable) => callable,
            Err(why) => {
                let message =
                    format!("what `{}` calls is unknown, so it is not known what became possible", program.resource);
                let finding = finding(&rules::UNREADABLE, program, message).evidence(why.clone());
                self.change.findings.push(finding);
                return;
            }
        };
        let old = self.before.programs.iter().find(|it| it.key == program.key);
        let unknown_before = old.and_then(|it| it.callable.as_ref().err());
        let known = old.and_then(|it| it.callable.as_ref().ok());
        let granted = self.granted.get(program.key.as_str()).cloned().unwrap_or_default();
        for operation in &callable.operations {
            let was = known.is_some_and(|it| it.operations.contains(operation));
            let resources = program.newly_on(operation, old.filter(|_| was));
            let is_told = operation.actions().any(|action| granted.contains(action));
            if was && resources.is_empty() || is_told {
                continue;
            }
            let origin = self.of_call(program, operation);
            let on = if resources.is_empty() { String::new() } else { format!(" on {}", listed(&resources)) };
            let name = &program.resource;
            let message = format!("`{name}` can newly call `{operation}`{on}: {}", origin.told);
            let mut finding = finding(&rules::NEWLY_CALLED, program, message).about(operation.to_string());
            if let Some(location) = origin.location {
                finding = finding.at(Some(location));
            }
            if let Some(resource) = resources.first() {
                finding = finding.on(resource.as_str());
            }
            let evidence =
                unknown_before.map_or(origin.evidence, |why| format!("what it called before is unknown: {why}"));
            let needed = operation.required;
            let needs = if needed.is_empty() { String::new() } else { format!("; it needs {}", listed(needed)) };
            self.change.findings.push(finding.evidence(format!("{evidence}{needs}")));
        }
        for module in &callable.unlisted {
            if known.is_some_and(|it| it.unlisted.contains(module)) {
                continue;
            }
            let (service, operation) = module.split_once("::").unwrap_or((module, ""));
            let message = format!(
                "`{}` can newly call `{operation}` of {service}, whose actions are not known",
                program.resource
            );
            let finding = finding(&rules::NEWLY_CALLED, program, message).about(module);
            self.change.findings.push(finding.evidence(self.evidence("it is linked in the program")));
        }
    }

    /// Tells of the dependencies that begin to call AWS.
    fn find_dependencies(&mut self) {
        let begin = self.suppliers.iter().filter(|it| !it.new_services.is_empty() || it.signs_newly);
        let findings: Vec<_> = begin.filter_map(|supplier| self.dependency(supplier)).collect();
        self.change.findings.extend(findings);
    }

    fn dependency(&self, supplier: &Supplier<'_>) -> Option<AuditFinding> {
        let package = supplier.package;
        let with: Vec<_> = self.after.programs.iter().filter(|it| self.after.contains(it, package)).collect();
        let is_new = |operation: &&Operation| supplier.new_services.contains(operation.service);
        let operations: BTreeSet<_> = with.iter().flat_map(|it| it.operations().filter(is_new)).collect();
        let code = supplier.code(self.registry);
        let is_own = |operation: &Operation| match code {
            Some(code) => code.calls(operation).next().is_some(),
            None => !with.iter().any(|it| it.calls.iter().any(|call| call.operation == *operation)),
        };
        let operations: Vec<_> = operations.into_iter().filter(|it| is_own(it)).collect();
        let unlisted = with.iter().filter_map(|it| it.callable.as_ref().ok()).flat_map(|it| &it.unlisted);
        let unlisted =
            unlisted.filter(|it| it.split_once("::").is_some_and(|(it, _)| supplier.new_services.contains(it)));
        let mut told: Vec<_> = operations.iter().map(ToString::to_string).collect();
        told.extend(unlisted.map(|it| it.replacen("::", ":", 1)).collect::<BTreeSet<_>>());
        let first = with.first()?;
        // What a program does not link of a dependency, it does not run.
        if told.is_empty() && !supplier.signs_newly {
            return None;
        }
        let can: Vec<_> = with
            .iter()
            .filter(|it| {
                supplier.signs_newly || it.operations().any(|it| operations.contains(&it)) || operations.is_empty()
            })
            .map(|it| &it.resource)
            .collect();
        let what = if told.is_empty() { "it signs requests itself".to_owned() } else { listed(&told) };
        let message = format!("the dependency {} begins to call AWS: {what}, in {}", supplier.versions(), listed(&can));
        let evidence = match (code, operations.first()) {
            (Some(code), Some(operation)) => {
                let place = code.calls(operation).next().map(ToString::to_string).unwrap_or_default();
                format!("`{}` is called at {place}", operation.name)
            }
            (None, Some(_)) => "it depends on the SDK, and nothing else that is known calls that".to_owned(),
            (_, None) => format!("`{}` says what it depends on", lock::FILE),
        };
        let fix = match supplier.before.as_slice() {
            [before] => format!(
                "read what it does with it, or keep the version: `cargo update {} --precise {before}`",
                package.name
            ),
            _ => format!(
                "read what it does with it, or leave it out: `cargo tree --invert {}` says what needs it",
                package.name
            ),
        };
        let finding = AuditFinding::new(&rules::DEPENDENCY_CALLS, &first.stack, &package.name, message);
        let about = operations.first().map_or_else(|| package.name.clone(), ToString::to_string);
        Some(finding.at(self.after.lock_place(package)).evidence(evidence).fix(fix).about(about))
    }

    fn find_lost_calls(&mut self) {
        for old in &self.before.programs {
            let now = self.after.programs.iter().find(|it| it.key == old.key);
            // Of a program that cannot be read it is not known what it lost.
            if now.is_some_and(|it| it.callable.is_err()) {
                continue;
            }
            let gone =
                old.operations().filter(|operation| !now.is_some_and(|it| it.operations().any(|it| it == *operation)));
            let lost = gone.map(|operation| Lost {
                stack: old.stack.clone(),
                resource: now.unwrap_or(old).resource.clone(),
                action: operation.to_string(),
                on: None,
            });
            self.change.lost.extend(lost);
        }
    }

    /// Where `program` calls `operation`: in its own source, or else in a dependency.
    fn of_call(&self, program: &ProgramState, operation: &Operation) -> Origin {
        let calls: Vec<_> = program.calls.iter().filter(|it| it.operation == *operation).collect();
        if !calls.is_empty() {
            return self.called(program, &calls);
        }
        let could =
            |it: &&Supplier<'_>| it.services.contains(operation.service) && self.after.contains(program, it.package);
        let mut possible = Vec::new();
        for supplier in self.suppliers.iter().filter(could) {
            let code = supplier.code(self.registry);
            let place = code.and_then(|it| it.calls(operation).next());
            let calls_only_others = code.is_some() && place.is_none();
            if !calls_only_others {
                possible.push((supplier.is_unchanged(), place, supplier));
            }
        }
        // What is new, and is seen to call it, comes first.
        let first = possible.into_iter().min_by_key(|(unchanged, place, _)| (*unchanged, place.is_none()));
        let Some((unchanged, place, supplier)) = first else {
            let told = "nothing in the source shows where".to_owned();
            return Origin { told, location: None, evidence: self.evidence("it is linked in the program") };
        };
        let word = if unchanged { "by crate" } else { "new by crate" };
        let place = place.map(|it| format!(", which calls it at {it}")).unwrap_or_default();
        Origin {
            told: format!("{word} {}{place}", supplier.versions()),
            location: self.after.lock_place(supplier.package),
            evidence: self.evidence("it is linked in the program, and its own source does not call it"),
        }
    }

    fn called(&self, program: &ProgramState, calls: &[&state::Call]) -> Origin {
        let Some(first) = calls.first() else { return self.declared() };
        let more = match calls.len() - 1 {
            0 => String::new(),
            1 => "; and one more call".to_owned(),
            more => format!("; and {more} more calls"),
        };
        Origin {
            told: format!("{}{more}", program.code.told(&first.site)),
            location: Some(first.site.to_string()),
            evidence: self.evidence(&format!("`{}` is linked in the program", first.operation.name)),
        }
    }

    fn declared(&self) -> Origin {
        Origin { told: String::new(), location: None, evidence: self.evidence("declared in the stack") }
    }

    fn evidence(&self, what: &str) -> String {
        format!("{what}; not so in {}", self.change.against)
    }
}

fn finding(rule: &'static Rule, program: &ProgramState, message: String) -> AuditFinding {
    AuditFinding::new(rule, &program.stack, &program.resource, message).at(program.location.clone())
}

/// The stack as it would be deployed with the defaults of its parameters.
fn snapshot(stack: &Stack) -> Snapshot {
    let given = Snapshot::given(stack.template().clone(), &BTreeMap::new());
    Snapshot { moved_from: stack.moved_from(), ..given }
}

fn on(resource: &str) -> String {
    if resource.is_empty() { String::new() } else { format!(" on `{resource}`") }
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and `c` ``.
fn listed(names: &[impl Display]) -> String {
    let names: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// Whether `text` names the place: not `a.rs:2:21` for `a.rs:2:2`.
fn names_place(text: &str, place: &str) -> bool {
    text.match_indices(place).any(|(at, _)| !text[at + place.len()..].starts_with(|it: char| it.is_ascii_digit()))
}
