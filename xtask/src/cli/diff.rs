//! What `diff` is asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{OptionArgs, ParameterArgs, StackArgs, TargetArgs, parameter};

/// What `diff` is asked: stacks, or two templates of anybody.
#[derive(Debug, Args)]
pub struct Diff {
    /// The stacks, by name; `list` lists them.
    #[arg(value_name = "STACK", required_unless_present_any = ["all", "before"], conflicts_with = "before")]
    pub names: Vec<String>,
    /// Every stack of the workspace.
    #[arg(long, conflicts_with_all = ["names", "before"])]
    pub all: bool,
    /// How they are built.
    #[command(flatten)]
    pub choices: OptionArgs,
    /// Compare the template in this file, YAML or JSON, with that of `--after` instead: nothing is asked of AWS. Values of
    /// parameters are those of both; `--region` says where both are.
    #[arg(
        long,
        value_name = "FILE",
        requires = "after",
        conflicts_with_all = ["options", "local", "profile", "endpoint_url"]
    )]
    pub before: Option<PathBuf>,
    /// The template that shall take the place of `--before`'s.
    #[arg(long, value_name = "FILE", requires = "before")]
    pub after: Option<PathBuf>,
    /// The value that a parameter has in `--before`, where it is another; may be repeated.
    #[arg(long = "before-parameter", value_name = "NAME=VALUE", value_parser = parameter, requires = "before")]
    pub before_parameters: Vec<(String, String)>,
    /// The logical id of a resource in `--before` and the one that it has in `--after`; may be repeated.
    #[arg(long, value_name = "OLD=NEW", value_parser = parameter, requires = "before")]
    pub moved: Vec<(String, String)>,
    /// How to tell; else text, or JSON with `--json`.
    #[arg(long, value_enum)]
    pub format: Option<DiffFormat>,
    /// Write the plans to a file, for `deploy --plan`.
    #[arg(long, value_name = "FILE", conflicts_with = "before")]
    pub out: Option<PathBuf>,
    /// Say also what would change of the stacks' workers in the cluster of this context of the kubeconfig.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["before", "local"])]
    pub kube_context: Option<String>,
    /// Exit with 3 when there are differences.
    #[arg(long)]
    pub exit_code: bool,
    /// Parameters.
    #[command(flatten)]
    pub given: ParameterArgs,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// How differences are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people, on a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For a comment of a pull request.
    Markdown,
}

impl Diff {
    /// The stacks that it is about.
    #[must_use]
    pub fn stacks(&self) -> StackArgs {
        StackArgs { names: self.names.clone(), all: self.all, choices: self.choices.clone() }
    }
}
