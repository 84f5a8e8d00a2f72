//! Taking grants away from the roles of functions, one at a time.

use aws_config::SdkConfig;
use aws_sdk_iam::Client as Iam;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// What the platform does on a function's behalf, which the local cloud never refuses; `policy-audit` explains these.
const OF_THE_PLATFORM: [&str; 5] =
    ["logs:CreateLogStream", "logs:PutLogEvents", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

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
        call.send().await.unwrap();
    }
}

async fn policies(config: &SdkConfig, iam: &Iam, functions: &[String]) -> Vec<Policy> {
    let lambda = aws_sdk_lambda::Client::new(config);
    let mut policies = Vec::new();
    for function in functions {
        let call = lambda.get_function_configuration().function_name(function);
        let arn = call.send().await.unwrap().role.unwrap();
        let role = arn.rsplit('/').next().unwrap();
        let names = iam.list_role_policies().role_name(role).send().await.unwrap().policy_names;
        for name in names {
            let call = iam.get_role_policy().role_name(role).policy_name(&name);
            let document = call.send().await.unwrap().policy_document;
            let document = percent_decode_str(&document).decode_utf8().unwrap();
            policies.push(Policy { role: role.to_owned(), name, grants: grants(&document) });
        }
    }
    policies
}

fn grants(document: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(document).unwrap();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let mut grants = Vec::new();
    for statement in list(&document["Statement"]) {
        assert_eq!(statement["Effect"], "Allow");
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

/// Takes every grant of the functions' roles away in turn, and fails the test when `exercise`, which gets the number of
/// the round, succeeds without one: it is needless. Returns how many there are. It succeeds with all of them, before
/// and after.
pub(crate) async fn assert_all_needed<E: std::fmt::Debug + PartialEq>(
    config: &SdkConfig,
    functions: &[String],
    exercise: impl AsyncFn(usize) -> Result<(), E>,
) -> usize {
    assert_eq!(exercise(0).await, Ok(()), "with all grants");
    let iam = Iam::new(config);
    let mut needless = Vec::new();
    let mut round = 0;
    for policy in policies(config, &iam, functions).await {
        for grant in &policy.grants {
            let action = grant["Action"].as_str().unwrap();
            if OF_THE_PLATFORM.contains(&action) {
                continue;
            }
            round += 1;
            policy.put(&iam, Some(grant)).await;
            if exercise(round).await.is_ok() {
                needless.push(format!("{action} on {} in {}", grant["Resource"], policy.role));
            }
            policy.put(&iam, None).await;
        }
    }
    assert!(needless.is_empty(), "the system works without\n  {}", needless.join("\n  "));
    assert_eq!(exercise(round + 1).await, Ok(()), "with all grants again");
    round
}
