//! Deletes a stack with what it holds, and looks whether anything is left.

use infra::facts;

use super::contents::{self, Resource};
use super::deployed;
use super::events::{self, Operation};
use super::existing::{self, Search};
use super::stack_instance::StackInstance;
use super::{buckets, change_set};
use crate::cloud::explain;
use crate::failure::Failure;
use crate::ui;

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
    /// What holds data: `1,204 items in Orders`.
    pub fn held(&self) -> impl Iterator<Item = String> {
        self.goes.iter().filter_map(|it| Some(format!("{} in {}", it.holds.as_ref()?, it.resource.id)))
    }
}

/// What deleting the stack would delete; `None` when it is not deployed.
pub async fn survey(instance: &StackInstance<'_>) -> anyhow::Result<Option<Survey>> {
    let StackInstance { stack, cloud, .. } = instance;
    let Some(deployed) = deployed::read(cloud, stack).await? else { return Ok(None) };
    let template = &deployed.snapshot.template;
    let keeps = |resource: &Resource| {
        let policy = template.resource(&resource.id).and_then(|it| it.get("DeletionPolicy")?.as_str());
        policy.is_some_and(|policy| policy.starts_with("Retain"))
    };
    let resources = contents::resources(cloud, stack.stack_name()).await?;
    let (kept, going): (Vec<_>, Vec<_>) = resources.into_iter().partition(keeps);
    let mut goes = Vec::new();
    for resource in going {
        let holds =
            if facts::holds(&resource.resource_type).is_data() { contents::of(cloud, &resource).await? } else { None };
        goes.push(Going { resource, holds });
    }
    Ok(Some(Survey { stack_id: deployed.id, goes, kept }))
}

/// Lists what will go and what stays, also when quiet if a yes will be asked for it.
pub fn show(instance: &StackInstance<'_>, survey: &Survey, will_ask: bool) {
    let ids = survey.goes.iter().map(|it| &it.resource).chain(&survey.kept);
    let width = ids.map(|resource| resource.id.len()).max().unwrap_or(0);
    ui::say_or_insist(format!("{}: {} resources to destroy", instance.label, survey.goes.len()), will_ask);
    for Going { resource, holds } in &survey.goes {
        let danger = ui::DANGER;
        let note = holds.as_ref().map(|what| format!("  {danger}{what}{danger:#}")).unwrap_or_default();
        ui::say_or_insist(format!("  -   {:<width$}  {}{note}", resource.id, resource.resource_type), will_ask);
    }
    for resource in &survey.kept {
        let (id, kind) = (&resource.id, &resource.resource_type);
        ui::say_or_insist(format!("      {id:<width$}  {kind}  is kept by its deletion policy"), will_ask);
    }
}

/// Empties the stack's buckets, deletes the stack, and returns how many of its resources are verified to be gone.
///
/// # Errors
/// When CloudFormation cannot delete it, or something is still there afterwards.
pub async fn remove(instance: &StackInstance<'_>, survey: &Survey) -> anyhow::Result<usize> {
    let StackInstance { stack, cloud, .. } = instance;
    let going = || survey.goes.iter().map(|it| &it.resource);
    for bucket in going().filter(|resource| resource.resource_type == "AWS::S3::Bucket") {
        let deleted = buckets::empty(cloud, &bucket.physical_id).await?;
        if deleted > 0 {
            ui::say(format!("  emptied {}: {}", bucket.id, contents::quantity(deleted, "version")));
        }
    }
    let token = format!("destroy-{}", change_set::unique());
    let call = cloud.cloudformation.delete_stack().stack_name(&survey.stack_id).client_request_token(&token);
    call.send().await.map_err(explain)?;
    let ids = going().map(|resource| resource.id.as_str()).collect();
    let operation = Operation { stack, stack_id: &survey.stack_id, token: &token, resources: ids };
    events::follow(cloud, &operation).await?;

    let gone: Vec<_> = going().cloned().collect();
    let Search { asked, existing } = existing::find(cloud, &gone).await?;
    if existing.is_empty() {
        return Ok(asked);
    }
    let list: Vec<_> = existing.iter().map(|it| format!("{} ({})", it.physical_id, it.resource_type)).collect();
    let message = format!("`{}` was deleted, but these are still there: {}", instance.label, list.join(", "));
    Err(Failure::new(message).into())
}
