//! The built programs of stacks.

use std::collections::BTreeMap;

use assembly::{Architecture, Function};

use super::Program;

/// Built programs, by what they are built for and by their names. One that is both a function's and a worker's is built
/// twice.
#[derive(Debug, Default)]
pub struct Programs {
    /// Those of functions.
    pub functions: BTreeMap<(Architecture, String), Program>,
    /// Those of workers.
    pub workers: BTreeMap<(Architecture, String), Program>,
}

impl Programs {
    /// The program that a function or worker runs.
    #[must_use]
    pub fn of(&self, function: &Function) -> Option<&Program> {
        let built = if function.worker.is_some() { &self.workers } else { &self.functions };
        built.get(&(function.architecture, function.program.clone()))
    }
}
