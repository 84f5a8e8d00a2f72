//! What `console` is asked.

use clap::Args;

use super::{OptionArgs, StackArgs, TargetArgs};

/// What `console` is asked.
#[derive(Debug, Clone, Args)]
pub struct Console {
    /// The stacks, by name; else all of the workspace that are deployed.
    #[arg(value_name = "STACK")]
    pub names: Vec<String>,
    /// The port to listen on; else any that is free.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// Open the page in the browser of this machine.
    #[arg(long)]
    pub open: bool,
    /// On AWS: let the page send, invoke, edit, delete and deploy. In the local cloud it always does.
    #[arg(long)]
    pub allow_changes: bool,
    /// How they are built.
    #[command(flatten)]
    pub choices: OptionArgs,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

impl Console {
    /// The stacks.
    #[must_use]
    pub fn stacks(&self) -> StackArgs {
        StackArgs { names: self.names.clone(), all: self.names.is_empty(), choices: self.choices.clone() }
    }
}
