//! CloudFormation, as its user guide and API reference describe it.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html>

mod change_sets;
mod changes;
mod describe;
mod events;
mod exports;
mod operations;
mod refactors;
mod stacks;
mod template_text;
mod templates;
mod validation;

use crate::http::{Answer, Refusal, Request};
use crate::query::{self, Form};
use crate::world::World;
use crate::xml::Xml;

pub(crate) use change_sets::run;
pub(crate) use operations::step;
pub(crate) use refactors::Refactor;
pub use stacks::Mode;
pub(crate) use stacks::{STATUSES, Settings, Stack, find};

/// The namespace of its answers.
pub(crate) const NAMESPACE: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

/// A call of an operation.
#[derive(Debug, Clone, Copy)]
struct Call<'a> {
    form: &'a Form,
    region: &'a str,
}

type Outcome = Result<Xml, Refusal>;

/// Carries a call out.
pub(crate) fn call(world: &mut World, request: &Request, id: &str) -> Result<Answer, Refusal> {
    let form = Form::of(request);
    let call = Call { form: &form, region: &request.region };
    let result = match form.action() {
        "CreateChangeSet" => change_sets::create(world, call),
        "DescribeChangeSet" => change_sets::describe(world, call),
        "ListChangeSets" => change_sets::list(world, call),
        "ExecuteChangeSet" => change_sets::execute(world, call),
        "DeleteChangeSet" => change_sets::delete(world, call),
        "CreateStackRefactor" => refactors::create(world, call),
        "DescribeStackRefactor" => refactors::describe(world, call),
        "ListStackRefactors" => Ok(refactors::list(world, call)),
        "ExecuteStackRefactor" => refactors::execute(world, call),
        "DescribeStacks" => describe::stacks(world, call),
        "ListStacks" => Ok(describe::list_stacks(world, call)),
        "GetTemplate" => describe::template(world, call),
        "ListStackResources" => describe::list_resources(world, call),
        "DescribeStackResources" => describe::resources(world, call),
        "DescribeStackResource" => describe::resource(world, call),
        "DescribeStackEvents" => events::of_stack(world, call),
        "DescribeEvents" => events::of_operations(world, call),
        "ListExports" => Ok(exports::list(world, call)),
        "ListImports" => exports::imports(world, call),
        "DeleteStack" => stacks::delete(world, call),
        "CancelUpdateStack" => stacks::cancel_update(world, call),
        "ContinueUpdateRollback" => stacks::continue_rollback(world, call),
        "RollbackStack" => stacks::roll_back(world, call),
        "GetStackPolicy" => stacks::policy(world, call),
        "SetStackPolicy" => stacks::set_policy(world, call),
        "UpdateTerminationProtection" => stacks::protect(world, call),
        other => Err(Refusal::not_implemented("cloudformation", other)),
    };
    let result = result?;
    Ok(query::answer(NAMESPACE, form.action(), id, |xml| {
        xml.append(&result);
    }))
}

/// A refusal of what the request says.
fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationError", message)
}

/// One page of a list, and the token of the next.
fn page<T>(items: Vec<T>, call: Call<'_>, size: usize) -> (Vec<T>, Option<String>) {
    let begin = call.form.get("NextToken").and_then(|token| token.strip_prefix("page-")?.parse().ok()).unwrap_or(0);
    let total = items.len();
    let items: Vec<_> = items.into_iter().skip(begin).take(size).collect();
    let end = begin + items.len();
    (items, (end < total).then(|| format!("page-{end}")))
}
