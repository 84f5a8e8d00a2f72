//! Deletes a stack with what it holds, and looks whether anything is left.

use std::time::{Duration, Instant};

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use infra::facts;

use super::change_set;
use super::deployed::{self, Deployed};
use super::events::{self, Ended, NotDeleted, Operation};
use super::operation::{End, Kind, Starter};
use super::recovery;
use super::stack_instance::StackInstance;
use super::workers;
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::services::cloudformation::{self, Resource};
use crate::services::{self, Search, s3};
use crate::ui;

/// How often a deletion is begun: objects may arrive after a bucket was emptied, and APIs be deleted by others.
const ATTEMPTS: u32 = 6;

/// An account may delete one REST API in 30 s.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
const API_PAUSE: Duration = Duration::from_secs(31);

/// For how long services may go on answering for what was deleted: SQS does for up to 60 s.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html>
const GONE_WITHIN: Duration = Duration::from_secs(90);

/// A deployed stack, and what goes and stays with its deletion.
#[derive(Debug)]
pub struct Survey {
    stack_id: String,
    /// The resources that will be deleted.
    pub goes: Vec<Going>,
    /// Those that their deletion policy keeps.
    pub kept: Vec<Resource>,
}

/// A resource that will be deleted.
#[derive(Debug)]
pub struct Going {
    /// The resource.
    pub resource: Resource,
    /// What is lost with it, such as `1,204 items`.
    pub holds: Option<String>,
}

impl Survey {
    /// What holds data that users stored: `1,204 items in Orders`. Logs go without a question.
    pub fn held(&self) -> impl Iterator<Item = String> {
        let holding = self.goes.iter().filter(|it| facts::holds(&it.resource.resource_type).is_data());
        holding.filter_map(|it| Some(format!("{} in {}", it.holds.as_ref()?, it.resource.id)))
    }
}

/// What deleting the stack would delete; `None` when it is not deployed. `before` are the names of the stacks that are
/// deleted before it.
///
/// # Errors
/// When it may not be deleted: somebody else's, protected, at work, or with exports that others import.
pub async fn survey(instance: &StackInstance<'_>, before: &[&str]) -> anyhow::Result<Option<Survey>> {
    let StackInstance { stack, cloud, .. } = instance;
    let Some(deployed) = recovery::read(instance).await? else {
        if change_set::delete_if_in_review(cloud, stack.stack_name()).await? {
            ui::say(format!(
                "{}: a deployment of it was begun and never executed; that was taken away",
                instance.label
            ));
        }
        return Ok(None);
    };
    deployed.require_own(cloud, stack)?;
    if deployed.is_in_progress() {
        return Err(deployed::busy(cloud, stack, &deployed.id, deployed.status.as_str()).await);
    }
    require_unprotected(instance, &deployed)?;
    require_unimported(instance, &deployed, before).await?;
    let template = &deployed.snapshot.template;
    let keeps = |resource: &Resource| {
        let policy = template.resource(&resource.id).and_then(|it| it.get("DeletionPolicy")?.as_str());
        policy.is_some_and(|policy| policy.starts_with("Retain"))
    };
    let resources = cloudformation::resources(cloud, &deployed.id).await?;
    let (kept, going): (Vec<_>, Vec<_>) = resources.into_iter().partition(keeps);
    let holds = going.iter().map(|resource| services::contents(cloud, resource));
    let holds: Vec<_> = stream::iter(holds).buffered(services::CONCURRENCY).try_collect().await?;
    let goes = going.into_iter().zip(holds).map(|(resource, holds)| Going { resource, holds }).collect();
    Ok(Some(Survey { stack_id: deployed.id, goes, kept }))
}

fn require_unprotected(instance: &StackInstance<'_>, deployed: &Deployed) -> anyhow::Result<()> {
    if !deployed.is_protected {
        return Ok(());
    }
    let name = instance.stack.stack_name();
    let local = instance.cloud.local.as_ref().map(|local| format!(" --endpoint-url {}", local.endpoint()));
    let place = format!("{} --region {}", local.unwrap_or_default(), instance.cloud.region);
    Err(Failure::new(format!("`{}` is protected against deletion; nothing was destroyed", instance.label))
        .help(format!(
            "`aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {name}{place}` \
             takes the protection away"
        ))
        .into())
}

/// CloudFormation refuses to delete a stack whose exports others import, but only after it was asked to. Those that are
/// deleted before it do not count.
async fn require_unimported(instance: &StackInstance<'_>, deployed: &Deployed, before: &[&str]) -> anyhow::Result<()> {
    let cloudformation = &instance.cloud.cloudformation;
    let mut imports = Vec::new();
    for export in &deployed.exports {
        match cloudformation.list_imports().export_name(export).send().await {
            Ok(answer) => imports.extend(answer.imports().iter().map(|stack| (export, stack.clone()))),
            // An export that nobody imports.
            Err(error) if error.message().is_some_and(|it| it.contains("not imported")) => {}
            Err(error) => ui::warn(format!("who imports `{export}` is not known: {}", explain(error))),
        }
    }
    imports.retain(|(_, stack)| !before.contains(&stack.as_str()));
    let Some((_, first)) = imports.first() else { return Ok(()) };
    let list: Vec<_> = imports.iter().map(|(export, stack)| format!("`{export}` by `{stack}`")).collect();
    Err(Failure::new(format!(
        "others import what `{}` exports: {}; nothing was destroyed",
        instance.label,
        list.join(", ")
    ))
    .help(format!("destroy `{first}` first"))
    .into())
}

/// Lists what will go and what stays, also when quiet if a yes will be asked for it.
pub fn show(instance: &StackInstance<'_>, survey: &Survey, will_ask: bool) {
    let ids = survey.goes.iter().map(|it| &it.resource).chain(&survey.kept);
    let width = ids.map(|resource| resource.id.len()).max().unwrap_or(0);
    let count = services::quantity(survey.goes.len() as u64, "resource");
    ui::say_or_insist(format!("{}: {count} to destroy", instance.label), will_ask);
    for Going { resource, holds } in &survey.goes {
        let danger = ui::DANGER;
        let note = holds.as_ref().map(|what| format!("  {danger}{what}{danger:#}")).unwrap_or_default();
        ui::say_or_insist(format!("  -   {:<width$}  {}{note}", resource.id, resource.resource_type), will_ask);
    }
    for resource in &survey.kept {
        let Resource { id, resource_type, physical_id } = resource;
        let line = format!("      {id:<width$}  {resource_type}  is kept by its deletion policy, as `{physical_id}`");
        ui::say_or_insist(line, will_ask);
    }
}

/// Deletes the stack, empties its buckets when that is what keeps it from being deleted, and returns how many of its
/// resources are verified to be gone.
///
/// # Errors
/// When CloudFormation cannot delete it, or something is still there afterwards.
pub async fn remove(instance: &StackInstance<'_>, survey: &Survey, role_arn: Option<&str>) -> anyhow::Result<usize> {
    let going = || survey.goes.iter().map(|it| &it.resource);
    workers::end(instance).await?;
    for attempt in 1.. {
        let ended = delete(instance, &survey.stack_id, going(), role_arn).await?;
        if ended.end == End::Success {
            break;
        }
        let left = ended.not_deleted();
        let can_be_repeated = !left.is_empty() && left.iter().all(|it| is_full_bucket(it) || is_throttled(it));
        if !can_be_repeated || attempt == ATTEMPTS {
            let destroy = instance.cloud.command_line("destroy", instance.stack);
            let failure = ended.failure(instance.stack);
            return Err(failure.help(format!("`{destroy}` again, once that is mended, deletes the rest")).into());
        }
        for NotDeleted { resource, .. } in left.iter().filter(|it| is_full_bucket(it)) {
            empty(instance.cloud, resource).await?;
        }
        if left.iter().any(is_throttled) {
            ui::say(format!("    waits {} s: API Gateway deletes one API after the other", API_PAUSE.as_secs()));
            tokio::time::sleep(API_PAUSE).await;
        }
    }
    wait_until_gone(instance, going().collect()).await
}

async fn delete<'a>(
    instance: &StackInstance<'_>,
    stack_id: &str,
    going: impl Iterator<Item = &'a Resource>,
    role_arn: Option<&str>,
) -> anyhow::Result<Ended> {
    let StackInstance { stack, cloud, .. } = instance;
    let token = Starter::this("destroy").token();
    let call = cloud.cloudformation.delete_stack().stack_name(stack_id).client_request_token(&token);
    call.set_role_arn(role_arn.map(str::to_owned)).send().await.map_err(explain)?;
    let resources = going.map(|resource| resource.id.as_str()).collect();
    let operation = Operation { kind: Kind::Deletion, stack, stack_id, token: &token, resources };
    events::follow(cloud, &operation).await
}

/// A bucket that S3 refuses to delete because something is in it.
fn is_full_bucket(left: &NotDeleted) -> bool {
    left.resource.resource_type == "AWS::S3::Bucket" && left.reason.contains("not empty")
}

/// An API that API Gateway will delete later.
fn is_throttled(left: &NotDeleted) -> bool {
    let reason = left.reason.to_ascii_lowercase().replace(' ', "");
    left.resource.resource_type == "AWS::ApiGateway::RestApi" && reason.contains("toomanyrequests")
}

/// Empties a bucket and says how much was in it.
///
/// # Errors
/// When S3 refuses.
pub async fn empty(cloud: &Cloud, bucket: &Resource) -> anyhow::Result<()> {
    let deleted = s3::empty(cloud, &bucket.physical_id).await?;
    if deleted > 0 {
        ui::say(format!("  emptied {}: {}", bucket.id, services::quantity(deleted, "version")));
    }
    Ok(())
}

/// Asks each service until nothing is left; how many resources it was asked for.
async fn wait_until_gone(instance: &StackInstance<'_>, mut left: Vec<&Resource>) -> anyhow::Result<usize> {
    let (began, mut pause) = (Instant::now(), Duration::from_millis(500));
    let mut all = None;
    loop {
        let Search { asked, existing, unknown } = services::find(instance.cloud, left).await;
        let asked = *all.get_or_insert(asked - unknown.len());
        for (resource, error) in unknown {
            ui::warn(format!("whether `{}` is gone is not known: {error}", resource.physical_id));
        }
        if existing.is_empty() {
            return Ok(asked);
        }
        if began.elapsed() > GONE_WITHIN {
            let list: Vec<_> = existing.iter().map(|it| format!("{} ({})", it.physical_id, it.resource_type)).collect();
            let message = format!("`{}` was deleted, but these are still there: {}", instance.label, list.join(", "));
            return Err(Failure::new(message).into());
        }
        left = existing;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}
