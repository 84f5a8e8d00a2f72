//! What is chosen of a system's options, on the command line and in the stack that is deployed.

use std::collections::{BTreeMap, BTreeSet};

use assembly::{OPTION_TAG, OptionSpec, System};
use infra::nearest;

use crate::cli::OptionArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::select::Selection;
use crate::stack::Stack;

/// Refuses options that none of `systems` has, and values that an option does not have.
///
/// # Errors
/// When there is one.
pub fn require_known(systems: &[&System], choices: &OptionArgs) -> anyhow::Result<()> {
    let known: BTreeSet<_> = systems.iter().flat_map(|it| &it.options).map(|option| option.name.as_str()).collect();
    for (name, value) in &choices.options {
        if !known.contains(name.as_str()) {
            return Err(unknown(name, systems, &known));
        }
        for (system, option) in systems.iter().flat_map(|it| it.options.iter().map(move |option| (it, option))) {
            if option.name == *name && !option.values.contains(value) {
                let (system, values) = (&system.name, option.values.join(", "));
                let message = format!("{system}: option `{name}` is `{value}`, expected one of {values}");
                return Err(Failure::new(message).exit(Exit::Usage).into());
            }
        }
    }
    Ok(())
}

fn unknown(name: &str, systems: &[&System], known: &BTreeSet<&str>) -> anyhow::Error {
    let names: Vec<_> = systems.iter().map(|system| format!("`{}`", system.name)).collect();
    let failure = Failure::new(format!("{} has no option `{name}`", names.join(", "))).exit(Exit::Usage);
    match nearest::nearest(name, known.iter().copied()) {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None if known.is_empty() => failure,
        None => failure.help(format!("its options are {}", known.iter().copied().collect::<Vec<_>>().join(", "))),
    }
    .into()
}

/// `stack` as it is built with the options that the deployed stack's `tags` say. When it cannot be built so any more, as it is.
#[must_use]
pub fn as_deployed(stack: Stack, tags: &BTreeMap<String, String>) -> Stack {
    let chosen = tags.iter().filter_map(|(key, value)| Some((key.strip_prefix(OPTION_TAG)?.to_owned(), value.clone())));
    let options: Vec<_> = chosen.collect();
    if options.iter().all(|(name, value)| stack.assembled().options.get(name) == Some(value)) {
        return stack;
    }
    Selection::one(stack.name(), stack.stage(), &OptionArgs { options }).unwrap_or(stack)
}

/// Refuses to go back to the default of an option that was chosen otherwise for the deployed stack, whose `tags` say
/// so, unless it is chosen again: a forgotten flag must not replace what runs.
///
/// # Errors
/// When an option is not said.
pub fn require_said(stack: &Stack, options: &[OptionSpec], tags: &BTreeMap<String, String>) -> anyhow::Result<()> {
    for option in options {
        let tag = format!("{OPTION_TAG}{}", option.name);
        let Some((chosen, default)) = tags.get(&tag).zip(option.values.first()) else { continue };
        if chosen == default || stack.chose(&option.name) {
            continue;
        }
        let (stack, name) = (stack.name(), &option.name);
        let problem = format!("`{stack}` was deployed with `--option {name}={chosen}`, and nothing is said of it now");
        return Err(Failure::new(problem)
            .exit(Exit::Usage)
            .help(format!("`--option {name}={chosen}` keeps it, `--option {name}={default}` changes it"))
            .into());
    }
    Ok(())
}
