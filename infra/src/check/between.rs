//! What is wrong between stacks that are deployed into one account and region.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};

use serde_json::Value as Json;

use assembly::{Finding, Location, Locations};

use crate::expression::Expression;
use crate::nearest::nearest;
use crate::template::Template;

/// A stack that goes to the same account and region as others.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'a> {
    /// Its name on the command line.
    pub name: &'a str,
    /// CloudFormation's name of it.
    pub stack_name: &'a str,
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

/// Exports that two of `stacks` share, outputs that one reads and another lacks, and stacks that read from each other in a
/// circle.
///
/// What none of them has may come from any other stack of the account, so it is left alone.
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
    findings.extend(unknown_outputs(stacks));
    let needs = needs(stacks, &exports);
    let mut reported = BTreeSet::new();
    for start in 0..stacks.len() {
        if let Some(cycle) = cycle(start, &needs).filter(|cycle| cycle.iter().all(|stack| !reported.contains(stack))) {
            findings.extend(circular(stacks, &needs, &exports, &cycle));
            reported.extend(cycle);
        }
    }
    findings
}

/// For each of `stacks`, the places in the list of those whose exports and outputs it reads: they must be there before it, and go
/// after it.
#[must_use]
pub fn dependencies(stacks: &[Peer<'_>]) -> Vec<BTreeSet<usize>> {
    let exports: BTreeMap<_, _> = all_exports(stacks).collect();
    let needs = needs(stacks, &exports).into_iter().enumerate();
    needs.map(|(index, needs)| needs.into_keys().filter(|needed| *needed != index).collect()).collect()
}

fn all_exports<'a>(stacks: &[Peer<'a>]) -> impl Iterator<Item = (&'a str, Export<'a>)> {
    stacks.iter().enumerate().flat_map(|(index, stack)| {
        let Peer { name, template, locations, .. } = *stack;
        template.section("Outputs").filter_map(move |(output_name, output)| {
            let export = Export { stack: index, name, location: locations.outputs.get(output_name) };
            Some((output.pointer("/Export/Name")?.as_str()?, export))
        })
    })
}

/// For each stack, the places of those that it reads from, each with one thing that it reads.
fn needs<'a>(stacks: &[Peer<'a>], exports: &BTreeMap<&str, Export<'_>>) -> Vec<BTreeMap<usize, Read<'a>>> {
    let of = |stack: &Peer<'a>| {
        reads(stack).into_iter().filter_map(|(read, _)| Some((read.source(stacks, exports)?, read))).collect()
    };
    stacks.iter().map(of).collect()
}

/// The stacks from `start` along their imports back to it.
fn cycle(start: usize, needs: &[BTreeMap<usize, Read<'_>>]) -> Option<Vec<usize>> {
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
    needs: &[BTreeMap<usize, Read<'_>>],
    exports: &BTreeMap<&str, Export<'_>>,
    cycle: &[usize],
) -> Option<Finding> {
    let (&first, rest) = cycle.split_first()?;
    let mut chain = format!("`{}`", stacks.get(first)?.name);
    let mut from = first;
    for &to in rest.iter().chain([&first]) {
        let read = needs.get(from)?.get(&to)?;
        let _ = write!(chain, " -> `{}` ({read})", stacks.get(to)?.name);
        from = to;
    }
    let location = match needs.get(*cycle.last()?)?.get(&first)? {
        Read::Export(name) => exports.get(name)?.location,
        Read::Output(_, output) => stacks.get(first)?.locations.outputs.get(*output),
    };
    let message = format!("the stacks import from each other in a circle: {chain}");
    let finding = Finding::error("circular-exports", message).help("move what both need into a third stack");
    Some(Finding { location: location.cloned(), ..finding })
}

/// What a stack reads of another, where that is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Read<'a> {
    /// An export, by its name.
    Export(&'a str),
    /// An output, by CloudFormation's name of the stack and its own.
    Output(&'a str, &'a str),
}

impl Read<'_> {
    /// The place of the stack that has it.
    fn source(self, stacks: &[Peer<'_>], exports: &BTreeMap<&str, Export<'_>>) -> Option<usize> {
        match self {
            Self::Export(name) => exports.get(name).map(|export| export.stack),
            Self::Output(stack_name, _) => stacks.iter().position(|stack| stack.stack_name == stack_name),
        }
    }
}

impl fmt::Display for Read<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Export(name) => write!(f, "import of `{name}`"),
            Self::Output(_, output) => write!(f, "output `{output}`"),
        }
    }
}

/// The names of the exports that a template imports, where they are known now.
#[must_use]
pub fn imports(template: &Template) -> BTreeSet<String> {
    let locations = Locations::default();
    let stack = Peer { name: "", stack_name: "", template, locations: &locations };
    let imports = reads(&stack).into_iter().filter_map(|(read, _)| match read {
        Read::Export(name) => Some(name.to_owned()),
        Read::Output(..) => None,
    });
    imports.collect()
}

/// All that a stack reads of others, with the place that reads it.
fn reads<'a>(stack: &Peer<'a>) -> Vec<(Read<'a>, Option<&'a Location>)> {
    fn collect<'a>(json: &'a Json, found: &mut Vec<Read<'a>>) {
        match Expression::of(json) {
            Expression::ImportValue(Json::String(name)) => found.push(Read::Export(name)),
            Expression::Other("Fn::GetStackOutput", Json::Object(output)) if !output.contains_key("Region") => {
                let name = |member| output.get(member).and_then(Json::as_str);
                found.extend(
                    name("StackName").zip(name("OutputName")).map(|(stack, output)| Read::Output(stack, output)),
                );
            }
            _ => {}
        }
        match json {
            Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Json::Object(members) => members.values().for_each(|member| collect(member, found)),
            _ => {}
        }
    }
    let Peer { template, locations, .. } = *stack;
    let resources = template.section("Resources").map(|(id, json)| (json, locations.resources.get(id)));
    let outputs = template.section("Outputs").map(|(name, json)| (json, locations.outputs.get(name)));
    let of = |(json, location): (&'a Json, Option<&'a Location>)| {
        let mut found = Vec::new();
        collect(json, &mut found);
        found.into_iter().map(move |read| (read, location))
    };
    resources.chain(outputs).flat_map(of).collect()
}

/// The outputs of the stack at `source` that others of `stacks` read without an export: the name of the reading stack and
/// that of the output.
///
/// CloudFormation knows nothing of such a read: it neither keeps the output nor brings a new value to the reader.
#[must_use]
pub fn readers<'a>(stacks: &[Peer<'a>], source: &str) -> BTreeSet<(&'a str, &'a str)> {
    let of = |reader: &Peer<'a>| {
        let name = reader.name;
        let outputs = reads(reader).into_iter().filter_map(|(read, _)| match read {
            Read::Output(stack, output) if stack == source => Some(output),
            _ => None,
        });
        outputs.map(move |output| (name, output)).collect::<Vec<_>>()
    };
    stacks.iter().filter(|reader| reader.stack_name != source).flat_map(of).collect()
}

/// Outputs that a stack reads and the other does not have.
fn unknown_outputs(stacks: &[Peer<'_>]) -> Vec<Finding> {
    let unknown = |(read, location): (Read<'_>, Option<&Location>)| {
        let Read::Output(stack_name, output) = read else { return None };
        let source = stacks.iter().find(|stack| stack.stack_name == stack_name)?;
        let known: Vec<_> = source.template.section("Outputs").map(|(name, _)| name).collect();
        if known.contains(&output) {
            return None;
        }
        let finding = Finding::error("unknown-output", format!("`{}` has no output `{output}`", source.name));
        let finding = match nearest(output, known.iter().copied()) {
            Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
            None => finding.help(format!("declare it in `{}`", source.name)),
        };
        Some(Finding { location: location.cloned(), ..finding })
    };
    stacks.iter().flat_map(reads).filter_map(unknown).collect()
}
