//! New code for functions without CloudFormation, which goes on to know the code before: the next plan shows the difference,
//! and the next deployment brings both in step.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_lambda::types::LastUpdateStatus;
use futures::future::try_join_all;
use plan::{Action, Plan, PropertyChange, ResourceChange};

use super::change_set::pause;
use super::rollout;
use super::stack_instance::StackInstance;
use super::workers;
use crate::app::Workspace;
use crate::assets::Artifact;
use crate::assets::bucket::Bucket;
use crate::cloud::{Cloud, explain};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::services::{HOTSWAP_TAG, cloudformation};
use crate::stack::Stack;
use crate::ui;

/// How long to wait before a function is asked again whether it has its new code.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a function may take until it has its new code.
const PATIENCE: Duration = Duration::from_mins(5);

/// What has new code.
#[derive(Debug, Default)]
pub struct Swapped {
    /// The logical ids of the functions and workers.
    pub functions: Vec<String>,
    /// How long it took, from the first call to the last function that is ready.
    pub took: Duration,
}

/// A function whose code is another than what was built.
struct Stale<'a> {
    id: &'a str,
    name: String,
    arn: String,
    artifact: &'a Artifact,
}

/// Refuses a stage in which nothing runs that no template says.
///
/// # Errors
/// When the workspace protects the stage.
pub fn require_unprotected(workspace: &Workspace, stage: &str, what: &str) -> anyhow::Result<()> {
    if !workspace.protects(stage) {
        return Ok(());
    }
    Err(Failure::new(format!("the stage `{stage}` is protected: {what} would run code in it that no deployment knows"))
        .exit(Exit::Usage)
        .help(format!("`cargo xtask deploy --stage {stage}` deploys through CloudFormation"))
        .into())
}

/// Why the plan cannot be carried out by giving functions new code alone; empty when it can.
#[must_use]
pub fn obstacles(stack: &Stack, plan: &Plan) -> Vec<String> {
    let is_code = |change: &&ResourceChange| {
        let only_code = !change.properties.is_empty() && change.properties.iter().all(|it| it.path == "Code.S3Key");
        change.action == Action::Update && only_code && stack.program(&change.id).is_some()
    };
    let named = |what: &str, changes: &[PropertyChange]| {
        let paths: Vec<_> = changes.iter().map(|change| format!("`{}`", change.path)).collect();
        (!paths.is_empty()).then(|| format!("{what} {}", paths.join(", ")))
    };
    let moves: Vec<_> = plan.moves.iter().map(|it| format!("the logical id of `{}`", it.to)).collect();
    let resources = plan.resources.iter().filter(|change| !is_code(change)).map(|change| {
        let other = change.properties.iter().filter(|it| it.path != "Code.S3Key").map(|it| format!(".{}", it.path));
        format!("`{}{}`", change.id, other.take(1).collect::<String>())
    });
    let rest = [
        named("the output", &plan.outputs),
        named("the parameter", &plan.parameters),
        named("the tag", &plan.tags),
        named("the macro", &plan.macros),
    ];
    moves.into_iter().chain(resources).chain(rest.into_iter().flatten()).collect()
}

/// Refuses what giving functions new code alone would not do.
///
/// # Errors
/// When the stack is not deployed, its plan is of more than code, or a version holds on to the code of a function.
pub fn require(instance: &StackInstance<'_>, prepared: &Prepared) -> anyhow::Result<()> {
    let StackInstance { stack, cloud, label, .. } = instance;
    let deploy = cloud.command_line("deploy", stack);
    if prepared.deployed.is_none() {
        return Err(Failure::new(format!("`{label}` is not deployed: there is no code to hot-swap"))
            .exit(Exit::NoSuchStack)
            .help(format!("`{deploy}` deploys it"))
            .into());
    }
    let mut resources = stack.template().section("Resources");
    if let Some((id, _)) = resources.find(|(_, resource)| resource["Type"] == "AWS::Lambda::Version") {
        return Err(Failure::new(format!(
            "`{label}` cannot be hot-swapped: `{id}` is a version, which keeps the code that it was published with"
        ))
        .help(format!("`{deploy}` publishes another version"))
        .into());
    }
    let obstacles = obstacles(stack, &prepared.plan);
    if !obstacles.is_empty() {
        let message = format!(
            "`{label}` cannot be hot-swapped: beside code, {} would change; nothing was changed",
            obstacles.join(", ")
        );
        return Err(Failure::new(message).help(format!("`{deploy}` deploys all of it through CloudFormation")).into());
    }
    Ok(())
}

/// Gives the functions of a stack the code that was built, where theirs is another, and waits until they have it.
///
/// # Errors
/// When AWS refuses, or a function does not get ready.
pub async fn run(instance: &StackInstance<'_>, prepared: &Prepared) -> anyhow::Result<Swapped> {
    let StackInstance { stack, cloud, .. } = instance;
    let began = Instant::now();
    let resources = cloudformation::resources(cloud, stack.stack_name()).await?;
    let found = stack.functions().filter_map(|function| {
        let resource = resources.iter().find(|it| it.id == function.id)?;
        let artifact = prepared.artifacts.iter().find(|it| it.program == function.program)?;
        Some(stale(cloud, &function.id, &resource.physical_id, artifact))
    });
    let stale: Vec<_> = try_join_all(found).await?.into_iter().flatten().collect();
    if cloud.local.is_none() && stack.workers().next().is_some() {
        ui::warn(format!("the workers of `{}` are not hot-swapped: `deploy` applies them", instance.label));
    }
    let workers = workers::run(instance, &prepared.workers).await?;
    if stale.is_empty() {
        return Ok(Swapped { functions: workers, took: began.elapsed() });
    }
    let bucket = &prepared.bucket;
    // Functions may share a program.
    let artifacts: BTreeMap<_, _> = stale.iter().map(|it| (it.artifact.key(), it.artifact)).collect();
    rollout::upload_all(cloud, prepared, artifacts.into_values()).await?;
    try_join_all(stale.iter().map(|function| swap(cloud, bucket, function))).await?;
    let functions = stale.iter().map(|it| it.id.to_owned()).chain(workers).collect();
    Ok(Swapped { functions, took: began.elapsed() })
}

/// Takes zips away from the local cloud that nothing runs any more: those of development builds are large, and there is one for
/// each time that somebody saves a file. Not before all stacks have their code: they may share a program.
pub async fn delete_unused(all: &[StackInstance<'_>]) {
    let regions: BTreeMap<_, _> = all.iter().map(|it| (&it.cloud.region, it.cloud)).collect();
    for cloud in regions.into_values().filter(|cloud| cloud.local.is_some()) {
        rollout::delete_unused(cloud, &Bucket::artifacts(&cloud.account, &cloud.region)).await;
    }
}

async fn stale<'a>(
    cloud: &Cloud,
    id: &'a str,
    name: &str,
    artifact: &'a Artifact,
) -> anyhow::Result<Option<Stale<'a>>> {
    let live = cloud.lambda.get_function_configuration().function_name(name).send().await.map_err(explain)?;
    let arn = live.function_arn().unwrap_or_default().to_owned();
    let is_stale = live.code_sha256() != Some(&artifact.code_sha256());
    Ok(is_stale.then(|| Stale { id, name: name.to_owned(), arn, artifact }))
}

async fn swap(cloud: &Cloud, bucket: &Bucket, function: &Stale<'_>) -> anyhow::Result<()> {
    let (lambda, key) = (&cloud.lambda, function.artifact.key());
    // The tag first: of code without it, `drift` could not say where it comes from.
    lambda.tag_resource().resource(&function.arn).tags(HOTSWAP_TAG, &key).send().await.map_err(explain)?;
    let call = lambda.update_function_code().function_name(&function.name).s3_bucket(&bucket.name).s3_key(key);
    let updated = call.send().await.map_err(explain)?;
    let mut status = updated.last_update_status().cloned();
    let mut reason = updated.last_update_status_reason().map(str::to_owned);
    let deadline = Instant::now() + PATIENCE;
    while status == Some(LastUpdateStatus::InProgress) && Instant::now() < deadline {
        pause(PAUSE).await;
        let live = lambda.get_function_configuration().function_name(&function.name);
        let live = live.send().await.map_err(explain)?;
        status = live.last_update_status().cloned();
        reason = live.last_update_status_reason().map(str::to_owned);
    }
    match status {
        Some(LastUpdateStatus::Successful) => Ok(()),
        other => {
            let status = other.as_ref().map_or("unknown", LastUpdateStatus::as_str);
            let reason = reason.filter(|it| !it.is_empty()).map(|it| format!(" ({it})")).unwrap_or_default();
            Err(Failure::new(format!("Lambda did not give `{}` its new code: {status}{reason}", function.id)).into())
        }
    }
}
