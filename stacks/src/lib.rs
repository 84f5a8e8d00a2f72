//! The systems: one module for each.

pub mod event_driven;
pub mod order_requests;
pub mod orders;
pub mod roxs;
pub mod spaceships;

use stackwright::App;

/// The systems of this workspace.
#[must_use]
pub fn app() -> App {
    App::new([spaceships::SYSTEM, event_driven::SYSTEM, roxs::SYSTEM, order_requests::SYSTEM, orders::SYSTEM])
}
