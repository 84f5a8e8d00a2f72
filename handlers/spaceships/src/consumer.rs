//! Records the sightings of the queue, each after its model was validated.

use bindings::dynamodb::{GetItem, PutItem, Table};
use bindings::{Program, Url};
use serde::{Deserialize, Serialize};

/// What the consumer needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where valid sightings go.
    pub sightings: Table<PutItem>,
    /// Where sightings of no known model and unreadable messages go.
    pub false_reports: Table<PutItem>,
    /// What the validator said of a model in the last ten minutes.
    pub model_cache: Table<(GetItem, PutItem)>,
    /// The service that knows which models are valid.
    pub validator_url: Url,
}

impl Program for Bindings {
    const NAME: &'static str = "spaceships-consumer";
}
