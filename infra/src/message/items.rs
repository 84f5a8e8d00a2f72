//! Who writes what items into a table, and who reads them.

use bindings::declaration::Operation;
use bindings::message::Described;
use serde_json::{Map, Value as Json};

use super::flow::{is_of, named, programs};
use crate::binding::Binding;
use crate::reference::LogicalId;
use crate::stack::Stack;

/// A table with the bindings to it that say a type.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// Its logical id.
    pub(super) id: &'a str,
    pub(super) written: Vec<End<'a>>,
    pub(super) read: Vec<End<'a>>,
}

/// A binding through which items are written or read.
#[derive(Debug, Clone, Copy)]
pub(super) struct End<'a> {
    /// The function or worker that has the binding.
    pub(super) by: LogicalId,
    pub(super) field: &'a str,
    pub(super) item: &'a Described,
}

/// The operations that leave items behind. One that changes some attributes leaves an item of the type, too.
const WRITING: [&str; 3] = ["BatchWriteItem", "PutItem", "UpdateItem"];

/// The operations that give items.
const READING: [&str; 4] = ["BatchGetItem", "GetItem", "Query", "Scan"];

/// The tables of a stack whose items have types: `resources` are those of its template.
pub(super) fn tables<'a>(stack: &'a Stack, resources: &'a Map<String, Json>) -> Vec<Table<'a>> {
    let bound: Vec<_> = programs(stack)
        .flat_map(|(by, code)| code.bindings().iter().map(move |binding| (by, binding)))
        .filter(|(_, binding)| binding.sent.is_some() || binding.taken.is_some())
        .filter_map(|(by, binding)| Some((by, binding, table_of(binding, resources)?)))
        .collect();
    let table = |id: &'a String| {
        let to = bound.iter().filter(|(.., table)| table == id);
        let ends = |operations: &[&str], item: fn(&'a Binding) -> Option<&'a Described>| {
            let ends = to.clone().filter(|(_, binding, _)| does(&binding.operations, operations));
            ends.filter_map(|(by, binding, _)| Some(End { by: *by, field: &binding.field, item: item(binding)? }))
                .collect()
        };
        let written: Vec<_> = ends(&WRITING, |binding| binding.sent.as_ref());
        let read: Vec<_> = ends(&READING, |binding| binding.taken.as_ref());
        (!written.is_empty() || !read.is_empty()).then_some(Table { id, written, read })
    };
    let ids = resources.iter().filter(|(_, resource)| is_of(resource, "AWS::DynamoDB::Table")).map(|(id, _)| id);
    ids.filter_map(table).collect()
}

/// The logical id of the table whose items a binding writes or reads, directly or by an index. What an index gives that does
/// not carry all attributes are no whole items.
fn table_of(binding: &Binding, resources: &Map<String, Json>) -> Option<String> {
    if let Some((table, index)) = binding.index() {
        return carries_all(resources.get(table)?, index).then(|| table.to_owned());
    }
    let value = serde_json::to_value(&binding.value).ok()?;
    named(&value, resources).map(str::to_owned)
}

/// Whether the index `name` of a table carries all attributes.
fn carries_all(table: &Json, name: &str) -> bool {
    let lists = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].map(|list| &table["Properties"][list]);
    let mut indexes = lists.into_iter().filter_map(Json::as_array).flatten();
    indexes.any(|index| index["IndexName"] == name && index["Projection"]["ProjectionType"] == "ALL")
}

fn does(operations: &[Operation], names: &[&str]) -> bool {
    operations.iter().any(|it| it.service == "dynamodb" && names.contains(&it.name.as_str()))
}
