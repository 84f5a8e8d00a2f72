//! `drift`: how what runs differs from what was deployed.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use kubernetes::Cluster;
use serde_json::json;

use crate::cli::{DriftArgs, StackArgs, TargetArgs};
use crate::cloud;
use crate::deploy::change_set::{Mode, Settings};
use crate::deploy::concurrent;
use crate::deploy::deployed::{self, Deployed};
use crate::deploy::interrupt::Interrupt;
use crate::deploy::stack_instance::StackInstance;
use crate::deploy::update::{self, Update};
use crate::exit::Exit;
use crate::operate::running_stack::WORKER;
use crate::prepare::Prepared;
use crate::select::Selection;
use crate::services::{self, Compared, Deviation, PassedOver, Readers, cloudformation};
use crate::workloads::drift::ClusterDrift;
use crate::{ui, workloads};

/// Compares the live resources of each stack with the template that was deployed.
pub async fn run(selected: &StackArgs, target: &TargetArgs, response: &DriftArgs) -> anyhow::Result<Exit> {
    let selection = Selection::complete(selected, &target.stage)?;
    let clouds = cloud::connect_all(target, selection.default_region()).await?;
    let all = StackInstance::all(&selection.stacks, &clouds);
    let cluster = workloads::cluster::connect(response.kube_context.as_deref(), &all).await?;
    let project = &selection.app.workspace.project;
    let results = join_all(all.iter().map(|instance| look(instance, cluster.as_ref(), project))).await;
    concurrent::say_failures(&all, &results);
    let (mut compared, mut is_failed) = (Vec::new(), false);
    for (instance, result) in all.iter().zip(results) {
        match result {
            Ok(found) => compared.push((instance, found)),
            // That of a single stack is still to be said.
            Err(error) if all.len() == 1 => return Err(error),
            Err(_) => is_failed = true,
        }
    }
    if ui::json() {
        ui::result(as_json(&compared, clouds.len() > 1));
    } else {
        for (instance, compared) in &compared {
            print(instance, compared);
            if let Some(workers) = &compared.workers {
                workers.print(&instance.label);
            }
            if response.accept {
                print_rust(instance, &compared.resources);
            }
        }
    }
    say_unlooked(&compared);
    let differs = compared.iter().any(|(_, compared)| compared.differs());
    let is_unread = is_failed || compared.iter().any(|(_, compared)| compared.is_unread());
    let question = if response.fix { question(&compared) } else { None };
    let Some(question) = question else {
        let looked = || compared.iter().map(|(_, looked)| looked);
        if response.fix && looked().any(|it| !it.resources.deviations.is_empty()) {
            ui::say("no API call sets what differs: `deploy` does, once the model says otherwise");
        }
        if response.fix {
            looked().filter_map(|it| it.workers.as_ref()).for_each(ClusterDrift::say_gone);
        }
        return Ok(match (differs, is_unread) {
            (true, _) => Exit::Differences,
            (false, true) => Exit::Failed,
            (false, false) => Exit::Done,
        });
    };
    ui::confirm(&question, response.yes)?;
    let mut is_left = is_unread;
    for (instance, compared) in compared {
        if !compared.resources.deviations.is_empty() {
            let left = fix(instance, compared.resources.deviations).await?;
            left.iter().for_each(ui::warn);
            is_left |= !left.is_empty();
        }
        if let (Some(workers), Some(cluster)) = (&compared.workers, &cluster) {
            is_left |= workers.fix(cluster, &instance.label).await?;
        }
    }
    Ok(if is_left { Exit::Differences } else { Exit::Done })
}

/// How a stack differs from what was deployed of it.
struct Looked {
    resources: Compared,
    /// Whether it has workers in a cluster, whether that was looked at or not.
    has_workers: bool,
    /// In the cluster, where one was looked at and the stack has workers.
    workers: Option<ClusterDrift>,
}

impl Looked {
    fn differs(&self) -> bool {
        !self.resources.deviations.is_empty() || self.workers.as_ref().is_some_and(ClusterDrift::differs)
    }

    fn is_unread(&self) -> bool {
        !self.resources.unread.is_empty() || self.workers.as_ref().is_some_and(ClusterDrift::is_unread)
    }
}

async fn look(instance: &StackInstance<'_>, cluster: Option<&Cluster>, project: &str) -> anyhow::Result<Looked> {
    let StackInstance { stack, cloud, .. } = instance;
    let deployed = deployed::require(cloud, stack).await?;
    // The source may not have them any more, or not with the options of this command line.
    let mut types = deployed.snapshot.template.section("Resources").map(|(_, it)| &it["Type"]);
    let has_workers = cloud.local.is_none() && types.any(|it| it == WORKER);
    let resources = compare(instance, &deployed).await?;
    let workers = match cluster.filter(|_| has_workers) {
        Some(cluster) => Some(workloads::drift::compare(cluster, project, instance).await?),
        None => None,
    };
    Ok(Looked { resources, has_workers, workers })
}

fn say_unlooked(looked: &[(&StackInstance<'_>, Looked)]) {
    for (instance, _) in looked.iter().filter(|(_, it)| it.workers.is_none() && it.has_workers) {
        ui::say(format!(
            "{}: the cluster that its workers run in was not looked at: `--kube-context NAME` does",
            instance.label
        ));
    }
}

/// What is asked before anything is set; nothing when nothing can be.
fn question(compared: &[(&StackInstance<'_>, Looked)]) -> Option<String> {
    let (mut set, mut reverted, mut applied) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (instance, looked) in compared {
        applied.extend(looked.workers.iter().filter_map(|workers| workers.question(&instance.label)));
        for it in &looked.resources.deviations {
            if it.is_repairable() {
                set.push(format!("{} {} to {}", it.id, it.property, it.expected));
            } else if can_revert(instance) {
                reverted.insert(it.id.as_str());
            }
        }
    }
    let set = (!set.is_empty()).then(|| format!("set {}", set.join(", ")));
    let reverted = reverted.into_iter().collect::<Vec<_>>();
    let reverted = (!reverted.is_empty())
        .then(|| format!("have CloudFormation bring {} back to what was deployed", reverted.join(", ")));
    let parts: Vec<_> = set.into_iter().chain(reverted).chain(applied).collect();
    (!parts.is_empty()).then(|| parts.join(", and "))
}

/// The local cloud's CloudFormation compares templates alone.
fn can_revert(instance: &StackInstance<'_>) -> bool {
    instance.cloud.local.is_none()
}

/// Sets what differs, by calls of the services or else by an update of the stack; what is left.
async fn fix(instance: &StackInstance<'_>, deviations: Vec<Deviation>) -> anyhow::Result<Vec<Deviation>> {
    let (set, left) = services::repair(deviations).await?;
    for Deviation { id, property, expected, .. } in &set {
        ui::say(format!("  {}✓{:#} set {id} {property} to {expected}", ui::GOOD, ui::GOOD));
    }
    if left.is_empty() || !can_revert(instance) {
        return Ok(left);
    }
    let StackInstance { stack, cloud, .. } = instance;
    let ids = left.iter().map(|it| it.id.as_str()).collect();
    let prepared = Prepared::reverting(&ids, deployed::require(cloud, stack).await?, cloud);
    let settings = Settings { mode: Mode::RevertDrift, ..Settings::default() };
    let interrupt = Interrupt::listen();
    let update = Update {
        plan: &prepared.plan,
        after: &prepared.after,
        prepared: &prepared,
        settings: &settings,
        interrupt: Some(&interrupt),
    };
    update::run(instance, &update).await?;
    Ok(compare(instance, &deployed::require(cloud, stack).await?).await?.deviations)
}

async fn compare(instance: &StackInstance<'_>, deployed: &Deployed) -> anyhow::Result<Compared> {
    let resources = cloudformation::resources(instance.cloud, &deployed.id).await?;
    Ok(services::compare(instance.cloud, &deployed.snapshot, &resources, Readers::All).await)
}

fn print(instance: &StackInstance<'_>, looked: &Looked) {
    let Compared { read, deviations, unread, passed_over } = &looked.resources;
    let read = services::quantity(*read as u64, "resource");
    let found = match deviations.len() {
        0 => "as deployed".to_owned(),
        count => services::quantity(count as u64, "difference"),
    };
    let strong = ui::STRONG;
    ui::result(format!("{strong}{}: {read} read, {found}{strong:#}", instance.label));
    let width = deviations.iter().map(|it| it.id.len()).max().unwrap_or(0);
    for deviation in deviations {
        let Deviation { id, property, expected, live, .. } = deviation;
        let (caution, live, reason) = (ui::CAUTION, live.as_deref().unwrap_or("not set"), deviation.reason());
        ui::result(format!("  {caution}~{caution:#} {id:<width$}  {property}: deployed {expected}, is {live}{reason}"));
        if let Some(location) = instance.stack.location(id) {
            ui::result(format!("    --> {location}"));
        }
    }
    for (reason, mut types) in reasons(passed_over) {
        let resources = services::quantity(types.len() as u64, "resource");
        let verb = if types.len() == 1 { "is" } else { "are" };
        types.sort_unstable();
        types.dedup();
        let number = services::quantity(types.len() as u64, "type");
        let types = types.join(", ");
        ui::result(format!("  {resources} of {number} {verb} not compared here: {types} ({reason})"));
    }
    for (id, error) in unread {
        ui::warn(format!("{id} could not be read: {error}"));
    }
}

/// The reasons why resources are not compared, with the types of those.
fn reasons(passed_over: &[PassedOver]) -> BTreeMap<&'static str, Vec<&str>> {
    let mut reasons: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for PassedOver { resource_type, reason, .. } in passed_over {
        reasons.entry(reason).or_default().push(resource_type);
    }
    reasons
}

/// Every property can be set by its path, whatever the field of the struct is called.
fn print_rust(instance: &StackInstance<'_>, compared: &Compared) {
    for Deviation { id, property, live, .. } in &compared.deviations {
        let place = instance.stack.location(id).map(|location| format!(" // {location}")).unwrap_or_default();
        match live.as_deref().and_then(literal).filter(|_| is_property(property)) {
            Some(value) => ui::result(format!("stack.named({id:?}).property({property:?}, {value}){place}")),
            None => ui::result(format!("// {id}: no value says what is live of {property}{place}")),
        }
    }
}

/// Whether it is the path of a single value of the template.
fn is_property(path: &str) -> bool {
    path.starts_with(|first: char| first.is_ascii_uppercase())
        && !path.contains('[')
        && path != "Code"
        && path != "Tags"
}

/// A number, a truth value or a text as Rust writes it; nothing of what stands for several values.
fn literal(live: &str) -> Option<String> {
    if live.parse::<i64>().is_ok() || matches!(live, "true" | "false") {
        return Some(live.to_owned());
    }
    (!live.contains([' ', ';', '{', '['])).then(|| format!("{live:?}"))
}

fn as_json(looked: &[(&StackInstance<'_>, Looked)], several_regions: bool) -> serde_json::Value {
    let entry = |(instance, looked): &(&StackInstance<'_>, Looked)| {
        let compared = &looked.resources;
        let unread = compared.unread.iter().map(|(id, error)| json!({"id": id, "error": error.to_string()}));
        let mut entry = json!({
            "stack": instance.stack.name(),
            "read": compared.read,
            "differences": compared.deviations,
            "unread": unread.collect::<Vec<_>>(),
            "not_compared": compared.passed_over,
        });
        if looked.has_workers {
            entry["cluster"] = looked.workers.as_ref().map(ClusterDrift::as_json).into();
        }
        if several_regions {
            entry["region"] = instance.cloud.region.as_str().into();
        }
        entry
    };
    json!({"version": 1, "stacks": looked.iter().map(entry).collect::<Vec<_>>()})
}
