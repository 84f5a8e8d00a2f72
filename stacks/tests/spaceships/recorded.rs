//! What `policy-audit --recorded` makes of a run.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::LocalCloud;

use crate::grants;
use crate::system::System;

const STAGE: &str = "recorded";

/// What the bindings of the functions grant, by function, action and resource.
const GRANTED: [(&str, &str, &str); 9] = [
    ("Calculator", "dynamodb:PutItem", "StatsCache"),
    ("Calculator", "dynamodb:Query", "Sightings"),
    ("Calculator", "dynamodb:Query", "Sightings/index/by-model"),
    ("Consumer", "dynamodb:GetItem", "ModelCache"),
    ("Consumer", "dynamodb:PutItem", "FalseReports"),
    ("Consumer", "dynamodb:PutItem", "ModelCache"),
    ("Consumer", "dynamodb:PutItem", "Sightings"),
    ("Counts", "dynamodb:GetItem", "StatsCache"),
    ("Counts", "lambda:InvokeFunction", "Calculator"),
];

/// The audit of the stage, which ends with `code`.
fn audit(cloud: &LocalCloud, code: i32) -> Value {
    cloud.attempt(&["policy-audit", "spaceships", "--stage", STAGE, "--recorded", "--json"]).expect(code).json()
}

/// The rights that the run used, by function, action and resource.
fn recorded(audit: &Value) -> BTreeSet<(&str, &str, &str)> {
    fn text<'a>(value: &'a Value, name: &str) -> &'a str {
        value[name].as_str().unwrap()
    }
    let mut recorded = BTreeSet::new();
    for function in audit["functions"].as_array().unwrap() {
        for right in function["rights"].as_array().unwrap() {
            let evidence = right["evidence"].as_array().unwrap();
            if evidence.iter().any(|it| it["source"] == "recorded") {
                recorded.insert((text(function, "resource"), text(right, "action"), text(right, "resource")));
            }
        }
    }
    recorded
}

pub(crate) async fn the_audit_tells_what_functions_used_and_were_denied(cloud: &LocalCloud) {
    let system = System::deploy(cloud, STAGE);
    let unused = audit(cloud, 0);
    assert_eq!(recorded(&unused), BTreeSet::new(), "nothing has run yet");

    assert_eq!(grants::exercise(&system, 0).await, Ok(()));
    let used = audit(cloud, 0);
    assert_eq!(recorded(&used), BTreeSet::from(GRANTED));
    assert_eq!(used["findings"], json!([]));
    assert_eq!(system.denied_calls().await, []);

    take_grants_away(&system, "spaceships-counts").await;
    assert_eq!(system.get("/counts", &[("spaceship_id", "XW-1")]).await.status, 500);
    let calls = system.denied_calls().await;
    assert_eq!(calls.iter().map(|call| call.action.as_str()).collect::<Vec<_>>(), ["dynamodb:GetItem"]);
    let denied = audit(cloud, 4);
    let finding = &denied["findings"][0];
    assert_eq!((&finding["id"], &finding["resource"]), (&json!("LP18"), &json!("Counts")), "{denied}");
    assert_eq!((&finding["action"], &finding["on"]), (&json!("dynamodb:GetItem"), &json!("StatsCache")));

    // The next deployment is another system, of which nothing is known.
    let redeployed = System::deploy_with_validator(cloud, STAGE, "http://127.0.0.1:1/validator");
    assert_eq!(redeployed.output("ApiUrl"), system.output("ApiUrl"));
    assert_eq!(audit(cloud, 0)["findings"], json!([]), "what other roles denied is over");
}

/// Deletes the inline policies of a function's role.
async fn take_grants_away(system: &System, function: &str) {
    let (iam, role) = (&system.iam, system.role(function).await);
    for name in iam.list_role_policies().role_name(&role).send().await.unwrap().policy_names {
        iam.delete_role_policy().role_name(&role).policy_name(name).send().await.unwrap();
    }
}
