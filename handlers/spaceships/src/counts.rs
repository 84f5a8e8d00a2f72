//! Answers from the cache what the calculator found in the last five minutes, and asks it for the rest.

use bindings::Program;
use bindings::dynamodb::{GetItem, Table};
use bindings::lambda::{Function, Invoke};
use serde::{Deserialize, Serialize};

/// What counts needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The calculator's results.
    pub stats_cache: Table<GetItem>,
    /// What is asked when the cache has no answer.
    pub calculator: Function<Invoke>,
}

impl Program for Bindings {
    const NAME: &'static str = "spaceships-counts";
}
