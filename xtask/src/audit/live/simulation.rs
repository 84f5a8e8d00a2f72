//! AWS's own simulator, asked whether a function may do what it needs, and not more.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html>

mod questions;

use std::collections::BTreeMap;

use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum};
use policies::catalogue::{ValueType, condition_key};

use super::differences::Sides;
use crate::audit::finding::AuditFinding;
use crate::audit::matrix::FunctionRights;
use crate::audit::rules;
use crate::cloud::{Cloud, explain};
use crate::ui;
use questions::{Question, questions};

/// How many actions are asked of at once.
const ACTIONS: usize = 50;

/// What the simulator says otherwise than the audit of `function`; `None` when the endpoint has no simulator.
pub async fn simulate(
    cloud: &Cloud,
    sides: &Sides<'_>,
    function: &FunctionRights,
) -> anyhow::Result<Option<Vec<AuditFinding>>> {
    let mut questions = questions(sides.expected, sides.names, function);
    // The simulator of the local cloud takes no notice of the context.
    questions.retain(|question| cloud.local.is_none() || question.context.is_empty());
    let mut batches: BTreeMap<_, Vec<&Question>> = BTreeMap::new();
    for question in &questions {
        batches.entry((&question.resource, &question.context)).or_default().push(question);
    }
    let mut found = Vec::new();
    for ((resource, context), batch) in batches {
        for batch in batch.chunks(ACTIONS) {
            let actions: Vec<_> = batch.iter().map(|question| question.action.clone()).collect();
            let call = cloud.iam.simulate_principal_policy().policy_source_arn(&sides.live.arn).resource_arns(resource);
            let call = call.set_action_names(Some(actions)).set_context_entries(Some(entries(context)));
            let mut answers = call.into_paginator().items().send();
            while let Some(answer) = answers.next().await {
                let answer = match answer {
                    Ok(answer) => answer,
                    Err(error) if is_no_simulator(error.code()) => return Ok(None),
                    // An action that the catalogue has and the simulator has not: it says nothing of this batch.
                    Err(error) if error.code() == Some("InvalidInput") => {
                        ui::detail(format!("the simulator does not answer on `{resource}`: {}", explain(error)));
                        break;
                    }
                    Err(error) => return Err(explain(error)),
                };
                let asked = batch.iter().find(|it| it.action.eq_ignore_ascii_case(answer.eval_action_name()));
                let decision = answer.eval_decision().as_str();
                if let Some(question) = asked.filter(|question| question.is_allowed != (decision == "allowed")) {
                    found.push(disagreement(sides, function, question, decision));
                }
            }
        }
    }
    Ok(Some(found))
}

/// What endpoints say that do not know the operation.
fn is_no_simulator(code: Option<&str>) -> bool {
    const CODES: [&str; 5] =
        ["InvalidAction", "InternalFailure", "NotImplemented", "UnknownOperation", "UnsupportedOperation"];
    code.is_some_and(|code| CODES.iter().any(|known| code.starts_with(known)))
}

fn disagreement(sides: &Sides<'_>, function: &FunctionRights, question: &Question, decision: &str) -> AuditFinding {
    let Question { action, resource, is_allowed, .. } = question;
    let (id, shown) = (&function.resource, sides.names.shown(resource));
    let message = if *is_allowed {
        format!("AWS's simulator denies `{id}` the call `{action}` on `{shown}`, which it needs")
    } else {
        format!("AWS's simulator allows `{id}` the call `{action}` on `{shown}`, which its stack does not")
    };
    AuditFinding::new(&rules::SIMULATION, sides.stack, id, message)
        .at(function.location.as_ref())
        .evidence(format!("the decision on `{action}` on `{resource}` is `{decision}`"))
        .about(action)
        .on(shown)
}

fn entries(context: &[(String, Vec<String>)]) -> Vec<ContextEntry> {
    let entry = |(key, values): &(String, Vec<String>)| {
        let (kind, multivalued) =
            condition_key(key).map_or((ValueType::String, false), |it| (it.values, it.multivalued));
        ContextEntry::builder()
            .context_key_name(key)
            .context_key_type(key_type(kind, multivalued || values.len() > 1))
            .set_context_key_values(Some(values.clone()))
            .build()
    };
    context.iter().map(entry).collect()
}

fn key_type(kind: ValueType, is_list: bool) -> ContextKeyTypeEnum {
    match (kind, is_list) {
        (ValueType::Bool, false) => ContextKeyTypeEnum::Boolean,
        (ValueType::Bool, true) => ContextKeyTypeEnum::BooleanList,
        (ValueType::Date, false) => ContextKeyTypeEnum::Date,
        (ValueType::Date, true) => ContextKeyTypeEnum::DateList,
        (ValueType::IpAddress, false) => ContextKeyTypeEnum::Ip,
        (ValueType::IpAddress, true) => ContextKeyTypeEnum::IpList,
        (ValueType::Numeric, false) => ContextKeyTypeEnum::Numeric,
        (ValueType::Numeric, true) => ContextKeyTypeEnum::NumericList,
        (ValueType::Arn | ValueType::String, false) => ContextKeyTypeEnum::String,
        (ValueType::Arn | ValueType::String, true) => ContextKeyTypeEnum::StringList,
    }
}
