//! Counts what is sold, as metrics that CloudWatch takes from the log.

use bindings::Program;
use bindings::metrics::{Metrics, Unit};
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// Where the metrics are.
    pub metrics: Metrics,
}

impl Program for Bindings {
    const NAME: &'static str = "cloudwatch-count";
}

/// The name of the metric.
pub const SOLD: &str = "Sold";

/// What is sold.
#[derive(Debug, Deserialize)]
pub struct Sale {
    /// The shop, by which sales are told apart.
    pub shop: String,
    /// How many.
    pub quantity: u32,
}

/// Counts the sale.
pub fn handle(bindings: &Bindings, sale: Sale) {
    let record = bindings.metrics.record().dimension("Shop", sale.shop);
    record.metric(SOLD, Unit::Count, sale.quantity.into()).emit();
}
