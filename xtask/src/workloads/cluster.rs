//! The cluster that a stack's workers run in.

use std::collections::BTreeSet;

use kubernetes::{Changes, Cluster, ClusterSettings, Difference, Event, Owner, PushSettings};
use plan::{Action, Plan, ResourceChange};
use serde_json::{Value as Json, json};

use crate::deploy::change_set;
use crate::deploy::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack;
use crate::stack::Stack;
use crate::ui;

/// The cluster that the kubeconfig's `context` leads to, where one is named.
///
/// # Errors
/// When there is no such context, the cluster is not in reach, or `all` go to several regions.
pub async fn connect(context: Option<&str>, all: &[StackInstance<'_>]) -> anyhow::Result<Option<Cluster>> {
    let Some(context) = context else { return Ok(None) };
    let regions: BTreeSet<_> = all.iter().map(|it| it.cloud.region.as_str()).collect();
    if regions.len() > 1 {
        let regions: Vec<_> = regions.into_iter().collect();
        let message = format!("`--kube-context` leads to one cluster, and the stacks go to {}", regions.join(" and "));
        return Err(Failure::new(message).exit(Exit::Usage).help("one region after the other: `--region NAME`").into());
    }
    Ok(Some(connect_to(context).await?))
}

/// The cluster that the kubeconfig's `context` leads to.
///
/// # Errors
/// When there is no such context, or the cluster is not in reach.
pub async fn connect_to(context: &str) -> anyhow::Result<Cluster> {
    Ok(Cluster::connect(None, context, settings()).await.map_err(|error| explain("", &error))?)
}

/// Takes the workers of a stack out of the cluster, before what they consume is deleted; says how many objects are gone.
///
/// # Errors
/// When the cluster refuses.
pub async fn remove(cluster: &Cluster, project: &str, stack: &Stack) -> anyhow::Result<usize> {
    let removed = cluster.remove(Owner { project, stack: stack.stack_name() }, &mut tell).await;
    removed.map_err(|error| {
        explain("the stack is left as it is, since its workers are not all gone: ", &error)
            .help("`destroy` again, once that is mended, goes on")
            .into()
    })
}

/// Warns of workers that a deployment by `plan` leaves behind, when no cluster is named from which they are removed.
pub fn warn_of_left(cluster: Option<&Cluster>, instance: &StackInstance<'_>, plan: &Plan) {
    let is_gone = |it: &&ResourceChange| {
        it.resource_type == running_stack::WORKER && matches!(it.action, Action::Delete | Action::Replace)
    };
    let gone: Vec<_> = plan.resources.iter().filter(is_gone).map(|it| format!("`{}`", it.id)).collect();
    if cluster.is_none() && instance.cloud.local.is_none() && !gone.is_empty() {
        ui::warn(format!(
            "what runs now of {} of `{}` stays in its cluster, without rights: `--kube-context NAME` removes it, `kubectl apply -k` does not",
            gone.join(", "),
            instance.label
        ));
    }
}

/// What would change in the cluster `context` for the stack `label`: how much, and a line for each object and property.
#[must_use]
pub fn lines(label: &str, context: &str, changes: &Changes) -> Vec<String> {
    let value = |value: &Option<Json>| value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let differences = changes.differences.iter().map(|it| match (it.path.as_str(), &it.before, &it.after) {
        ("", None, _) => format!("  +  {}", it.object),
        ("", Some(_), _) => format!("  -  {}", it.object),
        (path, before, after) => format!("  ~  {}  {path}: {} -> {}", it.object, value(before), value(after)),
    });
    let conflicts =
        changes.conflicts.iter().map(|it| format!("  !  {}  `{}` is managed by `{}`", it.object, it.path, it.manager));
    let heading = format!("{label} in the cluster `{context}`: {}", heading(changes));
    [heading].into_iter().chain(differences).chain(conflicts).collect()
}

fn heading(changes: &Changes) -> String {
    let objects = |of: &dyn Fn(&Difference) -> bool| {
        changes.differences.iter().filter(|it| of(it)).map(|it| &it.object).collect::<BTreeSet<_>>().len()
    };
    let counts = [
        (objects(&|it| it.path.is_empty() && it.before.is_none()), "to create"),
        (objects(&|it| !it.path.is_empty()), "to change"),
        (objects(&|it| it.path.is_empty() && it.before.is_some()), "to remove"),
        (changes.conflicts.len(), "in conflict"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let counts: Vec<_> = counts.collect();
    if counts.is_empty() { "no changes".to_owned() } else { counts.join(", ") }
}

/// The same for programs.
#[must_use]
pub fn as_json(context: &str, changes: &Changes) -> Json {
    let difference = |it: &Difference| json!({"object": it.object.to_string(), "path": it.path, "before": it.before, "after": it.after});
    let differences: Vec<_> = changes.differences.iter().map(difference).collect();
    let conflicts = changes.conflicts.iter();
    let conflicts: Vec<_> =
        conflicts.map(|it| json!({"object": it.object.to_string(), "path": it.path, "manager": it.manager})).collect();
    json!({"context": context, "differences": differences, "conflicts": conflicts})
}

/// How a cluster is waited for.
fn settings() -> ClusterSettings {
    let settings = ClusterSettings::default();
    let (poll, pause) = (change_set::pause_of(settings.poll), change_set::pause_of(settings.pause));
    ClusterSettings { poll, pause, ..settings }
}

/// How a registry is waited for.
pub(super) fn push_settings() -> PushSettings {
    let settings = PushSettings::default();
    PushSettings { pause: change_set::pause_of(settings.pause), ..settings }
}

/// What a cluster or a registry says, after `what` it is about.
pub(crate) fn explain(what: &str, error: &kubernetes::Error) -> Failure {
    let failure = Failure::new(format!("{what}{}", error.message()));
    error.advice().iter().fold(failure, Failure::help)
}

/// Says what goes on; of what is as it should be only when asked to be verbose.
pub(super) fn tell(event: Event) {
    match event {
        Event::Unchanged(_) => ui::detail(format!("  {event}")),
        Event::Trouble(..) => ui::warn(event),
        _ => ui::say(format!("  {event}")),
    }
}
