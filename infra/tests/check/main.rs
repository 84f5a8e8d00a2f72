//! What `check` says of stacks, a rule at a time: firing, and quiet when nothing is wrong.

mod between;
mod bindings;
mod cycles;
mod foreign;
mod limits;
mod messages;
mod names;
mod parameters;
mod properties;
mod protection;
mod references;
mod rules;
mod sizes;
mod support;
mod workers;
