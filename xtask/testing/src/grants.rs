//! Taking grants away from the roles of functions, one at a time.

use std::fmt::Debug;

use aws_sdk_iam::Client as Iam;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::deployment::Deployment;
use crate::succeeded;

/// What the platform does on a function's behalf, which the local cloud never refuses, and what a worker does itself instead,
/// some of it only when messages fail or take long. `policy-audit` explains these.
const OF_THE_PLATFORM: [&str; 6] = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ChangeMessageVisibility",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
];

/// A role's inline policy, as one statement for each action on each resource.
struct Policy {
    role: String,
    name: String,
    grants: Vec<Value>,
}

impl Policy {
    /// Leaves the role with all grants but `without`.
    async fn put(&self, iam: &Iam, without: Option<&Value>) {
        let statements: Vec<_> = self.grants.iter().filter(|grant| Some(*grant) != without).collect();
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let call = iam.put_role_policy().role_name(&self.role).policy_name(&self.name).policy_document(document);
        succeeded(&format!("changing the policy of `{}`", self.role), call.send().await);
    }
}

/// The inline policies of the roles of all functions and workers.
async fn policies(system: &Deployment) -> Vec<Policy> {
    let iam = &system.iam;
    let mut policies = Vec::new();
    for function in system.functions().into_iter().chain(system.workers().map(str::to_owned)) {
        let role = system.role(&function).await;
        let listed = iam.list_role_policies().role_name(&role).send().await;
        let names = succeeded(&format!("reading the policies of `{role}`"), listed).policy_names;
        // Lambda sends to a function's destinations, which the local cloud never refuses either.
        for name in names.into_iter().filter(|name| !name.starts_with("send-")) {
            let call = iam.get_role_policy().role_name(&role).policy_name(&name);
            let document = succeeded(&format!("reading the policy of `{role}`"), call.send().await).policy_document;
            let document = percent_decode_str(&document).decode_utf8_lossy();
            policies.push(Policy { role: role.clone(), name, grants: grants(&document) });
        }
    }
    policies
}

fn grants(document: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(document).unwrap();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let mut grants = Vec::new();
    for statement in list(&document["Statement"]) {
        if statement["Effect"] != "Allow" {
            grants.push(statement);
            continue;
        }
        for resource in list(&statement["Resource"]) {
            for action in list(&statement["Action"]) {
                let mut grant = statement.clone();
                grant["Action"] = action;
                grant["Resource"] = resource.clone();
                grants.push(grant);
            }
        }
    }
    grants
}

/// Takes every grant of the functions' roles away in turn, and fails the test when `exercise` succeeds without one: it is
/// needless. Returns how many were taken away.
///
/// `exercise` drives everything that the functions do, and gives an error when something did not work. It gets the number
/// of the round: 0 with all grants, then one for each grant, then one with all again; use it for names that are new in each round.
/// A message that fails should be given up soon: see [`Deployment::give_up_after`].
///
/// What the platform does with a role, such as polling a queue and writing logs, is not asked: the local cloud never
/// refuses it. `policy-audit` proves that from the template. Let no other test use the stage meanwhile.
pub async fn no_granted_action_is_needless<E: Debug>(
    system: &Deployment,
    exercise: impl AsyncFn(usize) -> Result<(), E>,
) -> usize {
    if let Err(error) = exercise(0).await {
        panic!("the exercise fails with all grants: {error:?}");
    }
    let mut needless = Vec::new();
    let mut round = 0;
    for policy in policies(system).await {
        for grant in policy.grants.iter().filter(|grant| grant["Effect"] == "Allow") {
            let action = grant["Action"].as_str().unwrap_or_default();
            if OF_THE_PLATFORM.contains(&action) {
                continue;
            }
            round += 1;
            policy.put(&system.iam, Some(grant)).await;
            if exercise(round).await.is_ok() {
                needless.push(format!("{action} on {} in {}", grant["Resource"], policy.role));
            }
            policy.put(&system.iam, None).await;
        }
    }
    assert!(needless.is_empty(), "`{}` works without\n  {}", system.name, needless.join("\n  "));
    if let Err(error) = exercise(round + 1).await {
        panic!("the exercise fails with all grants again: {error:?}");
    }
    round
}
