//! Counts the sightings of a spaceship or a model in the last ten minutes.

use bindings::Program;
use bindings::dynamodb::{Index, PutItem, Query, Table};
use serde::{Deserialize, Serialize};

/// What the calculator needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The sightings by spaceship.
    pub sightings: Table<Query>,
    /// The sightings by model.
    pub sightings_by_model: Index<Query>,
    /// Where each result is kept for five minutes.
    pub stats_cache: Table<PutItem>,
}

impl Program for Bindings {
    const NAME: &'static str = "spaceships-calculator";
}
