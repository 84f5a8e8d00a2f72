//! What the command line of Stackwright is made of.

pub mod assets;
pub mod audit;
pub mod exit;
pub mod failure;
