//! Charges for an order: a step of the state machine.

use bindings::Program;
use serde::{Deserialize, Serialize};

/// The function needs nothing of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {}

impl Program for Bindings {
    const NAME: &'static str = "step-functions-charge";
}

/// What is ordered.
#[derive(Debug, Deserialize)]
pub struct Order {
    /// How many.
    pub quantity: u32,
}

/// What is paid.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Charged {
    /// In cents.
    pub total: u32,
}

/// What one costs, in cents.
const PRICE: u32 = 250;

/// Charges for `order`.
#[must_use]
pub const fn handle(order: &Order) -> Charged {
    Charged { total: order.quantity.saturating_mul(PRICE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_costs_the_same() {
        assert_eq!(handle(&Order { quantity: 3 }), Charged { total: 750 });
    }
}
