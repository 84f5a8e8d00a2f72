//! Plans of Terraform: the same rules judge the same policies, also where a part is known only once a plan is applied.

use std::collections::BTreeSet;

use engine::audit::AuditFinding;
use engine::audit::audited::Audited;
use engine::audit::template;
use serde_json::{Value, json};

fn findings(plan: &Value) -> Vec<AuditFinding> {
    let written = translate::terraform_plan(&format!("{plan:#}")).unwrap();
    let findings = template::findings(&Audited::file(&written, "plan.json"));
    for finding in &findings {
        assert!(!finding.to_string().contains("${cfn:"), "{finding}");
    }
    findings
}

fn ids(plan: &Value) -> Vec<String> {
    let mut ids: Vec<_> = findings(plan).iter().map(|it| it.rule.id.to_owned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// A resource with what is known of it.
fn resource(address: &str, values: &Value) -> Value {
    let (kind, name) = address
        .rsplit_once("module.")
        .map_or(address, |(_, it)| it.split_once('.').unwrap().1)
        .split_once('.')
        .unwrap();
    let (name, index) = name.split_once('[').map_or((name, Value::Null), |(name, index)| {
        (name, serde_json::from_str(index.trim_end_matches(']')).unwrap())
    });
    let mut resource = json!({"address": address, "mode": "managed", "type": kind, "name": name, "values": values});
    if !index.is_null() {
        resource["index"] = index;
    }
    resource
}

fn plan(resources: &[Value]) -> Value {
    json!({"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}})
}

/// A policy as a text.
fn policy(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

fn allow(action: &str, resource: &str) -> String {
    policy(&json!({"Effect": "Allow", "Action": action, "Resource": resource}))
}

fn trust() -> String {
    policy(&json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}))
}

#[test]
fn every_kind_of_policy_of_iam_is_read() {
    let all = allow("*", "*");
    for resources in [
        vec![resource("aws_iam_policy.p", &json!({"name": "p", "policy": all}))],
        vec![resource("aws_iam_role_policy.p", &json!({"role": "elsewhere", "policy": all}))],
        vec![resource("aws_iam_user_policy.p", &json!({"user": "elsewhere", "policy": all}))],
        vec![resource("aws_iam_group_policy.p", &json!({"group": "elsewhere", "policy": all}))],
        vec![resource(
            "aws_iam_role.r",
            &json!({"name": "r", "assume_role_policy": trust(), "inline_policy": [{"name": "p", "policy": all}]}),
        )],
        vec![resource(
            "aws_iam_role.r",
            &json!({"name": "r", "assume_role_policy": trust(), "managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
        )],
        vec![resource(
            "aws_iam_role_policy_attachment.a",
            &json!({"role": "elsewhere", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        )],
        vec![resource(
            "aws_iam_policy_attachment.a[0]",
            &json!({"users": ["ada"], "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        )],
        vec![resource("aws_ssoadmin_permission_set_inline_policy.p", &json!({"inline_policy": all}))],
    ] {
        let found = findings(&plan(&resources));
        let open = found.iter().find(|it| it.rule.id == "PE01");
        let open = open.unwrap_or_else(|| panic!("no PE01 in {found:#?} of {resources:#?}"));
        assert_eq!(open.resource, resources[0]["address"]);
        assert!(open.location.as_deref().unwrap().starts_with("plan.json:"), "{open}");
    }
    let open = resource(
        "aws_iam_role.r",
        &json!({"name": "r", "assume_role_policy": policy(&json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}))}),
    );
    assert!(ids(&plan(&[open])).contains(&"RP54".to_owned()));
}

#[test]
fn what_is_attached_is_judged_together() {
    let role = resource("aws_iam_role.r", &json!({"name": "r", "assume_role_policy": trust()}));
    let pass = resource("aws_iam_role_policy.pass", &json!({"role": "r", "policy": allow("iam:PassRole", "*")}));
    let make = policy(
        &json!({"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}),
    );
    let arn = "arn:aws:iam::123456789012:policy/make";
    let make = resource("aws_iam_policy.make", &json!({"name": "make", "arn": arn, "policy": make}));
    let attached = resource("aws_iam_role_policy_attachment.a", &json!({"role": "r", "policy_arn": arn}));
    // A function that is made with a role that is passed takes both.
    let is_path = |resources: &[Value]| ids(&plan(resources)).contains(&"PE41".to_owned());
    assert!(is_path(&[role.clone(), pass.clone(), make.clone(), attached]));
    assert!(!is_path(&[role, pass, make]));
}

#[test]
fn an_attachment_of_what_gets_its_arn_later_is_followed_through_modules() {
    let values = |address: &str, values: Value| resource(address, &values);
    let make = policy(
        &json!({"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole"], "Resource": "*"}),
    );
    let plan = json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {
            "resources": [values("aws_iam_policy.p", json!({"name": "p", "policy": make}))],
            "child_modules": [{"address": "module.worker[\"a\"]", "resources": [
                values("module.worker[\"a\"].aws_iam_role.r", json!({"name_prefix": "r", "assume_role_policy": trust()})),
                values("module.worker[\"a\"].aws_iam_role_policy_attachment.a", json!({})),
            ]}],
        }},
        "resource_changes": [{
            "address": "module.worker[\"a\"].aws_iam_role_policy_attachment.a", "mode": "managed",
            "change": {"after_unknown": {"role": true, "policy_arn": true}},
        }],
        "configuration": {"root_module": {"module_calls": {"worker": {
            "expressions": {"policy": {"references": ["aws_iam_policy.p.arn", "aws_iam_policy.p"]}},
            "module": {"resources": [{
                "mode": "managed", "type": "aws_iam_role_policy_attachment", "name": "a",
                "expressions": {
                    "role": {"references": ["aws_iam_role.r.name", "aws_iam_role.r"]},
                    "policy_arn": {"references": ["var.policy"]},
                },
            }]},
        }}}},
    });
    let written = translate::terraform_plan(&plan.to_string()).unwrap();
    let roles: Vec<_> = infra::iam::ways(&written.template);
    let role = roles.iter().find(|it| it.id == "module.worker[\"a\"].aws_iam_role.r").expect("the role");
    assert!(role.subjects[0].places.iter().any(|it| it.resource == "aws_iam_policy.p"), "{role:#?}");
}

#[test]
fn policies_of_resources_are_read() {
    let open = policy(&json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}));
    for (kind, attribute) in [
        ("aws_sqs_queue_policy", "policy"),
        ("aws_sns_topic_policy", "policy"),
        ("aws_s3_bucket_policy", "policy"),
        ("aws_kms_key", "policy"),
        ("aws_secretsmanager_secret_policy", "policy"),
        ("aws_ecr_repository_policy", "policy"),
        ("aws_opensearch_domain", "access_policies"),
        ("aws_dynamodb_resource_policy", "policy"),
        // One that the table does not have.
        ("aws_glue_resource_policy", "policy"),
    ] {
        let found = ids(&plan(&[resource(&format!("{kind}.it"), &json!({attribute: open}))]));
        assert!(found.iter().any(|id| id.starts_with("RP")), "{kind}: {found:?}");
    }
    let permission = resource(
        "aws_lambda_permission.p",
        &json!({"action": "lambda:InvokeFunction", "function_name": "f", "principal": "*"}),
    );
    assert!(ids(&plan(&[permission])).iter().any(|id| id.starts_with("RP")));
    let endpoint = resource("aws_vpc_endpoint.e", &json!({"policy": open}));
    assert_eq!(ids(&plan(&[endpoint])), [""; 0]);
    let with_two = resource("aws_new_thing.t", &json!({"readers": open, "writers": open}));
    let found = findings(&plan(&[with_two]));
    let places: BTreeSet<_> = found.iter().filter(|it| it.rule.id.starts_with("RP")).map(|it| &it.location).collect();
    assert_eq!(places.len(), 2, "{found:#?}");
    let unknown_kind = resource("aws_new_thing.t", &json!({"rights": allow("*", "*")}));
    assert_eq!(ids(&plan(&[unknown_kind])), ["TM01"]);
}

/// A plan of a policy whose text is known later, made by a data source with this statement.
fn later(statement: &Value, unknown: &Value) -> Value {
    json!({
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": [resource("aws_iam_policy.p", &json!({"name": "p"}))]}},
        "resource_changes": [
            {"address": "aws_iam_policy.p", "mode": "managed", "change": {"after_unknown": {"policy": true, "arn": true}}},
            {
                "address": "data.aws_iam_policy_document.d", "mode": "data", "type": "aws_iam_policy_document", "name": "d",
                "change": {"after": {"statement": [statement]}, "after_unknown": {"json": true, "statement": [unknown]}},
            },
        ],
        "configuration": {"root_module": {"resources": [
            {
                "mode": "managed", "type": "aws_iam_policy", "name": "p",
                "expressions": {"policy": {"references": ["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"]}},
            },
            {
                "mode": "data", "type": "aws_iam_policy_document", "name": "d",
                "expressions": {"statement": [{"resources": {"references": ["aws_sqs_queue.q.arn", "aws_sqs_queue.q"]}}]},
            },
        ]}},
    })
}

#[test]
fn values_of_one_condition_are_joined() {
    let condition = |value: &str| json!({"test": "StringEquals", "variable": "aws:RequestedRegion", "values": [value]});
    let conditions = [condition("eu-west-1"), condition("eu-north-1")];
    let plan = later(&json!({"actions": ["sqs:SendMessage"], "condition": conditions}), &json!({"resources": true}));
    let written = translate::terraform_plan(&plan.to_string()).unwrap();
    let policy = &infra::iam::ways(&written.template)[0].subjects[0].policies[0].json;
    let expected = json!({"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-north-1"]}});
    assert_eq!(policy["Statement"][0]["Condition"], expected, "{policy:#}");
}

#[test]
fn what_is_known_after_apply_is_a_value_of_which_nothing_is_said() {
    let sent = later(&json!({"actions": ["sqs:SendMessage"]}), &json!({"resources": true}));
    assert_eq!(ids(&sent), [""; 0]);
    let misspelt = later(&json!({"actions": ["sqs:SendMesage"]}), &json!({"resources": true}));
    let found = findings(&misspelt);
    assert_eq!(found.iter().map(|it| it.rule.id).collect::<Vec<_>>(), ["CT02"]);
    let open = later(&json!({"actions": ["*"], "resources": ["*"]}), &json!({}));
    assert!(ids(&open).contains(&"PE01".to_owned()));
    // Nothing says what the text will be.
    let mut plain = later(&json!({}), &json!({}));
    plain["configuration"]["root_module"]["resources"][0]["expressions"]["policy"] =
        json!({"references": ["local.policy"]});
    assert_eq!(ids(&plain), ["TM01"]);
    // What is not set is not unknown.
    let mut unset = later(&json!({}), &json!({}));
    unset["configuration"]["root_module"]["resources"][0]["expressions"] = json!({});
    assert_eq!(ids(&unset), [""; 0]);
}
