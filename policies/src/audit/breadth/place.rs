//! Which statements the rules are about, and where in them what they find is.

use crate::audit::policy::{At, Kind};
use crate::document::Effect;

/// Whether the statement gives rights to those whose policy it is in, by itself.
pub(in crate::audit) fn grants(at: &At<'_>) -> bool {
    at.statement.effect == Effect::Allow && at.policy.kind == Kind::Identity
}

/// Whether the statement lets someone do something: boundaries and the policies of organizations do not.
pub(super) fn allows(at: &At<'_>) -> bool {
    let gives = matches!(at.policy.kind, Kind::Identity | Kind::Resource | Kind::Trust);
    at.statement.effect == Effect::Allow && gives
}

/// Where the item with this index is of the element at `pointer`, which may be written without brackets.
pub(in crate::audit) fn item(at: &At<'_>, pointer: String, index: usize) -> String {
    let is_list = at.policy.json.pointer(&pointer).is_some_and(serde_json::Value::is_array);
    if is_list { format!("{pointer}/{index}") } else { pointer }
}

/// Beginnings of condition keys that say on which resources a statement is, as its `Resource` would.
const OF_RESOURCES: [&str; 3] = ["aws:resource", "aws:requesttag/", "aws:tagkeys"];

/// Whether the statement's conditions limit it to some resources: those on the resource itself, and those that belong
/// to a service, such as `kms:ViaService`.
pub(in crate::audit) fn is_limited(at: &At<'_>) -> bool {
    at.statement.condition.iter().any(|condition| {
        let key = condition.key.to_ascii_lowercase();
        !key.starts_with("aws:") || OF_RESOURCES.iter().any(|start| key.starts_with(start))
    })
}
