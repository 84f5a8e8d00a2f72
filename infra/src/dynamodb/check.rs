//! What DynamoDB refuses of a table's definition.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>

use std::collections::BTreeMap;

use super::{Billing, Key, Projection, Table, TimeToLive};
use crate::check::Check;

/// How many attributes all indexes of a table can carry beside keys, together.
const MOST_NON_KEY_ATTRIBUTES: usize = 100;

pub(super) fn table(table: &Table, check: &mut Check<'_>) {
    key_attributes(table, check);
    index_names(table, check);
    capacity(table, check);
    local_indexes(table, check);
    projections(table, check);
    time_to_live(table, check);
}

/// An attribute has one type, in whichever keys it is.
fn key_attributes(table: &Table, check: &mut Check<'_>) {
    let mut types = BTreeMap::new();
    for attribute in keys(table).flat_map(Key::attributes) {
        let first = *types.entry(attribute.name).or_insert(attribute.attribute_type);
        if first != attribute.attribute_type {
            let (name, other) = (attribute.name, attribute.attribute_type);
            check
                .error(
                    "key-attribute-type",
                    format!("the key attribute `{name}` is {first:?} in one key and {other:?} in another"),
                )
                .help("an attribute has one type: use the same in every key");
        }
    }
    for key in keys(table).filter(|key| key.range.is_some_and(|range| range.name == key.hash.name)) {
        let name = key.hash.name;
        check.error("key-attribute-twice", format!("`{name}` is both the partition key and the sort key"));
    }
}

fn index_names(table: &Table, check: &mut Check<'_>) {
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    table.index_names().for_each(|name| *counts.entry(name).or_default() += 1);
    for (name, _) in counts.into_iter().filter(|(_, count)| *count > 1) {
        check.error("index-twice", format!("it defines the index `{name}` more than once"));
    }
    let limits =
        [("global", table.global_secondary_indexes.len(), 20), ("local", table.local_secondary_indexes.len(), 5)];
    for (kind, count, most) in limits.into_iter().filter(|(_, count, most)| count > most) {
        check.error(
            "too-many-indexes",
            format!("it defines {count} {kind} secondary indexes, of which it can have {most}"),
        );
    }
}

/// The capacity of an index is given when the table's is, and only then.
fn capacity(table: &Table, check: &mut Check<'_>) {
    for index in &table.global_secondary_indexes {
        let name = index.index_name;
        match (table.billing, index.provisioned_throughput) {
            (Billing::PayPerRequest, Some(_)) => check
                .error(
                    "index-capacity",
                    format!("its index `{name}` has a fixed capacity, while it is paid per request"),
                )
                .help("remove the index's `provisioned_throughput`"),
            (Billing::Provisioned { .. }, None) => check
                .error("index-capacity", format!("its index `{name}` has no capacity, while its own is fixed"))
                .help("set the index's `provisioned_throughput`"),
            (Billing::PayPerRequest, None) | (Billing::Provisioned { .. }, Some(_)) => {}
        }
    }
}

/// A local index sorts the table's own partitions by something else.
fn local_indexes(table: &Table, check: &mut Check<'_>) {
    for index in &table.local_secondary_indexes {
        let name = index.index_name;
        if index.key.hash.name != table.key.hash.name {
            let (got, expected) = (index.key.hash.name, table.key.hash.name);
            check
                .error(
                    "local-index-key",
                    format!("its local index `{name}` has the partition key `{got}`, not the table's `{expected}`"),
                )
                .help("use the table's partition key, or make it a global index");
        }
        if index.key.range.is_none() || table.key.range.is_none() {
            check
                .error("local-index-key", format!("its local index `{name}` needs a sort key, and so does the table"))
                .help("give both keys by `Key::hash_range`");
        }
    }
}

fn projections(table: &Table, check: &mut Check<'_>) {
    let globals = table.global_secondary_indexes.iter().map(|index| &index.projection);
    let locals = table.local_secondary_indexes.iter().map(|index| &index.projection);
    let carried = |projection: &Projection| match projection {
        Projection::Include { non_key_attributes } => non_key_attributes.len(),
        Projection::All | Projection::KeysOnly => 0,
    };
    let count: usize = globals.chain(locals).map(carried).sum();
    if count > MOST_NON_KEY_ATTRIBUTES {
        let message =
            format!("its indexes carry {count} attributes beside keys, of which they can {MOST_NON_KEY_ATTRIBUTES}");
        check.error("too-many-attributes", message).help("use `Projection::All`");
    }
}

fn time_to_live(table: &Table, check: &mut Check<'_>) {
    if let Some(TimeToLive(name)) = table.time_to_live_specification
        && table.key.attributes().any(|attribute| attribute.name == name)
    {
        check
            .error("ttl-is-key", format!("`{name}` is part of its key and cannot say when an item expires"))
            .help("use an attribute of its own, with the time in seconds since 1970");
    }
}

fn keys(table: &Table) -> impl Iterator<Item = &Key> {
    let globals = table.global_secondary_indexes.iter().map(|index| &index.key);
    let locals = table.local_secondary_indexes.iter().map(|index| &index.key);
    [&table.key].into_iter().chain(globals).chain(locals)
}
