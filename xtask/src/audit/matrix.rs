//! What each function may do on each resource, and what is known of its using it.

use serde::Serialize;

use super::change::Change;
use super::finding::AuditFinding;
use super::program::AuditedProgram;

/// The result of an audit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AuditReport {
    /// The functions with their rights, by stack, in the order of their declaration.
    pub functions: Vec<FunctionRights>,
    /// The programs that were audited by themselves.
    pub programs: Vec<AuditedProgram>,
    /// What is wrong and not suppressed, the worst first.
    pub findings: Vec<AuditFinding>,
    /// What is suppressed, with the reason.
    pub suppressed: Vec<Suppressed>,
    /// What was compared, when only what became possible is told.
    pub change: Option<Change>,
    /// The files that were read, when files were audited.
    pub files: Vec<AuditedFile>,
    /// How many JSON and YAML files of a folder are none of those that are audited.
    pub passed_over: usize,
}

/// A file that was audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedFile {
    /// Its path, as the findings name it.
    pub file: String,
    /// What it is.
    pub content: Content,
    /// How many policies were read in it.
    pub policies: usize,
}

/// What a file is that policies can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// A template of CloudFormation, also of a serverless application or of the CDK.
    Template,
    /// A policy.
    Policy,
    /// A plan or state of Terraform, as JSON.
    TerraformPlan,
    /// The authorization details of an account.
    AuthorizationDetails,
}

impl Content {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Template, Self::Policy, Self::TerraformPlan, Self::AuthorizationDetails];

    /// What one of them is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Policy => "policy",
            Self::TerraformPlan => "Terraform plan",
            Self::AuthorizationDetails => "account",
        }
    }
}

/// A finding that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppressed {
    /// The finding.
    #[serde(flatten)]
    pub finding: AuditFinding,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is, such as `2027-01-31`.
    pub expires: String,
}

/// A function with its rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionRights {
    /// Its stack, as typed on the command line.
    pub stack: String,
    /// Its logical id.
    pub resource: String,
    /// The program that it runs.
    pub program: String,
    /// Where the stack declares it.
    pub location: Option<String>,
    /// What its role allows, and what it needs and its role does not allow.
    pub rights: Vec<Right>,
}

/// An action on a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Right {
    /// The action, or a pattern of actions.
    pub action: String,
    /// The resource by its logical id where it has one, such as `Sightings/index/by-model`.
    pub resource: String,
    /// The conditions under which it is allowed, as IAM writes them.
    pub condition: Option<String>,
    /// Whether it is what is needed.
    pub verdict: Verdict,
    /// How that is known.
    pub evidence: Vec<Evidence>,
}

/// Whether a right is what the function needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is allowed and used.
    Exact,
    /// It is used and not allowed.
    Missing,
    /// It is allowed and not used.
    Unused,
    /// It stands for more than what is used.
    TooBroad,
    /// What is known proves nothing.
    Unknown,
}

/// Something that is known of a right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    /// What it is taken from.
    pub source: Source,
    /// What it says, such as `put_item at handlers/spaceships/src/consumer.rs:108:14`.
    pub text: String,
}

/// What evidence is taken from, the strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The bindings, or a statement of the role.
    Declared,
    /// The built program.
    Linked,
    /// A run in the local cloud, with the roles enforced.
    Recorded,
    /// What AWS does with the role on the function's behalf.
    Platform,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Exact, Self::Missing, Self::Unused, Self::TooBroad, Self::Unknown];

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Missing => "missing",
            Self::Unused => "unused",
            Self::TooBroad => "too-broad",
            Self::Unknown => "unknown",
        }
    }
}

impl Source {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Linked => "linked",
            Self::Recorded => "recorded",
            Self::Platform => "platform",
        }
    }
}
