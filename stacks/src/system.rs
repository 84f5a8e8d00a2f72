//! The list of the systems.

use infra::{Stack, Stage};

use crate::spaceships;

/// A system that can be deployed.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// Its stack in a stage.
    pub stack: fn(&Stage) -> Stack,
}

/// Every system, in the order in which they are listed.
#[must_use]
pub const fn all() -> &'static [System] {
    &[System { name: spaceships::NAME, description: spaceships::DESCRIPTION, stack: spaceships::stack }]
}

/// The system with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static System> {
    all().iter().find(|system| system.name == name)
}
