//! `diff`: what a deployment would change, resource by resource and property by property.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use assembly::{Finding, FormerId, Severity};
use infra::{Template, nearest};
use plan::{Plan, Pseudo, Snapshot};
use serde_json::{Value as Json, json};

use crate::audit::files;
use crate::cli::{Diff, DiffFormat};
use crate::deploy::parameters;
use crate::deploy::sealed::Sealed;
use crate::deploy::stack_instance::StackInstance;
use crate::deploy::{concurrent, exports};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{Prepared, Reading, prepare};
use crate::select::{self, Selection};
use crate::workloads::plan::WorkersPlan;
use crate::{cloud, parameter_file, ui, workloads};

/// Prints the plan of each stack in each region, or of two templates.
pub async fn run(arguments: &Diff) -> anyhow::Result<Exit> {
    let mut report = Report::new(arguments);
    if let (Some(before), Some(after)) = (&arguments.before, &arguments.after) {
        of_templates(arguments, before, after, &mut report)?;
    } else {
        of_stacks(arguments, &mut report).await?;
    }
    Ok(report.finish())
}

async fn of_stacks(arguments: &Diff, report: &mut Report) -> anyhow::Result<()> {
    let target = &arguments.target;
    let given = parameter_file::with_file(&arguments.given)?;
    let selection = Selection::complete(&arguments.stacks(), &target.stage)?;
    let stacks = &selection.stacks;
    parameters::require_known(stacks, &given.parameters)?;
    select::require_all_sound(stacks)?;
    let clouds = cloud::connect_all(target, selection.default_region()).await?;
    let mut all = StackInstance::all(stacks, &clouds);
    let cluster = workloads::cluster::connect(arguments.kube_context.as_deref(), &all).await?;
    let mut prepared = prepare(&selection, &all, &given, target.release, Reading::Only).await?;
    concurrent::say_failures(&all, &prepared);
    if let Err(error) = exports::release(&mut all, &mut prepared).await {
        // The plans are right, and `deploy` refuses to carry them out.
        ui::error(&error);
        report.exit = Exit::Failed;
    }
    let (mut workers, registries) = (Vec::new(), Arc::default());
    for (instance, prepared) in all.iter().zip(&prepared) {
        // Without a cluster nothing is said of them, but a sealed plan has their images.
        let is_wanted = cluster.is_some() || arguments.out.is_some();
        workers.push(match prepared {
            Ok(prepared) if is_wanted => {
                WorkersPlan::of(&selection.app, cluster.as_ref(), &registries, instance, prepared).await?
            }
            _ => None,
        });
        let has_workers = instance.cloud.local.is_none() && instance.stack.workers().next().is_some();
        if cluster.is_none() && has_workers {
            let label = &instance.label;
            ui::say(format!("{label}: what would change of its workers is told with `--kube-context NAME`"));
        }
    }
    if let Some(file) = &arguments.out {
        seal(&all, &prepared, &workers, file)?;
    }
    for ((instance, prepared), workers) in all.iter().zip(prepared).zip(workers) {
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(error) if all.len() == 1 => return Err(error),
            Err(_) => {
                report.exit = Exit::Failed;
                continue;
            }
        };
        let stack = instance.stack;
        let refusals = prepared.plan.check(&prepared.after, |id| stack.location(id).cloned());
        let region = (clouds.len() > 1).then_some(instance.cloud.region.as_str());
        report.add(&instance.label, stack.name(), region, &prepared.plan, &refusals);
        workloads::cluster::warn_of_left(cluster.as_ref(), instance, &prepared.plan);
        if let Some(workers) = workers.filter(|_| cluster.is_some()) {
            report.add_workers(&instance.label, &workers);
        }
    }
    Ok(())
}

/// Writes the plans of all stacks; of one that has none nothing can be approved.
fn seal(
    all: &[StackInstance<'_>],
    prepared: &[anyhow::Result<Prepared>],
    workers: &[Option<WorkersPlan>],
    file: &Path,
) -> anyhow::Result<()> {
    let plans = all.iter().zip(prepared).zip(workers);
    let plans =
        plans.map(|((instance, prepared), workers)| Some((instance, prepared.as_ref().ok()?, workers.as_ref())));
    match plans.collect::<Option<Vec<_>>>() {
        Some(plans) => Sealed::of(plans.into_iter()).write(file),
        None => Err(Failure::new(format!("a stack has no plan; `{}` was not written", file.display())).into()),
    }
}

/// Two templates of anybody, without AWS and without a workspace.
fn of_templates(arguments: &Diff, before: &Path, after: &Path, report: &mut Report) -> anyhow::Result<()> {
    arguments.target.require_one_region("diff --before")?;
    let (old, new) = (template(before)?, template(after)?);
    let given = parameter_file::with_file(&arguments.given)?.parameters;
    require_known(&given, &[&old, &new])?;
    require_known(&arguments.before_parameters, &[&old])?;
    let pseudo = Pseudo { region: arguments.target.regions.first().cloned(), ..Pseudo::default() };
    let mut values: BTreeMap<_, _> = given.into_iter().collect();
    let moved_from = arguments.moved.iter().map(|(from, to)| (to.clone(), FormerId::here(from))).collect();
    require_declared(&arguments.moved, &old, &new)?;
    let new = Snapshot { pseudo: pseudo.clone(), moved_from, ..Snapshot::given(new, &values) };
    values.extend(arguments.before_parameters.iter().cloned());
    let old = Snapshot { pseudo, ..Snapshot::given(old, &values) };
    let plan = Plan::between(Some(&old), &new);
    let refusals = plan.check(&new, |_| None);
    let name = after.display().to_string();
    report.add(&name, &name, None, &plan, &refusals);
    Ok(())
}

fn template(file: &Path) -> anyhow::Result<Template> {
    let name = file.display();
    let template = Template::parse(&files::read(file)?)
        .map_err(|error| Failure::new(format!("`{name}`: {error}")).help("a template is YAML or JSON"))?;
    if template.section("Resources").next().is_none() {
        return Err(Failure::new(format!("`{name}` is no template: it has no `Resources`")).into());
    }
    Ok(template)
}

/// Refuses a move from what is not there before, or to what is not there after.
fn require_declared(moved: &[(String, String)], old: &Template, new: &Template) -> anyhow::Result<()> {
    for (from, to) in moved {
        for (id, template, side) in [(from, old, "--before"), (to, new, "--after")] {
            if template.resource(id).is_none() {
                let ids: Vec<_> = template.section("Resources").map(|(id, _)| id).collect();
                let failure =
                    Failure::new(format!("the template of `{side}` has no resource `{id}`")).exit(Exit::Usage);
                return Err(match nearest::nearest(id, ids) {
                    Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
                    None => failure,
                }
                .into());
            }
        }
    }
    Ok(())
}

/// Refuses values for parameters that none of `templates` has.
fn require_known(given: &[(String, String)], templates: &[&Template]) -> anyhow::Result<()> {
    let names = templates.iter().flat_map(|template| template.section("Parameters"));
    let known: BTreeSet<_> = names.map(|(name, _)| name).collect();
    let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(name.as_str())) else { return Ok(()) };
    let failure = Failure::new(format!("there is no parameter `{name}`")).exit(Exit::Usage);
    Err(match nearest::nearest(name, known.iter().copied()) {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None if known.is_empty() => failure,
        None => failure.help(format!("the parameters are {}", known.into_iter().collect::<Vec<_>>().join(", "))),
    }
    .into())
}

/// What was found, as it is told.
struct Report {
    format: DiffFormat,
    exit_code: bool,
    exit: Exit,
    plans: Vec<Json>,
}

impl Report {
    fn new(arguments: &Diff) -> Self {
        let default = if ui::json() { DiffFormat::Json } else { DiffFormat::default() };
        Self {
            format: arguments.format.unwrap_or(default),
            exit_code: arguments.exit_code,
            exit: Exit::Done,
            plans: Vec::new(),
        }
    }

    fn add(&mut self, label: &str, name: &str, region: Option<&str>, plan: &Plan, refusals: &[Finding]) {
        if self.exit_code && self.exit == Exit::Done && !plan.is_empty() {
            self.exit = Exit::Differences;
        }
        if refusals.iter().any(|it| it.severity == Severity::Error) {
            self.exit = Exit::Failed;
        }
        match self.format {
            DiffFormat::Text => {
                plan.lines(label).iter().for_each(|line| ui::result(ui::plan_line(line)));
                refusals.iter().for_each(ui::finding);
            }
            DiffFormat::Markdown => ui::result(plan.markdown(label, refusals)),
            DiffFormat::Json => {
                let mut entry = json!({"stack": name, "plan": plan});
                if let Some(region) = region {
                    entry["region"] = region.into();
                }
                if !refusals.is_empty() {
                    entry["refusals"] = json!(refusals);
                }
                self.plans.push(entry);
            }
        }
    }

    /// Adds what would change of a stack's workers.
    fn add_workers(&mut self, label: &str, workers: &WorkersPlan) {
        if self.exit_code && self.exit == Exit::Done && !workers.is_empty() {
            self.exit = Exit::Differences;
        }
        if let Err(error) = workers.require_no_conflict(label) {
            ui::error(&error);
            self.exit = Exit::Failed;
        }
        let lines = workers.lines(label);
        match self.format {
            DiffFormat::Json => {
                if let Some(entry) = self.plans.last_mut() {
                    entry["cluster"] = workers.cluster().unwrap_or_default();
                    entry["images"] = json!(workers.names());
                }
            }
            DiffFormat::Text => lines.iter().for_each(ui::result),
            DiffFormat::Markdown => ui::result(format!("\n```text\n{}\n```", lines.join("\n"))),
        }
    }

    fn finish(self) -> Exit {
        if self.format == DiffFormat::Json {
            ui::result(json!({"version": 1, "stacks": self.plans}));
        }
        self.exit
    }
}
