//! CloudFormation's change set: how a plan is carried out.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeAction, ChangeSetStatus, ChangeSetType, DeploymentConfig, DeploymentConfigMode,
    DeploymentMode, ExecutionStatus, OnStackFailure, Parameter, Replacement, RequiresRecreation, ResourceChange,
    ResourceChangeDetail, ResourceTargetDefinition, StackStatus, Tag,
};
use aws_smithy_types::byte_stream::ByteStream;
use infra::Template;
use plan::{Action, Plan, Snapshot};

use super::events;
use super::operation::Starter;
use crate::assets::bucket::{Bucket, TEMPLATES};
use crate::cloud::{Cloud, explain};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stack::Stack;
use crate::ui;

/// The largest template that fits into the request itself; a larger one is read from S3.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const INLINE_BYTES: usize = 51_200;

/// The tag that tells a stack of ours from others, with the stack's name.
pub const STACK_TAG: &str = "stackwright:stack";

/// The tag that tells the stage of a stack.
pub const STAGE_TAG: &str = "stackwright:stage";

/// A change set that is ready to be executed.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// The stack's id.
    pub stack_id: String,
    /// Names this deployment in the stack's events.
    pub token: String,
    /// Whether it makes the stack.
    creates: bool,
}

/// What a change set is made from.
#[derive(Debug)]
pub struct Request<'a> {
    /// The stack.
    pub stack: &'a Stack,
    /// Its rendered template.
    pub template: &'a Template,
    /// The values of all parameters.
    pub parameters: &'a BTreeMap<String, String>,
    /// The tags that CloudFormation gives to every resource of the stack.
    pub tags: &'a BTreeMap<String, String>,
    /// Whether the stack exists already.
    pub exists: bool,
    /// Whether it takes in what exists already under the names of its resources.
    pub imports: bool,
    /// Where a large template is uploaded to.
    pub bucket: &'a Bucket,
    /// How CloudFormation is to work.
    pub settings: &'a Settings,
}

/// How CloudFormation is to work.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The service role with whose rights it works.
    pub role_arn: Option<String>,
    /// Leave what was made when something fails.
    pub no_rollback: bool,
    /// Have the stack refuse to be deleted.
    pub protects: bool,
    /// What it does, and when it ends.
    pub mode: Mode,
}

/// What CloudFormation does, and when it ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// It deploys, and ends when everything is ready.
    #[default]
    Standard,
    /// It ends as soon as everything is configured, before it is ready for traffic.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-express-mode.html>
    Express,
    /// It deploys nothing new, and brings back what was changed or deleted outside of it since the stack was deployed.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html>
    RevertDrift,
}

impl Mode {
    /// How a stage is deployed, by whether the metadata names it among the express ones.
    #[must_use]
    pub const fn of_stage(is_express: bool) -> Self {
        if is_express { Self::Express } else { Self::Standard }
    }
}

/// Has CloudFormation make a change set. Whoever does not execute it has to [`discard`] it.
pub async fn create(cloud: &Cloud, request: &Request<'_>) -> anyhow::Result<ChangeSet> {
    let name = request.stack.stack_name().to_owned();
    let token = Starter::this("deploy").token();
    let mut call = cloud
        .cloudformation
        .create_change_set()
        .stack_name(&name)
        .change_set_name(&token)
        // A repeated call, whose first answer was lost, makes no second change set.
        .client_token(&token)
        .change_set_type(if request.exists { ChangeSetType::Update } else { ChangeSetType::Create })
        .capabilities(Capability::CapabilityNamedIam)
        .set_role_arn(request.settings.role_arn.clone())
        .set_import_existing_resources(request.imports.then_some(true))
        .set_tags(Some(request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()));
    if !request.exists && !request.settings.no_rollback {
        // A stack whose creation failed could only be deleted.
        call = call.on_stack_failure(OnStackFailure::Delete);
    }
    if request.settings.mode == Mode::Express {
        // The mode would leave what failed half-way, unless it is told otherwise.
        let config = DeploymentConfig::builder().mode(DeploymentConfigMode::Express);
        call = call.deployment_config(config.disable_rollback(request.settings.no_rollback).build());
    }
    let reverts = request.settings.mode == Mode::RevertDrift;
    for (name, value) in request.parameters {
        let parameter = Parameter::builder().parameter_key(name);
        let parameter = if reverts { parameter.use_previous_value(true) } else { parameter.parameter_value(value) };
        call = call.parameters(parameter.build());
    }
    if reverts {
        call = call.deployment_mode(DeploymentMode::RevertDrift).use_previous_template(true);
    } else {
        let source = TemplateSource::of(cloud, request.bucket, &name, request.template).await?;
        call = call.set_template_body(source.body).set_template_url(source.url);
    }
    let created = call.send().await.map_err(explain)?;
    Ok(ChangeSet {
        id: created.id().unwrap_or_default().to_owned(),
        stack_id: created.stack_id().unwrap_or(&name).to_owned(),
        token,
        creates: !request.exists,
    })
}

/// Waits until it can be executed; `false` when CloudFormation sees nothing to change.
pub async fn wait(cloud: &Cloud, stack: &Stack, set: &ChangeSet) -> anyhow::Result<bool> {
    let mut poll = Poll::new(cloud);
    loop {
        let described =
            cloud.cloudformation.describe_change_set().change_set_name(&set.id).send().await.map_err(explain)?;
        let reason = described.status_reason().unwrap_or_default();
        match described.status() {
            Some(ChangeSetStatus::CreateComplete) => return Ok(true),
            Some(ChangeSetStatus::Failed) => {
                let is_unchanged =
                    reason.contains("didn't contain changes") || reason.contains("No updates are to be performed");
                if is_unchanged {
                    return Ok(false);
                }
                return Err(refusal(cloud, stack, set, reason).await.into());
            }
            _ => poll.wait().await,
        }
    }
}

/// Why CloudFormation refuses a change set: what its validations found, each at the line of its resource, or the reason
/// that it gives.
async fn refusal(cloud: &Cloud, stack: &Stack, set: &ChangeSet, reason: &str) -> Failure {
    let call = cloud.cloudformation.describe_events().stack_name(&set.stack_id).change_set_name(&set.id);
    let mut events = call.into_paginator().items().send();
    let mut found = Vec::new();
    // An endpoint that does not know the call says nothing more than the reason.
    while let Some(Ok(event)) = events.next().await {
        let id = event.logical_resource_id().unwrap_or_default();
        let place = stack.location(id).map(|location| format!("\n  --> {location}")).unwrap_or_default();
        if event.hook_status().is_some() {
            if events::is_refusal(event.hook_status(), event.hook_failure_mode()) {
                let hook = event.hook_type().unwrap_or_default();
                let reason = event.hook_status_reason().unwrap_or("it gives no reason");
                // It may be about the stack itself.
                let about = if place.is_empty() { String::new() } else { format!(" about `{id}`") };
                found.push(format!("the hook `{hook}`{about}: {reason}{place}"));
            }
            continue;
        }
        let said = event.validation_status_reason().or(event.resource_status_reason());
        let Some(said) = said.filter(|said| !said.is_empty()) else { continue };
        let path = event.validation_path().map(|path| format!(" at `{path}`")).unwrap_or_default();
        found.push(format!("`{id}`{path}: {said}{place}"));
    }
    if found.is_empty() {
        return Failure::new(format!("CloudFormation refused the change set: {reason}; nothing was deployed"));
    }
    // Events come newest first.
    found.reverse();
    Failure::new(format!(
        "CloudFormation's validation refused the change set; nothing was deployed\n{}",
        found.join("\n")
    ))
}

/// Refuses a change set that would remove or replace what `plan` does not: somebody else changed the stack since the
/// plan was made, or AWS replaces what its own documents do not say. Somebody at a terminal is asked instead, also after
/// `--yes`, which was said to the plan.
///
/// The local cloud is not asked: its change sets tell a replacement from an update only for some types.
pub async fn require_planned(cloud: &Cloud, stack: &Stack, set: &ChangeSet, plan: &Plan) -> anyhow::Result<()> {
    if cloud.local.is_some() {
        return Ok(());
    }
    let changes = match changes(cloud, set, true).await {
        Ok(changes) => changes,
        // Not every endpoint tells values.
        Err(_) => changes(cloud, set, false).await?,
    };
    let unplanned: Vec<_> = changes.iter().filter(|change| !is_planned(change, plan)).collect();
    if unplanned.is_empty() {
        return Ok(());
    }
    let told: Vec<_> = unplanned.iter().map(|change| format!("\n{}", told(change, stack))).collect();
    let message = format!("CloudFormation would do more than the plan says{}", told.concat());
    if !ui::can_ask() {
        return Err(Failure::new(format!("{message}\nnothing was deployed"))
            .exit(Exit::Declined)
            .help("the stack may have changed since the plan was made: deploy again to see the new plan")
            .help("at a terminal it is asked whether it may")
            .into());
    }
    ui::warn(message);
    ui::confirm("do this, too", false)
}

/// The resources that a change set changes.
async fn changes(cloud: &Cloud, set: &ChangeSet, with_values: bool) -> anyhow::Result<Vec<ResourceChange>> {
    let call = cloud.cloudformation.describe_change_set().change_set_name(&set.id);
    let call = call.set_include_property_values(with_values.then_some(true));
    let mut pages = call.into_paginator().send();
    let mut changes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(explain)?;
        changes.extend(page.changes().iter().filter_map(Change::resource_change).cloned());
    }
    Ok(changes)
}

/// What a change set does to a resource, with the values that make it so and the line that declares it.
fn told(change: &ResourceChange, stack: &Stack) -> String {
    let (id, kind) = (change.logical_resource_id().unwrap_or_default(), change.resource_type().unwrap_or_default());
    let does = if change.action() == Some(&ChangeAction::Remove) { "removed" } else { "replaced" };
    let forces = |it: &&ResourceTargetDefinition| it.requires_recreation() != Some(&RequiresRecreation::Never);
    let targets = change.details().iter().filter_map(ResourceChangeDetail::target).filter(forces);
    let values = targets.filter_map(|target| {
        let path = target
            .path()
            .map(|path| path.trim_start_matches("/Properties/").replace('/', "."))
            .or_else(|| target.name().map(str::to_owned))?;
        Some(match (target.before_value(), target.after_value()) {
            (Some(before), Some(after)) => format!("{path}: {before} -> {after}"),
            _ => path,
        })
    });
    let values: Vec<_> = values.collect();
    let values = if values.is_empty() { String::new() } else { format!(" for {}", values.join(", ")) };
    let place = stack.location(id).map(|location| format!("\n  --> {location}")).unwrap_or_default();
    format!("`{id}` ({kind}) would be {does}{values}{place}")
}

fn is_planned(change: &ResourceChange, plan: &Plan) -> bool {
    let planned = plan.resources.iter().find(|planned| Some(planned.id.as_str()) == change.logical_resource_id());
    let action = planned.map(|planned| planned.action);
    match (change.action(), change.replacement()) {
        (Some(ChangeAction::Remove), _) => matches!(action, Some(Action::Delete | Action::Retain | Action::Undecided)),
        (Some(ChangeAction::Modify), Some(Replacement::True)) => action == Some(Action::Replace),
        _ => true,
    }
}

/// Executes a change set; the stack's events tell how it goes.
pub async fn execute(cloud: &Cloud, set: &ChangeSet, settings: &Settings) -> anyhow::Result<()> {
    let call = cloud.cloudformation.execute_change_set().change_set_name(&set.id).client_request_token(&set.token);
    let call = call.set_disable_rollback(settings.no_rollback.then_some(true));
    let Err(error) = call.send().await else { return Ok(()) };
    // The answer to a call that did its work may have been lost, and a repetition of it be refused.
    if is_executed(cloud, set).await {
        return Ok(());
    }
    if error.code() == Some("InvalidChangeSetStatus") || error.code() == Some("ChangeSetNotFound") {
        return Err(Failure::new("the stack changed while this deployment was being prepared; nothing was deployed")
            .help("another deployment of this stack is running: deploy again when it has ended")
            .into());
    }
    Err(explain(error))
}

async fn is_executed(cloud: &Cloud, set: &ChangeSet) -> bool {
    let described = cloud.cloudformation.describe_change_set().change_set_name(&set.id).send().await;
    described.is_ok_and(|described| {
        matches!(
            described.execution_status(),
            Some(
                ExecutionStatus::ExecuteInProgress | ExecutionStatus::ExecuteComplete | ExecutionStatus::ExecuteFailed
            )
        )
    })
}

/// Deletes a change set that will not be executed, and the stack that CloudFormation made for it alone.
pub async fn discard(cloud: &Cloud, set: &ChangeSet) -> anyhow::Result<()> {
    let cloudformation = &cloud.cloudformation;
    cloudformation.delete_change_set().change_set_name(&set.id).send().await.map_err(explain)?;
    if set.creates {
        delete_if_in_review(cloud, &set.stack_id).await?;
    }
    Ok(())
}

/// Deletes a stack that was never made: it holds nothing but change sets that were not executed. One with a change set
/// that somebody may still execute stays. Whether there was one to delete.
pub async fn delete_if_in_review(cloud: &Cloud, stack_id: &str) -> anyhow::Result<bool> {
    let cloudformation = &cloud.cloudformation;
    let answer = match cloudformation.describe_stacks().stack_name(stack_id).send().await {
        Ok(answer) => answer,
        Err(error) if error.message().is_some_and(|message| message.contains("does not exist")) => return Ok(false),
        Err(error) => return Err(explain(error)),
    };
    if !answer.stacks().iter().any(|stack| stack.stack_status() == Some(&StackStatus::ReviewInProgress)) {
        return Ok(false);
    }
    let mut sets = cloudformation.list_change_sets().stack_name(stack_id).into_paginator().items().send();
    while let Some(set) = sets.next().await {
        let set = set.map_err(explain)?;
        // Of an engine that was killed nobody executes it any more.
        let is_abandoned = set.change_set_name().and_then(Starter::of).is_some_and(|starter| starter.is_gone());
        if set.status() != Some(&ChangeSetStatus::Failed) && !is_abandoned {
            return Ok(false);
        }
    }
    cloudformation.delete_stack().stack_name(stack_id).send().await.map_err(explain)?;
    Ok(true)
}

/// The pause that tests set in place of all others.
fn fixed_pause() -> Option<Duration> {
    let set = std::env::var("STACKWRIGHT_POLL_MILLISECONDS").ok()?;
    set.parse().ok().map(Duration::from_millis)
}

/// How long to wait in place of `duration`: as long, unless tests set another pause.
#[must_use]
pub fn pause_of(duration: Duration) -> Duration {
    fixed_pause().unwrap_or(duration)
}

/// Waits for so long.
pub async fn pause(duration: Duration) {
    tokio::time::sleep(pause_of(duration)).await;
}

/// The pauses between two looks at CloudFormation: short at first, since most operations of serverless resources end
/// within seconds, and longer as time goes on.
#[derive(Debug)]
pub struct Poll {
    pause: Duration,
    grows: bool,
}

/// The shortest and the longest pause. CloudFormation's read calls share a quota of an account.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(3));

impl Poll {
    /// The pauses for an operation that was just begun.
    #[must_use]
    pub fn new(cloud: &Cloud) -> Self {
        let fixed = fixed_pause().or_else(|| cloud.local.as_ref().map(|_| Duration::from_millis(50)));
        Self { pause: fixed.unwrap_or(PAUSES.0), grows: fixed.is_none() }
    }

    /// Waits until the next look.
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.pause).await;
        if self.grows {
            self.pause = (self.pause * 5 / 4).min(PAUSES.1);
        }
    }
}

/// A template as calls take it: itself, or where a large one is.
#[derive(Debug)]
pub struct TemplateSource {
    /// The template.
    pub body: Option<String>,
    /// Its address in S3.
    pub url: Option<String>,
}

impl TemplateSource {
    /// Uploads the template when it is too large for a call.
    ///
    /// # Errors
    /// When it cannot be uploaded.
    pub async fn of(cloud: &Cloud, bucket: &Bucket, stack_name: &str, template: &Template) -> anyhow::Result<Self> {
        let body = template.to_ascii_json();
        if body.len() <= INLINE_BYTES {
            return Ok(Self { body: Some(body), url: None });
        }
        bucket.ensure(&cloud.s3).await?;
        let key = format!("{TEMPLATES}{stack_name}-{}.json", Starter::this("deploy").token());
        let body = ByteStream::from(body.into_bytes());
        let call = cloud.s3.put_object().bucket(&bucket.name).expected_bucket_owner(&bucket.account);
        call.key(&key).body(body).send().await.map_err(explain)?;
        Ok(Self { body: None, url: Some(cloud.object_url(&bucket.name, &key)) })
    }
}

/// The tags that CloudFormation gives to every resource of the stack, with the values of `after`'s parameters.
///
/// # Errors
/// When one depends on what is known only after the deployment: CloudFormation takes texts.
pub fn tags(stack: &Stack, after: &Snapshot) -> anyhow::Result<BTreeMap<String, String>> {
    let mut tags: BTreeMap<_, _> = [(STACK_TAG, stack.name()), (STAGE_TAG, stack.stage())]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    for tag in stack.tags() {
        let value = after.resolve(&tag.value);
        let Some(value) = value.as_str() else {
            let message = format!("the value of the tag `{}` of `{}` is not known before", tag.key, stack.name());
            return Err(Failure::new(message).help("use a parameter or a text").into());
        };
        tags.insert(tag.key.clone(), value.to_owned());
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(yaml: &str) -> Snapshot {
        Snapshot { template: Template::parse(yaml).unwrap(), ..Snapshot::default() }
    }

    #[test]
    fn what_nobody_saw_in_the_plan_is_not_carried_out() {
        let before = snapshot("Resources: {Gone: {Type: AWS::SQS::Queue}, Kept: {Type: AWS::SQS::Queue}}");
        let after = snapshot("Resources: {Kept: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}}");
        let plan = Plan::between(Some(&before), &after);
        let change = |id: &str, action| ResourceChange::builder().logical_resource_id(id).action(action);
        let planned =
            |change: aws_sdk_cloudformation::types::builders::ResourceChangeBuilder| is_planned(&change.build(), &plan);
        assert!(planned(change("Gone", ChangeAction::Remove)));
        assert!(!planned(change("Kept", ChangeAction::Remove)));
        assert!(!planned(change("Another", ChangeAction::Remove)));
        assert!(planned(change("Kept", ChangeAction::Modify).replacement(Replacement::False)));
        assert!(!planned(change("Kept", ChangeAction::Modify).replacement(Replacement::True)));
    }

    #[test]
    fn a_tag_takes_the_values_of_parameters() {
        let mut stack = infra::Stack::new("orders", &infra::Stage::default());
        let team = stack.parameter::<String>("Team", infra::parameter::Parameter::default());
        stack.tags.push(infra::stack::Tag { key: "team".to_owned(), value: team });
        let stack = Stack::from(stack.assemble());
        let parameters = [("Team".to_owned(), "sales".to_owned())].into();
        let after = Snapshot { parameters, ..Snapshot::default() };
        assert_eq!(tags(&stack, &after).unwrap().get("team").map(String::as_str), Some("sales"));
        let refused = tags(&stack, &Snapshot::default()).unwrap_err().to_string();
        assert!(refused.starts_with("the value of the tag `team` of `orders` is not known before"), "{refused}");
    }
}
