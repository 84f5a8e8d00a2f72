//! The rights of one function, and whether each is exactly what its program and its wiring need.

mod calls;
mod grant;
mod judgement;

use assembly::{Binding, Function};
use policies::audit::Rule;
use policies::{Effect, Statement};

use super::audited::Audited;
use super::finding::AuditFinding;
use super::matrix::{FunctionRights, Right};
use super::recorded::Recorded;
use super::rights::Rights;
use super::rules;
use super::usage::Program;
use crate::stack::Stack;

/// A function of a stack.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its stack.
    pub stack: &'a Stack,
    /// The function.
    pub function: &'a Function,
    /// Its program, or why nothing is known of it.
    pub program: Result<Program<'a>, &'a str>,
    /// What it did in the local cloud, when that was recorded.
    pub recorded: Option<&'a Recorded>,
    /// Whether its package depends on the SDK of a service.
    pub calls_services: bool,
}

/// The rights of the function, and what is wrong with them.
#[must_use]
pub fn audit(subject: &Subject<'_>) -> (FunctionRights, Vec<AuditFinding>) {
    of_rights(subject, &Rights::of(subject.stack.template(), subject.function))
}

/// The same, if the function's role had `rights`.
#[must_use]
pub fn of_rights(subject: &Subject<'_>, rights: &Rights) -> (FunctionRights, Vec<AuditFinding>) {
    let bound = subject.function.bindings.iter().map(|binding| Bound { binding, grants: grants(binding) }).collect();
    let mut audit = Audit { subject, rights, bound, rows: Vec::new(), findings: Vec::new() };
    audit.findings.extend(rights.missing(subject));
    audit.findings.extend(rights.unseen(subject));
    audit.findings.extend(rights.unlisted(subject));
    let readable = audit.readable_program();
    for statement in rights.granted.iter().filter(|statement| statement.effect == Effect::Allow) {
        audit.judge(statement, readable);
    }
    if let Some(program) = readable {
        audit.find_missing(program);
        audit.find_conditional(program);
        audit.find_raw(program);
    }
    audit.compare_recorded();
    audit.rows.sort_by(|one, other| (&one.resource, &one.action).cmp(&(&other.resource, &other.action)));
    audit.rows.dedup();
    let functions = FunctionRights {
        stack: subject.stack.name().to_owned(),
        resource: subject.id().to_owned(),
        program: subject.function.program.clone(),
        location: subject.location(),
        rights: audit.rows,
    };
    (functions, audit.findings)
}

/// What the role of a function is granted for `binding`. Resources are texts as in [`Rights::granted`].
#[must_use]
pub fn grants(binding: &Binding) -> Vec<Statement> {
    let read = |grant| policies::parse::statement(&infra::iam::resolve(grant, true)).ok();
    binding.grants.iter().filter_map(read).collect()
}

impl Subject<'_> {
    /// The function's logical id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.function.id
    }

    /// A finding about the function.
    #[must_use]
    pub fn finding(&self, rule: &'static Rule, message: impl Into<String>) -> AuditFinding {
        Audited::stack(self.stack).finding(rule, self.id(), message)
    }

    fn location(&self) -> Option<String> {
        Audited::stack(self.stack).location(self.id())
    }
}

/// A binding of the function, with what it grants.
struct Bound<'a> {
    binding: &'a Binding,
    grants: Vec<Statement>,
}

struct Audit<'a> {
    subject: &'a Subject<'a>,
    rights: &'a Rights,
    bound: Vec<Bound<'a>>,
    rows: Vec<Right>,
    findings: Vec<AuditFinding>,
}

impl<'a> Audit<'a> {
    /// The program, when what it shows can be believed.
    fn readable_program(&mut self) -> Option<Program<'a>> {
        let unreadable = |audit: &mut Self, rule, evidence: String| {
            let message = format!(
                "what the program of `{}` calls is unknown, so its rights cannot be proved",
                audit.subject.id()
            );
            let name = &audit.subject.function.program;
            audit.findings.push(audit.subject.finding(rule, message).evidence(format!("`{name}`: {evidence}")));
            None
        };
        let program = match self.subject.program {
            Ok(program) => program,
            Err(why) => return unreadable(self, &rules::UNREADABLE, why.to_owned()),
        };
        let grants = self.bindings().iter().any(|binding| !binding.grants.is_empty());
        // A program that calls no service needs no grant; one that has a grant and shows no call is a riddle.
        if program.linked.is_empty() && grants && self.subject.calls_services {
            return unreadable(self, &rules::UNREADABLE, "no operation of an AWS service was found in it".to_owned());
        }
        if let Some(call) = program.unshown().next() {
            let evidence = format!("it calls `{}` of {} and does not name the operation", call.operation, call.service);
            return unreadable(self, &rules::UNREADABLE, evidence);
        }
        if let Some(site) = program.unknown_site() {
            return unreadable(self, &rules::OTHER_SOURCE, format!("it knows of {site}, which is not in the source"));
        }
        for module in &program.linked.unlisted {
            let message =
                format!("the program of `{}` can call `{module}`, whose actions are not known", self.subject.id());
            let evidence = format!("linked in `{}`", self.subject.function.program);
            self.findings.push(self.subject.finding(&rules::UNLISTED, message).evidence(evidence));
        }
        Some(program)
    }

    fn bindings(&self) -> &'a [Binding] {
        &self.subject.function.bindings
    }
}
