//! Carries out the plans of all stacks at once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::future::join_all;
use indexmap::IndexMap;

use super::change_set::{self, Request};
use super::concurrent::{self, Outcome};
use super::events::{self, Operation};
use super::interrupt::Interrupt;
use super::stack_instance::StackInstance;
use super::{contents, deployed, verify};
use crate::assets::{self, Artifact};
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::ui;

/// A stack that is deployed as its model says.
#[derive(Debug)]
pub struct Done {
    /// Its outputs, by name.
    pub outputs: IndexMap<String, String>,
    /// Whether anything had to change.
    pub changed: bool,
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

/// Uploads what the artifacts buckets lack, and deploys every stack that is prepared, after those whose exports it
/// imports; what came of each, and how long each part took.
pub async fn run<'a>(
    all: &'a [StackInstance<'a>],
    prepared: Vec<anyhow::Result<Prepared>>,
) -> (Vec<Outcome<'a, Done>>, Times) {
    let began = Instant::now();
    let refused = upload(all, &prepared).await;
    let upload = began.elapsed();

    let began = Instant::now();
    let changes = prepared.iter().flatten().any(|prepared| !prepared.plan.is_empty());
    let interrupt = changes.then(Interrupt::listen);
    let work = async |instance: &StackInstance<'_>, prepared: Prepared| {
        if let Some(refused) = refused.get(instance.cloud.region.as_str()).filter(|_| !prepared.plan.is_empty()) {
            return Err(Failure::new(refused).into());
        }
        deploy(instance, &prepared, interrupt.as_ref()).await
    };
    let outcomes = concurrent::run(all, prepared, work).await;
    (outcomes, Times { upload, deploy: began.elapsed(), ..Times::default() })
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
        match assets::upload(&instance.cloud.s3, &prepared.bucket, artifacts.into_values()).await {
            Ok(uploaded) => {
                let place = if several { format!(" to {region}") } else { String::new() };
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

async fn deploy(
    instance: &StackInstance<'_>,
    prepared: &Prepared,
    interrupt: Option<&Interrupt>,
) -> anyhow::Result<Done> {
    if let Some(deployed) = prepared.deployed.as_ref().filter(|_| prepared.plan.is_empty()) {
        // A deployment that was interrupted after CloudFormation's end was not verified.
        settle(instance, prepared).await?;
        return Ok(Done { outputs: deployed.outputs.clone(), changed: false });
    }
    apply(instance, prepared, interrupt).await?;
    settle(instance, prepared).await?;
    let StackInstance { stack, cloud, .. } = instance;
    let deployed = deployed::read(cloud, stack).await?;
    let deployed = deployed.ok_or_else(|| Failure::new(format!("`{}` vanished after its deployment", stack.name())))?;
    Ok(Done { outputs: deployed.outputs, changed: true })
}

/// Verifies the live resources, and sets what CloudFormation left out.
async fn settle(instance: &StackInstance<'_>, prepared: &Prepared) -> anyhow::Result<()> {
    let resources = contents::resources(instance.cloud, instance.stack.stack_name()).await?;
    verify::report(&verify::verify(instance.cloud, &prepared.after, &resources).await?);
    Ok(())
}

async fn apply(instance: &StackInstance<'_>, prepared: &Prepared, interrupt: Option<&Interrupt>) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, .. } = instance;
    let interrupted = || interrupt.is_some_and(Interrupt::is_raised);
    if interrupted() {
        return Err(not_begun(instance));
    }
    let request = Request {
        stack,
        template: &prepared.after.template,
        parameters: &prepared.after.parameters,
        tags: &prepared.after.tags,
        exists: prepared.deployed.is_some(),
        bucket: &prepared.bucket,
    };
    let Some(set) = change_set::create(cloud, &request).await? else {
        ui::detail("CloudFormation sees nothing to change");
        return Ok(());
    };
    change_set::require_planned(cloud, &set, &prepared.plan).await?;
    if interrupted() {
        change_set::discard(cloud, &set).await?;
        return Err(not_begun(instance));
    }
    change_set::execute(cloud, &set).await?;
    let resources = prepared.plan.resources.iter().map(|change| change.id.as_str()).collect();
    let operation = Operation { stack, stack_id: &set.stack_id, token: &set.token, resources };
    let raised = async {
        match interrupt {
            Some(interrupt) => interrupt.raised().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = events::follow(cloud, &operation) => ended,
        () = raised => Err(Failure::new(format!(
            "detached from `{}`; CloudFormation goes on with the deployment", instance.label
        ))
        .help("deploy again to see how it ends; while it runs, that says so and changes nothing")
        .into()),
    }
}

fn not_begun(instance: &StackInstance<'_>) -> anyhow::Error {
    Failure::new(format!("interrupted before the deployment of `{}` began", instance.label)).into()
}
