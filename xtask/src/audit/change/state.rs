//! What programs can do in one state of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use policies::{Operation, operation};

use super::code::Code;
use crate::assets::{Programs, Workspace};
use crate::audit::arns::Arns;
use crate::audit::calls::Site;
use crate::audit::function::{self, Subject};
use crate::audit::linked::Linked;
use crate::audit::matrix::Right;
use crate::audit::program::AuditedProgram;
use crate::audit::rights;
use crate::audit::source::Source;
use crate::audit::stack::each_function;
use crate::audit::usage::Program;
use crate::lock::{self, Lock, LockedPackage};
use crate::stack::Stack;

/// Programs with their roles and dependencies, at one time.
#[derive(Debug, Default)]
pub struct State {
    /// The programs.
    pub programs: Vec<ProgramState>,
    /// The stacks whose functions they are; none when they are programs by themselves.
    pub stacks: Vec<Stack>,
    pub(super) lock: Option<Lock>,
    /// The lock file, as findings name it.
    lock_file: String,
}

/// A program at one time.
#[derive(Debug)]
pub struct ProgramState {
    /// What it is found by in the other state.
    pub(super) key: String,
    pub(super) stack: String,
    /// The logical id of its function, or the file.
    pub(super) resource: String,
    pub(super) location: Option<String>,
    /// The logical id of its role.
    role: Option<String>,
    /// Its package, when it is known.
    package: Option<String>,
    /// What it can call, or why that is not known.
    pub(super) callable: Result<Callable, String>,
    pub(super) rights: Vec<Right>,
    /// Where its source calls operations that it links.
    pub(super) calls: Vec<Call>,
    pub(super) code: Arc<Code>,
    /// What is known of the resources that operations are called on.
    resources: BTreeMap<Operation, BTreeSet<String>>,
}

/// What a program can call.
#[derive(Debug, Default)]
pub(super) struct Callable {
    pub operations: BTreeSet<Operation>,
    /// Those whose actions are not known, as the SDK names their modules.
    pub unlisted: BTreeSet<String>,
}

/// A call in the source of a program.
#[derive(Debug)]
pub(super) struct Call {
    pub operation: Operation,
    pub site: Site,
    /// The binding that it is made through, when that is seen.
    pub field: Option<String>,
}

impl State {
    /// That of `stacks`, whose functions run `programs`.
    ///
    /// # Errors
    /// When a function's program is in no package of the workspace, or there is no lock file.
    pub fn of_stacks(workspace: &Workspace, stacks: Vec<Stack>, programs: &Programs) -> anyhow::Result<Self> {
        let mut states = Vec::new();
        for stack in &stacks {
            each_function(workspace, stack, programs, None, |subject| {
                let package = workspace.package_of(&subject.function.program).ok();
                states.push(ProgramState::of(subject, package));
            })?;
        }
        Ok(Self::new(states, stacks, Lock::read(workspace.root())?))
    }

    /// That of `programs`, which are of functions of `stacks`.
    #[must_use]
    pub fn new(programs: Vec<ProgramState>, stacks: Vec<Stack>, lock: Lock) -> Self {
        Self { programs, stacks, lock: Some(lock), lock_file: lock::FILE.to_owned() }
    }

    /// That of programs by themselves, in the order in which they are compared; `source` is the folder with theirs.
    ///
    /// # Errors
    /// When the lock file of the source cannot be read.
    pub fn of_programs(programs: &[AuditedProgram], source: Option<&Path>) -> anyhow::Result<Self> {
        let folders = source.map(|it| vec![it.display().to_string().trim_end_matches('/').to_owned()]);
        let code = folders.map(|it| Code::of(Source::read(Path::new(""), &it).texts()));
        let code = Arc::new(code.unwrap_or_default());
        let package = source.and_then(package_at);
        let states = programs.iter().enumerate().map(|(index, program)| {
            let listed = |service: &str, name: &str| operation::of(service)?.iter().find(|it| it.name == name);
            let operations: Vec<_> =
                program.certain().filter_map(|it| Some((it, listed(&it.service, &it.operation)?))).collect();
            let calls = operations.iter().flat_map(|(needed, operation)| {
                let is_there = |site: &&Site| {
                    needed.places.iter().any(|it| it.file == site.file && u32::try_from(it.line) == Ok(site.line))
                };
                let sites = code.calls(operation).filter(is_there).cloned();
                sites.map(|site| Call { operation: **operation, site, field: None }).collect::<Vec<_>>()
            });
            let resources = operations.iter().filter(|_| source.is_some()).map(|(needed, operation)| {
                let needed = needed.actions.iter().filter(|it| it.is_needed());
                (**operation, needed.flat_map(|it| it.resources.shown()).collect())
            });
            let callable = Callable {
                operations: operations.iter().map(|(_, it)| **it).collect(),
                unlisted: program.unknown.iter().cloned().collect(),
            };
            ProgramState {
                key: index.to_string(),
                stack: program.program.clone(),
                resource: program.name(),
                location: Some(program.program.clone()),
                role: None,
                package: package.clone(),
                rights: Vec::new(),
                calls: calls.collect(),
                resources: resources.collect(),
                callable: program.reason.clone().map_or(Ok(callable), Err),
                code: Arc::clone(&code),
            }
        });
        let programs = states.collect();
        let file = source.and_then(|it| upwards(it).into_iter().map(|it| it.join(lock::FILE)).find(|it| it.is_file()));
        let lock = file.as_deref().and_then(Path::parent).map(Lock::read).transpose()?;
        let here = std::env::current_dir().unwrap_or_default();
        let lock_file = file.map(|it| it.strip_prefix(here).unwrap_or(&it).display().to_string()).unwrap_or_default();
        Ok(Self { programs, stacks: Vec::new(), lock, lock_file })
    }

    /// Whether `program` may be built with `package`.
    pub(super) fn contains(&self, program: &ProgramState, package: &LockedPackage) -> bool {
        let Some(lock) = &self.lock else { return false };
        program.package.as_ref().is_none_or(|name| lock.beneath(name).contains(&package))
    }

    /// Whether it is known which packages there are.
    #[must_use]
    pub fn has_lock(&self) -> bool {
        self.lock.is_some()
    }

    /// The line of the lock file that names `package`.
    pub(super) fn lock_place(&self, package: &LockedPackage) -> Option<String> {
        (!self.lock_file.is_empty()).then(|| format!("{}:{}:1", self.lock_file, package.line))
    }
}

impl ProgramState {
    /// That of a function of a stack, whose program is one of `package`.
    #[must_use]
    pub fn of(subject: &Subject<'_>, package: Option<&str>) -> Self {
        let (stack, id) = (subject.stack, subject.id());
        let template = stack.template();
        let code = subject.program.map(|it| Code::of(it.source.texts())).unwrap_or_default();
        let (rights, _) = function::audit(subject);
        let (callable, calls) = match subject.program {
            Err(why) => (Err(why.to_owned()), Vec::new()),
            Ok(program) => {
                let Linked { operations, unlisted, .. } = program.linked;
                let callable = Callable { operations: operations.clone(), unlisted: unlisted.clone() };
                (Ok(callable), calls(program, &code))
            }
        };
        Self {
            key: format!("{}/{id}", stack.name()),
            stack: stack.name().to_owned(),
            resource: id.to_owned(),
            location: rights.location,
            role: rights::role_of(template, &Arns::of(template), id).map(str::to_owned),
            package: package.map(str::to_owned),
            callable,
            rights: rights.rights,
            calls,
            code: Arc::new(code),
            resources: BTreeMap::new(),
        }
    }

    /// The operations that it can call, as far as they are known.
    pub(super) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.callable.iter().flat_map(|it| &it.operations)
    }

    /// Whether the role `role` of `stack` is its own.
    pub(super) fn is_of(&self, stack: &str, role: &str) -> bool {
        self.stack == stack && self.role.as_deref() == Some(role)
    }

    /// The resources of which it is known that calls of `operation` are on them, and were not in `before`.
    pub(super) fn newly_on(&self, operation: &Operation, before: Option<&Self>) -> Vec<&String> {
        let now = self.resources.get(operation).into_iter().flatten();
        match before.map(|it| it.resources.get(operation)) {
            None => now.collect(),
            Some(Some(old)) => now.filter(|it| !old.contains(*it)).collect(),
            // What was not known before is not new.
            Some(None) => Vec::new(),
        }
    }
}

/// The calls of the operations that `program` links: through bindings, at places that the program knows, and by clients, at
/// places that only the source tells.
fn calls(program: Program<'_>, code: &Code) -> Vec<Call> {
    let by_client: BTreeSet<_> = program.raw().collect();
    let mut calls = Vec::new();
    for operation in &program.linked.operations {
        let through = program.sites_of(operation).map(|(site, call)| (site, call.field.clone()));
        let others = code.calls(operation).filter(|_| by_client.contains(operation)).map(|site| (site, None));
        let all = through.chain(others);
        calls.extend(all.map(|(site, field)| Call { operation: *operation, site: site.clone(), field }));
    }
    calls
}

/// The name of the package whose folder, or a folder in it, is `folder`.
fn package_at(folder: &Path) -> Option<String> {
    upwards(folder).into_iter().find_map(|it| {
        let manifest: toml::Table = std::fs::read_to_string(it.join("Cargo.toml")).ok()?.parse().ok()?;
        Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
    })
}

/// `folder` and the folders that it is in, the nearest first: of `.` and `..` the path alone does not tell them.
fn upwards(folder: &Path) -> Vec<PathBuf> {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.ancestors().map(Path::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_lock_file_is_that_of_the_source_or_of_a_folder_above_it() {
        let folder = TempDir::new().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let below = top.join("orders/src");
        fs::create_dir_all(&below).unwrap();
        let found = || State::of_programs(&[], Some(&below.join(".."))).unwrap().lock_file;
        fs::write(below.join(lock::FILE), "").unwrap();
        assert_eq!(found(), "");
        fs::write(top.join(lock::FILE), "").unwrap();
        assert_eq!(found(), top.join(lock::FILE).display().to_string());
    }
}
