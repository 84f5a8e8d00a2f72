use bindings::dynamodb::{Index, PutItem, Query, Table};

fn count(table: &Table<PutItem>) {
    table.execute_statement();
}

fn typed(table: &Table<PutItem, String>, index: &Index<Query>) {
    table.execute_transaction();
    index.execute_statement();
}

fn main() {}
