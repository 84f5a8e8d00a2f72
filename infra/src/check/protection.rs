//! What a protected stage could still lose.

use crate::facts;
use crate::stack::{Attributes, DeletionPolicy, Stack};
use assembly::Finding;

/// Reports the resources of a protected stage that hold data and are deleted when they leave the stack or are replaced.
pub(super) fn check(stack: &Stack, findings: &mut Vec<Finding>) {
    if !stack.stage().is_protected() {
        return;
    }
    let holding = stack.resources().filter(|declared| facts::holds(declared.resource_type()).is_data());
    let lost: Vec<_> = holding.filter(|declared| !is_kept(&declared.attributes)).collect();
    let Some(first) = lost.first() else { return };
    let ids: Vec<_> = lost.iter().map(|declared| format!("`{}`", declared.id)).collect();
    let message = format!(
        "the stage `{}` is protected, but what {} {} can be lost: it is deleted when it leaves the stack or is replaced",
        stack.stage(),
        ids.join(", "),
        if ids.len() == 1 { "holds" } else { "hold" }
    );
    let help = "call `parts::protect(&mut stack)` after the last resource";
    findings.push(Finding::warning("unprotected-data", message).at(first.source).help(help));
}

fn is_kept(attributes: &Attributes) -> bool {
    [attributes.deletion_policy, attributes.update_replace_policy]
        .iter()
        .all(|policy| policy.is_some_and(|policy| policy != DeletionPolicy::Delete))
}
