//! AWS's own simulator, asked whether a function may do what it needs, and not more.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html>

mod questions;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::Client;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
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
    ask(&cloud.iam, sides, function, &questions).await
}

async fn ask(
    iam: &Client,
    sides: &Sides<'_>,
    function: &FunctionRights,
    questions: &BTreeSet<Question>,
) -> anyhow::Result<Option<Vec<AuditFinding>>> {
    let mut batches: BTreeMap<_, Vec<&Question>> = BTreeMap::new();
    for question in questions {
        batches.entry((&question.resource, &question.context)).or_default().push(question);
    }
    ui::detail(format!("asking the policy simulator {} questions about `{}`", questions.len(), function.resource));
    let mut found = Vec::new();
    for ((resource, context), batch) in batches {
        for batch in batch.chunks(ACTIONS) {
            let actions: Vec<_> = batch.iter().map(|question| question.action.clone()).collect();
            let call = iam.simulate_principal_policy().policy_source_arn(&sides.live.arn).resource_arns(resource);
            let call = call.set_action_names(Some(actions)).set_context_entries(Some(entries(context)));
            let mut answers = call.into_paginator().items().send();
            while let Some(answer) = answers.next().await {
                let answer = match answer {
                    Ok(answer) => answer,
                    Err(error) if is_no_simulator(&error) => return Ok(None),
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

/// Whether an endpoint says that it does not know the operation; emulators have several words for it.
fn is_no_simulator<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    const CODES: [&str; 4] = ["InvalidAction", "NotImplemented", "UnknownOperation", "UnsupportedOperation"];
    let is_named = error.code().is_some_and(|code| CODES.iter().any(|known| code.starts_with(known)));
    is_named || error.raw_response().is_some_and(|response| response.status().as_u16() == NOT_IMPLEMENTED)
}

/// The status in HTTP of what a server does not have.
const NOT_IMPLEMENTED: u16 = 501;

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

#[cfg(test)]
mod tests {
    use aws_sdk_iam::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
    use tiny_http::{Response, Server};

    use super::super::expected::Expected;
    use super::super::role::{Deployed, Document};
    use super::*;
    use crate::audit::names::tests::names;

    const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:sightings.fifo";

    fn answer(decision: &str) -> String {
        let member = |action: &str| {
            format!(
                "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>{QUEUE}</EvalResourceName>\
                 <EvalDecision>{decision}</EvalDecision></member>"
            )
        };
        format!(
            "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
             <SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{}{}\
             </EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>",
            member("sqs:SendMessage"),
            member("sqs:DeleteMessage")
        )
    }

    fn error(code: &str) -> String {
        format!("<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>")
    }

    /// What is found when the endpoint answers so to the questions whether the function may send and may delete.
    async fn found(status: u16, body: String) -> anyhow::Result<Option<Vec<AuditFinding>>> {
        let server = Server::http("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", server.server_addr());
        let serve = std::thread::spawn(move || {
            let request = server.recv().unwrap();
            request.respond(Response::from_string(body).with_status_code(status)).unwrap();
        });
        let config = aws_sdk_iam::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(endpoint)
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        let question = |action: &str, is_allowed| Question {
            action: action.to_owned(),
            resource: QUEUE.to_owned(),
            context: Vec::new(),
            is_allowed,
        };
        let questions = [question("sqs:SendMessage", true), question("sqs:DeleteMessage", false)].into();
        let live = Deployed {
            arn: "arn:aws:iam::123456789012:role/consumer".to_owned(),
            trust: Document::read("trust policy", "{}"),
            inline: Vec::new(),
            attached: Vec::new(),
            boundary: None,
        };
        let (expected, names) = (Expected::default(), names());
        let sides = Sides { stack: "spaceships", location: None, expected: &expected, live: &live, names: &names };
        let function = FunctionRights {
            stack: "spaceships".to_owned(),
            resource: "Consumer".to_owned(),
            program: "spaceships-consumer".to_owned(),
            location: None,
            rights: Vec::new(),
        };
        let found = ask(&Client::from_conf(config.build()), &sides, &function, &questions).await;
        serve.join().unwrap();
        found
    }

    #[track_caller]
    fn check(found: anyhow::Result<Option<Vec<AuditFinding>>>, expected: &[&str]) {
        let found = found.unwrap().unwrap();
        assert!(found.iter().all(|it| it.rule.id == "DR08"), "{found:?}");
        assert_eq!(found.iter().map(|it| it.message.as_str()).collect::<Vec<_>>(), expected);
    }

    #[tokio::test]
    async fn a_decision_that_is_not_that_of_the_audit_is_found() {
        let denied = "AWS's simulator denies `Consumer` the call `sqs:SendMessage` on `Queue`, which it needs";
        check(found(200, answer("implicitDeny")).await, &[denied]);
        let allowed =
            "AWS's simulator allows `Consumer` the call `sqs:DeleteMessage` on `Queue`, which its stack does not";
        check(found(200, answer("allowed")).await, &[allowed]);
    }

    #[tokio::test]
    async fn an_endpoint_without_a_simulator_is_told_from_one_that_refuses() {
        assert_eq!(found(400, error("InvalidAction")).await.unwrap(), None);
        assert_eq!(found(501, error("InternalFailure")).await.unwrap(), None);
        let failed = found(500, error("InternalFailure")).await.unwrap_err().to_string();
        assert_eq!(failed, "AWS refused: no (InternalFailure)");
        let refused = found(403, error("AccessDenied")).await.unwrap_err().to_string();
        assert!(refused.starts_with("AWS refused: no (AccessDenied)\n  help: the credentials"), "{refused}");
        assert!(refused.ends_with("probably lack `iam:SimulatePrincipalPolicy`"), "{refused}");
    }
}
