//! The command line of `policy-audit`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use policies::audit::{Kind, Severity};

use super::{OptionArgs, StackArgs, TargetArgs};
use crate::audit::folder;
use crate::audit::program::SuggestionFormat;

/// What to audit, by what evidence, and how to tell.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct PolicyAudit {
    /// The stacks, by name; all of them when none is named. Or files and folders of what others wrote, which have a `/` or
    /// a `.` in their names: templates (`CloudFormation`, SAM, nested stacks), assemblies of the CDK, plans of Terraform
    /// (`terraform show -json`), policies, and an account's authorization details. In a folder they are told by their
    /// content; `.git`, `node_modules` and `target` are skipped.
    #[arg(value_name = "STACK|PATH")]
    pub names: Vec<String>,
    /// Every stack of the workspace.
    #[arg(long, conflicts_with = "names")]
    pub all: bool,
    /// How they are built.
    #[command(flatten)]
    pub choices: OptionArgs,
    /// Audit the policies of a `CloudFormation` template, YAML or JSON; may be repeated.
    #[arg(long = "template", value_name = "FILE", conflicts_with_all = ["names", "all"])]
    pub templates: Vec<PathBuf>,
    /// Audit a policy, JSON; may be repeated.
    #[arg(long = "policy", value_name = "FILE", conflicts_with_all = ["names", "all"])]
    pub policies: Vec<PathBuf>,
    /// Audit a built Rust program by itself, also of others: an ELF or Mach-O file, or a zip with `bootstrap`; may be repeated.
    #[arg(long = "program", value_name = "FILE", conflicts_with_all = ["names", "all", "policies"])]
    pub programs: Vec<PathBuf>,
    /// What of the program.
    #[command(flatten)]
    pub of_program: ProgramArgs,
    /// Say only what became possible since this revision of git, which is built in a folder of its own.
    #[arg(long, value_name = "REVISION", conflicts_with_all = ["templates", "policies", "programs", "recorded", "live", "fix", "write_baseline"])]
    pub against: Option<String>,
    /// What the policies are attached to; else it is told by their principals.
    #[arg(long, value_enum, requires = "policies")]
    pub kind: Option<PolicyKind>,
    /// List the rules.
    #[arg(long, conflicts_with_all = ["names", "all", "templates", "policies", "programs"])]
    pub rules: bool,
    /// Explain a rule; one about policies with a case in which it fires and one in which it does not.
    #[arg(long, value_name = "ID", conflicts_with_all = ["names", "all", "templates", "policies", "programs", "rules"])]
    pub explain: Option<String>,
    /// Use what the functions did in the local cloud as evidence.
    #[arg(long, conflicts_with_all = ["templates", "policies", "programs", "live"])]
    pub recorded: bool,
    /// Compare the deployed roles with the stacks, and ask AWS's simulator.
    #[arg(long, conflicts_with_all = ["templates", "policies", "programs"])]
    pub live: bool,
    /// Print the changes of bindings that leave exactly what is used.
    #[arg(long, conflicts_with_all = ["templates", "policies", "programs", "format"])]
    pub fix: bool,
    /// How to tell; else what the suffix of `--output` says, else text, or JSON with `--json`.
    #[arg(long, value_enum)]
    pub format: Option<AuditFormat>,
    /// Write it to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The least severity for which the exit code is 4. Notes, which are so nearly everywhere, are shown only with `note`.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "low")]
    pub fail_on: FailOn,
    /// The file of accepted findings; else `policy-audit.json` in the workspace's folder, if there.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write a file that accepts all findings for 90 days, in which each reason is still to be written.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub target: TargetArgs,
}

/// What is asked of a program.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "With --program")]
pub struct ProgramArgs {
    /// Read its source, too: for the places of calls, and the resources and parameters that they name.
    #[arg(long, value_name = "DIR", requires = "programs")]
    pub source: Option<PathBuf>,
    /// Say only what became possible since it was built as this file; one for each `--program`, in their order.
    #[arg(long, value_name = "FILE", requires = "programs", conflicts_with_all = ["roles", "function", "suggest", "write_baseline", "templates"])]
    pub before: Vec<PathBuf>,
    /// The source of `--before`.
    #[arg(long, value_name = "DIR", requires = "before")]
    pub before_source: Option<PathBuf>,
    /// Say what is missing and needless in the policy of its role, JSON; may be repeated.
    #[arg(long = "role", value_name = "FILE", requires = "programs", conflicts_with = "templates")]
    pub roles: Vec<PathBuf>,
    /// Say the same of the role that this function has in the template of `--template`.
    #[arg(long, value_name = "ID", requires = "programs", requires = "templates")]
    pub function: Option<String>,
    /// Print only the smallest policy with which it works.
    #[arg(long, value_enum, value_name = "FORMAT", requires = "programs", conflicts_with_all = ["format", "roles", "function", "write_baseline"])]
    pub suggest: Option<SuggestionFormat>,
}

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyKind {
    /// A user, group or role.
    Identity,
    /// A resource, such as a queue or a bucket.
    Resource,
    /// A role, as to who may assume it.
    Trust,
    /// A user or role, as what its other policies can allow at most.
    Boundary,
    /// An endpoint of a network, as what requests through it can do at most.
    Endpoint,
    /// An organization, as what its principals can be allowed at most.
    ServiceControl,
    /// An organization, as what its resources can allow at most.
    ResourceControl,
}

/// The least severity of findings that fail an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// What AWS refuses, or cannot mean what it says.
    Error,
    /// What opens what must stay closed.
    Critical,
    /// What allows a program too much or too little.
    High,
    /// What is written wider than it needs to be.
    Medium,
    /// Any finding but notes.
    Low,
    /// Any finding, also what is so nearly everywhere.
    Note,
}

/// How an audit is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For people, on a terminal.
    #[default]
    Text,
    /// For programs.
    Json,
    /// SARIF 2.1, which code hosts and editors show beside the lines.
    Sarif,
    /// A page of its own, for people.
    Html,
    /// For a comment on a pull request.
    Markdown,
}

impl PolicyAudit {
    /// The files and folders among the names.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.names.iter().filter(|it| folder::is_path(it)).map(Path::new)
    }

    /// The stacks that it is about.
    #[must_use]
    pub fn stacks(&self) -> StackArgs {
        let all = self.all || self.names.is_empty();
        StackArgs { names: self.names.clone(), all, choices: self.choices.clone() }
    }
}

impl From<PolicyKind> for Kind {
    fn from(kind: PolicyKind) -> Self {
        match kind {
            PolicyKind::Identity => Self::Identity,
            PolicyKind::Resource => Self::Resource,
            PolicyKind::Trust => Self::Trust,
            PolicyKind::Boundary => Self::Boundary,
            PolicyKind::Endpoint => Self::Endpoint,
            PolicyKind::ServiceControl => Self::ServiceControl,
            PolicyKind::ResourceControl => Self::ResourceControl,
        }
    }
}

impl From<FailOn> for Severity {
    fn from(least: FailOn) -> Self {
        match least {
            FailOn::Error => Self::Error,
            FailOn::Critical => Self::Critical,
            FailOn::High => Self::High,
            FailOn::Medium => Self::Medium,
            FailOn::Low => Self::Low,
            FailOn::Note => Self::Note,
        }
    }
}
