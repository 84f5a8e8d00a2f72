use bindings::dynamodb::{PutItem, Table};

fn count(sightings: &Table<PutItem>) {
    let _ = sightings.query();
}

fn main() {}
