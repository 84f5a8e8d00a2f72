//! What is wrong with the pods of a Deployment.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{ListParams, LogParams};

use super::Cluster;
use super::call::refused;
use super::event::ObjectName;
use crate::Error;
use crate::object::Kind;
use crate::objects::CONTAINER;

/// As many of the last lines of a log are shown.
const LINES: i64 = 20;

const REVISION: &str = "deployment.kubernetes.io/revision";
const HASH: &str = "pod-template-hash";

/// A container of a pod, which can be started anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// The one that was there before.
    Ended,
    /// The one that is there.
    Running,
}

/// What is wrong with a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) text: String,
    pub(super) help: &'static str,
    /// Waiting makes it no better.
    pub(super) is_final: bool,
    /// Waiting for long makes it no better.
    pub(super) can_be_final: bool,
    /// The pod whose log says more.
    pub(super) pod: Option<String>,
}

impl Trouble {
    pub(super) fn passing(text: String) -> Self {
        let help =
            "a quota or a policy of the namespace refuses the pod: read what it says, or ask who runs the cluster";
        Self { text, help, is_final: false, can_be_final: true, pod: None }
    }

    const fn lasting(text: String, help: &'static str) -> Self {
        Self { text, help, is_final: true, can_be_final: true, pod: None }
    }
}

impl Cluster {
    /// The first thing that is wrong with the pods of the newest revision.
    pub(super) async fn trouble(&self, deployment: &Deployment) -> Result<Option<Trouble>, Error> {
        let pods = self.newest_pods(deployment).await?;
        let troubles: Vec<_> = pods.iter().filter_map(of_pod).collect();
        Ok(troubles.iter().find(|trouble| trouble.is_final).or(troubles.first()).cloned())
    }

    /// The first pod of the newest revision that runs and is not ready.
    pub(super) async fn unready(&self, deployment: &Deployment) -> Result<Option<String>, Error> {
        let pods = self.newest_pods(deployment).await?;
        let is_unready = |pod: &&Pod| {
            container(pod).is_some_and(|it| !it.ready && it.state.as_ref().is_some_and(|it| it.running.is_some()))
        };
        Ok(pods.iter().find(is_unready).and_then(|pod| pod.metadata.name.clone()))
    }

    /// The pods of the newest revision, by name.
    async fn newest_pods(&self, deployment: &Deployment) -> Result<Vec<Pod>, Error> {
        let namespace = deployment.metadata.namespace.as_deref().unwrap_or_default();
        let name =
            ObjectName::new(Kind::DEPLOYMENT, Some(namespace), deployment.metadata.name.as_deref().unwrap_or_default());
        let failed = |error: kube::Error| refused("read the pods of", &name, &error);
        let selector = deployment.spec.as_ref().and_then(|spec| spec.selector.match_labels.as_ref());
        let labels = selector
            .into_iter()
            .flatten()
            .map(|(label, value)| format!("{label}={value}"))
            .collect::<Vec<_>>()
            .join(",");
        let parameters = &ListParams::default().labels(&labels);
        let sets = |client| async move { Api::<ReplicaSet>::namespaced(client, namespace).list(parameters).await };
        let sets = self.call(sets).await.map_err(failed)?;
        let revision = |metadata: &ObjectMeta| metadata.annotations.as_ref()?.get(REVISION).cloned();
        let newest = revision(&deployment.metadata);
        let set = sets.items.iter().find(|set| newest.is_some() && revision(&set.metadata) == newest);
        let Some(hash) = set.and_then(|set| set.metadata.labels.as_ref()?.get(HASH)) else { return Ok(Vec::new()) };
        let parameters = &ListParams::default().labels(&format!("{labels},{HASH}={hash}"));
        let pods = |client| async move { Api::<Pod>::namespaced(client, namespace).list(parameters).await };
        let mut pods = self.call(pods).await.map_err(failed)?.items;
        pods.sort_by(|one, other| one.metadata.name.cmp(&other.metadata.name));
        Ok(pods)
    }

    /// The last lines of a container that has ended or of the one that runs, whichever comes `first`; of the other when that
    /// has none.
    pub(super) async fn last_lines(&self, namespace: &str, pod: &str, first: Container) -> Vec<String> {
        let ended_first = first == Container::Ended;
        for previous in [ended_first, !ended_first] {
            let parameters = &LogParams {
                container: Some(CONTAINER.to_owned()),
                previous,
                tail_lines: Some(LINES),
                ..LogParams::default()
            };
            let logs = |client| async move { Api::<Pod>::namespaced(client, namespace).logs(pod, parameters).await };
            // Without a log the error is told all the same.
            if let Ok(text) = self.call(logs).await
                && !text.is_empty()
            {
                return text.lines().map(str::to_owned).collect();
            }
        }
        Vec::new()
    }
}

fn container(pod: &Pod) -> Option<&ContainerStatus> {
    pod.status.as_ref()?.container_statuses.iter().flatten().find(|it| it.name == CONTAINER)
}

fn of_pod(pod: &Pod) -> Option<Trouble> {
    let name = pod.metadata.name.clone().unwrap_or_default();
    let status = pod.status.as_ref()?;
    let scheduled = status.conditions.iter().flatten().find(|it| it.type_ == "PodScheduled" && it.status == "False");
    if let Some(condition) = scheduled {
        let why = condition.message.clone().unwrap_or_default();
        // A cluster that makes nodes on demand has one soon.
        let help = "no node has room for it, or is of its architecture: see the requests, and what makes nodes";
        let text = format!("pod `{name}` has no node: {why}");
        return Some(Trouble { text, help, is_final: false, can_be_final: false, pod: None });
    }
    let container = container(pod)?;
    let state = container.state.as_ref()?.waiting.as_ref()?;
    let (reason, message) = (state.reason.as_deref()?, state.message.clone().unwrap_or_default());
    let text = format!("pod `{name}`: {reason}: {message}");
    match reason {
        "CrashLoopBackOff" => {
            let ended = container.last_state.as_ref().and_then(|it| it.terminated.as_ref());
            let how = ended.map_or(message, |it| {
                format!("exit code {}, {}", it.exit_code, it.reason.as_deref().unwrap_or("no reason"))
            });
            let text = format!("pod `{name}`: {reason}: {how}");
            let help = "the program ends by itself: its last lines say why; `OOMKilled` means that its memory limit is too low";
            Some(Trouble { pod: Some(name), ..Trouble::lasting(text, help) })
        }
        "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => Some(Trouble::lasting(
            text,
            "the nodes' role must be allowed to pull from the repository, and the image must be there",
        )),
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
            Some(Trouble::lasting(text, "the container cannot be made as it is described: read what is said of it"))
        }
        _ => None,
    }
}
