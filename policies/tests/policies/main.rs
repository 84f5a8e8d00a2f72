//! Policies, as those who read, ask and compare them do.

mod any;
mod contain;
mod evaluate;
mod operators;
mod parse;
mod reference;
