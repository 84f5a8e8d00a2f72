//! What `cargo xtask` runs first: builds the engine when needed, says so, and runs it.
fn main() {}
