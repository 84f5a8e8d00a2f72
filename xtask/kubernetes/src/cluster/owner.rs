//! Whose an object of a cluster is.

use std::fmt;

use kube::api::DynamicObject;

use crate::labels::{PROJECT_LABEL, STACK_LABEL};

/// A stack of a project. Projects that share a cluster may have stacks of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner<'a> {
    /// The project.
    pub project: &'a str,
    /// The stack, in its stage.
    pub stack: &'a str,
}

impl<'a> Owner<'a> {
    /// The stack that an object says it is of; none of what others made.
    pub(super) fn of(object: &'a DynamicObject) -> Option<Self> {
        let label = |name: &str| object.metadata.labels.as_ref()?.get(name).map(String::as_str);
        Some(Self { stack: label(STACK_LABEL)?, project: label(PROJECT_LABEL).unwrap_or_default() })
    }

    /// What its objects are found by.
    pub(super) fn selector(self) -> String {
        format!("{STACK_LABEL}={},{PROJECT_LABEL}={}", self.stack, self.project)
    }
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stack `{}` of the project `{}`", self.stack, self.project)
    }
}
