use bindings::dynamodb::{PutItem, Table};

fn count(table: &Table<PutItem>) {
    table.query();
}

fn main() {}
