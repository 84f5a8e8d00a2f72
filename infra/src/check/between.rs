//! What is wrong between stacks that are deployed into one account and region.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value as Json;

use assembly::{Finding, Location, Locations};

use crate::template::Template;

/// A stack that goes to the same account and region as others.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'a> {
    /// Its name on the command line.
    pub name: &'a str,
    /// Its template.
    pub template: &'a Template,
    /// Where it declares its outputs.
    pub locations: &'a Locations,
}

/// An export by its stack's place in the list.
struct Export<'a> {
    stack: usize,
    name: &'a str,
    location: Option<&'a Location>,
}

/// Exports that two of `stacks` share, and stacks that import from each other in a circle.
///
/// An import that none of them exports may come from any other stack of the account, so it is left alone.
#[must_use]
pub fn between(stacks: &[Peer<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut exports: BTreeMap<&str, Export<'_>> = BTreeMap::new();
    for (name, export) in all_exports(stacks) {
        if let Some(other) = exports.get(name).filter(|other| other.stack != export.stack) {
            let message = format!("the stacks `{}` and `{}` both export `{name}`", other.name, export.name);
            let finding = Finding::error("duplicate-export", message).help("rename one of them");
            findings.push(Finding { location: export.location.cloned(), ..finding });
        }
        exports.entry(name).or_insert(export);
    }
    let imports: Vec<_> = stacks.iter().map(imports).collect();
    let needs = needs(&imports, &exports);
    let mut reported = BTreeSet::new();
    for start in 0..stacks.len() {
        if let Some(cycle) = cycle(start, &needs).filter(|cycle| cycle.iter().all(|stack| !reported.contains(stack))) {
            findings.extend(circular(stacks, &needs, &exports, &cycle));
            reported.extend(cycle);
        }
    }
    findings
}

/// For each of `stacks`, the places in the list of those whose exports it imports: they must be there before it, and go
/// after it.
#[must_use]
pub fn dependencies(stacks: &[Peer<'_>]) -> Vec<BTreeSet<usize>> {
    let exports: BTreeMap<_, _> = all_exports(stacks).collect();
    let imports: Vec<_> = stacks.iter().map(imports).collect();
    let needs = needs(&imports, &exports).into_iter().enumerate();
    needs.map(|(index, needs)| needs.into_keys().filter(|needed| *needed != index).collect()).collect()
}

fn all_exports<'a>(stacks: &[Peer<'a>]) -> impl Iterator<Item = (&'a str, Export<'a>)> {
    stacks.iter().enumerate().flat_map(|(index, stack)| {
        let Peer { name, template, locations } = *stack;
        template.section("Outputs").filter_map(move |(output_name, output)| {
            let export = Export { stack: index, name, location: locations.outputs.get(output_name) };
            Some((output.pointer("/Export/Name")?.as_str()?, export))
        })
    })
}

/// For each stack, the places of those that it imports from, each with the name of an export.
fn needs<'a>(imports: &'a [BTreeSet<String>], exports: &BTreeMap<&str, Export<'_>>) -> Vec<BTreeMap<usize, &'a str>> {
    let needed = |name: &'a String| Some((exports.get(name.as_str())?.stack, name.as_str()));
    imports.iter().map(|names| names.iter().filter_map(needed).collect()).collect()
}

/// The stacks from `start` along their imports back to it.
fn cycle(start: usize, needs: &[BTreeMap<usize, &str>]) -> Option<Vec<usize>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for &next in way.last().and_then(|last| needs.get(*last)).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push(way.iter().copied().chain([next]).collect());
            }
        }
    }
    None
}

fn circular(
    stacks: &[Peer<'_>],
    needs: &[BTreeMap<usize, &str>],
    exports: &BTreeMap<&str, Export<'_>>,
    cycle: &[usize],
) -> Option<Finding> {
    let (&first, rest) = cycle.split_first()?;
    let mut chain = format!("`{}`", stacks.get(first)?.name);
    let mut from = first;
    for &to in rest.iter().chain([&first]) {
        let import = needs.get(from)?.get(&to)?;
        let _ = write!(chain, " -> `{}` (import of `{import}`)", stacks.get(to)?.name);
        from = to;
    }
    let export = exports.get(needs.get(from)?.get(&first).or_else(|| needs.get(*cycle.last()?)?.get(&first))?)?;
    let message = format!("the stacks import from each other in a circle: {chain}");
    let finding = Finding::error("circular-exports", message).help("move what both need into a third stack");
    Some(Finding { location: export.location.cloned(), ..finding })
}

/// The names that a stack imports, where they are known now.
fn imports(stack: &Peer<'_>) -> BTreeSet<String> {
    fn collect(json: &Json, names: &mut BTreeSet<String>) {
        match json {
            Json::Array(items) => items.iter().for_each(|item| collect(item, names)),
            Json::Object(entries) => {
                for (name, value) in entries {
                    match value {
                        Json::String(export) if name == "Fn::ImportValue" => {
                            names.insert(export.clone());
                        }
                        value => collect(value, names),
                    }
                }
            }
            _ => {}
        }
    }
    let mut names = BTreeSet::new();
    for section in ["Resources", "Outputs"] {
        stack.template.section(section).for_each(|(_, json)| collect(json, &mut names));
    }
    names
}
