//! From a stack to its plan: what `diff` shows and `deploy` carries out.

use infra::plan::{Plan, ResourceChange, Snapshot};
use infra::{LogicalId, Severity, Stack, Template};

use crate::assets::{self, Artifact};
use crate::cli::Given;
use crate::cloud::Cloud;
use crate::deploy::contents::{self, Resource};
use crate::deploy::deployed::{self, Deployed};
use crate::deploy::parameters;
use crate::{select, tools, ui};

/// A stack that is ready to be deployed.
#[derive(Debug)]
pub struct Prepared {
    /// What is deployed now.
    pub deployed: Option<Deployed>,
    /// What shall be.
    pub after: Snapshot,
    /// The difference.
    pub plan: Plan,
    /// The functions' zips.
    pub artifacts: Vec<Artifact>,
    /// Where the zips go.
    pub bucket: String,
}

/// Checks the stack, builds its functions and compares it with what is deployed. Changes nothing.
pub async fn prepare(cloud: &Cloud, stack: &Stack, given: &Given) -> anyhow::Result<Prepared> {
    select::require_sound(stack, &infra::check(stack))?;
    let deployed = deployed::read(cloud, stack).await?;
    let previous = deployed.as_ref().map(|deployed| &deployed.snapshot.parameters);
    let local_account = cloud.local.as_ref().map(|_| cloud.account.as_str());
    let mut parameters = parameters::resolve(stack, &given.parameters, previous, local_account)?;

    let artifacts = build(stack)?;
    let bucket = assets::bucket_name(&cloud.account, &cloud.region);
    if !artifacts.is_empty() {
        parameters.insert(infra::template::ARTIFACTS_BUCKET.to_owned(), bucket.clone());
    }
    for artifact in &artifacts {
        parameters.insert(infra::template::code_parameter(&artifact.program), artifact.key.clone());
    }
    let after = Snapshot { template: Template::render(stack), parameters };
    let mut plan = Plan::between(deployed.as_ref().map(|deployed| &deployed.snapshot), &after);
    if plan.losses().next().is_some() {
        add_losses(cloud, stack, &mut plan).await?;
    }
    Ok(Prepared { deployed, after, plan, artifacts, bucket })
}

impl Prepared {
    /// Prints the plan and what CloudFormation would refuse about it.
    pub fn show(&self, stack: &Stack) -> anyhow::Result<()> {
        for line in self.plan.lines(stack.name()) {
            ui::say(ui::plan_line(&line));
        }
        let source = |id: &str| stack.declared(LogicalId::new(id.to_owned())).map(|declared| declared.source);
        select::require_sound(stack, &self.plan.check(&self.after, source))
    }
}

fn build(stack: &Stack) -> anyhow::Result<Vec<Artifact>> {
    let programs: Vec<_> = stack.programs().collect();
    if programs.is_empty() {
        return Ok(Vec::new());
    }
    assets::build(&programs, &tools::zig()?)
}

/// Says in the plan what each resource that goes holds.
async fn add_losses(cloud: &Cloud, stack: &Stack, plan: &mut Plan) -> anyhow::Result<()> {
    let resources = contents::resources(cloud, &stack.stack_name()).await?;
    let find = |change: &ResourceChange| resources.iter().find(|resource: &&Resource| resource.id == change.id);
    let losing: Vec<_> = plan.losses().map(|change| change.id.clone()).collect();
    for change in plan.resources.iter_mut().filter(|change| losing.contains(&change.id)) {
        if let Some(resource) = find(change) {
            change.loses = contents::of(cloud, resource).await?;
        }
    }
    Ok(())
}

/// Whether any finding is an error.
pub fn has_errors(findings: &[infra::Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
