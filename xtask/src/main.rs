//! The command line of Stackwright.

mod exit;
mod failure;

fn main() {}
