//! What CloudFormation and the services would refuse, found before anything leaves the machine.

use crate::finding::Finding;
use crate::reference::LogicalId;
use crate::stack::{Declared, Stack};

/// Everything wrong with `stack`, in the order of declaration.
#[must_use]
pub fn check(stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    for declared in stack.resources() {
        declared.resource.check(&mut Check { stack, declared, findings: &mut findings });
    }
    findings
}

/// Where a resource reports what is wrong with it.
#[derive(Debug)]
pub struct Check<'a> {
    /// The stack the resource is in.
    pub stack: &'a Stack,
    declared: &'a Declared,
    findings: &'a mut Vec<Finding>,
}

impl Check<'_> {
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
}
