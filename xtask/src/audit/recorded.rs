//! What functions did in the local cloud, with the roles enforced.

use std::collections::BTreeSet;

use infra::plan::resource_name;
use infra::{LogicalId, Value};
use policies::Action;

/// The calls of the functions of a stack, as the local cloud saw them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recorded {
    /// The calls.
    pub calls: BTreeSet<RecordedCall>,
}

/// A call that a function made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedCall {
    /// The logical id of the function.
    pub function: String,
    /// The action that was asked for.
    pub action: String,
    /// The resource by its logical id where it has one, such as `Sightings/index/by-model`.
    pub resource: String,
    /// Whether the role allowed it.
    pub allowed: bool,
}

impl Recorded {
    /// What the function `id` did.
    pub fn of(&self, id: LogicalId) -> impl Iterator<Item = &RecordedCall> {
        self.calls.iter().filter(move |call| call.function == id.as_str())
    }

    /// How it shows that the function `id` uses `action` on `resource`, when it does.
    #[must_use]
    pub fn use_of(&self, id: LogicalId, action: &Action, resource: &Value) -> Option<String> {
        let name = resource_name(resource);
        let call = self.of(id).find(|call| call.allowed && action.covers(&call.action) && call.resource == name)?;
        Some(call.evidence())
    }
}

impl RecordedCall {
    /// What it shows.
    #[must_use]
    pub fn evidence(&self) -> String {
        let answer = if self.allowed { "allowed" } else { "denied" };
        format!("`{}` on `{}` was {answer} in the local cloud", self.action, self.resource)
    }
}
