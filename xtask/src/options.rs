//! What is chosen of a system's options, on the command line and in the stack that is deployed.

use std::collections::{BTreeMap, BTreeSet};

use infra::{Stack, Stage, nearest};
use stacks::{OPTION_TAG, Options, System};

use crate::cli::Choices;
use crate::exit::Exit;
use crate::failure::Failure;

/// The stack of `system`, built as chosen.
///
/// # Errors
/// When an option does not have the value.
pub fn build(system: &System, stage: &Stage, choices: &Choices) -> anyhow::Result<Stack> {
    let options = Options::choose(system.options, &choices.options)
        .map_err(|error| Failure::new(format!("{}: {error}", system.name)).exit(Exit::Usage))?;
    Ok(system.build(stage, &options))
}

/// Refuses options that none of `systems` has.
///
/// # Errors
/// When there is one.
pub fn require_known(systems: &[&System], choices: &Choices) -> anyhow::Result<()> {
    let known: BTreeSet<_> = systems.iter().flat_map(|system| system.options).map(|option| option.name).collect();
    let Some((name, _)) = choices.options.iter().find(|(name, _)| !known.contains(name.as_str())) else {
        return Ok(());
    };
    let names: Vec<_> = systems.iter().map(|system| format!("`{}`", system.name)).collect();
    let failure = Failure::new(format!("{} has no option `{name}`", names.join(", "))).exit(Exit::Usage);
    Err(match nearest::nearest(name, known.iter().copied()) {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None if known.is_empty() => failure,
        None => failure.help(format!("its options are {}", known.into_iter().collect::<Vec<_>>().join(", "))),
    }
    .into())
}

/// Refuses to go back to the default of an option that was chosen otherwise for the deployed stack, whose `tags` say
/// so, unless it is chosen again: a forgotten flag must not replace what runs.
///
/// # Errors
/// When an option is not said.
pub fn require_said(stack: &Stack, tags: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let options = stacks::find(stack.name()).map_or(&[][..], |system| system.options);
    for option in options {
        let tag = format!("{OPTION_TAG}{}", option.name);
        let (Some(chosen), default) = (tags.get(&tag), option.default_value()) else { continue };
        if chosen == default || stack.tags.iter().any(|said| said.key == tag) {
            continue;
        }
        let (stack, name) = (stack.name(), option.name);
        let problem = format!("`{stack}` was deployed with `--option {name}={chosen}`, and nothing is said of it now");
        return Err(Failure::new(problem)
            .exit(Exit::Usage)
            .help(format!("`--option {name}={chosen}` keeps it, `--option {name}={default}` changes it"))
            .into());
    }
    Ok(())
}
