//! A Deployment is waited for until its pods do what they should.

use k8s_openapi::api::apps::v1::Deployment;
use kube::Api;
use tokio::time::{Instant, sleep};

use super::Cluster;
use super::call::refused;
use super::event::{Event, ObjectName, Tell};
use super::pods::{Container, Trouble};
use crate::Error;

/// How far a rollout is.
#[derive(Debug, PartialEq, Eq)]
enum Progress {
    Ready,
    /// Its controller has not seen the change, and what is known is of the revision before.
    Unseen,
    Waiting(String),
    /// No pod can be made.
    Refused(String),
    /// The Deployment's own deadline has passed.
    Late,
}

impl Cluster {
    pub(super) async fn wait_for(&self, name: &ObjectName, tell: Tell<'_>) -> Result<(), Error> {
        let end = Instant::now() + self.settings.rollout;
        let namespace = name.namespace.as_deref().unwrap_or_default();
        let (mut told, mut troubled) = (None, None::<(String, Instant)>);
        loop {
            let get = |client| async move { Api::<Deployment>::namespaced(client, namespace).get(&name.name).await };
            let deployment = self.call(get).await.map_err(|error| refused("read", name, &error))?;
            let progress = progress(&deployment);
            if progress == Progress::Ready {
                tell(Event::Ready(name.clone()));
                return Ok(());
            }
            let trouble = match &progress {
                Progress::Unseen => None,
                Progress::Refused(why) => Some(Trouble::passing(format!("no pod can be made: {why}"))),
                _ => self.trouble(&deployment).await?,
            };
            let state = match &progress {
                Progress::Waiting(state) => Some(state.as_str()),
                Progress::Unseen => Some("its controller has not seen the change yet"),
                _ => None,
            };
            if let Some(state) = state
                && told.as_deref() != Some(state)
            {
                tell(Event::Waiting(name.clone(), state.to_owned()));
                told = Some(state.to_owned());
            }
            let late = progress == Progress::Late || Instant::now() >= end;
            if let Some(trouble) = trouble {
                let since = match &troubled {
                    Some((text, since)) if *text == trouble.text => *since,
                    _ => {
                        tell(Event::Trouble(name.clone(), trouble.text.clone()));
                        Instant::now()
                    }
                };
                if late || trouble.is_final || (trouble.can_be_final && since.elapsed() >= self.settings.patience) {
                    return Err(self.failed(name, &trouble).await);
                }
                troubled = Some((trouble.text, since));
            } else if late {
                return Err(self.late(name, &deployment, &told.unwrap_or_default()).await);
            }
            sleep(self.settings.poll).await;
        }
    }

    async fn failed(&self, name: &ObjectName, trouble: &Trouble) -> Error {
        let mut text = format!("{name} is not ready: {}", trouble.text);
        if let Some(pod) = &trouble.pod {
            text.push_str(&self.end_of_log(name, pod, Container::Ended).await);
        }
        Error::new(text).help(trouble.help)
    }

    /// What is told of pods of which nothing is known to be wrong.
    async fn late(&self, name: &ObjectName, deployment: &Deployment, state: &str) -> Error {
        let namespace = name.namespace.as_deref().unwrap_or_default();
        let more =
            format!("`kubectl --context {} -n {namespace} describe deployment {}` tells more", self.context, name.name);
        let text = format!("{name} is not ready in time: {state}");
        // What cannot be read says no more, and the error is told all the same.
        let Ok(Some(pod)) = self.unready(deployment).await else { return Error::new(text).help(more) };
        let log = self.end_of_log(name, &pod, Container::Running).await;
        Error::new(format!("{text}; pod `{pod}` runs and is not ready{log}"))
            .help("it is ready when it can read its queues: the role, the network policy and the node's network must let it")
            .help(more)
    }

    /// The last lines of a pod's log, each on a line of its own.
    async fn end_of_log(&self, name: &ObjectName, pod: &str, first: Container) -> String {
        let namespace = name.namespace.as_deref().unwrap_or_default();
        let lines = self.last_lines(namespace, pod, first).await;
        lines.iter().flat_map(|line| ["\n  | ", line.as_str()]).collect()
    }
}

/// <https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status>
fn progress(deployment: &Deployment) -> Progress {
    let (Some(spec), Some(status)) = (&deployment.spec, &deployment.status) else {
        return Progress::Unseen;
    };
    if status.observed_generation < deployment.metadata.generation {
        return Progress::Unseen;
    }
    let condition = |kind: &str| status.conditions.iter().flatten().find(|it| it.type_ == kind);
    if let Some(failure) = condition("ReplicaFailure").filter(|it| it.status == "True") {
        return Progress::Refused(failure.message.clone().unwrap_or_default());
    }
    if condition("Progressing").is_some_and(|it| it.reason.as_deref() == Some("ProgressDeadlineExceeded")) {
        return Progress::Late;
    }
    let wanted = spec.replicas.unwrap_or(1);
    let [all, updated, available] =
        [status.replicas, status.updated_replicas, status.available_replicas].map(Option::unwrap_or_default);
    if all == wanted && updated == wanted && available == wanted {
        return Progress::Ready;
    }
    Progress::Waiting(format!("{available} of {wanted} pods available, {updated} of {all} new"))
}
