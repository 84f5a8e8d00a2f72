//! Objects that would contain themselves: what closes the circle is boxed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Content, Item, Kind};

/// Boxes each field from whose object its own can be reached without a list or a map between.
pub(super) fn break_circles(items: &mut [Item]) {
    let holds: BTreeMap<_, _> = items.iter().map(|item| (item.name().to_owned(), held_by(item))).collect();
    let closes = |owner: &str, held: &str| reaches(&holds, held, owner);
    for item in items {
        match item {
            Item::Struct(it) => {
                for field in &mut it.fields {
                    field.is_boxed = object_of(&field.content).is_some_and(|held| closes(&it.name, held));
                }
            }
            Item::Union(it) => {
                for variant in &mut it.variants {
                    let Kind::Object(held) = &variant.kind else { continue };
                    variant.is_boxed = closes(&it.name, held);
                }
            }
            Item::Enum(_) => {}
        }
    }
}

fn held_by(item: &Item) -> Vec<String> {
    match item {
        Item::Struct(it) => it.fields.iter().filter_map(|field| object_of(&field.content)).map(str::to_owned).collect(),
        Item::Union(it) => {
            let held = it.variants.iter().filter_map(|variant| match &variant.kind {
                Kind::Object(name) => Some(name.clone()),
                _ => None,
            });
            held.collect()
        }
        Item::Enum(_) => Vec::new(),
    }
}

fn object_of(content: &Content) -> Option<&str> {
    match content {
        Content::Property { kind: Kind::Object(name), .. } | Content::OneOf(name) => Some(name),
        Content::Property { .. } => None,
    }
}

fn reaches(holds: &BTreeMap<String, Vec<String>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            open.extend(holds.get(at).into_iter().flatten().map(String::as_str));
        }
    }
    false
}
