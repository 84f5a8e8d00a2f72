//! Exports that a deployment removes or changes while other stacks import them: CloudFormation refuses that.
//!
//! Stacks that give up their import in the same deployment are deployed first. Of all others it is said before anything is
//! changed.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use infra::check::imports;

use super::stack_instance::StackInstance;
use crate::cloud::explain;
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::ui;

/// Brings `all` into an order in which no export is in use when it goes.
///
/// # Errors
/// When a stack goes on to import what another no longer has.
pub async fn release(all: &mut [StackInstance<'_>], prepared: &[anyhow::Result<Prepared>]) -> anyhow::Result<()> {
    for producer in 0..all.len() {
        let Some(Ok(prepared_producer)) = prepared.get(producer) else { continue };
        for (export, what) in going(prepared_producer) {
            let mut known = BTreeSet::new();
            for consumer in (0..all.len()).filter(|it| *it != producer) {
                let (Some(of), Some(consuming)) = (all.get(producer), all.get(consumer)) else { continue };
                let Some(Ok(prepared)) = prepared.get(consumer) else { continue };
                let is_in_use = of.cloud.region == consuming.cloud.region
                    && prepared.deployed.as_ref().is_some_and(|it| imports(&it.snapshot.template).contains(&export));
                if !is_in_use {
                    continue;
                }
                known.insert(consuming.stack.stack_name());
                let still_reads = imports(&prepared.after.template);
                if still_reads.contains(&export) {
                    return Err(in_use(of, &export, what, consuming.stack.name()).into());
                }
                let needs_new = prepared_producer.after.template.section("Outputs").any(|(_, output)| {
                    let name = output.pointer("/Export/Name").and_then(|name| name.as_str());
                    name.is_some_and(|name| still_reads.contains(name))
                });
                if needs_new {
                    // Each would have to be first.
                    let consumer = consuming.stack.name();
                    return Err(in_use(of, &export, what, consumer)
                        .help(format!(
                            "keep the export for now, deploy, and remove it when `{consumer}` no longer imports it"
                        ))
                        .into());
                }
                let (label, first) = (of.label.clone(), consuming.label.clone());
                if let Some(it) = all.get_mut(consumer) {
                    it.after.retain(|needed| *needed != producer);
                }
                if let Some(it) = all.get_mut(producer).filter(|it| !it.after.contains(&consumer)) {
                    it.after.push(consumer);
                    ui::say(format!("{label}: deployed after {first}, which gives up its import of `{export}`"));
                }
            }
            if let Some(of) = all.get(producer)
                && let Some(other) = importers(of, &export).await?.into_iter().find(|it| !known.contains(it.as_str()))
            {
                return Err(in_use(of, &export, what, &other)
                    .help(format!("deploy `{other}` first without the import, or together with it"))
                    .into());
            }
        }
    }
    Ok(())
}

/// The exports of a deployed stack that its new template lacks or gives another value, with what happens to them.
fn going(prepared: &Prepared) -> BTreeMap<String, &'static str> {
    let Some(deployed) = &prepared.deployed else { return BTreeMap::new() };
    let after: BTreeMap<_, _> = prepared
        .after
        .template
        .section("Outputs")
        .filter_map(|(output, it)| {
            Some((prepared.after.resolve(it.pointer("/Export/Name")?).as_str()?.to_owned(), output))
        })
        .collect();
    let changes =
        |output: &str| prepared.plan.outputs.iter().any(|change| change.path.split('.').next() == Some(output));
    let going = deployed.exports.iter().filter_map(|export| match after.get(export) {
        None => Some((export.clone(), "removes")),
        Some(output) if changes(output) => Some((export.clone(), "changes")),
        Some(_) => None,
    });
    going.collect()
}

fn in_use(of: &StackInstance<'_>, export: &str, what: &str, importer: &str) -> Failure {
    Failure::new(format!(
        "`{}` {what} the export `{export}`, which `{importer}` imports; nothing was deployed",
        of.label
    ))
}

/// The names of the stacks that import an export.
async fn importers(of: &StackInstance<'_>, export: &str) -> anyhow::Result<Vec<String>> {
    match of.cloud.cloudformation.list_imports().export_name(export).send().await {
        Ok(answer) => Ok(answer.imports().to_vec()),
        // An export that nobody imports.
        Err(error) if error.message().is_some_and(|it| it.contains("not imported")) => Ok(Vec::new()),
        Err(error) => {
            ui::warn(format!("who imports `{export}` is not known: {}", explain(error)));
            Ok(Vec::new())
        }
    }
}
