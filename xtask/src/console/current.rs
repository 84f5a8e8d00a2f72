//! Keeps what the console shows in step with what is deployed: a stack that somebody deploys appears, and one that
//! somebody destroys is said to be gone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudformation::types::StackStatus;
use futures::future::join_all;
use tokio::sync::watch::Sender;
use tokio::time::sleep;

use super::Running;
use super::state::Hub;
use crate::cli::StackArgs;
use crate::cloud::Cloud;
use crate::deploy::tagged;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::select::Selection;
use crate::stack::Stack;

/// How long to wait before looking again whether somebody has deployed.
const LOCAL_PAUSE: Duration = Duration::from_secs(2);
/// The same on AWS.
const AWS_PAUSE: Duration = Duration::from_mins(1);

/// What is shown, and where it is.
#[derive(Debug)]
pub struct Current {
    /// The stacks that were asked for.
    pub stacks: StackArgs,
    /// Their stage.
    pub stage: String,
    /// The project that they are of.
    pub project: String,
    /// Where they are.
    pub cloud: Cloud,
    /// Who knows whether anybody watches.
    pub hub: Arc<Hub>,
}

/// Whether an error is that a stack is not deployed.
#[must_use]
pub fn is_absence(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Failure>().is_some_and(|failure| failure.exit == Exit::NoSuchStack)
}

impl Current {
    /// Shows the stacks anew when somebody has deployed or destroyed one, for ever.
    pub async fn keep(&self, running: &Sender<Running>) {
        let mut shown: BTreeMap<_, _> =
            running.borrow().iter().map(|it| (it.stack.name().to_owned(), it.changed())).collect();
        loop {
            if self.cloud.local.is_some() {
                sleep(LOCAL_PAUSE).await;
            } else {
                sleep(AWS_PAUSE).await;
                self.hub.watched().await;
            }
            let Some(now) = self.look(&shown).await.filter(|now| *now != shown) else { continue };
            // It is looked at again when not all could be read.
            if let Some(found) = self.find(running).await {
                running.send_replace(Arc::new(found));
                shown = now;
            }
        }
    }

    /// When each was last changed. One that is being changed counts as it was before.
    async fn look(&self, shown: &BTreeMap<String, i64>) -> Option<BTreeMap<String, i64>> {
        let stacks = tagged::find(&self.cloud, &self.project, &self.stage).await.ok()?.into_iter();
        let asked_for = stacks.filter(|it| self.stacks.all || self.stacks.names.contains(&it.name));
        let settled = asked_for.filter_map(|it| {
            // That of a first change set which was never executed holds nothing.
            let is_there = it.status != StackStatus::ReviewInProgress;
            let is_changing = it.status.as_str().ends_with("_IN_PROGRESS");
            let changed = if is_changing { *shown.get(&it.name)? } else { it.changed };
            is_there.then_some((it.name, changed))
        });
        Some(settled.collect())
    }

    async fn find(&self, running: &Sender<Running>) -> Option<Vec<RunningStack>> {
        let (stacks, stage) = (self.stacks.clone(), self.stage.clone());
        // It may build the app, which blocks.
        let selected = tokio::task::spawn_blocking(move || Selection::complete(&stacks, &stage)).await;
        let stacks = match selected {
            Ok(Ok(selection)) => selection.stacks,
            // What is gone is said whether or not the source compiles.
            _ => running.borrow().iter().map(|it| it.stack.clone()).collect::<Vec<Stack>>(),
        };
        let found =
            join_all(stacks.into_iter().map(|stack| RunningStack::as_deployed(self.cloud.clone(), stack))).await;
        let present = found.into_iter().filter(|it| !it.as_ref().is_err_and(is_absence));
        present.collect::<anyhow::Result<_>>().ok()
    }
}
