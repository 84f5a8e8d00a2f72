//! A plan in a file: what was approved is what is carried out, or nothing is.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use assembly::FormerId;
use infra::Template;
use plan::{Plan, Snapshot};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::Prepared;
use crate::workloads::plan::WorkersPlan;

/// The version of the file.
const VERSION: u32 = 4;

/// The plans of some stacks, each with the stack that it starts from and the one that it leads to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Sealed {
    version: u32,
    stacks: Vec<SealedStack>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SealedStack {
    stack: String,
    account: String,
    region: String,
    /// As text, for whoever approves it.
    plan: Vec<String>,
    /// What is deployed; nothing of a first deployment.
    before: Option<State>,
    /// What shall be. The values of parameters that carry code are the hashes of the functions' zips.
    after: State,
    /// What is approved of its workers; none where it has none.
    workers: Option<SealedWorkers>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct SealedWorkers {
    /// The digests of the images, by logical ids.
    images: BTreeMap<String, String>,
    /// What changes in which cluster; none where none was named.
    cluster: Option<Json>,
}

impl SealedWorkers {
    fn of(plan: &WorkersPlan) -> Self {
        Self { images: plan.digests(), cluster: plan.cluster() }
    }

    /// The context of the cluster.
    fn context(&self) -> Option<&str> {
        self.cluster.as_ref()?.get("context")?.as_str()
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct State {
    template: Map<String, Json>,
    parameters: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    moved_from: BTreeMap<String, FormerId>,
}

impl State {
    fn of(snapshot: &Snapshot) -> Self {
        let Snapshot { template, parameters, tags, moved_from, .. } = snapshot.clone();
        Self { template: template.into_json(), parameters, tags, moved_from }
    }

    fn snapshot(&self, like: &Snapshot) -> Snapshot {
        Snapshot {
            template: Template::from_json(self.template.clone()),
            parameters: self.parameters.clone(),
            tags: self.tags.clone(),
            moved_from: self.moved_from.clone(),
            pseudo: like.pseudo.clone(),
        }
    }
}

impl Sealed {
    /// The plans of these stacks.
    #[must_use]
    pub fn of<'a>(plans: impl Iterator<Item = (&'a StackInstance<'a>, &'a Prepared, Option<&'a WorkersPlan>)>) -> Self {
        let sealed =
            |(instance, prepared, workers): (&StackInstance<'_>, &Prepared, Option<&WorkersPlan>)| SealedStack {
                stack: instance.stack.name().to_owned(),
                account: instance.cloud.account.clone(),
                region: instance.cloud.region.clone(),
                plan: {
                    let lines = prepared.plan.lines(&instance.label).into_iter().map(|line| line.to_string());
                    lines.chain(workers.iter().flat_map(|workers| workers.lines(&instance.label))).collect()
                },
                before: prepared.deployed.as_ref().map(|deployed| State::of(&deployed.snapshot)),
                after: State::of(&prepared.after),
                workers: workers.map(SealedWorkers::of),
            };
        Self { version: VERSION, stacks: plans.map(sealed).collect() }
    }

    /// Writes them to `file`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(self)?;
        std::fs::write(file, text).with_context(|| format!("`{}` cannot be written", file.display()))
    }

    /// Reads the plans of `file`.
    ///
    /// # Errors
    /// When it is not there or no plan.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let name = file.display();
        let failure = |why: String| Failure::new(format!("`{name}` {why}")).exit(Exit::Usage);
        let text = std::fs::read_to_string(file).map_err(|error| failure(format!("cannot be read: {error}")))?;
        let sealed: Self = serde_json::from_str(&text).map_err(|error| {
            failure(format!("is no plan: {error}")).help("`cargo xtask diff STACK --out FILE` writes one")
        })?;
        if sealed.version != VERSION {
            let why = format!("has the version {}, expected {VERSION}", sealed.version);
            return Err(failure(why).help("make the plan again").into());
        }
        Ok(sealed)
    }

    /// Refuses to deploy what is not the plan of `instance`, and says what moved.
    ///
    /// # Errors
    /// When the stack is not in the file, or the source or the deployed stack is another than it was.
    pub fn require(
        &self,
        instance: &StackInstance<'_>,
        prepared: &Prepared,
        workers: Option<&WorkersPlan>,
    ) -> anyhow::Result<()> {
        let StackInstance { stack, cloud, label, .. } = instance;
        let is_it =
            |it: &&SealedStack| it.stack == stack.name() && it.region == cloud.region && it.account == cloud.account;
        let Some(sealed) = self.stacks.iter().find(is_it) else {
            return Err(Failure::new(format!(
                "the plan is not of `{label}` in {}; nothing was deployed",
                cloud.place()
            ))
            .help("make a plan of it: `diff --out FILE`")
            .into());
        };
        let before = prepared.deployed.as_ref().map(|deployed| &deployed.snapshot);
        if sealed.before != before.map(State::of) {
            let was = sealed.before.as_ref().map(|state| state.snapshot(&prepared.after));
            let nothing = Snapshot::default();
            let moved = Plan::between(was.as_ref(), before.unwrap_or(&nothing));
            return Err(refusal(label, "what is deployed has changed", &moved));
        }
        if sealed.after != State::of(&prepared.after) {
            let moved = Plan::between(Some(&sealed.after.snapshot(&prepared.after)), &prepared.after);
            return Err(refusal(label, "the source, a parameter or a program has changed", &moved));
        }
        sealed.require_workers(label, workers)
    }
}

impl SealedStack {
    /// Refuses workers that are not those of the plan, and a cluster that it says nothing of.
    fn require_workers(&self, label: &str, workers: Option<&WorkersPlan>) -> anyhow::Result<()> {
        let now = workers.map(SealedWorkers::of);
        let (context, asked) = (context(self.workers.as_ref()), context(now.as_ref()));
        if context != asked {
            let message = match context {
                Some(context) => format!("the plan of `{label}` is for its workers in `{context}`, too"),
                None => format!("the plan of `{label}` says nothing of its workers in a cluster"),
            };
            let failure = Failure::new(format!("{message}; nothing was deployed")).exit(Exit::Usage);
            return Err(match context {
                Some(context) => failure.help(format!("add `--kube-context {context}`")),
                None => failure.help("leave `--kube-context` out, or make the plan with it"),
            }
            .into());
        }
        if self.workers != now {
            let message = format!("since the plan of `{label}` was made, a worker or the cluster has changed");
            return Err(Failure::new(format!("{message}; nothing was deployed"))
                .help("make a new plan and have it approved")
                .into());
        }
        Ok(())
    }
}

fn context(workers: Option<&SealedWorkers>) -> Option<&str> {
    workers.and_then(SealedWorkers::context)
}

fn refusal(label: &str, what: &str, moved: &Plan) -> anyhow::Error {
    let lines: Vec<_> = moved.lines(label).iter().skip(1).map(|line| format!("\n{line}")).collect();
    Failure::new(format!("since the plan of `{label}` was made, {what}; nothing was deployed{}", lines.concat()))
        .help("make a new plan and have it approved")
        .into()
}
