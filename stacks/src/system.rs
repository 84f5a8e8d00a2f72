//! The list of the systems.

use infra::{Stack, Stage};

use crate::{orders, spaceships};

/// A system that can be deployed.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// Its stack in a stage.
    pub stack: fn(&Stage) -> Stack,
    /// What stands in for services outside of AWS when it runs locally, by parameter.
    pub stand_ins: &'static [(&'static str, StandIn)],
    /// Commands to try once it is deployed, with `{Output}` for the value of an output, `{ValidModel}` for a model of
    /// spaceships that the model validator takes for valid, and `{EndpointUrl}` for the flag that leads the AWS CLI to
    /// where it is deployed.
    pub try_next: &'static [&'static str],
}

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
            stack: spaceships::stack,
            stand_ins: &[("ModelValidatorUrl", StandIn::ModelValidator)],
            try_next: &spaceships::TRY_NEXT,
        },
        System {
            name: orders::NAME,
            description: orders::DESCRIPTION,
            stack: orders::stack,
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
