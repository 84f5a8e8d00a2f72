//! A system: a stack with what can be chosen of it, and how it is run and tried locally.

use assembly::OPTION_TAG;
use infra::stack::Tag;
use infra::{Stack, Stage, Value};

use crate::local_service::LocalService;
use crate::options::{OptionSpec, Options};

/// A name in braces in what to try next, with the function that gives its value.
pub type Placeholder = (&'static str, fn() -> &'static str);

/// A system that can be deployed.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// Builds its stack in a stage, as chosen.
    pub stack: fn(&Stage, &Options) -> Stack,
    /// What can be chosen of it.
    pub options: &'static [OptionSpec],
    /// What stands in for services outside of AWS when it is deployed locally.
    pub local_services: &'static [LocalService],
    /// Commands to try once it is deployed. `{Name}` stands for the output `Name`, and `{EndpointUrl}` for the flag
    /// that leads the AWS CLI to where it is deployed.
    pub try_next: &'static [&'static str],
    /// What else stands in braces in `try_next`, with the functions that give its value.
    pub placeholders: &'static [Placeholder],
}

impl System {
    /// A system without options and local services.
    #[must_use]
    pub const fn new(name: &'static str, description: &'static str, stack: fn(&Stage, &Options) -> Stack) -> Self {
        Self { name, description, stack, options: &[], local_services: &[], try_next: &[], placeholders: &[] }
    }

    /// The stack in `stage`, built as `options` say, with the description of the system unless it has its own. What was chosen becomes a tag of the deployed stack, so that it is
    /// known there.
    #[must_use]
    pub fn build(&self, stage: &Stage, options: &Options) -> Stack {
        let mut stack = (self.stack)(stage, options);
        let chosen = options
            .chosen()
            .map(|(name, value)| Tag { key: format!("{OPTION_TAG}{name}"), value: Value::Literal(value.to_owned()) });
        stack.tags.extend(chosen);
        stack.description.get_or_insert_with(|| self.description.to_owned());
        stack
    }

    /// The stack as a part of the assembly.
    #[must_use]
    pub fn assemble(&self, stage: &Stage, options: &Options) -> assembly::Stack {
        let stack = self.build(stage, options).assemble();
        let service = |it: &LocalService| assembly::LocalService {
            name: it.name.to_owned(),
            parameter: it.parameter.to_owned(),
            path: it.path.to_owned(),
        };
        assembly::Stack {
            options: options.chosen().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            local_services: self.local_services.iter().map(service).collect(),
            try_next: self.try_next.iter().map(|line| self.filled(line)).collect(),
            ..stack
        }
    }

    fn filled(&self, line: &str) -> String {
        let fill = |line: String, (name, value): &Placeholder| line.replace(&format!("{{{name}}}"), value());
        self.placeholders.iter().fold(line.to_owned(), fill)
    }
}
