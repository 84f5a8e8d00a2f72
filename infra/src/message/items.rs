//! The functions that write items of a type into a table, read them, or are fed with their changes by its stream.

use bindings::declaration::Operation;
use bindings::message::Described;
use serde_json::{Map, Value as Json};

use super::flow::{Mapping, is_of, mappings, named, programs, say_types};
use crate::binding::Binding;
use crate::code::Code;
use crate::marks;
use crate::reference::LogicalId;
use crate::stack::Stack;

/// A table, with those who write and read its items and say their type.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// Its logical id.
    pub(super) id: &'a str,
    pub(super) written: Vec<End<'a>>,
    pub(super) read: Vec<End<'a>>,
}

/// A function or worker that writes or reads items.
#[derive(Debug, Clone, Copy)]
pub(super) struct End<'a> {
    /// The function or worker.
    pub(super) by: LogicalId,
    /// The field of the binding that it uses; none where the table's stream feeds it.
    field: Option<&'a str>,
    pub(super) item: &'a Described,
    /// Whether the table's stream feeds it.
    pub(super) by_stream: bool,
    /// Whether it gets those changes alone that a filter lets through.
    pub(super) is_filtered: bool,
}

impl End<'_> {
    /// The function and the binding.
    pub(super) fn binding(&self) -> String {
        self.field.map_or_else(|| self.by.to_string(), |field| format!("{}.{field}", self.by))
    }
}

/// The operations that leave items behind. One that changes some attributes counts as well: with the type on its binding, its
/// author says that an item of the type is left.
const WRITING: [&str; 3] = ["BatchWriteItem", "PutItem", "UpdateItem"];

/// The operations that give items.
const READING: [&str; 4] = ["BatchGetItem", "GetItem", "Query", "Scan"];

/// The tables of a stack whose items have types: `resources` are those of its template.
pub(super) fn tables<'a>(stack: &'a Stack, resources: &'a Map<String, Json>) -> Vec<Table<'a>> {
    let programs: Vec<_> = programs(stack).collect();
    if !say_types(&programs) {
        return Vec::new();
    }
    let bound: Vec<_> = programs
        .iter()
        .flat_map(|(by, code)| code.bindings().iter().map(move |binding| (*by, binding)))
        .filter(|(_, binding)| binding.sent.is_some() || binding.taken.is_some())
        .filter_map(|(by, binding)| Some((by, binding, table_of(binding, resources)?)))
        .collect();
    let table = |(id, declared): (&'a String, &'a Json)| {
        let to = bound.iter().filter(|(.., table)| table == id);
        let ends = |operations: &[&str], item: fn(&'a Binding) -> Option<&'a Described>| {
            let ends = to.clone().filter(|(_, binding, _)| does(&binding.operations, operations));
            let ends = ends.filter_map(|(by, binding, _)| {
                let field = Some(binding.field.as_str());
                Some(End { by: *by, field, item: item(binding)?, by_stream: false, is_filtered: false })
            });
            ends.collect::<Vec<_>>()
        };
        let written = ends(&WRITING, |binding| binding.sent.as_ref());
        let mut read = ends(&READING, |binding| binding.taken.as_ref());
        read.extend(fed_by_stream(id, declared, &programs, resources));
        (!written.is_empty() || !read.is_empty()).then_some(Table { id, written, read })
    };
    resources.iter().filter(|(_, resource)| is_of(resource, "AWS::DynamoDB::Table")).filter_map(table).collect()
}

/// The functions that the table's stream feeds, unless its records have the keys alone.
fn fed_by_stream<'a>(
    id: &str,
    table: &Json,
    programs: &[(LogicalId, &'a Code)],
    resources: &'a Map<String, Json>,
) -> impl Iterator<Item = End<'a>> {
    let has_items = table["Properties"]["StreamSpecification"]["StreamViewType"] != "KEYS_ONLY";
    mappings(id, resources).filter(move |_| has_items).filter_map(|Mapping { function, is_filtered }| {
        let (by, code) = programs.iter().find(|(by, _)| by.as_str() == function)?;
        Some(End { by: *by, field: None, item: code.input()?, by_stream: true, is_filtered })
    })
}

/// The logical id of the table whose items a binding writes or reads, directly or by an index. What an index gives that does
/// not carry all attributes are no whole items.
fn table_of(binding: &Binding, resources: &Map<String, Json>) -> Option<String> {
    if let Some((table, index)) = binding.index() {
        let table = marks::plain(table);
        return carries_all(resources.get(&*table)?, index).then(|| table.into_owned());
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
