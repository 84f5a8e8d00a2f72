//! A template under audit, whoever wrote it.

use std::fmt;

use assembly::Worker;
use infra::Template;
use infra::iam::Unread;
use infra::template::{Mark, Spot, Written};
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

    /// The workers of a stack of the app, by their logical ids.
    pub fn workers(&self) -> impl Iterator<Item = (&'a str, &'a Worker)> {
        let stack = match self.of {
            Of::Stack(stack) => Some(stack),
            Of::File(_) => None,
        };
        stack.into_iter().flat_map(Stack::workers).map(|(program, worker)| (program.id.as_str(), worker))
    }

    /// Where the part of the resource `id` is written that `pointer` leads to; of no resource, the pointer is from the
    /// top.
    #[must_use]
    pub fn spot(&self, id: &str, pointer: &str) -> Spot {
        match self.of {
            Of::Stack(_) => Spot {
                resource: id.to_owned(),
                pointer: pointer.to_owned(),
                way: format!("/Resources/{id}{pointer}"),
                mark: None,
                is_made: false,
            },
            Of::File(written) => written.spot(id, pointer),
        }
    }

    /// Where the resource `id` is declared: in the source of the app, or in the file.
    #[must_use]
    pub fn location(&self, id: &str) -> Option<String> {
        self.location_of(&self.spot(id, ""))
    }

    /// The place of a spot: that of its resource in the source of the app, or its own in the file.
    #[must_use]
    pub fn location_of(&self, spot: &Spot) -> Option<String> {
        match self.of {
            Of::Stack(stack) => stack.location(&spot.resource).map(ToString::to_string),
            Of::File(_) => Some(located(self.name, spot.mark)),
        }
    }

    /// What of a file is not in the template, since it is not known what becomes of it.
    #[must_use]
    pub fn unread(&self) -> &'a [Unread] {
        match self.of {
            Of::Stack(_) => &[],
            Of::File(written) => &written.unread,
        }
    }

    /// A finding about the resource `id`.
    #[must_use]
    pub fn finding(&self, rule: &'static Rule, id: impl fmt::Display, message: impl Into<String>) -> AuditFinding {
        let spot = self.spot(&id.to_string(), "");
        AuditFinding::new(rule, self.name, &spot.resource, message).at(self.location_of(&spot))
    }
}

/// A file, with the line and column of a place in it.
#[must_use]
pub fn located(file: &str, mark: Option<Mark>) -> String {
    mark.map_or_else(|| file.to_owned(), |Mark { line, column }| format!("{file}:{line}:{column}"))
}
