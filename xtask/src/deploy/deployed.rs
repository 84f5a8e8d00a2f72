//! What is deployed under a stack's name.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::primitives::DateTime;
use aws_sdk_cloudformation::types::StackStatus;
use indexmap::IndexMap;
use infra::Template;
use infra::plan::Snapshot;

use crate::cloud::{Cloud, explain};
use crate::failure::Failure;
use crate::stack::Stack;

/// A deployed stack.
#[derive(Debug, Clone)]
pub struct Deployed {
    /// Its id, which stays valid after its deletion.
    pub id: String,
    /// What CloudFormation last did with it.
    pub status: StackStatus,
    /// When it was last changed, in seconds since the epoch.
    pub changed: i64,
    /// Its outputs, by name.
    pub outputs: IndexMap<String, String>,
    /// Its template and parameters.
    pub snapshot: Snapshot,
}

/// What is deployed under `stack`'s name; `None` when nothing is.
pub async fn read(cloud: &Cloud, stack: &Stack) -> anyhow::Result<Option<Deployed>> {
    let name = stack.stack_name();
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
        changed: described.last_updated_time().or(described.creation_time()).map_or(0, DateTime::secs),
        outputs,
        snapshot: Snapshot { template, parameters, tags, pseudo: cloud.pseudo(stack) },
    }))
}

impl Deployed {
    /// Refuses to deploy over a stack in a state that no deployment can leave, and says the way out.
    pub fn require_deployable(&self, cloud: &Cloud, stack: &Stack) -> anyhow::Result<()> {
        let (name, status) = (stack.name(), self.status.as_str());
        if status.ends_with("_COMPLETE") && status != "ROLLBACK_COMPLETE" {
            return Ok(());
        }
        let failure = Failure::new(format!("`{name}` is in the state {status}; nothing was deployed"));
        Err(match status {
            _ if status.ends_with("_IN_PROGRESS") => {
                failure.help("another deployment of this stack is running: wait until it has ended")
            }
            "UPDATE_ROLLBACK_FAILED" => failure.help(format!(
                "repair what the rollback failed on, then `aws cloudformation continue-update-rollback --stack-name {}`",
                stack.stack_name()
            )),
            "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" => failure.help(format!(
                "its first deployment failed and nothing of it is left in use: `{}`, then deploy again",
                cloud.command_line("destroy", stack)
            )),
            "DELETE_FAILED" => failure.help(format!("`{}` again", cloud.command_line("destroy", stack))),
            _ => failure.help(format!(
                "its last update failed half-way and it may be in use: `aws cloudformation rollback-stack --stack-name {}`",
                stack.stack_name()
            )),
        }
        .into())
    }
}
