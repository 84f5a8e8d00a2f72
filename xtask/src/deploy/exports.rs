//! Exports that a deployment removes or changes while other stacks import them: CloudFormation refuses that.
//!
//! Stacks that give up their import in the same deployment are deployed first. Of all others it is said before anything is
//! changed.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use infra::Template;
use infra::check::{imports, readers};
use infra::expression::ids_in;
use plan::Snapshot;
use serde_json::{Map, Value as Json};

use super::stack_instance::StackInstance;
use crate::cloud::explain;
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::ui;

/// Brings `all` into an order in which no export is in use when it goes. Where the stack that gives up an import needs
/// something new of the exporting one, which has to be first then, the export goes last.
///
/// # Errors
/// When a stack goes on to import what another no longer has.
pub async fn release(all: &mut [StackInstance<'_>], prepared: &mut [anyhow::Result<Prepared>]) -> anyhow::Result<()> {
    for producer in 0..all.len() {
        let Some(Ok(prepared_producer)) = prepared.get(producer) else { continue };
        let mut kept = Map::new();
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
                let needs_new = needs_new(of, prepared_producer, consuming, &still_reads);
                if needs_new && let Some((name, output)) = keepable(prepared_producer, &export) {
                    kept.insert(name, output);
                    continue;
                }
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
        if let Some(Ok(prepared)) = prepared.get_mut(producer) {
            prepared.until_others = (!kept.is_empty()).then(|| with_outputs(&prepared.after, kept));
        }
    }
    Ok(())
}

/// Whether the stack `consuming`, which shall import `still_reads`, reads something of `of` that is not deployed yet.
fn needs_new(
    of: &StackInstance<'_>,
    prepared: &Prepared,
    consuming: &StackInstance<'_>,
    still_reads: &BTreeSet<String>,
) -> bool {
    let Prepared { deployed, after, .. } = prepared;
    let has = |snapshot: &Snapshot, export: &str| {
        let mut outputs = snapshot.template.section("Outputs");
        outputs.any(|(_, output)| name_of(snapshot, output).is_some_and(|name| name == export))
    };
    let is_new = |export: &String| {
        has(after, export) && !deployed.as_ref().is_some_and(|deployed| has(&deployed.snapshot, export))
    };
    let is_unknown = |output: &str| deployed.as_ref().is_none_or(|it| !it.outputs.contains_key(output));
    let peers = [of.stack.as_peer(), consuming.stack.as_peer()];
    let reads = readers(&peers, of.stack.stack_name());
    still_reads.iter().any(is_new) || reads.iter().any(|(_, output)| is_unknown(output))
}

/// What `snapshot` is with these outputs beside its own.
fn with_outputs(snapshot: &Snapshot, more: Map<String, Json>) -> Snapshot {
    let mut template = snapshot.template.clone().into_json();
    let outputs = template.entry("Outputs").or_insert_with(|| Json::Object(Map::new()));
    if let Some(outputs) = outputs.as_object_mut() {
        outputs.extend(more);
    }
    Snapshot { template: Template::from_json(template), ..snapshot.clone() }
}

/// The output of a deployed stack that is exported as `export`, when the stack can keep it beside its new template: it has
/// no other of that name, and what it refers to stays.
fn keepable(prepared: &Prepared, export: &str) -> Option<(String, Json)> {
    let Prepared { deployed, after, .. } = prepared;
    let before = &deployed.as_ref()?.snapshot;
    let mut outputs = before.template.section("Outputs");
    let (name, output) = outputs.find(|(_, output)| name_of(before, output).is_some_and(|name| name == export))?;
    let value = output.get("Value")?;
    let is_there = |id: &str| id.starts_with("AWS::") || after.template.resource(id).is_some();
    let stays = output.get("Condition").is_none() && ids_in(value).into_iter().all(is_there);
    let is_free = after.template.section("Outputs").all(|(other, _)| other != name);
    (stays && is_free).then(|| (name.to_owned(), output.clone()))
}

/// The name that an output is exported under.
fn name_of(snapshot: &Snapshot, output: &Json) -> Option<String> {
    Some(snapshot.resolve(output.pointer("/Export/Name")?).as_str()?.to_owned())
}

/// The exports of a deployed stack that its new template lacks or gives another value, with what happens to them.
fn going(prepared: &Prepared) -> BTreeMap<String, &'static str> {
    let Some(deployed) = &prepared.deployed else { return BTreeMap::new() };
    let after: BTreeMap<_, _> = prepared
        .after
        .template
        .section("Outputs")
        .filter_map(|(output, it)| Some((name_of(&prepared.after, it)?, output)))
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
