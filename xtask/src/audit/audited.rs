//! A template under audit, whoever wrote it.

use std::fmt;

use infra::Template;
use infra::template::{Mark, Written};
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
    of: Of<'a>,
}

/// What a template is of.
#[derive(Debug, Clone, Copy)]
enum Of<'a> {
    /// A stack of the app.
    Stack(&'a Stack),
    /// A file.
    File(&'a Written),
}

impl<'a> Audited<'a> {
    /// The template of a stack of the app.
    #[must_use]
    pub fn stack(stack: &'a Stack) -> Self {
        Self { template: stack.template(), name: stack.name(), of: Of::Stack(stack) }
    }

    /// The template in the file `name`.
    #[must_use]
    pub const fn file(written: &'a Written, name: &'a str) -> Self {
        Self { template: &written.template, name, of: Of::File(written) }
    }

    /// Where the resource `id` is declared: in the source of the app, or in the file, there where `pointer` leads to. Of
    /// no resource, the pointer is from the top.
    #[must_use]
    pub fn location(&self, id: &str, pointer: &str) -> Option<String> {
        match self.of {
            Of::Stack(stack) => stack.location(id).map(ToString::to_string),
            Of::File(written) => {
                let resource = if id.is_empty() { String::new() } else { format!("/Resources/{id}") };
                Some(located(self.name, written.mark(&format!("{resource}{pointer}"))))
            }
        }
    }

    /// A finding about the resource `id`.
    #[must_use]
    pub fn finding(&self, rule: &'static Rule, id: impl fmt::Display, message: impl Into<String>) -> AuditFinding {
        let location = self.location(&id.to_string(), "");
        AuditFinding::new(rule, self.name, id, message).at(location)
    }
}

/// A file, with the line and column of a place in it.
#[must_use]
pub fn located(file: &str, mark: Option<Mark>) -> String {
    mark.map_or_else(|| file.to_owned(), |Mark { line, column }| format!("{file}:{line}:{column}"))
}
