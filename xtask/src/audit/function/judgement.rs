//! Whether what a role allows is what its function needs.

use policies::{Statement, operation};

use super::grant::{Grant, conditions, needs, unused_rule, users};
use super::{Audit, Bound};
use crate::audit::expression::shown;
use crate::audit::finding::{AuditFinding, Change};
use crate::audit::matrix::{Evidence, Right, Source, Verdict};
use crate::audit::rules;
use crate::audit::usage::{self, Program, Use};

/// What is known of the use of a right.
#[derive(Default)]
struct Known {
    evidence: Vec<Evidence>,
    /// Whether it is certain that it is used.
    used: bool,
    /// Whether it may be used, for all that is known.
    unclear: bool,
    /// Whether it may be used by a call through no binding.
    raw: bool,
}

impl Known {
    fn add(&mut self, source: Source, text: impl Into<String>) {
        self.evidence.push(Evidence { source, text: text.into() });
    }

    fn verdict(&self) -> Verdict {
        match (self.used, self.unclear || self.raw) {
            (true, _) => Verdict::Exact,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Unused,
        }
    }
}

impl<'a> Audit<'a> {
    /// Says of each action on each resource of a statement whether it is used.
    pub(super) fn judge(&mut self, statement: &'a Statement, program: Option<Program<'a>>) {
        for action in &statement.action {
            for resource in &statement.resource {
                let grant = Grant { action, resource, statement };
                let (known, verdict) = self.known(grant, program);
                let right = Right {
                    action: grant.shown_action(),
                    resource: shown(resource),
                    condition: (!statement.condition.is_empty()).then(|| conditions(statement)),
                    verdict,
                    evidence: known.evidence,
                };
                // A call through no binding is a finding of its own, and so is a program that cannot be read.
                if verdict != Verdict::Unknown || !known.raw && program.is_some() {
                    self.report(grant, &right);
                }
                self.report_hard_coded(grant, &right);
                self.rows.push(right);
            }
        }
    }

    fn known(&self, grant: Grant<'_>, program: Option<Program<'a>>) -> (Known, Verdict) {
        let mut known = Known::default();
        let bound: Vec<_> = self.bound.iter().filter(|bound| grant.is_of(bound)).collect();
        let platform = self.rights.need(grant.action, grant.resource);
        if bound.is_empty() && platform.is_none() {
            known.add(Source::Declared, "a statement of the role");
        }
        let lacks_condition = platform.is_none() && grant.lacks(&self.bound).is_some();
        let is_taken =
            !grant.statement.resource.is_negated() && platform.is_some_and(|need| need.takes(grant.resource));
        if grant.is_broad_action() || grant.is_broad_resource(&self.bound) && !is_taken || lacks_condition {
            return (known, Verdict::TooBroad);
        }
        for Bound { binding, .. } in &bound {
            known.add(Source::Declared, format!("`{}: {}`", binding.field, usage::short(&binding.type_name)));
        }
        if let Some(need) = platform {
            known.add(Source::Platform, &need.purpose);
            known.used = true;
        }
        let recorded = self.subject.recorded.and_then(|it| it.use_of(self.subject.id(), grant.action, grant.resource));
        if let Some(text) = recorded {
            known.add(Source::Recorded, text);
            known.used = true;
        }
        if let Some(program) = program {
            let on_it = self.bound.iter().filter(|bound| grant.is_on(bound));
            self.add_linked(&mut known, grant, on_it, program);
        } else {
            known.unclear = true;
        }
        let verdict = known.verdict();
        (known, verdict)
    }

    fn add_linked<'b>(
        &self,
        known: &mut Known,
        grant: Grant<'_>,
        bound: impl Iterator<Item = &'b Bound<'b>>,
        program: Program<'a>,
    ) {
        for Bound { binding, .. } in bound {
            for operation in usage::operations(binding).filter(|it| needs(it, grant.action, program)) {
                match program.uses(self.bindings(), binding, operation) {
                    Use::Certain(text) => {
                        known.add(Source::Linked, text);
                        known.used = true;
                    }
                    Use::Unclear(text) => {
                        known
                            .add(Source::Linked, format!("perhaps {text}, which another binding of its type may make"));
                        known.unclear = true;
                    }
                    Use::None => {}
                }
            }
        }
        for operation in program.raw().filter(|it| needs(it, grant.action, program)) {
            known.add(Source::Linked, format!("`{}` by the SDK's client, on what is not known", operation.name));
            known.raw = true;
        }
        // An operation whose actions are not known may need any of its service's.
        known.unclear |= program.linked.unlisted.iter().any(|module| {
            let service = module.split("::").next().unwrap_or_default();
            operation::prefix(service).is_none_or(|prefix| prefix == grant.action.service())
        });
    }

    /// Reports a right that is not exact.
    fn report(&mut self, grant: Grant<'_>, right: &Right) {
        let Right { action, resource, verdict, evidence, .. } = right;
        let id = self.subject.id();
        let finding = match verdict {
            Verdict::Exact | Verdict::Missing => return,
            Verdict::TooBroad if grant.is_broad_action() => {
                let message = format!("the role of `{id}` allows `{action}`, which is more than one action");
                self.subject.finding(&rules::BROAD_ACTION, message)
            }
            Verdict::TooBroad if let Some(condition) = grant.lacks(&self.bound) => {
                let message = format!(
                    "the role of `{id}` allows `{action}` on `{resource}` without the condition of its binding, `{condition}`"
                );
                self.subject.finding(&rules::CONDITION_MISSING, message)
            }
            Verdict::TooBroad => {
                let message =
                    format!("the role of `{id}` allows `{action}` on `{resource}`, which is more than one resource");
                self.subject.finding(&rules::BROAD_RESOURCE, message)
            }
            Verdict::Unused => {
                let message =
                    format!("the role of `{id}` allows `{action}` on `{resource}`, which its program cannot use");
                let evidence = format!("not linked in `{}`: {}", self.subject.function.program, users(grant.action));
                let finding = self.subject.finding(unused_rule(grant), message).evidence(evidence);
                self.narrowed(finding, grant)
            }
            Verdict::Unknown => {
                let message = format!("it is not known whether `{id}` uses `{action}` on `{resource}`");
                let shown: Vec<_> = evidence.iter().map(|it| it.text.as_str()).collect();
                self.subject.finding(&rules::UNCLEAR_BINDING, message).evidence(shown.join("; "))
            }
        };
        self.findings.push(finding.about(action).on(resource));
    }

    fn report_hard_coded(&mut self, grant: Grant<'_>, right: &Right) {
        // The wiring names it itself, and the role has to name the same.
        let is_named_by_wiring =
            self.rights.need(grant.action, grant.resource).is_some_and(|need| need.takes(grant.resource));
        if grant.is_hard_coded() && right.verdict != Verdict::TooBroad && !is_named_by_wiring {
            let message = format!("the role of `{}` names the resource `{}` itself", self.subject.id(), right.resource);
            let finding = self.subject.finding(&rules::HARD_CODED, message);
            self.findings.push(finding.about(&right.action).on(&right.resource));
        }
    }

    /// The finding with the change of the binding that takes the right away.
    fn narrowed(&self, finding: AuditFinding, grant: Grant<'_>) -> AuditFinding {
        let Some(Bound { binding, .. }) = self.bound.iter().find(|bound| grant.is_of(bound)) else { return finding };
        let needless = |name: &str| {
            usage::operations(binding)
                .any(|it| it.name == name && it.actions().any(|action| grant.action.covers(action)))
        };
        let now = usage::short(&binding.type_name);
        let then = usage::narrowed(&binding.type_name, |name| !needless(name));
        let goes = then.ends_with("<()>");
        let source = self.subject.program.ok().map(|program| program.source);
        let change = source.and_then(|it| it.declaration(&binding.field, &now)).map(|(site, line)| Change {
            file: site.file.clone(),
            line: site.line,
            before: line.to_owned(),
            after: (!goes).then(|| line.replace(&now, &then)),
        });
        let fix = if goes {
            format!("remove the binding `{}: {now}`", binding.field)
        } else {
            format!("make `{}: {now}` a `{then}`", binding.field)
        };
        AuditFinding { change, ..finding.fix(fix) }
    }
}
