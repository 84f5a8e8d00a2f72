//! What is deployed under a stack's name, and whose it is.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::StackStatus;
use indexmap::IndexMap;
use infra::Template;
use plan::Snapshot;

use super::change_set::STACK_TAG;
use super::events;
use super::operation::Starter;
use crate::cloud::{Cloud, explain};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::select::PROJECT_TAG;
use crate::stack::Stack;

/// A deployed stack.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// Its id, which stays valid after its deletion.
    pub id: String,
    /// What CloudFormation last did with it.
    pub status: StackStatus,
    /// Why it is in that state.
    pub reason: Option<String>,
    /// When it was last changed, in seconds since the epoch.
    pub changed: i64,
    /// Its outputs, by name.
    pub outputs: IndexMap<String, String>,
    /// The names under which other stacks may import its outputs.
    pub exports: Vec<String>,
    /// Whether it refuses to be deleted.
    pub is_protected: bool,
    /// Its template, parameters and tags.
    pub snapshot: Snapshot,
}

/// What is deployed under `stack`'s name; `None` when nothing is.
pub async fn read(cloud: &Cloud, stack: &Stack) -> anyhow::Result<Option<Deployed>> {
    read_named(cloud, stack.stack_name()).await
}

/// What is deployed under `stack`'s name.
///
/// # Errors
/// When nothing is.
pub async fn require(cloud: &Cloud, stack: &Stack) -> anyhow::Result<Deployed> {
    read(cloud, stack).await?.ok_or_else(|| {
        Failure::new(format!("`{}` is not deployed to {}", stack.name(), cloud.place()))
            .exit(Exit::NoSuchStack)
            .help(format!("`{}` deploys it", cloud.command_line("deploy", stack)))
            .into()
    })
}

/// What is deployed under the name or id `name`; `None` when nothing is.
pub async fn read_named(cloud: &Cloud, name: &str) -> anyhow::Result<Option<Deployed>> {
    let answer = match cloud.cloudformation.describe_stacks().stack_name(name).send().await {
        Ok(answer) => answer,
        Err(error) if error.message().is_some_and(|message| message.contains("does not exist")) => return Ok(None),
        Err(error) => return Err(explain(error)),
    };
    let Some(described) = answer.stacks().first() else { return Ok(None) };
    let status = described.stack_status().cloned().unwrap_or_else(|| StackStatus::from("UNKNOWN"));
    // A stack whose first change set was never executed holds nothing.
    if matches!(status, StackStatus::ReviewInProgress | StackStatus::DeleteComplete) {
        return Ok(None);
    }
    let template = cloud.cloudformation.get_template().stack_name(name).send().await.map_err(explain)?;
    let template = Template::parse(template.template_body().unwrap_or_default())
        .map_err(|error| Failure::new(format!("the deployed template of `{name}` cannot be read: {error}")))?;
    let parameters: BTreeMap<_, _> = described
        .parameters()
        .iter()
        .filter_map(|it| Some((it.parameter_key()?.to_owned(), it.parameter_value()?.to_owned())))
        .collect();
    let tags = described.tags().iter().filter_map(|it| Some((it.key()?.to_owned(), it.value()?.to_owned()))).collect();
    let mut outputs: IndexMap<_, _> = described
        .outputs()
        .iter()
        .filter_map(|it| Some((it.output_key()?.to_owned(), it.output_value()?.to_owned())))
        .collect();
    if let Some(local) = &cloud.local {
        for value in outputs.values_mut() {
            *value = local.reachable_url(value);
        }
    }
    // CloudFormation lists outputs in no order; the template has the author's.
    let order: Vec<_> = template.section("Outputs").map(|(name, _)| name.to_owned()).collect();
    outputs.sort_by_key(|name, _| order.iter().position(|known| known == name));
    Ok(Some(Deployed {
        id: described.stack_id().unwrap_or(name).to_owned(),
        status,
        reason: described.stack_status_reason().map(str::to_owned),
        changed: described.last_updated_time().or(described.creation_time()).map_or(0, DateTime::secs),
        outputs,
        exports: described.outputs().iter().filter_map(|it| Some(it.export_name()?.to_owned())).collect(),
        is_protected: described.enable_termination_protection() == Some(true),
        snapshot: Snapshot { template, parameters, tags, pseudo: cloud.pseudo(name), ..Snapshot::default() },
    }))
}

impl Deployed {
    /// Whether CloudFormation works on it.
    #[must_use]
    pub fn is_in_progress(&self) -> bool {
        self.status.as_str().ends_with("_IN_PROGRESS")
    }

    /// Refuses to touch a stack that does not carry the project's tag, and says whose it is.
    pub fn require_own(&self, cloud: &Cloud, stack: &Stack) -> anyhow::Result<()> {
        let own = stack.tags().iter().find(|tag| tag.key == PROJECT_TAG).and_then(|tag| tag.value.as_str());
        let tags = &self.snapshot.tags;
        let project = tags.get(PROJECT_TAG).map(String::as_str);
        if project == own && tags.get(STACK_TAG).is_none_or(|name| name == stack.name()) {
            return Ok(());
        }
        let name = stack.stack_name();
        let whose = match (project, tags.get(STACK_TAG)) {
            (Some(project), _) if Some(project) != own => format!("belongs to the project `{project}`"),
            (Some(_), Some(name)) => format!("is the stack `{name}` of this project"),
            (None, Some(_)) => "carries the tag of no project".to_owned(),
            (_, None) => "was made without Stackwright".to_owned(),
        };
        Err(Failure::new(format!("the stack `{name}` in {} {whose}; nothing was changed", cloud.place()))
            .help("give your stack another name, or deploy it to another `--stage` or region")
            .help(format!(
                "`{} --adopt` takes it over: `{}` shows what that changes",
                cloud.command_line("deploy", stack),
                cloud.command_line("diff", stack)
            ))
            .into())
    }

    /// Refuses to deploy over a stack in a state that no deployment can leave, and says the way out.
    pub async fn require_deployable(&self, cloud: &Cloud, stack: &Stack) -> anyhow::Result<()> {
        let (name, status) = (stack.name(), self.status.as_str());
        if status.ends_with("_COMPLETE") && status != "ROLLBACK_COMPLETE" {
            return Ok(());
        }
        if self.is_in_progress() {
            return Err(busy(cloud, stack, &self.id, status).await);
        }
        let reason = self.reason.as_ref().filter(|reason| !reason.is_empty());
        let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
        let failure = Failure::new(format!("`{name}` is in the state {status}{reason}; nothing was deployed"));
        let recover = cloud.command_line("deploy", stack);
        Err(match status {
            "UPDATE_ROLLBACK_FAILED" => failure
                .help("repair what the rollback failed on")
                .help(format!("`{recover} --recover` then continues the rollback, and deploys")),
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" => failure
                .help("its first deployment failed and nothing of it is left in use")
                .help(format!("`{recover} --recover` deletes what is left of it, and deploys again"))
                .help(format!(
                    "`{}`, then deploy again, does the same in two steps",
                    cloud.command_line("destroy", stack)
                )),
            "DELETE_FAILED" => failure
                .help(format!("`{}` deletes the rest", cloud.command_line("destroy", stack)))
                .help(format!("`{recover} --recover` does so, and deploys again")),
            _ => failure
                .help("its last update failed half-way and it may be in use")
                .help(format!("`{recover} --recover` takes that update back, and deploys")),
        }
        .into())
    }
}

/// What is said of a stack that CloudFormation works on: for whom, and since when.
pub async fn busy(cloud: &Cloud, stack: &Stack, stack_id: &str, status: &str) -> anyhow::Error {
    let token = events::last_token(cloud, stack_id).await.ok().flatten();
    let who = match token.as_deref().map(|token| (Starter::of(token), token)) {
        Some((Some(starter), _)) => format!(": `{}` by {starter}", starter.command),
        Some((None, token)) => format!(", begun outside of Stackwright as `{token}`"),
        None => String::new(),
    };
    Failure::new(format!("somebody is at work on `{}` now{who} ({status}); nothing was changed", stack.name()))
        .help("it goes on by itself: run the same command again when it has ended")
        .into()
}

/// What is said of a stack that somebody deployed since it was read.
#[must_use]
pub fn overtaken(stack: &Stack) -> anyhow::Error {
    Failure::new(format!("somebody deployed `{}` meanwhile; nothing was deployed", stack.name()))
        .help("run the same command again: it shows what is left to do")
        .into()
}
