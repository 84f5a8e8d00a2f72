//! A template under audit, whoever wrote it.

use std::fmt;

use infra::Template;
use policies::audit::Rule;

use super::finding::AuditFinding;
use crate::stack::Stack;

/// A template with its name and the places of its resources.
#[derive(Debug, Clone, Copy)]
pub struct Audited<'a> {
    /// The template.
    pub template: &'a Template,
    /// How findings name it.
    pub name: &'a str,
    /// The stack of the app that it is of; else it is a file.
    stack: Option<&'a Stack>,
}

impl<'a> Audited<'a> {
    /// The template of a stack of the app.
    #[must_use]
    pub fn stack(stack: &'a Stack) -> Self {
        Self { template: stack.template(), name: stack.name(), stack: Some(stack) }
    }

    /// The template in the file `name`.
    #[must_use]
    pub const fn file(template: &'a Template, name: &'a str) -> Self {
        Self { template, name, stack: None }
    }

    /// Where the resource `id` is declared: in the source of the app, or in the file, there with the way to what
    /// `pointer` points at.
    #[must_use]
    pub fn location(&self, id: &str, pointer: &str) -> Option<String> {
        match self.stack {
            Some(stack) => stack.location(id).map(ToString::to_string),
            None => Some(format!("{}#/Resources/{id}{pointer}", self.name)),
        }
    }

    /// A finding about the resource `id`.
    #[must_use]
    pub fn finding(&self, rule: &'static Rule, id: impl fmt::Display, message: impl Into<String>) -> AuditFinding {
        let location = self.location(&id.to_string(), "");
        AuditFinding::new(rule, self.name, id, message).at(location)
    }
}
