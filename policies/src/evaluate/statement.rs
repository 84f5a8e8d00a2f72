//! Whether a statement applies to a request.

use super::context::Context;
use super::operators::holds;
use super::request::Request;
use super::truth::Truth;
use crate::document::{Statement, Version};
use crate::listed::Listed;
use crate::pattern;

/// Whether the actions, resources and conditions of `statement` are those of `request`; not its principal.
///
/// A statement without resources is one of a trust policy, whose resource is the role itself.
pub(crate) fn applies(statement: &Statement, version: Version, request: &Request) -> Truth {
    if !acts(statement, &request.action) {
        return Truth::False;
    }
    match on_resource(&statement.resource, version, request) {
        Truth::False => Truth::False,
        on => {
            let tests = statement.condition.iter().map(|condition| holds(condition, version, &request.context));
            Truth::all([on].into_iter().chain(tests))
        }
    }
}

fn acts(statement: &Statement, action: &str) -> bool {
    let listed = statement.action.iter().any(|it| it.covers(action));
    listed != statement.action.is_negated()
}

fn on_resource(resources: &Listed<String>, version: Version, request: &Request) -> Truth {
    if resources.is_empty() {
        return Truth::True;
    }
    let listed = resources.iter().map(|it| like(it, version, &request.resource, &request.context));
    let listed = Truth::any(listed);
    if resources.is_negated() { !listed } else { listed }
}

fn like(text: &str, version: Version, resource: &str, context: &Context) -> Truth {
    if text == "*" {
        return Truth::True;
    }
    match context.resolve(pattern::pattern(text, version)) {
        Ok(Some(pattern)) => pattern::matches(&pattern, resource).into(),
        Ok(None) => Truth::False,
        Err(gap) => Truth::Unknown(gap),
    }
}
