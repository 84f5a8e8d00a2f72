//! Accounts' authorization details.

use engine::audit::AuditFinding;
use engine::audit::audited::Audited;
use engine::audit::template;
use serde_json::{Value, json};

fn findings(text: &str) -> Vec<AuditFinding> {
    let written = translate::authorization_details(text).unwrap();
    template::findings(&Audited::file(&written, "account.json"))
}

fn allow(actions: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
}

fn managed(name: &str, document: &Value) -> Value {
    json!({
        "PolicyName": name,
        "Arn": format!("arn:aws:iam::123456789012:policy/{name}"),
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": false, "Document": allow(&json!("*"))},
            {"VersionId": "v2", "IsDefaultVersion": true, "Document": document},
        ],
    })
}

fn attached(name: &str) -> Value {
    json!([{"PolicyName": name, "PolicyArn": format!("arn:aws:iam::123456789012:policy/{name}")}])
}

#[test]
fn what_a_user_has_by_its_groups_is_judged_with_its_own() {
    let pass = allow(&json!("iam:PassRole"));
    let make = allow(&json!(["lambda:CreateFunction", "lambda:InvokeFunction"]));
    let account = |groups: Value| {
        json!({
            "UserDetailList": [{"UserName": "ada", "GroupList": groups, "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": pass}]}],
            "GroupDetailList": [{"GroupName": "makers", "GroupPolicyList": [], "AttachedManagedPolicies": attached("make")}],
            "RoleDetailList": [],
            "Policies": [managed("make", &make)],
        })
    };
    // A function that is made with a role that is passed takes both.
    let is_path = |groups: Value| findings(&account(groups).to_string()).iter().any(|it| it.rule.id == "PE41");
    assert!(is_path(json!(["makers"])) && !is_path(json!([])));
    // The version before the default one allows everything, and is not in force.
    let found = findings(&account(json!([])).to_string());
    assert!(found.iter().all(|it| it.rule.id != "PE01"), "{found:#?}");
}

#[test]
fn a_policy_that_many_have_is_told_once_at_its_own_place() {
    let roles: Vec<_> = (0..20)
        .map(|index| {
            let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
            json!({"RoleName": format!("r{index}"), "AssumeRolePolicyDocument": trust, "RolePolicyList": [], "AttachedManagedPolicies": attached("all")})
        })
        .collect();
    let first = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles, "Policies": [], "IsTruncated": true});
    let second = json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": [managed("all", &allow(&json!("*")))], "IsTruncated": false});
    let found = findings(&format!("{first:#}\n{second:#}"));
    let open: Vec<_> = found.iter().filter(|it| it.rule.id == "PE01").collect();
    assert_eq!(open.len(), 1, "{open:#?}");
    assert_eq!(open[0].resource, "policy/all");
    assert!(found.iter().all(|it| !it.rule.id.starts_with("GR")), "{found:#?}");
    let cut = findings(&first.to_string());
    assert_eq!(cut.iter().map(|it| it.rule.id).collect::<Vec<_>>(), ["TM01"]);
}

#[test]
fn a_boundary_and_a_trust_policy_count() {
    let everything = allow(&json!("*"));
    let role = |boundary: Value| {
        json!({
            "RoleDetailList": [{
                "RoleName": "deployer",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]},
                "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": everything}],
                "PermissionsBoundary": boundary,
            }],
            "Policies": [managed("limit", &allow(&json!("s3:GetObject")))],
        })
    };
    let ids =
        |account: &Value| findings(&account.to_string()).iter().map(|it| it.rule.id.to_owned()).collect::<Vec<_>>();
    let open = ids(&role(Value::Null));
    assert!(open.contains(&"PE01".to_owned()) && open.contains(&"RP54".to_owned()), "{open:?}");
    let limited = ids(&role(json!({"PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/limit"})));
    assert!(
        limited.iter().filter(|id| id.starts_with("PE")).count()
            < open.iter().filter(|id| id.starts_with("PE")).count()
    );
}
