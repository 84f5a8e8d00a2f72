//! From roles and ARNs to the logical names of a stack.

use std::collections::BTreeSet;

use infra::lambda::Function;
use infra::plan::resource_name;
use infra::{LogicalId, Stack};
use policies::Effect;
use regex::Regex;

use super::RecordedCall;
use super::resources::Resources;
use crate::audit::rights::Rights;
use crate::local::Call;

/// The longest name of a session.
const LONGEST_SESSION: usize = 64;

/// A function of the stack.
struct Caller<'a> {
    id: LogicalId,
    role: &'a str,
    session: &'a str,
    granted: Vec<Pattern>,
}

/// The resource of a statement.
struct Pattern {
    arn: String,
    matching: Regex,
    name: String,
}

/// The calls that the functions of `stack` made, with what they are on by its logical name.
pub(super) fn of_stack<'a>(
    stack: &Stack,
    deployed: &Resources<'_>,
    calls: impl Iterator<Item = &'a Call>,
) -> BTreeSet<RecordedCall> {
    let callers: Vec<_> = stack
        .resources_of::<Function>()
        .filter_map(|(reference, function)| caller(stack, deployed, reference.id(), function))
        .collect();
    let by_functions = calls.filter_map(|call| {
        let caller = callers.iter().find(|it| it.role == call.role && it.session == call.session)?;
        Some(RecordedCall {
            function: caller.id.to_string(),
            action: call.action.clone(),
            resource: name(&call.resource, &caller.granted, deployed),
            allowed: call.allowed,
        })
    });
    by_functions.collect()
}

/// A function whose role is in the stack, too, when both are deployed.
fn caller<'a>(stack: &Stack, deployed: &Resources<'a>, id: LogicalId, function: &Function) -> Option<Caller<'a>> {
    let role = deployed.physical_id(function.role_in(stack)?.id().as_str())?;
    let name = deployed.physical_id(id.as_str())?;
    let rights = Rights::of(stack, id, function);
    let allowed = rights.granted.iter().filter(|it| it.effect == Effect::Allow && !it.resource.is_negated());
    let granted = allowed.flat_map(|statement| &statement.resource).filter_map(|resource| {
        let arn = deployed.resolve(resource)?;
        let matching =
            Regex::new(&format!("(?s)^{}$", regex::escape(&arn).replace(r"\*", ".*").replace(r"\?", "."))).ok()?;
        Some(Pattern { arn, matching, name: resource_name(resource) })
    });
    Some(Caller { id, role, session: name.get(..LONGEST_SESSION).unwrap_or(name), granted: granted.collect() })
}

/// The name of what has the ARN `arn`: as the role's statements write it, the most specific first; by the logical id of
/// a resource; else the ARN.
fn name(arn: &str, granted: &[Pattern], deployed: &Resources<'_>) -> String {
    let covering = granted.iter().filter(|it| it.arn != "*" && it.matching.is_match(arn));
    if let Some(pattern) = covering.max_by_key(|it| (it.arn == arn, it.arn.len())) {
        return pattern.name.clone();
    }
    let part_of = deployed.arns().find_map(|(resource, whole)| {
        let rest = arn.strip_prefix(whole.as_ref())?;
        (rest.is_empty() || rest.starts_with(['/', ':'])).then(|| match rest.strip_prefix('/') {
            Some(key) if resource.resource_type == "AWS::S3::Bucket" => format!("{}/{}", resource.id, beside(key)),
            _ => format!("{}{rest}", resource.id),
        })
    });
    part_of.unwrap_or_else(|| arn.to_owned())
}

/// The objects beside `key`, since there may be many: `other/*`.
fn beside(key: &str) -> String {
    match key.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/*"),
        None => "*".to_owned(),
    }
}
