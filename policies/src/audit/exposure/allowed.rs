//! Which sensitive actions policies allow.

use std::collections::BTreeMap;

use crate::audit::breadth::arn::is_every;
use crate::audit::breadth::place::{is_limited, item};
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rights::Rights;
use crate::audit::rule::{Scope, Sensitive};
use crate::audit::wildcard;

/// What a statement allows of a table.
struct Allowance<'a> {
    at: At<'a>,
    actions: Vec<&'static str>,
}

/// Reports each statement that allows actions of the table, once.
pub(in crate::audit) fn allowed(table: &Sensitive, rights: &Rights<'_>, report: &mut Report<'_>) {
    let mut found: BTreeMap<(usize, &str), Allowance<'_>> = BTreeMap::new();
    for &action in table.actions {
        // Most policies have none of the actions, which is seen without a look at denials.
        if !rights.allows().any(|(_, at)| names(&at, action).is_some()) {
            continue;
        }
        for (policy, at) in rights.allowing(action) {
            if names(&at, action).is_some() && concerns(table.scope, &at, action) {
                let allowance = found.entry((policy, at.pointer)).or_insert(Allowance { at, actions: Vec::new() });
                allowance.actions.push(action);
            }
        }
    }
    for ((policy, _), Allowance { at, actions }) in found {
        let Some((action, more)) = actions.split_first() else { continue };
        let Some(index) = names(&at, action) else { continue };
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        let on = if table.scope == Scope::Every { " on every resource" } else { "" };
        let written = at.statement.action.as_slice()[index].as_str();
        let by = if written.eq_ignore_ascii_case(action) { String::new() } else { format!(" (by `{written}`)") };
        let message = format!("`{action}`{by}{more}{on}: it can {}", table.can);
        let finding = report.add_to(policy, item(&at, at.action(), index), message).about(*action);
        if let Some(resource) = at.statement.resource.iter().next() {
            finding.on(resource);
        }
    }
}

/// The place of what names `action` in a statement, be it by a wildcard; those for all actions of a service, of which
/// other rules tell, and `NotAction` do not.
fn names(at: &At<'_>, action: &str) -> Option<usize> {
    let listed = &at.statement.action;
    let is_named = |written: &str| wildcard::action_covers(written, action) && !is_whole(written);
    if listed.is_negated() { None } else { listed.iter().position(|it| is_named(it.as_str())) }
}

/// Whether what is written is every action, or every action of a service.
fn is_whole(written: &str) -> bool {
    let name = written.split_once(':').map_or(written, |(_, name)| name);
    name.chars().all(|char| char == '*')
}

/// Whether the table is about an action on what the statement allows it on.
pub(super) fn concerns(scope: Scope, at: &At<'_>, action: &str) -> bool {
    match scope {
        Scope::Every => on_every_resource(at) && !is_limited(at),
        Scope::Any => {
            let service = action.split(':').next().unwrap_or_default();
            let is_own = |key: &str| key.split(':').next().is_some_and(|it| it.eq_ignore_ascii_case(service));
            !at.statement.condition.iter().any(|it| is_own(&it.key))
        }
    }
}

/// Whether the statement is about every resource, or every one of a type.
pub(super) fn on_every_resource(at: &At<'_>) -> bool {
    let resources = &at.statement.resource;
    resources.is_negated() || resources.iter().any(|it| is_every(it))
}
