use bindings::dynamodb::{PutItem, Table, WriteItems};

fn check(table: &Table<PutItem>) -> WriteItems {
    table.transact_condition_check_item(Default::default())
}

fn main() {}
