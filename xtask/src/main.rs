//! The command line of Stackwright.

fn main() {}
