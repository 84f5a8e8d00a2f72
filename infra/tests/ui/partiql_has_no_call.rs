use bindings::dynamodb::{PutItem, Table};

fn count(table: &Table<PutItem>) {
    table.execute_statement();
}

fn main() {}
