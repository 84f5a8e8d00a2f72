//! The programs of stacks, built, and their zips.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use assembly::{Architecture, Function, System};

use crate::assets::{self, Artifact, Host, Program, Programs, Target, Workspace};
use crate::select::Selection;
use crate::stack::Stack;
use crate::tools::{self, Tool};
use crate::{cargo, ui};

/// What functions are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Lambda, as it gets them.
    Lambda,
    /// The local cloud, quickly.
    Local,
    /// The local cloud, as Lambda gets them where this machine can run that.
    LocalRelease,
}

/// Builds the programs of the stacks' functions and workers, all of a kind that run on one architecture at once.
pub async fn build(selection: &Selection, stacks: &[&Stack], purpose: Purpose) -> anyhow::Result<Programs> {
    let workers = stacks.iter().flat_map(|stack| stack.workers().map(|(program, _)| program));
    // Cargo puts a program at one place, whatever its features.
    let mut workers = build_all(selection, workers, purpose, true).await?;
    let folder = cargo::folder_of(selection.app.root(), selection.app.workspace.target.as_deref());
    for ((architecture, _), program) in &mut workers {
        assets::set_aside(program, &folder.join(format!("workers-{architecture}")))?;
    }
    let functions = stacks.iter().flat_map(|stack| stack.functions());
    Ok(Programs { functions: build_all(selection, functions, purpose, false).await?, workers })
}

async fn build_all<'a>(
    selection: &Selection,
    wanted: impl Iterator<Item = &'a Function>,
    purpose: Purpose,
    as_workers: bool,
) -> anyhow::Result<BTreeMap<(Architecture, String), Program>> {
    let mut by_architecture: BTreeMap<Architecture, BTreeSet<&str>> = BTreeMap::new();
    for function in wanted {
        by_architecture.entry(function.architecture).or_default().insert(&function.program);
    }
    let all = selection.systems.iter().filter_map(System::stack).flat_map(|stack| &stack.functions);
    let all: BTreeSet<_> = all.map(|function| function.program.as_str()).collect();
    let all: Vec<_> = all.into_iter().collect();
    let unified: Vec<_> = selection.app.workspace.unified().collect();
    let mut built = BTreeMap::new();
    for (architecture, names) in by_architecture {
        let target = match purpose {
            Purpose::Lambda => Target::Lambda(architecture),
            Purpose::Local => Target::Local,
            Purpose::LocalRelease => Target::released(architecture, Host::THIS),
        };
        if purpose == Purpose::LocalRelease && target == Target::Local {
            ui::say("this machine cannot run programs built for AWS Lambda: the functions are built for it instead");
        }
        let tools = match target {
            Target::Lambda(_) => Some(tools::environment(Tool::Zig).await?.bin()),
            Target::Local => None,
        };
        let workspace = Workspace::built_in(selection.app.root(), selection.app.workspace.target.as_deref())?;
        let names: Vec<_> = names.into_iter().collect();
        let programs = assets::Selection { programs: &names, all: &all, unified: &unified, as_workers };
        let programs = tokio::task::block_in_place(|| assets::build(&workspace, programs, target, tools.as_deref()))?;
        built.extend(programs.into_iter().map(|program| ((architecture, program.name.clone()), program)));
    }
    Ok(built)
}

/// The zips of all functions' programs.
pub(super) struct Artifacts(BTreeMap<(Architecture, String), Arc<Artifact>>);

impl Artifacts {
    pub(super) fn pack(selection: &Selection, programs: &Programs) -> anyhow::Result<Self> {
        let mut artifacts = BTreeMap::new();
        let architectures: BTreeSet<_> = programs.functions.keys().map(|(architecture, _)| *architecture).collect();
        for architecture in architectures {
            let built = programs.functions.iter().filter(|((it, _), _)| *it == architecture);
            let built: Vec<_> = built.map(|(_, program)| program.clone()).collect();
            let packed = assets::pack(&built, &cargo::folder(selection.app.root()))?;
            artifacts.extend(packed.into_iter().map(|it| ((architecture, it.program.clone()), Arc::new(it))));
        }
        Ok(Self(artifacts))
    }

    /// Those of the stack's functions, each once, in the order of their names.
    pub(super) fn of(&self, stack: &Stack) -> Vec<Arc<Artifact>> {
        let keys: BTreeSet<_> = stack.functions().map(|it| (it.architecture, it.program.clone())).collect();
        keys.iter().filter_map(|key| self.0.get(key).cloned()).collect()
    }
}
