//! The list of the systems.

use infra::stack::Tag;
use infra::{Stack, Stage, Value};

use crate::event_driven;
use crate::options::{OptionSpec, Options};
use crate::order_requests::{self, OrderRequests};
use crate::orders;
use crate::roxs;
use crate::spaceships;

/// A system that can be deployed.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// Its stack in a stage, as chosen.
    pub stack: fn(&Stage, &Options) -> Stack,
    /// What can be chosen of it.
    pub options: &'static [OptionSpec],
    /// What stands in for services outside of AWS when it runs locally, by parameter.
    pub stand_ins: &'static [(&'static str, StandIn)],
    /// Commands to try once it is deployed, with `{Output}` for the value of an output, `{ValidModel}` for a model of
    /// spaceships that the model validator takes for valid, and `{EndpointUrl}` for the flag that leads the AWS CLI to
    /// where it is deployed.
    pub try_next: &'static [&'static str],
}

impl System {
    /// The stack in `stage`, built as `options` say. What was chosen becomes a tag of the deployed stack, so that it is
    /// known there.
    #[must_use]
    pub fn build(&self, stage: &Stage, options: &Options) -> Stack {
        let mut stack = (self.stack)(stage, options);
        let chosen = options
            .chosen()
            .map(|(name, value)| Tag { key: format!("{OPTION_TAG}{name}"), value: Value::Literal(value.to_owned()) });
        stack.tags.extend(chosen);
        stack
    }
}

/// What the tag of an option begins with; the option's name follows.
pub const OPTION_TAG: &str = "stackwright:option:";

/// A local service that stands in for one outside of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandIn {
    /// Knows which models of spaceships are valid.
    ModelValidator,
}

/// Every system, in the order in which they are listed.
#[must_use]
pub const fn all() -> &'static [System] {
    &[
        System {
            name: spaceships::NAME,
            description: spaceships::DESCRIPTION,
            stack: |stage, _| spaceships::stack(stage),
            options: &[],
            stand_ins: &[("ModelValidatorUrl", StandIn::ModelValidator)],
            try_next: &spaceships::TRY_NEXT,
        },
        System {
            name: event_driven::NAME,
            description: event_driven::DESCRIPTION,
            stack: |stage, _| event_driven::stack(stage),
            options: &[],
            stand_ins: &[],
            try_next: &event_driven::TRY_NEXT,
        },
        System {
            name: roxs::NAME,
            description: roxs::DESCRIPTION,
            stack: |stage, _| roxs::stack(stage),
            options: &[],
            stand_ins: &[],
            try_next: &roxs::TRY_NEXT,
        },
        System {
            name: order_requests::NAME,
            description: order_requests::DESCRIPTION,
            stack: |stage, options| OrderRequests::chosen(options).stack(stage),
            options: &order_requests::OPTIONS,
            stand_ins: &[],
            try_next: &order_requests::TRY_NEXT,
        },
        System {
            name: orders::NAME,
            description: orders::DESCRIPTION,
            stack: |stage, _| orders::stack(stage),
            options: &[],
            stand_ins: &[],
            try_next: &orders::TRY_NEXT,
        },
    ]
}

/// The system with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static System> {
    all().iter().find(|system| system.name == name)
}
