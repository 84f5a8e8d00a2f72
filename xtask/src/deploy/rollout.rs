//! Carries out the plans of all stacks at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::future::join_all;
use indexmap::IndexMap;
use plan::{By, Plan};

use super::change_set::{Mode, Settings};
use super::concurrent::{self, Outcome};
use super::deployed;
use super::interrupt::Interrupt;
use super::refactor::{self, Part};
use super::stack_instance::StackInstance;
use super::transfer;
use super::update::{self, Update};
use super::workers;
use crate::assets::bucket::Bucket;
use crate::assets::{self, Artifact, unused};
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::services::{self, Compared, Deviation, Readers, cloudformation};
use crate::ui;

/// Seconds to wait before live resources that differ from their model just after a deployment are read again.
const PAUSES: [u64; 6] = [1, 3, 6, 10, 30, 60];
/// How many of these pauses are enough where CloudFormation waited until the resources were ready.
const STALE_READS: usize = 3;

/// A stack that is deployed as its model says.
#[derive(Debug)]
pub struct Done {
    /// Its outputs, by name.
    pub outputs: IndexMap<String, String>,
    /// Whether anything had to change.
    pub changed: bool,
    /// What is left to do once all other stacks are deployed: exports that they imported can go.
    left: Option<Box<Prepared>>,
}

/// Where the time of a deployment went.
#[derive(Debug, Clone, Copy, Default)]
pub struct Times {
    /// Checking, building, packing and planning.
    pub build: Duration,
    /// Bringing zips to the artifacts buckets.
    pub upload: Duration,
    /// `CloudFormation`'s part, and verifying what it did.
    pub deploy: Duration,
}

/// The sizes of the zips of all programs in bytes.
#[must_use]
pub fn artifacts(prepared: &[anyhow::Result<Prepared>]) -> IndexMap<String, usize> {
    let artifacts = prepared.iter().flatten().flat_map(|prepared| &prepared.artifacts);
    artifacts.map(|artifact| (artifact.program.clone(), artifact.zip.len())).collect()
}

/// Uploads what the artifacts buckets lack, moves resources between stacks, and deploys every stack that is prepared, after
/// those whose exports it imports; what came of each, and how long each part took.
///
/// # Errors
/// When resources have moved and a stack cannot be read, or another goes on to import what moved.
pub async fn run<'a, 'b: 'a>(
    all: &'a mut [StackInstance<'b>],
    prepared: Vec<anyhow::Result<Prepared>>,
    settings: &Settings,
) -> anyhow::Result<(Vec<Outcome<'a, Done>>, Times)> {
    let began = Instant::now();
    let refused = upload(all, &prepared).await;
    let upload = began.elapsed();

    let began = Instant::now();
    let changes = prepared.iter().flatten().any(|prepared| !prepared.plan.is_empty());
    let interrupt = changes.then(Interrupt::listen);
    let prepared =
        if refused.is_empty() { transfer::run(all, prepared, settings, interrupt.as_ref()).await? } else { prepared };
    let all: &'a [StackInstance<'a>] = all;
    let work = async |instance: &StackInstance<'_>, prepared: Prepared| {
        if let Some(refused) = refused.get(instance.cloud.region.as_str()).filter(|_| !prepared.plan.is_empty()) {
            return Err(Failure::new(refused).into());
        }
        Box::pin(deploy(instance, prepared, settings, interrupt.as_ref())).await
    };
    let uploaded = buckets(all, &prepared);
    let mut outcomes = concurrent::run(all, prepared, work).await;
    let is_whole = outcomes.iter().all(|outcome| outcome.result.is_ok());
    for outcome in outcomes.iter_mut().filter(|_| is_whole) {
        let Ok(done) = &mut outcome.result else { continue };
        let Some(prepared) = done.left.take() else { continue };
        match release(outcome.instance, &prepared, settings, interrupt.as_ref()).await {
            Ok(()) => {
                let stays = |name: &str| prepared.after.template.section("Outputs").any(|(output, _)| output == name);
                done.outputs.retain(|name, _| stays(name));
            }
            Err(error) => outcome.result = Err(error),
        }
    }
    if outcomes.iter().all(|outcome| outcome.result.is_ok()) {
        for (cloud, bucket) in uploaded {
            delete_unused(cloud, &bucket).await;
        }
    }
    Ok((outcomes, Times { upload, deploy: began.elapsed(), ..Times::default() }))
}

/// Takes the exports away that other stacks have given up their imports of.
async fn release(
    instance: &StackInstance<'_>,
    prepared: &Prepared,
    settings: &Settings,
    interrupt: Option<&Interrupt>,
) -> anyhow::Result<()> {
    let plan = Plan::between(prepared.until_others.as_ref(), &prepared.after);
    ui::say(format!("{}: takes away the exports that nobody imports any more", instance.label));
    update::run(instance, &Update { plan: &plan, after: &prepared.after, prepared, settings, interrupt }).await
}

/// Deletes what nothing deployed uses from `bucket`.
pub(super) async fn delete_unused(cloud: &Cloud, bucket: &Bucket) {
    match unused::delete(cloud, bucket).await {
        Ok(0) => {}
        Ok(count) => ui::detail(format!("deleted {count} objects that nothing uses from `{}`", bucket.name)),
        // Whoever may deploy may not be allowed to delete.
        Err(error) => ui::detail(format!("unused objects of `{}` were left: {error}", bucket.name)),
    }
}

/// The artifacts buckets that something may have been uploaded to, each once.
fn buckets<'a>(all: &'a [StackInstance<'a>], prepared: &[anyhow::Result<Prepared>]) -> Vec<(&'a Cloud, Bucket)> {
    let mut buckets: Vec<(&Cloud, Bucket)> = Vec::new();
    let changing = all.iter().zip(prepared).filter_map(|(instance, it)| Some((instance, it.as_ref().ok()?)));
    for (instance, prepared) in changing.filter(|(_, it)| !it.plan.is_empty() && !it.artifacts.is_empty()) {
        if !buckets.iter().any(|(_, bucket)| *bucket == prepared.bucket) {
            buckets.push((instance.cloud, prepared.bucket.clone()));
        }
    }
    buckets
}

/// Uploads to all regions at once; why a region did not take it, by the region's name.
async fn upload<'a>(all: &[StackInstance<'a>], prepared: &[anyhow::Result<Prepared>]) -> BTreeMap<&'a str, String> {
    let mut uploads: IndexMap<&str, (&StackInstance<'a>, &Prepared, BTreeMap<String, &Artifact>)> = IndexMap::new();
    let changing = all.iter().zip(prepared).filter_map(|(instance, it)| Some((instance, it.as_ref().ok()?)));
    for (instance, prepared) in changing.filter(|(_, it)| !it.plan.is_empty() && !it.artifacts.is_empty()) {
        let region = uploads.entry(&instance.cloud.region).or_insert_with(|| (instance, prepared, BTreeMap::new()));
        region.2.extend(prepared.artifacts.iter().map(|artifact| (artifact.key(), artifact.as_ref())));
    }
    let several = uploads.len() > 1;
    let uploads = uploads.into_iter().map(|(region, (instance, prepared, artifacts))| async move {
        let place = if several { format!(" to {region}") } else { String::new() };
        match upload_all(instance.cloud, prepared, artifacts.into_values()).await {
            Ok(uploaded) => {
                for artifact in uploaded {
                    ui::say(format!("  uploaded {}, {} KiB{place}", artifact.program, artifact.zip.len() / 1024));
                }
                None
            }
            Err(error) => Some((instance.cloud.region.as_str(), format!("{error:#}"))),
        }
    });
    join_all(uploads).await.into_iter().flatten().collect()
}

/// Uploads those of `artifacts` that the bucket lacks, with what they were built from, and gives them.
pub(super) async fn upload_all<'a>(
    cloud: &Cloud,
    prepared: &Prepared,
    artifacts: impl IntoIterator<Item = &'a Artifact>,
) -> anyhow::Result<Vec<&'a Artifact>> {
    let uploaded = assets::upload(&cloud.s3, &prepared.bucket, artifacts).await?;
    for artifact in &uploaded {
        keep_provenance(cloud, prepared, artifact).await;
    }
    Ok(uploaded)
}

/// Keeps beside a zip what it was built from.
async fn keep_provenance(cloud: &Cloud, prepared: &Prepared, artifact: &Artifact) {
    let key = artifact.key();
    let Some(provenance) = prepared.provenance.get(&key) else { return };
    if let Err(error) = provenance.write(&cloud.s3, &prepared.bucket, &key).await {
        ui::detail(format!("what {} was built from was not kept: {error:#}", artifact.program));
    }
}

async fn deploy(
    instance: &StackInstance<'_>,
    prepared: Prepared,
    settings: &Settings,
    interrupt: Option<&Interrupt>,
) -> anyhow::Result<Done> {
    if prepared.transferred.is_some() {
        // Its resources are still where they were: this would delete them.
        return Err(
            Failure::new(format!("resources of `{}` were not moved; nothing was deployed", instance.label)).into()
        );
    }
    if let Some(deployed) = prepared.deployed.as_ref().filter(|_| prepared.plan.is_empty()) {
        // A deployment that was interrupted after CloudFormation's end was not verified.
        protect(instance, deployed.is_protected, settings).await?;
        verify(instance, &prepared, settings).await?;
        let changed = !run_workers(instance, &prepared).await?.is_empty();
        return Ok(Done { outputs: deployed.outputs.clone(), changed, left: None });
    }
    apply(instance, &prepared, settings, interrupt).await?;
    protect(instance, prepared.deployed.as_ref().is_some_and(|it| it.is_protected), settings).await?;
    verify(instance, &prepared, settings).await?;
    run_workers(instance, &prepared).await?;
    let StackInstance { stack, cloud, .. } = instance;
    let deployed = deployed::read(cloud, stack).await?;
    let deployed = deployed.ok_or_else(|| Failure::new(format!("`{}` vanished after its deployment", stack.name())))?;
    let left = prepared.until_others.is_some().then(|| Box::new(prepared));
    Ok(Done { outputs: deployed.outputs, changed: true, left })
}

/// Runs the workers as the stack now has them, and says which are other than before.
async fn run_workers(instance: &StackInstance<'_>, prepared: &Prepared) -> anyhow::Result<Vec<String>> {
    let changed = workers::run(instance, &prepared.workers).await?;
    let good = ui::GOOD;
    for id in &changed {
        ui::say(format!("  {good}✓{good:#} {id} runs as a process when there are messages"));
    }
    Ok(changed)
}

/// Has a stack of a protected stage refuse to be deleted.
async fn protect(instance: &StackInstance<'_>, is_protected: bool, settings: &Settings) -> anyhow::Result<()> {
    if !settings.protects || is_protected {
        return Ok(());
    }
    let call = instance.cloud.cloudformation.update_termination_protection().stack_name(instance.stack.stack_name());
    call.enable_termination_protection(true).send().await.map_err(explain)?;
    ui::say(format!("{}: protected against deletion, as its stage is", instance.label));
    Ok(())
}

/// Compares the live resources with their model.
///
/// The local cloud's CloudFormation passes over some properties: what the deployment touched is set there. Of code that was
/// hot-swapped CloudFormation knows nothing: where it saw nothing to change, the code is set. Everything else is only said,
/// and no failure to read makes a deployment that succeeded one that failed.
async fn verify(instance: &StackInstance<'_>, prepared: &Prepared, settings: &Settings) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, .. } = instance;
    let resources = match cloudformation::resources(cloud, stack.stack_name()).await {
        Ok(resources) => resources,
        Err(error) => {
            ui::warn(format!("what runs could not be compared with its model: {error}"));
            return Ok(());
        }
    };
    // What only Cloud Control reads is left to `drift`: it calls the handlers that CloudFormation has just called.
    let compare = || services::compare(cloud, &prepared.after, &resources, Readers::Services);
    let mut compared = compare().await;
    if cloud.local.is_some() {
        let plan = &prepared.plan;
        let touched = |id: &str| !plan.tags.is_empty() || plan.resources.iter().any(|change| change.id == id);
        let (passed_over, rest): (Vec<_>, Vec<_>) = compared.deviations.into_iter().partition(|it| touched(&it.id));
        let (set, left) = services::repair(passed_over).await?;
        for it in &set {
            let (good, property) = (ui::GOOD, &it.property);
            ui::say(format!(
                "  {good}✓{good:#} set {} {property} to {}, which CloudFormation had left out",
                it.id, it.expected
            ));
        }
        compared.deviations = left.into_iter().chain(rest).collect();
    } else if !prepared.plan.is_empty() {
        // The first reads after a write may be stale.
        let reads = if settings.mode == Mode::Express { PAUSES.len() } else { STALE_READS };
        for pause in PAUSES.into_iter().take(reads) {
            if compared.deviations.is_empty() && compared.unread.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(pause)).await;
            compared = compare().await;
        }
    }
    let (hotswapped, rest): (Vec<_>, Vec<_>) = compared.deviations.into_iter().partition(|it| it.hotswapped);
    for Deviation { id, .. } in services::repair(hotswapped).await?.0 {
        let good = ui::GOOD;
        ui::say(format!("  {good}✓{good:#} {id} has the deployed code again, in place of the hot-swapped one"));
    }
    compared.deviations = rest;
    let Compared { deviations, unread, .. } = compared;
    for (id, error) in &unread {
        ui::warn(format!("whether {id} is as its model says is not known: {error}"));
    }
    deviations.iter().for_each(ui::warn);
    if deviations.iter().any(Deviation::is_repairable) {
        ui::say(format!("  `{} --fix` sets it", cloud.command_line("drift", stack)));
    }
    Ok(())
}

/// Carries out the plan: the updates that must come first, then the last. Stopped between two of them, the next
/// deployment plans what is left.
async fn apply(
    instance: &StackInstance<'_>,
    prepared: &Prepared,
    settings: &Settings,
    interrupt: Option<&Interrupt>,
) -> anyhow::Result<()> {
    let steps = &prepared.plan.steps;
    let after = prepared.until_others.as_ref().unwrap_or(&prepared.after);
    let last = Update { plan: &prepared.plan, after, prepared, settings, interrupt };
    let Some(almost) = steps.last() else { return update::run(instance, &last).await };
    let rest = Plan::between(Some(&almost.snapshot), after);
    let count = steps.len() + usize::from(!rest.is_empty());
    let say = |index: usize, does: &str| ui::say(format!("  step {index} of {count}: {does}"));
    let mut before = prepared.deployed.as_ref().map(|deployed| &deployed.snapshot);
    for (index, step) in steps.iter().enumerate() {
        say(index + 1, &step.does);
        match step.by {
            By::Update => {
                let plan = Plan::between(before, &step.snapshot);
                update::run(instance, &Update { plan: &plan, after: &step.snapshot, ..last }).await?;
            }
            By::Refactor => {
                update::require_not_interrupted(instance, interrupt)?;
                let Prepared { plan: Plan { moves, .. }, bucket, .. } = prepared;
                refactor::run(&[Part { instance, template: &step.snapshot.template, moves, bucket }]).await?;
            }
        }
        before = Some(&step.snapshot);
    }
    if rest.is_empty() {
        return Ok(());
    }
    say(count, "the rest");
    update::run(instance, &Update { plan: &rest, ..last }).await
}
