//! From what the user typed to the stacks it means.

use std::collections::BTreeSet;

use assembly::{Finding, Outcome, Severity, System};
use infra::nearest;

use crate::app::App;
use crate::cli::{OptionArgs, StackArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stack::Stack;
use crate::{options, ui};

/// The tag that tells whose a stack is.
pub const PROJECT_TAG: &str = "stackwright:project";

/// The app of the workspace, with the stacks that the command line names.
#[derive(Debug)]
pub struct Selection {
    /// The app.
    pub app: App,
    /// All systems of the app.
    pub systems: Vec<System>,
    /// The stacks that were named and could be built, in the order of their names on the command line.
    pub stacks: Vec<Stack>,
    /// The systems that were named and whose stacks could not be built.
    pub unbuilt: Vec<Unbuilt>,
}

/// A system whose stack could not be built.
#[derive(Debug)]
pub struct Unbuilt {
    /// Its name.
    pub name: String,
    /// Why, with the place in the app.
    pub failure: assembly::Failure,
}

impl Selection {
    /// The stacks with these names, or all of them, built as chosen. Nothing has been checked yet.
    ///
    /// # Errors
    /// When there is no app, or no such stack or option.
    pub fn of(selected: &StackArgs, stage: &str) -> anyhow::Result<Self> {
        let app = App::current()?;
        let systems = app.assembly(stage, &selected.choices.options)?.systems;
        let named: Vec<_> = if selected.all {
            systems.iter().collect()
        } else {
            selected.names.iter().map(|name| find(&systems, name)).collect::<Result<_, _>>()?
        };
        options::require_known(&named, &selected.choices)?;
        let (stacks, unbuilt) = built(&app, &named);
        Ok(Self { app, systems, stacks, unbuilt })
    }

    /// All stacks of `app`, each built with those of `choices` that it has.
    ///
    /// # Errors
    /// When the app fails.
    pub fn all_of(app: App, choices: &OptionArgs, stage: &str) -> anyhow::Result<Self> {
        let systems = app.assembly(stage, &choices.options)?.systems;
        let (stacks, unbuilt) = built(&app, &systems.iter().collect::<Vec<_>>());
        Ok(Self { app, systems, stacks, unbuilt })
    }

    /// The same without the stacks that the app does not have or cannot build, and the names of those.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn declared(selected: &StackArgs, stage: &str) -> anyhow::Result<(Self, Vec<String>)> {
        let everything = StackArgs { names: Vec::new(), all: true, choices: selected.choices.clone() };
        let mut selection = Self::of(&everything, stage)?;
        if selected.all {
            return Ok((selection, Vec::new()));
        }
        selection.stacks.retain(|stack| selected.names.iter().any(|name| name == stack.name()));
        let is_known = |name: &str| selection.stacks.iter().any(|stack| stack.name() == name);
        let unknown = selected.names.iter().filter(|name| !is_known(name)).cloned().collect();
        Ok((selection, unknown))
    }

    /// What is said of a name that is no stack's.
    #[must_use]
    pub fn no_such_stack(&self, name: &str) -> anyhow::Error {
        no_such_stack(&self.systems, name)
    }

    /// The same, in which every stack could be built.
    ///
    /// # Errors
    /// As [`Self::of`], and when a stack could not be built.
    pub fn complete(selected: &StackArgs, stage: &str) -> anyhow::Result<Self> {
        let mut selection = Self::of(selected, stage)?;
        let Some(last) = selection.unbuilt.pop() else { return Ok(selection) };
        selection.unbuilt.iter().for_each(|unbuilt| ui::error(&unbuilt.failure()));
        Err(last.failure())
    }

    /// The stack `name`.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub fn one(name: &str, stage: &str, choices: &OptionArgs) -> anyhow::Result<Stack> {
        Ok(Self::one_with_app(name, stage, choices)?.1)
    }

    /// The stack `name` and its app.
    ///
    /// # Errors
    /// As [`Self::complete`].
    pub fn one_with_app(name: &str, stage: &str, choices: &OptionArgs) -> anyhow::Result<(App, Stack)> {
        let selected = StackArgs { names: vec![name.to_owned()], all: false, choices: choices.clone() };
        let Self { app, mut stacks, .. } = Self::complete(&selected, stage)?;
        let missing = || Failure::new(format!("there is no stack `{name}`")).exit(Exit::NoSuchStack);
        Ok((app, stacks.pop().ok_or_else(missing)?))
    }

    /// The region that the first of the stacks is meant for.
    #[must_use]
    pub fn default_region(&self) -> Option<&str> {
        self.stacks.first().and_then(Stack::default_region)
    }

    /// The stacks of the app that read outputs of `stack` without an export, each with the output's name: CloudFormation
    /// knows nothing of that.
    #[must_use]
    pub fn readers(&self, stack: &Stack) -> BTreeSet<(String, String)> {
        let all: Vec<_> = self.systems.iter().filter_map(System::stack).cloned().map(Stack::from).collect();
        let readers = infra::check::readers(&all.iter().map(Stack::as_peer).collect::<Vec<_>>(), stack.stack_name());
        readers.into_iter().map(|(reader, output)| (reader.to_owned(), output.to_owned())).collect()
    }

    /// The system of `stack`.
    #[must_use]
    pub fn system_of(&self, stack: &Stack) -> Option<&System> {
        self.systems.iter().find(|system| system.name == stack.name())
    }
}

impl Unbuilt {
    /// What the user is told.
    #[must_use]
    pub fn failure(&self) -> anyhow::Error {
        let place = self.failure.location.as_ref().map(|it| format!("\n  --> {it}")).unwrap_or_default();
        let message = format!("the stack `{}` cannot be built: {}{place}", self.name, self.failure.message);
        Failure::new(message).help("the code that builds it panicked").into()
    }
}

/// The stacks of `systems`, and the systems whose stacks could not be built.
fn built(app: &App, systems: &[&System]) -> (Vec<Stack>, Vec<Unbuilt>) {
    let (mut stacks, mut unbuilt) = (Vec::new(), Vec::new());
    for system in systems {
        match &system.outcome {
            Outcome::Stack(stack) => {
                let mut stack = Stack::from((**stack).clone());
                stack.add_tag(PROJECT_TAG, &app.workspace.project);
                stacks.push(stack);
            }
            Outcome::Failed(failure) => {
                unbuilt.push(Unbuilt { name: system.name.clone(), failure: failure.clone() });
            }
        }
    }
    (stacks, unbuilt)
}

fn find<'a>(systems: &'a [System], name: &str) -> anyhow::Result<&'a System> {
    systems.iter().find(|system| system.name == name).ok_or_else(|| no_such_stack(systems, name))
}

fn no_such_stack(systems: &[System], name: &str) -> anyhow::Error {
    let nearest = nearest::nearest(name, systems.iter().map(|system| system.name.as_str()));
    let failure = Failure::new(format!("there is no stack `{name}`")).exit(Exit::NoSuchStack);
    match nearest {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None => failure.help("`cargo xtask list` lists the stacks"),
    }
    .into()
}

/// Prints what is wrong with a stack; an error means that nothing may be deployed.
///
/// # Errors
/// When a finding is an error.
pub fn require_sound(stack: &Stack, findings: &[Finding]) -> anyhow::Result<()> {
    for finding in findings {
        ui::finding(finding);
    }
    if !has_error(findings) {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` cannot be deployed: {}", stack.name(), count(findings))).into())
}

/// Prints what is wrong with each of `stacks` and between them; an error in one means that none may be deployed.
///
/// # Errors
/// When a finding is an error.
pub fn require_all_sound(stacks: &[Stack]) -> anyhow::Result<()> {
    let mut unsound = Vec::new();
    let mut all = Vec::new();
    for stack in stacks {
        if require_sound(stack, stack.findings()).is_err() {
            unsound.push(format!("`{}`", stack.name()));
        }
        all.extend(stack.findings().iter().cloned());
    }
    let between = between(stacks);
    between.iter().for_each(ui::finding);
    all.extend(between);
    if !has_error(&all) {
        return Ok(());
    }
    let which = if unsound.is_empty() { "the stacks together".to_owned() } else { unsound.join(", ") };
    Err(Failure::new(format!("{which} cannot be deployed: {}", count(&all))).into())
}

/// What is wrong between stacks that go to one account and region.
#[must_use]
pub fn between(stacks: &[Stack]) -> Vec<Finding> {
    infra::check::between(&stacks.iter().map(Stack::as_peer).collect::<Vec<_>>())
}

/// Whether a finding is an error.
#[must_use]
pub fn has_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

/// `1 error, 2 warnings`.
#[must_use]
pub fn count(findings: &[Finding]) -> String {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}", words(of(Severity::Error), "error"), words(of(Severity::Warning), "warning"))
}
