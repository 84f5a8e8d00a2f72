//! The audit's result as people and programs read it: text, Markdown, JSON, SARIF and a page.

mod families;
pub mod fix;
pub mod html;
pub mod json;
pub mod markdown;
mod program;
pub mod rules;
pub mod sarif;
mod tally;
pub mod text;

use policies::audit::Rule;
use serde::Serialize;

pub use tally::summary;

/// What the audit judged by: it stands in the report beside what was found.
#[derive(Debug, Clone, Default)]
pub struct Basis {
    /// The rules, by id.
    pub rules: Vec<&'static Rule>,
    /// The catalogue of actions, where one was used.
    pub catalogue: Option<Catalogue>,
}

/// Which catalogue of actions was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    /// The version of its source.
    pub version: String,
    /// The day on which its source was published, such as `2026-03-01`.
    pub date: String,
}
