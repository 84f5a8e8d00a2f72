//! The five systems: one file for each, and the parts they share.
