//! Workers of a deployment.

use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;

use crate::deployment::Deployment;
use crate::eventually::PATIENCE;
use crate::succeeded;

/// A worker, as the local cloud tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Worker {
    /// Where its stack is.
    pub region: String,
    /// The name of its stack in its stage.
    pub stack: String,
    /// Its logical id.
    pub id: String,
    /// The ids of its processes.
    pub processes: Vec<i32>,
    /// How many processes the messages in its queues ask for.
    pub wanted: u32,
    /// How often a process was started again that had ended by itself.
    pub restarts: u32,
    /// What is wrong with it.
    pub problem: Option<String>,
}

impl Deployment {
    /// The worker with the logical id `id`, as it is now. A local cloud that is busy is waited for.
    #[track_caller]
    #[must_use]
    pub fn worker(&self, id: &str) -> Worker {
        let stack = self.stack_name();
        let ids: Vec<_> = self.workers().collect();
        assert!(ids.contains(&id), "`{stack}` has no worker `{id}`, only {}", ids.join(", "));
        let until = Instant::now() + PATIENCE;
        loop {
            let mut status = self.cloud.status();
            let workers: Vec<Worker> = serde_json::from_value(status["workers"].take()).unwrap_or_default();
            let is_here = |it: &Worker| self.region.as_ref().is_none_or(|region| it.region == *region);
            let is_it = |it: &Worker| it.stack == stack && it.id == id && is_here(it);
            if let Some(found) = workers.into_iter().find(is_it) {
                return found;
            }
            assert!(Instant::now() < until, "the local cloud tells nothing of the worker `{id}`: {status}");
        }
    }

    /// Ends a process of the worker `id` at once, as when its node fails, or with `is_gentle` as when its pod is evicted; not
    /// when none runs. Gives whether one did.
    pub fn kill_worker(&self, id: &str, is_gentle: bool) -> bool {
        let signal = if is_gentle { Signal::TERM } else { Signal::KILL };
        let pid = self.worker(id).processes.first().copied().and_then(Pid::from_raw);
        // It may have ended by itself since.
        pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
    }

    /// The ids of all workers.
    pub(crate) fn workers(&self) -> impl Iterator<Item = &str> {
        let resources = self.template["Resources"].as_object().into_iter().flatten();
        resources.filter(|(_, it)| it["Type"] == "AWS::EKS::PodIdentityAssociation").map(|(id, _)| id.as_str())
    }

    /// The name of the role that the worker `id` has.
    pub(crate) async fn role_of_worker(&self, id: &str) -> String {
        let arn = &self.template["Resources"][id]["Properties"]["RoleArn"];
        let role = arn.pointer("/Fn::GetAtt/0").and_then(|it| it.as_str()).unwrap_or_default();
        let listed = succeeded("listing roles", self.iam.list_roles().send().await);
        let start = format!("{}-{role}-", self.stack_name());
        let name = listed.roles.into_iter().map(|it| it.role_name).find(|name| name.starts_with(&start));
        name.unwrap_or_else(|| panic!("there is no role `{start}...`"))
    }

    pub(crate) fn stack_name(&self) -> String {
        format!("{}-{}", self.name, self.stage)
    }
}
