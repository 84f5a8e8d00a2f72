//! An alias names a version, and not the function itself.
use infra::Ref;
use infra::lambda::{Alias, Function};

fn live(count: Ref<Function>) -> Alias {
    Alias::new(count, "live", count)
}

fn main() {}
