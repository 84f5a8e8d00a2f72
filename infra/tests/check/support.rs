//! The one way into the checks, and a resource of any type.

use infra::check::Check;
use infra::{Resource, Stack, Stage};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

/// A resource of any type with any properties.
#[derive(Debug)]
pub(crate) struct Any(pub(crate) &'static str, pub(crate) Json);

impl Resource for Any {
    const TYPE: &'static str = "";

    fn type_name(&self) -> &str {
        self.0
    }

    fn check(&self, _check: &mut Check<'_>) {}
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.1.serialize(serializer)
    }
}

pub(crate) fn stack(fill: impl FnOnce(&mut Stack)) -> Stack {
    let mut stack = Stack::new("orders", &Stage::default());
    fill(&mut stack);
    stack
}

/// What `check` says of the stack, with each place in this source as `HERE`.
#[track_caller]
pub(crate) fn check(fill: impl FnOnce(&mut Stack), expected: &str) {
    assert_eq!(printed(&infra::check(&stack(fill))), expected);
}

/// What `check` says of a stack with one resource, `It`; the place, always the same, is left out.
#[track_caller]
pub(crate) fn check_one(resource_type: &'static str, properties: Json, expected: &str) {
    let stack = stack(|stack| {
        stack.named("It").add(Any(resource_type, properties));
    });
    assert_eq!(printed(&infra::check(&stack)).replace("\n  --> HERE", ""), expected);
}

/// The findings as they are printed, with each place in this source as `HERE`.
pub(crate) fn printed(findings: &[infra::Finding]) -> String {
    let text = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let mut pieces = text.split("infra/tests/check/");
    let start = pieces.next().unwrap_or_default().to_owned();
    let is_place = |c: char| c.is_ascii_alphanumeric() || "._:".contains(c);
    pieces.fold(start, |text, piece| text + "HERE" + piece.trim_start_matches(is_place))
}
