//! What pipes, schedules, rules and APIs do with their roles.

use infra::Template;
use policies::Action;
use policies::audit::Rule;
use serde_json::Value as Json;

use super::targets::{Manner, handing};
use super::{PlatformNeed, Reason, calls, keys, sources};
use crate::audit::arns::Arns;
use crate::audit::expression::{items, text};
use crate::audit::resources::type_of;

/// A service that does something with a role, and what that needs.
pub struct RoleUse<'a> {
    /// The role's ARN.
    pub role: &'a Json,
    /// What it needs; `None` when some of it is not known.
    pub needs: Option<Vec<PlatformNeed>>,
}

/// What a pipe does.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html>
#[must_use]
pub fn of_pipe<'a>(template: &Template, arns: &Arns, pipe: &'a Json, rule: &'static Rule) -> RoleUse<'a> {
    let reason = |what: &'static str| move |id: &str| Reason::new(format!("{what} {id}"), rule);
    let parameters = &pipe["SourceParameters"];
    let dead = ["DynamoDBStreamParameters", "KinesisStreamParameters"]
        .map(|kind| &parameters[kind]["DeadLetterConfig"]["Arn"])
        .into_iter()
        .filter(|dead| !dead.is_null());
    let enriching = Manner { waits: true, in_batches: false };
    let waits = pipe["TargetParameters"]["StepFunctionStateMachineParameters"]["InvocationType"] != "FIRE_AND_FORGET";
    let mut parts = vec![
        sources::taking(template, arns, &text(&pipe["Source"]), rule),
        handing(template, arns, &pipe["Target"], Manner { waits, in_batches: true }, reason("handing on to")),
    ];
    let enrichment = pipe.get("Enrichment");
    parts.extend(enrichment.map(|it| handing(template, arns, it, enriching, reason("enriching by"))));
    parts.extend(dead.map(|it| handing(template, arns, it, Manner::default(), reason("giving up records to"))));
    RoleUse { role: &pipe["RoleArn"], needs: all(parts) }
}

/// What a schedule does.
///
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role>
#[must_use]
pub fn of_schedule<'a>(template: &Template, arns: &Arns, schedule: &'a Json, rule: &'static Rule) -> RoleUse<'a> {
    let target = &schedule["Target"];
    let reason = |what: &'static str| move |id: &str| Reason::new(format!("{what} {id}"), rule);
    let mut parts = vec![handing(template, arns, &target["Arn"], Manner::default(), reason("calling"))];
    let dead = target["DeadLetterConfig"].get("Arn");
    parts.extend(dead.map(|it| handing(template, arns, it, Manner::default(), reason("telling of failures to"))));
    RoleUse { role: &target["RoleArn"], needs: all(parts) }
}

/// What a rule of EventBridge does with the role of each target that has one.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html>
pub fn of_rule<'a>(
    template: &'a Template,
    arns: &'a Arns,
    rule: &'a Json,
    broken: &'static Rule,
) -> impl Iterator<Item = RoleUse<'a>> + 'a {
    items(&rule["Targets"]).filter_map(move |target| {
        let reason = |id: &str| Reason::new(format!("delivering events to {id}"), broken);
        let needs = handing(template, arns, &target["Arn"], Manner::default(), reason);
        Some(RoleUse { role: target.get("RoleArn")?, needs: all(vec![needs]) })
    })
}

/// What API Gateway does when it calls `target`, by its ARN or as `Ref` has it.
#[must_use]
pub fn of_gateway(
    template: &Template,
    arns: &Arns,
    action: Action,
    target: &str,
    rule: &'static Rule,
) -> Option<Vec<PlatformNeed>> {
    let arn = arns.arn(target)?;
    let what = match type_of(template, target) {
        "AWS::SQS::Queue" => "calling the queue",
        "AWS::Lambda::Alias" | "AWS::Lambda::Function" => "invoking the function",
        _ => "calling",
    };
    Some(vec![Reason::new(format!("{what} {target}"), rule).on([action], arn)])
}

/// What a service needs, with what it needs of the keys of what it is on.
#[must_use]
pub fn with_keys(template: &Template, arns: &Arns, needs: Vec<PlatformNeed>) -> Vec<PlatformNeed> {
    let keys = keys::needs(template, arns, &calls(&needs).collect::<Vec<_>>());
    needs.into_iter().chain(keys).collect()
}

/// All of the parts; nothing when one of them is not known.
fn all(parts: Vec<Vec<PlatformNeed>>) -> Option<Vec<PlatformNeed>> {
    let is_known = parts.iter().all(|part| !part.is_empty());
    is_known.then(|| parts.into_iter().flatten().collect())
}
