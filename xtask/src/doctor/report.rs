//! The list of checks.

use serde::Serialize;

use super::{aws, machine};

/// One thing that some command needs.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What it is.
    pub name: &'static str,
    /// How it stands.
    pub outcome: Outcome,
    /// What was found, or what is missing for which purpose.
    pub found: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// How a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is there.
    Ok,
    /// It is not there, and `--local` works without it.
    Optional,
    /// It is not there, and nothing works without it.
    Missing,
}

impl Check {
    pub(super) fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Ok, found: found.into(), help: None }
    }

    pub(super) fn optional(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Optional, found: found.into(), help: Some(help.into()) }
    }

    pub(super) fn missing(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Missing, found: found.into(), help: Some(help.into()) }
    }
}

/// All checks, in the order in which a first deploy meets them. None of them uses the network.
pub async fn report() -> Vec<Check> {
    let mut checks = vec![
        machine::rust(),
        machine::lambda_target("x86_64 functions", "x86_64-unknown-linux-gnu"),
        machine::lambda_target("arm64 functions", "aarch64-unknown-linux-gnu"),
        machine::c_compiler(),
        machine::python(),
        machine::data_folder(),
        machine::tools(),
        machine::local_cloud().await,
    ];
    checks.extend(aws::checks().await);
    checks
}
