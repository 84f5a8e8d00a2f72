//! The audit of a program by itself, whoever wrote, built and deploys it: what it calls, and what that needs.

mod evidence;
mod file;
mod needs;
mod policy;
mod reach;
mod resource;
mod role;
mod source;
mod suggestion;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::finding::AuditFinding;
use super::rules;
use source::Source;

pub(super) use needs::listed;
pub use needs::{Certainty, Condition, NeededAction, NeededOperation};
pub use resource::Resources;
pub use role::Role;
pub use source::Place;
pub use suggestion::{SuggestionFormat, notes, suggest};

/// What a program calls, and what that needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedProgram {
    /// The file, as typed.
    pub program: String,
    /// The processor that it is built for, as Lambda names it.
    pub architecture: String,
    /// What is known of it.
    pub verdict: ProgramVerdict,
    /// Why not more is known, when it is not.
    pub reason: Option<String>,
    /// The SDKs in it.
    pub sdks: Vec<Sdk>,
    /// The operations that it can call, by service and name.
    pub operations: Vec<NeededOperation>,
    /// The operations whose actions are not known, as the SDK names their modules: `bedrockruntime::converse`.
    pub unknown: Vec<String>,
}

/// What is known of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProgramVerdict {
    /// All that it calls.
    Known,
    /// It has no SDK of AWS, and so calls nothing.
    CallsNothing,
    /// A part of what it calls, or nothing.
    Unknown,
}

/// An SDK in a program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sdk {
    /// The service, as the SDK is named: `dynamodb` for `aws-sdk-dynamodb`.
    pub service: String,
    /// Its version, when the program tells.
    pub version: Option<String>,
}

impl AuditedProgram {
    /// The program in `file`, which is a program or a zip with one; with what `source`, a folder, tells of its calls.
    ///
    /// # Errors
    /// When there is no Rust program in the file, or the source cannot be read.
    pub fn read(file: &Path, source: Option<&Path>) -> anyhow::Result<Self> {
        let source = source.map(Source::read).transpose()?;
        let name = file.display().to_string();
        let content = file::program(file)?;
        let evidence = evidence::Evidence::of(&content).map_err(|error| file::not_read(&name, &error))?;
        evidence.require_rust(&name)?;
        Ok(needs::of(name, &evidence, source.as_ref()))
    }

    /// What is not known of it, as findings.
    #[must_use]
    pub fn findings(&self) -> Vec<AuditFinding> {
        let mut findings = Vec::new();
        if let Some(reason) = &self.reason {
            let message = format!("what `{}` calls is unknown, so nothing is said of what it needs", self.program);
            let fix = "build it with the default features of the AWS SDK for Rust and without a packer, and audit that";
            findings.push(self.finding(&rules::UNREADABLE, message).evidence(reason).fix(fix));
        }
        for module in &self.unknown {
            let (service, operation) = module.split_once("::").unwrap_or((module, ""));
            let message =
                format!("`{}` can call `{operation}` of {service}, whose actions are not known", self.program);
            let fix = needs::hint(module).map_or_else(
                || "look its actions up in AWS's Service Authorization Reference, and allow them by hand".to_owned(),
                |actions| format!("allow {actions} by hand, on the database and its user"),
            );
            findings
                .push(self.finding(&rules::UNLISTED, message).evidence("linked in the program").fix(fix).about(module));
        }
        findings
    }

    fn finding(&self, rule: &'static policies::audit::Rule, message: String) -> AuditFinding {
        AuditFinding::new(rule, &self.program, self.name(), message).at(Some(&self.program))
    }

    /// What it is called: the name of its file, or of the folder of a `bootstrap`.
    #[must_use]
    pub fn name(&self) -> String {
        file_name(&self.program)
    }

    /// The operations that it calls for certain.
    pub fn certain(&self) -> impl Iterator<Item = &NeededOperation> {
        self.operations.iter().filter(|it| it.certainty == Certainty::Certain)
    }
}

/// The last part of a path; of a `bootstrap`, the folder that it is in, which has the name of the program.
fn file_name(path: &str) -> String {
    let path = PathBuf::from(path);
    let part = |path: &Path| path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    match part(&path) {
        name if name == "bootstrap" => path.parent().map(part).filter(|it| !it.is_empty()).unwrap_or(name),
        name => name,
    }
}
