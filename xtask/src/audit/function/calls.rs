//! Calls that the role of a function does not allow, or that are not known to be on what it allows.

use assembly::Binding;
use policies::{Action, Operation};

use super::grant::{is_by_value, is_set};
use super::{Audit, Bound, grants};
use crate::audit::expression::shown;
use crate::audit::matrix::{Evidence, Right, Source, Verdict};
use crate::audit::rules;
use crate::audit::usage::{self, Program, Use};

impl Audit<'_> {
    /// Calls through bindings whose actions the role does not allow.
    pub(super) fn find_missing(&mut self, program: Program<'_>) {
        let mut required = Vec::new();
        for Bound { binding, grants } in &self.bound {
            for operation in usage::operations(binding) {
                let Use::Certain(text) = program.uses(self.bindings(), binding, operation) else { continue };
                for action in operation.required {
                    let of = grants.iter().find(|grant| grant.action.iter().any(|it| it.covers(action)));
                    let Some(resource) = of.or(grants.first()).and_then(|it| it.resource.iter().next()) else {
                        continue;
                    };
                    required.push((*action, resource.clone(), text.clone()));
                }
            }
        }
        for (action, resource, evidence) in required {
            self.require(action, &resource, &evidence);
        }
    }

    /// Reports `action` on `resource` when the role does not allow it.
    fn require(&mut self, action: &str, resource: &str, evidence: &str) {
        let (id, name) = (self.subject.id(), shown(resource));
        let (rule, verb) = if self.rights.denies(action, resource) {
            (&rules::DENIED, "denies")
        } else if self.rights.allows(action, resource) {
            return;
        } else if name.contains("/index/") {
            (&rules::INDEX_MISSING, "does not allow")
        } else {
            (&rules::MISSING, "does not allow")
        };
        let message = format!("the program of `{id}` calls what its role {verb}: `{action}` on `{name}`");
        self.findings.push(self.subject.finding(rule, message).evidence(evidence).about(action).on(&name));
        self.rows.push(Right {
            action: action.to_owned(),
            resource: name,
            condition: None,
            verdict: Verdict::Missing,
            evidence: vec![Evidence { source: Source::Linked, text: evidence.to_owned() }],
        });
    }

    /// Parameters that calls set, whose actions the role does not allow.
    pub(super) fn find_conditional(&mut self, program: Program<'_>) {
        for binding in self.bindings() {
            let Some(resource) = first_resource(binding) else { continue };
            for operation in usage::operations(binding) {
                if program.uses(self.bindings(), binding, operation) == Use::None {
                    continue;
                }
                if !operation.required.is_empty() {
                    for conditional in operation
                        .conditional
                        .iter()
                        .filter(|it| !is_by_value(it.parameter) && is_set(program, it.parameter))
                    {
                        if self.rights.allows_on_something(conditional.action) {
                            continue;
                        }
                        let message = format!(
                            "the program of `{}` sets `{}` of `{}`, for which its role does not allow `{}`",
                            self.subject.id(),
                            conditional.parameter,
                            operation.name,
                            conditional.action
                        );
                        let finding = self.subject.finding(&rules::CONDITIONAL_MISSING, message);
                        let finding =
                            finding.evidence(format!("the source of its package sets `{}`", conditional.parameter));
                        self.findings.push(finding.about(conditional.action).on(shown(&resource)));
                    }
                }
                self.find_other_index(program, binding, operation, &resource);
            }
        }
    }

    /// A query of a table that names an index, on which only a binding of the index allows it.
    pub(super) fn find_other_index(
        &mut self,
        program: Program<'_>,
        binding: &Binding,
        operation: &Operation,
        resource: &str,
    ) {
        let names_index = operation.service == "dynamodb"
            && matches!(operation.name, "Query" | "Scan")
            && usage::short(&binding.type_name).starts_with("Table<")
            && program.source.calls("index_name");
        let action = format!("dynamodb:{}", operation.name);
        let table = shown(resource);
        let has_index = self.rights.granted.iter().any(|statement| {
            let of_index = |it: &String| shown(it).starts_with(&format!("{table}/index/"));
            statement.action.iter().any(|it| it.covers(&action)) && statement.resource.iter().any(of_index)
        });
        if names_index && !has_index {
            let message = format!(
                "the program of `{}` names an index in `{}` of `{table}`, which its role allows only on the table",
                self.subject.id(),
                operation.name
            );
            let finding = self.subject.finding(&rules::INDEX_MISSING, message);
            let finding =
                finding.evidence(format!("the source of its package sets `index_name` beside `{}`", binding.field));
            self.findings.push(finding.about(action).on(format!("{table}/index/*")));
        }
    }

    /// Calls that go through no binding.
    pub(super) fn find_raw(&mut self, program: Program<'_>) {
        for operation in program.raw() {
            let id = self.subject.id();
            let evidence =
                format!("`{operation}` is linked in `{}`, and no binding calls it", self.subject.function.program);
            let absent: Vec<_> =
                operation.required.iter().copied().filter(|action| !self.rights.allows_on_something(action)).collect();
            let all_absent = operation.required.is_empty()
                && operation.conditional.iter().all(|it| !self.rights.allows_on_something(it.action));
            let absent = if all_absent { operation.actions().collect() } else { absent };
            if absent.is_empty() {
                let message =
                    format!("the program of `{id}` can call `{operation}` with the SDK's client, on what is not known");
                let finding = self.subject.finding(&rules::RAW_CLIENT, message).evidence(evidence);
                self.findings.push(finding.about(operation.to_string()));
                continue;
            }
            let listed: Vec<_> = absent.iter().map(|action| format!("`{action}`")).collect();
            let word = if all_absent { " or " } else { " and " };
            let presigned = program.source.calls("presigned");
            let (rule, what) =
                if presigned { (&rules::PRESIGN_MISSING, "sign or call") } else { (&rules::MISSING, "call") };
            let message = format!(
                "the program of `{id}` can {what} `{operation}`, and its role does not allow {}",
                listed.join(word)
            );
            for action in &absent {
                self.rows.push(Right {
                    action: (*action).to_owned(),
                    resource: "something".to_owned(),
                    condition: None,
                    verdict: Verdict::Missing,
                    evidence: vec![Evidence { source: Source::Linked, text: format!("`{operation}`") }],
                });
            }
            let about = absent.first().copied().unwrap_or_default();
            self.findings.push(self.subject.finding(rule, message).evidence(evidence).about(about));
        }
    }

    /// What a run says otherwise.
    pub(super) fn compare_recorded(&mut self) {
        let Some(recorded) = self.subject.recorded else { return };
        for call in recorded.of(self.subject.id()) {
            let (id, action, on) = (self.subject.id(), &call.action, &call.resource);
            if !call.allowed {
                let message = format!("`{id}` was denied `{action}` on `{on}` when it ran");
                let finding = self.subject.finding(&rules::RECORDED_DENIED, message).evidence(call.evidence());
                self.findings.push(finding.about(action).on(on));
                continue;
            }
            let of_call = |row: &&Right| Action::new(row.action.clone()).covers(action) && row.resource == *on;
            let is_shown =
                |row: &Right| row.evidence.iter().any(|it| matches!(it.source, Source::Linked | Source::Platform));
            let mut rows = self.rows.iter().filter(of_call).peekable();
            if self.subject.program.is_ok() && rows.peek().is_some() && !rows.any(is_shown) {
                let message = format!("`{id}` used `{action}` on `{on}` when it ran, and its program does not show it");
                let finding = self.subject.finding(&rules::RECORDED_UNSEEN, message).evidence(call.evidence());
                self.findings.push(finding.about(action).on(on));
            }
        }
    }
}

/// The first resource that the function's role is granted something on for `binding`.
fn first_resource(binding: &Binding) -> Option<String> {
    grants(binding).first()?.resource.iter().next().cloned()
}
