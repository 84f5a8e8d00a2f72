//! What `dev` is asked.

use clap::Args;

use super::{OptionArgs, ParameterArgs, StackArgs, TargetArgs};

/// What `dev` is asked.
#[derive(Debug, Clone, Args)]
pub struct Dev {
    /// The stacks, by name; else all of the workspace.
    #[arg(value_name = "STACK")]
    pub names: Vec<String>,
    /// How they are built.
    #[command(flatten)]
    pub choices: OptionArgs,
    /// What they are given.
    #[command(flatten)]
    pub given: ParameterArgs,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Work on AWS instead of the local cloud, in a stage that the workspace names in `express`.
    #[arg(long, conflicts_with = "local", help_heading = "Where")]
    pub aws: bool,
}

impl Dev {
    /// The stacks.
    #[must_use]
    pub fn stacks(&self) -> StackArgs {
        StackArgs { names: self.names.clone(), all: self.names.is_empty(), choices: self.choices.clone() }
    }
}
