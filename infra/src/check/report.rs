//! Where findings about one resource go.

use serde::Serialize;

use super::references;
use crate::marks::Foreign;
use crate::reference::LogicalId;
use crate::stack::{Declared, Stack};
use crate::template;
use assembly::Finding;

/// Where a resource reports what is wrong with it.
#[derive(Debug)]
pub struct Check<'a> {
    /// The stack the resource is in.
    pub stack: &'a Stack,
    pub(super) declared: &'a Declared,
    /// The ids of other stacks that the template had of it.
    pub(super) foreign: &'a [Foreign],
    findings: &'a mut Vec<Finding>,
}

impl<'a> Check<'a> {
    pub(super) fn new(
        stack: &'a Stack,
        declared: &'a Declared,
        foreign: &'a [Foreign],
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self { stack, declared, foreign, findings }
    }

    /// The logical id of the resource being checked.
    #[must_use]
    pub fn id(&self) -> LogicalId {
        self.declared.id
    }

    /// Reports an error; the message is prefixed with the logical id.
    pub fn error(&mut self, rule: &'static str, message: impl AsRef<str>) -> Report<'_> {
        self.report(Finding::error(rule, format!("`{}`: {}", self.declared.id, message.as_ref())))
    }

    /// Reports a warning; the message is prefixed with the logical id.
    pub fn warning(&mut self, rule: &'static str, message: impl AsRef<str>) -> Report<'_> {
        self.report(Finding::warning(rule, format!("`{}`: {}", self.declared.id, message.as_ref())))
    }

    /// Reports the references to other stacks in what the resource says beside its template.
    pub(crate) fn beside_template(&mut self, value: &impl Serialize) {
        let (_, foreign) = template::without_marks(value, self.stack.origin);
        for it in foreign.iter().filter(|it| self.foreign.iter().all(|told| !told.is_same(it))) {
            references::foreign(self, it);
        }
    }

    fn report(&mut self, finding: Finding) -> Report<'_> {
        let index = self.findings.len();
        self.findings.push(finding.at(self.declared.source));
        Report(&mut self.findings[index])
    }
}

/// A finding just reported.
#[derive(Debug)]
pub struct Report<'a>(&'a mut Finding);

impl Report<'_> {
    /// Adds advice to it.
    pub fn help(self, help: impl Into<String>) {
        self.0.help = Some(help.into());
    }

    /// Adds advice to it, when there is any.
    pub(super) fn maybe_help(self, help: Option<String>) {
        self.0.help = help;
    }
}
