//! From a stack to its plan: what `diff` shows and `deploy` carries out.

mod programs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::join_all;
use indexmap::IndexMap;
use infra::facts;
use plan::{Action, Plan, ResourceChange, Snapshot, Transferred};
use serde_json::{Map, Value as Json};

use crate::assets::Artifact;
use crate::assets::bucket::Bucket;
use crate::assets::provenance::{Origin, Provenance};
use crate::cli::ParameterArgs;
use crate::cloud::Cloud;
use crate::deploy::change_set;
use crate::deploy::deployed::{self, Deployed};
use crate::deploy::stack_instance::StackInstance;
use crate::deploy::{parameters, recovery, transfer};
use crate::failure::Failure;
use crate::select::{self, Selection};
use crate::services::cloudformation::{self, Resource};
use crate::services::{self, Search};
use crate::stack::Stack;
use crate::{local, options, ui};

use programs::Artifacts;

pub use programs::{Purpose, build};

/// A stack that is ready to be deployed.
#[derive(Debug)]
pub struct Prepared {
    /// What is deployed now.
    pub deployed: Option<Deployed>,
    /// What shall be.
    pub after: Snapshot,
    /// The difference.
    pub plan: Plan,
    /// What moves into it from other stacks and out of it into others.
    pub transferred: Option<Transferred>,
    /// What it has until all other stacks are deployed: outputs of before that they still import.
    pub until_others: Option<Snapshot>,
    /// The functions' zips, which stacks may share.
    pub artifacts: Vec<Arc<Artifact>>,
    /// The programs of its workers, by their logical ids.
    pub workers: BTreeMap<String, PathBuf>,
    /// What each zip that is not deployed yet was built from, by its key.
    pub provenance: BTreeMap<String, Provenance>,
    /// Where the zips go.
    pub bucket: Bucket,
}

/// What is deployed of a stack, and what shall be.
#[derive(Debug)]
pub struct Sides {
    /// What is deployed now.
    pub deployed: Option<Deployed>,
    /// What shall be.
    pub after: Snapshot,
    /// The functions' zips.
    artifacts: Vec<Arc<Artifact>>,
    /// The programs of its workers, by their logical ids.
    workers: BTreeMap<String, PathBuf>,
    /// What moves into it from other stacks and out of it into others.
    pub transferred: Option<Transferred>,
}

/// What to do about a deployment that was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Nothing: it is only looked at.
    Only,
    /// It is followed to its end first.
    Resuming,
}

/// Builds the functions of all stacks in one run and compares each stack with what is deployed. Changes nothing.
///
/// What is wrong with one stack in one place is its own failure.
///
/// # Errors
/// When a parameter has no value or a wrong one, or the functions cannot be built.
pub async fn prepare(
    selection: &Selection,
    all: &[StackInstance<'_>],
    given: &ParameterArgs,
    release: bool,
    reading: Reading,
) -> anyhow::Result<Vec<anyhow::Result<Prepared>>> {
    if let Some(local) = all.iter().find_map(|instance| instance.cloud.local.as_ref()) {
        let services = selection.stacks.iter().flat_map(Stack::local_services);
        local::start_services(local, &selection.app, services).await?;
    }
    let found: Vec<_> = join_all(all.iter().map(|instance| find(selection, instance, reading))).await;
    let parameters = resolve_all(all, &found, given)?;
    let open = all.iter().zip(&found).filter(|(_, found)| found.is_ok()).map(|(instance, _)| instance);
    let stacks: Vec<_> = open.clone().map(|instance| instance.stack).collect();
    let purpose = match open.clone().any(|instance| instance.cloud.local.is_some()) {
        false => Purpose::Lambda,
        true if release => Purpose::LocalRelease,
        true => Purpose::Local,
    };
    let programs = build(selection, &stacks, purpose).await?;
    let artifacts = Artifacts::pack(selection, &programs)?;
    let sides = all.iter().zip(found).zip(parameters).map(|((instance, found), parameters)| {
        let (deployed, artifacts) = (found?, artifacts.of(instance.stack));
        let after = after(instance, parameters, &artifacts)?;
        let workers = instance
            .stack
            .workers()
            .filter_map(|(program, _)| Some((program.id.clone(), programs.of(program)?.path.clone())));
        Ok(Sides { deployed, after, artifacts, workers: workers.collect(), transferred: None })
    });
    let mut sides: Vec<_> = sides.collect();
    transfer::find(selection, all, &mut sides).await;
    let imports = given.import_existing;
    let plans = all.iter().zip(sides).map(async |(instance, sides)| plan(instance, sides?, imports).await);
    let mut prepared = join_all(plans).await;
    add_provenance(selection.app.root(), &mut prepared);
    let explained = all.iter().zip(&mut prepared).filter_map(|(instance, prepared)| {
        prepared.as_mut().ok().map(|prepared| explain_code(instance.cloud, prepared))
    });
    join_all(explained).await;
    Ok(prepared)
}

/// What is deployed, if a deployment could follow it.
async fn find(
    selection: &Selection,
    instance: &StackInstance<'_>,
    reading: Reading,
) -> anyhow::Result<Option<Deployed>> {
    let deployed = match reading {
        Reading::Only => deployed::read(instance.cloud, instance.stack).await?,
        Reading::Resuming => recovery::read(instance).await?,
    };
    if let Some(deployed) = &deployed {
        deployed.require_deployable(instance.cloud, instance.stack).await?;
        let options = selection.system_of(instance.stack).map(|system| system.options.as_slice()).unwrap_or_default();
        options::require_said(instance.stack, options, &deployed.snapshot.tags)?;
    }
    Ok(deployed)
}

/// The values of all parameters. What is wrong with them is said of all stacks at once: it is the command line that
/// has to change.
fn resolve_all(
    all: &[StackInstance<'_>],
    found: &[anyhow::Result<Option<Deployed>>],
    given: &ParameterArgs,
) -> anyhow::Result<Vec<BTreeMap<String, String>>> {
    let mut given = given.parameters.clone();
    let mut problems: IndexMap<String, anyhow::Error> = IndexMap::new();
    let mut resolved = Vec::new();
    for (instance, found) in all.iter().zip(found) {
        let Ok(deployed) = found else {
            resolved.push(BTreeMap::new());
            continue;
        };
        let before = deployed.as_ref().map(|deployed| &deployed.snapshot);
        match parameters::resolve(instance.stack, &mut given, before, instance.cloud.local.as_ref()) {
            Ok(values) => resolved.push(values),
            Err(error) => {
                problems.insert(error.to_string(), error);
            }
        }
    }
    let Some((_, last)) = problems.pop() else { return Ok(resolved) };
    problems.values().for_each(ui::error);
    Err(last)
}

/// What a stack shall be.
fn after(
    instance: &StackInstance<'_>,
    mut parameters: BTreeMap<String, String>,
    artifacts: &[Arc<Artifact>],
) -> anyhow::Result<Snapshot> {
    let StackInstance { stack, cloud, .. } = instance;
    if !artifacts.is_empty() {
        let bucket = Bucket::artifacts(&cloud.account, &cloud.region);
        parameters.insert(infra::template::ARTIFACTS_BUCKET.to_owned(), bucket.name);
    }
    for artifact in artifacts {
        parameters.insert(infra::template::code_parameter(&artifact.program), artifact.key());
    }
    let template = stack.template().clone();
    let mut after = Snapshot {
        template,
        parameters,
        moved_from: stack.moved_from(),
        pseudo: cloud.pseudo(stack.stack_name()),
        ..Snapshot::default()
    };
    after.tags = change_set::tags(stack, &after)?;
    Ok(after)
}

/// The difference of both sides; `imports` says whether it may take in what exists already.
async fn plan(instance: &StackInstance<'_>, sides: Sides, imports: bool) -> anyhow::Result<Prepared> {
    let StackInstance { stack, cloud, .. } = instance;
    let Sides { deployed, mut after, artifacts, workers, transferred } = sides;
    let before = deployed.as_ref().map(|deployed| &deployed.snapshot);
    let planned = |after: &Snapshot| match &transferred {
        Some(transferred) => transferred.plan(after),
        None => Plan::between(before, after),
    };
    let mut plan = planned(&after);
    if let Some(template) = before.and_then(|before| plan.with_former_items(before, &after)) {
        after.template = template;
        plan = planned(&after);
    }
    if let Some(deployed) = &deployed {
        require_kept_ids(stack, &plan, &deployed.snapshot, &after)?;
    }
    let taken = taken_names(cloud, stack, &plan, &after).await?;
    if imports {
        import(stack, &mut plan, &after, &taken)?;
    } else {
        require_free(cloud, stack, &taken)?;
    }
    if plan.losses().next().is_some() {
        add_losses(cloud, stack, &mut plan).await?;
    }
    Ok(Prepared {
        deployed,
        after,
        plan,
        transferred,
        until_others: None,
        artifacts,
        workers,
        provenance: BTreeMap::new(),
        bucket: Bucket::artifacts(&cloud.account, &cloud.region),
    })
}

/// Says of all zips that are not deployed yet what they were built from. A plan is as good without it.
fn add_provenance(root: &Path, prepared: &mut [anyhow::Result<Prepared>]) {
    let mut origin = None;
    for prepared in prepared.iter_mut().flatten() {
        let deployed = prepared.deployed.as_ref().map(|deployed| &deployed.snapshot.parameters);
        for artifact in &prepared.artifacts {
            let key = artifact.key();
            if deployed.is_some_and(|parameters| parameters.values().any(|value| *value == key)) {
                continue;
            }
            let provenance = match origin.get_or_insert_with(|| Origin::read(root)) {
                Ok(origin) => origin.of(artifact).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match provenance {
                Ok(provenance) => {
                    prepared.provenance.insert(key, provenance);
                }
                Err(error) => ui::detail(format!("what {} was built from is not known: {error}", artifact.program)),
            }
        }
    }
}

/// Says in the plan why the code of functions changes.
async fn explain_code(cloud: &Cloud, prepared: &mut Prepared) {
    let Prepared { plan, provenance, bucket, .. } = prepared;
    let explained = plan.resources.iter_mut().flat_map(|change| &mut change.properties).map(async |property| {
        let (Some(Json::String(before)), Some(Json::String(after))) = (&property.before, &property.after) else {
            return;
        };
        let Some(new) = provenance.get(after) else { return };
        let old = Provenance::read(&cloud.s3, bucket, before).await;
        property.because = old.map(|old| new.changes_since(&old));
    });
    join_all(explained).await;
}

impl Prepared {
    /// A stack whose resources `ids` differ from what is deployed, and shall be as it is.
    #[must_use]
    pub fn reverting(ids: &BTreeSet<&str>, deployed: Deployed, cloud: &Cloud) -> Self {
        let after = deployed.snapshot.clone();
        Self {
            plan: Plan::reverting(ids, &after),
            deployed: Some(deployed),
            after,
            transferred: None,
            until_others: None,
            artifacts: Vec::new(),
            workers: BTreeMap::new(),
            provenance: BTreeMap::new(),
            bucket: Bucket::artifacts(&cloud.account, &cloud.region),
        }
    }

    /// Prints the plan, also when quiet if a yes will be asked for it, and what CloudFormation would refuse about it.
    pub fn show(&self, instance: &StackInstance<'_>, will_ask: bool) -> anyhow::Result<()> {
        let stack = instance.stack;
        for line in self.plan.lines(&instance.label) {
            ui::say_or_insist(ui::plan_line(&line), will_ask && !self.plan.is_empty());
        }
        select::require_sound(stack, &self.plan.check(&self.after, |id| stack.location(id).cloned()))
    }
}

/// Refuses to create a resource under a name that the stack's own resource still has, which CloudFormation deletes only
/// afterwards.
fn require_kept_ids(stack: &Stack, plan: &Plan, before: &Snapshot, after: &Snapshot) -> anyhow::Result<()> {
    let (old, new) = (before.resolved_resources(), after.resolved_resources());
    let named = |change: &ResourceChange, resources: &Map<String, Json>| {
        let resource = resources.get(&change.id)?.as_object()?;
        let (_, name) = facts::physical_name(&change.resource_type, resource)?;
        Some((change.resource_type.clone(), name.to_owned()))
    };
    let with = |action: Action| plan.resources.iter().filter(move |change| change.action == action);
    for created in with(Action::Create) {
        let Some(name) = named(created, &new) else { continue };
        let Some(gone) = with(Action::Delete).find(|change| named(change, &old).as_ref() == Some(&name)) else {
            continue;
        };
        let place = stack.location(&created.id).map(|location| format!("\n  --> {location}")).unwrap_or_default();
        return Err(Failure::new(format!(
            "`{}` takes the name `{}` of `{}`, which this deployment would delete with all it holds; nothing was deployed{place}",
            created.id, name.1, gone.id
        ))
        .help(format!(
            "if it is the same resource, say so: `.moved_from(\"{0}\")`; else keep the logical id `{0}`, or give `{1}` another name",
            gone.id, created.id
        ))
        .into());
    }
    Ok(())
}

/// What the plan creates and exists already under its name outside of the stack.
async fn taken_names(cloud: &Cloud, stack: &Stack, plan: &Plan, after: &Snapshot) -> anyhow::Result<Vec<Resource>> {
    let template = after.resolved_resources();
    let created = plan.resources.iter().filter(|change| change.action == Action::Create).filter_map(|change| {
        let resource = template.get(&change.id)?.as_object()?;
        let (_, name) = facts::physical_name(&change.resource_type, resource)?;
        let (id, resource_type) = (change.id.clone(), change.resource_type.clone());
        Some(Resource { id, resource_type, physical_id: name.to_owned() })
    });
    let created: Vec<_> = created.collect();
    let Search { existing: taken, unknown, .. } = services::find(cloud, &created).await;
    for (resource, error) in unknown {
        // Who may deploy may not be allowed to read every service.
        ui::warn(format!("whether `{}` exists already is not known: {error}", resource.physical_id));
    }
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    // What another deployment of this stack has made since the stack was read is not somebody else's.
    let own = match deployed::read(cloud, stack).await? {
        Some(deployed) if deployed.is_in_progress() => {
            return Err(deployed::busy(cloud, stack, &deployed.id, deployed.status.as_str()).await);
        }
        Some(deployed) => cloudformation::resources(cloud, &deployed.id).await?,
        None => Vec::new(),
    };
    let is_own = |it: &Resource| own.iter().any(|own| own.id == it.id && own.resource_type == it.resource_type);
    let taken: Vec<_> = taken.into_iter().filter(|it| !is_own(it)).collect();
    if taken.is_empty() { Err(deployed::overtaken(stack)) } else { Ok(taken.into_iter().cloned().collect()) }
}

/// Refuses to create what exists already. AWS would refuse it too, halfway through the deployment; an emulator may
/// overwrite it.
fn require_free(cloud: &Cloud, stack: &Stack, taken: &[Resource]) -> anyhow::Result<()> {
    let Some(first) = taken.first() else { return Ok(()) };
    let names: Vec<_> = taken.iter().map(|it| format!("`{}` ({})", it.physical_id, it.resource_type)).collect();
    let place = stack.location(&first.id).map(|location| format!("\n  --> {location}"));
    Err(Failure::new(format!(
        "{} already exists in {} and is not part of `{}`; nothing was deployed{}",
        names.join(", "),
        cloud.place(),
        stack.name(),
        place.unwrap_or_default()
    ))
    .help("remove it, give the resource another name, or deploy to another `--stage`")
    .help("`--import-existing` takes it into the stack as it is")
    .into())
}

/// Plans to take what exists already into the stack.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html>
fn import(stack: &Stack, plan: &mut Plan, after: &Snapshot, taken: &[Resource]) -> anyhow::Result<()> {
    for Resource { id, resource_type, physical_id } in taken {
        let place = stack.location(id).map(|location| format!("\n  --> {location}")).unwrap_or_default();
        let refusal = |why: &str| Failure::new(format!("`{physical_id}` exists already, and {why}{place}"));
        let resource = after.template.resource(id);
        let is_literal = facts::name_property(resource_type)
            .is_some_and(|name| resource.is_some_and(|it| it.get("Properties").is_some_and(|it| it[name].is_string())));
        if !is_literal {
            return Err(refusal("CloudFormation imports only what has a name without intrinsic functions")
                .help("write the name as it is, without parameters")
                .into());
        }
        let policy = resource.and_then(|it| it.get("DeletionPolicy")?.as_str()).unwrap_or("Delete");
        if !policy.starts_with("Retain") {
            return Err(refusal(&format!(
                "is imported only with a deletion policy that keeps it; `{id}` has `{policy}`"
            ))
            .help(
                "say `.deletion_policy(DeletionPolicy::RetainExceptOnCreate)`; once it is imported, it can be changed",
            )
            .into());
        }
        for change in plan.resources.iter_mut().filter(|change| change.id == *id) {
            change.action = Action::Import;
        }
    }
    Ok(())
}

/// Says in the plan what each resource that goes holds.
async fn add_losses(cloud: &Cloud, stack: &Stack, plan: &mut Plan) -> anyhow::Result<()> {
    let resources = cloudformation::resources(cloud, stack.stack_name()).await?;
    let find = |change: &ResourceChange| resources.iter().find(|resource: &&Resource| resource.id == change.id);
    let losing: Vec<_> = plan.losses().map(|change| change.id.clone()).collect();
    for change in plan.resources.iter_mut().filter(|change| losing.contains(&change.id)) {
        if let Some(resource) = find(change) {
            change.loses = services::contents(cloud, resource).await?;
        }
    }
    Ok(())
}
