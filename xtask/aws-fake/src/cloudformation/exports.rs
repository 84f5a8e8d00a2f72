//! What stacks export, and which import it.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html>

use std::collections::BTreeMap;

use super::stacks::{Output, Stack};
use super::{Call, Outcome, invalid, page};
use crate::world::World;
use crate::xml::Xml;

/// The exports that a stack sees, with what it needs to know about their use.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    /// Values by name.
    pub(crate) values: BTreeMap<String, String>,
    /// The stacks that export them, by name.
    pub(crate) owners: BTreeMap<String, String>,
    /// One of the stacks that import them, by name.
    pub(crate) importers: BTreeMap<String, String>,
}

/// Under what name `Fn::GetStackOutput` finds an output among the exports; no export can have it.
pub(crate) fn unexported(stack: &str, output: &str) -> String {
    format!("{stack}/{output}")
}

fn exporting(stack: &Stack) -> impl Iterator<Item = (&String, &Output)> {
    stack.outputs.iter().filter_map(|output| Some((output.export.as_ref()?, output)))
}

impl Exports {
    /// All of a region.
    pub(crate) fn of(stacks: &[Stack], region: &str) -> Self {
        let mut exports = Self::default();
        for stack in stacks.iter().filter(|stack| stack.region == region && !stack.is_deleted()) {
            for (name, output) in exporting(stack) {
                exports.values.insert(name.clone(), output.value.clone());
                exports.owners.insert(name.clone(), stack.name.clone());
            }
            for output in &stack.outputs {
                exports.values.insert(unexported(&stack.name, &output.key), output.value.clone());
            }
            for name in &stack.imports {
                exports.importers.insert(name.clone(), stack.name.clone());
            }
        }
        exports
    }

    /// Why a stack's outputs cannot become these.
    pub(crate) fn refusal(&self, stack: &Stack, outputs: &[Output]) -> Option<String> {
        for (name, before) in exporting(stack) {
            let Some(importer) = self.importers.get(name).filter(|importer| **importer != stack.name) else { continue };
            let after = outputs.iter().find(|output| output.export.as_ref() == Some(name));
            match after {
                None => return Some(format!("Export {name} cannot be deleted as it is in use by {importer}")),
                Some(after) if after.value != before.value => {
                    return Some(format!("Export {name} cannot be updated as it is in use by {importer}"));
                }
                Some(_) => {}
            }
        }
        let names = outputs.iter().filter_map(|output| output.export.as_ref());
        let taken = names.filter_map(|name| Some((name, self.owners.get(name)?)));
        let mut taken = taken.filter(|(_, owner)| **owner != stack.name);
        taken.next().map(|(name, owner)| format!("Export with name {name} is already exported by stack {owner}"))
    }
}

/// An export of the stack that another imports, and which.
pub(crate) fn in_use(stacks: &[Stack], index: usize) -> Option<(String, String)> {
    let stack = &stacks[index];
    let exports = Exports::of(stacks, &stack.region);
    exporting(stack).find_map(|(name, _)| {
        let importer = exports.importers.get(name).filter(|importer| **importer != stack.name)?;
        Some((name.clone(), importer.clone()))
    })
}

/// `ListExports`.
pub(crate) fn list(world: &World, call: Call<'_>) -> Xml {
    let stacks = world.stacks.iter().filter(|stack| stack.region == call.region && !stack.is_deleted());
    let all = stacks.flat_map(|stack| exporting(stack).map(move |(name, output)| (stack, name, output))).collect();
    let (exports, next) = page(all, call, world.account.page);
    let mut xml = Xml::default();
    xml.members("Exports", exports, |xml, (stack, name, output): (&Stack, &String, &Output)| {
        xml.text("ExportingStackId", &stack.id).text("Name", name).text("Value", &output.value);
    });
    xml.optional("NextToken", next);
    xml
}

/// `ListImports`.
pub(crate) fn imports(world: &mut World, call: Call<'_>) -> Outcome {
    let name = call.form.required("ExportName")?;
    let stacks = world.stacks.iter().filter(|stack| stack.region == call.region && !stack.is_deleted());
    let all: Vec<_> = stacks.filter(|stack| stack.imports.contains(name)).map(|stack| stack.name.clone()).collect();
    if all.is_empty() {
        return Err(invalid(format!("Export '{name}' is not imported by any stack.")));
    }
    let (imports, next) = page(all, call, world.account.page);
    let mut xml = Xml::default();
    xml.texts("Imports", imports).optional("NextToken", next);
    Ok(xml)
}
