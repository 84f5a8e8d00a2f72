use bindings::dynamodb::{GetItem, Table};
use bindings::lambda::{Function, Invoke};
use infra::Ref;
use serde::Serialize;

#[derive(Serialize)]
struct Bindings {
    stats_cache: Table<GetItem>,
    calculator: Function<Invoke>,
}

fn counts(cache: Ref<infra::dynamodb::Table>) -> Bindings {
    Bindings { stats_cache: cache.into() }
}

fn main() {}
