//! The functions' roles grant nothing that the system works without.

use aws_sdk_iam::Client as Iam;
use aws_sdk_sqs::types::QueueAttributeName;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::common::FreshCloud;
use crate::message::{sighting, text};
use crate::patience::eventually;
use crate::system::System;

const MODEL: &str = "TIE/sa Bomber";
const FUNCTIONS: [&str; 3] = ["spaceships-consumer", "spaceships-calculator", "spaceships-counts"];

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

async fn policies(system: &System, iam: &Iam) -> Vec<Policy> {
    let mut policies = Vec::new();
    for function in FUNCTIONS {
        let call = system.lambda.get_function_configuration().function_name(system.function(function));
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
                grants.push(json!({ "Effect": "Allow", "Action": action, "Resource": resource }));
            }
        }
    }
    grants
}

/// Where a message went.
async fn is_kept(system: &System, kept: impl AsyncFn() -> bool) -> bool {
    eventually("the end of a message", async || {
        if kept().await {
            return Some(true);
        }
        let receive = system.sqs.receive_message().queue_url(system.output("SightingsDlqUrl"));
        let dead = receive.send().await.unwrap().messages;
        dead.is_some_and(|messages| !messages.is_empty()).then_some(false)
    })
    .await
}

/// Drives everything that the functions do, and says what failed.
async fn exercise(system: &System, round: usize) -> Result<(), &'static str> {
    let ship = format!("GRANT-{round}");
    for (cache, key) in [("ModelCacheTable", MODEL), ("StatsCacheTable", &format!("model:{MODEL}"))] {
        let call = system.dynamodb.delete_item().table_name(system.output(cache)).key("cache_key", text(key));
        call.send().await.unwrap();
    }
    system.send(&ship, sighting(&ship, MODEL)).await;
    if !is_kept(system, async || !system.sightings(&ship).await.is_empty()).await {
        return Err("a sighting was not kept");
    }
    let id = system.send(&ship, format!("unreadable in round {round}")).await;
    if !is_kept(system, async || !system.false_reports(&id).await.is_empty()).await {
        return Err("a false report was not kept");
    }
    for name in [("spaceship_id", ship.as_str()), ("model", MODEL)] {
        if system.get("/counts", &[name]).await.status != 200 {
            return Err("counts gave no answer");
        }
    }
    Ok(())
}

pub(crate) async fn no_granted_action_is_needless(cloud: &FreshCloud) {
    let system = System::deploy(cloud, "grants", &[]);
    assert_eq!(exercise(&system, 0).await, Ok(()), "with all grants");

    let iam = Iam::new(&system.config);
    let (queue, dead) = (system.output("SightingsQueueUrl"), system.output("SightingsDlqUrl"));
    let dead_arn = QueueAttributeName::QueueArn;
    let call = system.sqs.get_queue_attributes().queue_url(dead).attribute_names(dead_arn.clone());
    let dead_arn = call.send().await.unwrap().attributes.unwrap().remove(&dead_arn).unwrap();
    // A message that fails once goes to the dead-letter queue two seconds later. The functions have started by now, so
    // none that succeeds takes as long.
    let redrive = json!({ "deadLetterTargetArn": dead_arn, "maxReceiveCount": 1 }).to_string();
    let call =
        system.sqs.set_queue_attributes().queue_url(queue).attributes(QueueAttributeName::VisibilityTimeout, "2");
    call.attributes(QueueAttributeName::RedrivePolicy, redrive).send().await.unwrap();
    let mut needless = Vec::new();
    let mut round = 0;
    for policy in policies(&system, &iam).await {
        for grant in &policy.grants {
            let action = grant["Action"].as_str().unwrap();
            if OF_THE_PLATFORM.contains(&action) {
                continue;
            }
            round += 1;
            policy.put(&iam, Some(grant)).await;
            if exercise(&system, round).await.is_ok() {
                needless.push(format!("{action} on {} in {}", grant["Resource"], policy.role));
            }
            policy.put(&iam, None).await;
            system.sqs.purge_queue().queue_url(dead).send().await.unwrap();
        }
    }
    assert!(needless.is_empty(), "the system works without\n  {}", needless.join("\n  "));
    assert_eq!(round, 9, "the grants of the three programs");
    assert_eq!(exercise(&system, round + 1).await, Ok(()), "with all grants again");
}
