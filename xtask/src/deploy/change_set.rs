//! CloudFormation's change set: how a plan is carried out.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeAction, ChangeSetStatus, ChangeSetType, Parameter, Replacement, ResourceChange, Tag,
};
use aws_smithy_types::byte_stream::ByteStream;
use infra::Template;
use infra::plan::{Action, Plan, Snapshot};

use crate::assets::bucket::Bucket;
use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::stack::Stack;

/// The largest template that fits into the request itself; a larger one is read from S3.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const INLINE_BYTES: usize = 51_200;

/// The tag that tells a stack of ours from others, with the stack's name.
pub const STACK_TAG: &str = "stackwright:stack";

/// A change set that is ready to be executed.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// The stack's id.
    pub stack_id: String,
    /// Names this deployment in the stack's events.
    pub token: String,
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
    /// Where a large template is uploaded to.
    pub bucket: &'a Bucket,
}

/// Makes a change set and waits until it can be executed; `None` when CloudFormation sees nothing to change.
pub async fn create(cloud: &Cloud, request: &Request<'_>) -> anyhow::Result<Option<ChangeSet>> {
    let name = request.stack.stack_name().to_owned();
    let token = format!("deploy-{}", unique());
    let body = request.template.to_compact_json();
    let mut call = cloud
        .cloudformation
        .create_change_set()
        .stack_name(&name)
        .change_set_name(&token)
        .change_set_type(if request.exists { ChangeSetType::Update } else { ChangeSetType::Create })
        .capabilities(Capability::CapabilityNamedIam)
        .set_tags(Some(request.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()));
    for (name, value) in request.parameters {
        call = call.parameters(Parameter::builder().parameter_key(name).parameter_value(value).build());
    }
    call = if body.len() > INLINE_BYTES {
        call.template_url(upload(cloud, request.bucket, &name, body).await?)
    } else {
        call.template_body(body)
    };
    let created = call.send().await.map_err(explain)?;
    let set = ChangeSet {
        id: created.id().unwrap_or_default().to_owned(),
        stack_id: created.stack_id().unwrap_or(&name).to_owned(),
        token,
    };
    wait(cloud, &set).await
}

async fn wait(cloud: &Cloud, set: &ChangeSet) -> anyhow::Result<Option<ChangeSet>> {
    loop {
        let described =
            cloud.cloudformation.describe_change_set().change_set_name(&set.id).send().await.map_err(explain)?;
        let reason = described.status_reason().unwrap_or_default();
        match described.status() {
            Some(ChangeSetStatus::CreateComplete) => return Ok(Some(set.clone())),
            Some(ChangeSetStatus::Failed) => {
                discard(cloud, set).await?;
                if reason.contains("didn't contain changes") || reason.contains("No updates are to be performed") {
                    return Ok(None);
                }
                return Err(Failure::new(format!("CloudFormation refused the change set: {reason}")).into());
            }
            _ => tokio::time::sleep(poll_interval(cloud)).await,
        }
    }
}

/// Refuses a change set that would remove or replace what `plan` does not: somebody else changed the stack since the
/// plan was made.
///
/// The local cloud is not asked: its change sets tell a replacement from an update only for some types.
pub async fn require_planned(cloud: &Cloud, set: &ChangeSet, plan: &Plan) -> anyhow::Result<()> {
    if cloud.local.is_some() {
        return Ok(());
    }
    let mut pages = cloud.cloudformation.describe_change_set().change_set_name(&set.id).into_paginator().send();
    let mut unplanned = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(explain)?;
        let changes = page.changes().iter().filter_map(Change::resource_change);
        unplanned.extend(
            changes
                .filter(|change| !is_planned(change, plan))
                .filter_map(|it| it.logical_resource_id().map(str::to_owned)),
        );
    }
    if unplanned.is_empty() {
        return Ok(());
    }
    discard(cloud, set).await?;
    let names: Vec<_> = unplanned.iter().map(|id| format!("`{id}`")).collect();
    Err(Failure::new(format!(
        "CloudFormation would remove or replace {}, which the plan does not; nothing was deployed",
        names.join(", ")
    ))
    .help("the stack may have changed since the plan was made: deploy again to see the new plan")
    .into())
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
pub async fn execute(cloud: &Cloud, set: &ChangeSet) -> anyhow::Result<()> {
    let call = cloud.cloudformation.execute_change_set().change_set_name(&set.id).client_request_token(&set.token);
    match call.send().await {
        Ok(_) => Ok(()),
        Err(error) if error.code() == Some("InvalidChangeSetStatus") => {
            Err(Failure::new("the stack changed while this deployment was being prepared; nothing was deployed")
                .help("another deployment of this stack is running: deploy again when it has ended")
                .into())
        }
        Err(error) => Err(explain(error)),
    }
}

/// Deletes a change set that will not be executed.
pub async fn discard(cloud: &Cloud, set: &ChangeSet) -> anyhow::Result<()> {
    cloud.cloudformation.delete_change_set().change_set_name(&set.id).send().await.map_err(explain)?;
    Ok(())
}

/// How long to wait between two looks at CloudFormation.
#[must_use]
pub fn poll_interval(cloud: &Cloud) -> Duration {
    if cloud.local.is_some() { Duration::from_millis(50) } else { Duration::from_secs(2) }
}

async fn upload(cloud: &Cloud, bucket: &Bucket, name: &str, body: String) -> anyhow::Result<String> {
    bucket.ensure(&cloud.s3).await?;
    let key = format!("templates/{name}-{}.json", unique());
    let body = ByteStream::from(body.into_bytes());
    let call = cloud.s3.put_object().bucket(&bucket.name).expected_bucket_owner(&bucket.account);
    call.key(&key).body(body).send().await.map_err(explain)?;
    Ok(cloud.object_url(&bucket.name, &key))
}

/// The tags that CloudFormation gives to every resource of the stack, with the values of `after`'s parameters.
///
/// # Errors
/// When one depends on what is known only after the deployment: CloudFormation takes texts.
pub fn tags(stack: &Stack, after: &Snapshot) -> anyhow::Result<BTreeMap<String, String>> {
    let mut tags: BTreeMap<_, _> = [(STACK_TAG, stack.name()), ("stackwright:stage", stack.stage())]
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

/// Tells an operation from all others of the stack.
#[must_use]
pub fn unique() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("{}-{}", now.as_millis(), std::process::id())
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
