//! Paths of escalation: each row by what it needs, and what takes it away.

#![allow(clippy::needless_pass_by_value, reason = "what is written in place reads better without references")]

use policies::audit::{Finding, Kind, Policy, PolicyRule, audit, rules};
use serde_json::{Value as Json, json};

/// The rows about paths: those whose case that fires lists actions on everything.
fn paths() -> impl Iterator<Item = (&'static PolicyRule, Vec<String>)> {
    rules().filter(|row| row.rule.id.starts_with("PE")).filter_map(|row| {
        let json = row.firing.policy().json;
        let actions = json.pointer("/Statement/0/Action")?.as_array()?;
        Some((row, actions.iter().map(|it| it.as_str().unwrap().to_owned()).collect()))
    })
}

fn policy(kind: Kind, statements: Json) -> Policy {
    Policy::of(kind, json!({"Version": "2012-10-17", "Statement": statements}))
}

fn allow(actions: &[String]) -> Json {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

fn has(row: &PolicyRule, policies: &[Policy]) -> bool {
    audit(policies).iter().any(|finding| finding.rule == &row.rule)
}

/// The ids of this family that are found in the identity policy of `statements`.
fn found(statements: Json) -> Vec<&'static str> {
    findings(statements).iter().map(|it| it.rule.id).collect()
}

fn findings(statements: Json) -> Vec<Finding> {
    let mut findings = audit(&[policy(Kind::Identity, statements)]);
    findings.retain(|it| it.rule.id.starts_with("PE"));
    findings
}

#[track_caller]
fn check(statements: Json, expected: &[&str]) {
    assert_eq!(found(statements.clone()), expected, "{statements:#}");
}

#[test]
fn all_is_not_said_of_what_leaves_some_out() {
    let said = |statement: Json, expected: &str| {
        let findings = findings(json!([statement]));
        assert!(findings.iter().any(|it| it.message.starts_with(expected)), "{findings:#?}");
    };
    said(
        json!({"Effect": "Allow", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::maps"}),
        "it allows every action but some, those of IAM among them, on everything but some resources: ",
    );
    said(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), "it allows every action there is on everything: ");
}

#[test]
fn a_path_needs_each_of_its_actions() {
    for (row, actions) in paths() {
        for dropped in 0..actions.len() {
            let mut fewer = actions.clone();
            fewer.remove(dropped);
            fewer.push("iam:GetRole".to_owned());
            assert!(
                !has(row, &[policy(Kind::Identity, json!([allow(&fewer)]))]),
                "{} without {}",
                row.rule.id,
                actions[dropped]
            );
        }
    }
}

#[test]
fn a_path_may_be_split_over_policies() {
    for (row, actions) in paths() {
        let each = actions.iter().map(|action| policy(Kind::Identity, allow(std::slice::from_ref(action))));
        let policies: Vec<_> = each.collect();
        let findings = audit(&policies);
        let finding = findings.iter().find(|it| it.rule == &row.rule).unwrap_or_else(|| panic!("{}", row.rule.id));
        assert_eq!(finding.policy, actions.len() - 1, "the last action decides: {finding:?}");
        assert_eq!(finding.action.as_deref(), actions.last().map(String::as_str));
        assert!(actions.iter().all(|action| finding.message.contains(action.as_str())), "{}", finding.message);
    }
}

#[test]
fn a_denial_or_a_boundary_without_one_of_its_actions_closes_a_path() {
    for (row, actions) in paths() {
        for action in &actions {
            let deny = json!({"Effect": "Deny", "Action": action, "Resource": "*"});
            assert!(
                !has(row, &[policy(Kind::Identity, json!([allow(&actions), deny]))]),
                "{} denies {action}",
                row.rule.id
            );
            let all_but = json!({"Effect": "Allow", "NotAction": action, "Resource": "*"});
            let identity = policy(Kind::Identity, allow(&actions));
            assert!(
                !has(row, &[identity.clone(), policy(Kind::Boundary, all_but)]),
                "{} without {action}",
                row.rule.id
            );
            let wide = policy(Kind::Boundary, json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
            assert!(has(row, &[identity, wide]), "{}", row.rule.id);
        }
    }
}

#[test]
fn a_path_stays_open_under_a_condition_that_names_no_resource() {
    for (row, actions) in paths() {
        let mut statement = allow(&actions);
        statement["Condition"] = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
        let findings = findings(statement);
        let finding = findings.iter().find(|it| it.rule == &row.rule).unwrap_or_else(|| panic!("{}", row.rule.id));
        assert!(finding.message.contains("under a condition"), "{}", finding.message);
    }
}

#[test]
fn a_path_by_a_role_is_closed_when_only_other_services_may_be_given_it() {
    let mut seen = 0;
    for (row, actions) in paths().filter(|(_, actions)| actions[0] == "iam:PassRole") {
        seen += 1;
        let with = |effect: &str, operator: &str, services: Json| {
            let pass = json!({"Effect": effect, "Action": "iam:PassRole", "Resource": "*", "Condition": {operator: {"iam:PassedToService": services}}});
            json!([pass, allow(if effect == "Deny" { &actions } else { &actions[1..] })])
        };
        let is_found = |statements: Json| has(row, &[policy(Kind::Identity, statements)]);
        for operator in
            ["StringEquals", "StringLike", "StringEqualsIfExists", "StringLikeIfExists", "ForAnyValue:StringLike"]
        {
            let statements = with("Allow", operator, json!(["other.amazonaws.com", "another.amazonaws.com"]));
            assert!(!is_found(statements), "{} by {operator}", row.rule.id);
        }
        assert!(is_found(with("Allow", "StringLike", json!("*.amazonaws.com"))), "{}", row.rule.id);
        assert!(is_found(with("Allow", "StringNotEquals", json!("other.amazonaws.com"))), "{}", row.rule.id);
        assert!(!is_found(with("Deny", "StringNotEquals", json!("other.amazonaws.com"))), "{}", row.rule.id);
        assert!(is_found(with("Deny", "StringEquals", json!("other.amazonaws.com"))), "{}", row.rule.id);
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn an_administrator_is_one_finding() {
    let statement = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    check(statement("*"), &["PE01"]);
    check(statement("iam:*"), &["PE01"]);
    check(json!({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}), &["PE01"]);
    check(json!({"Effect": "Allow", "NotAction": ["iam:*", "account:*"], "Resource": "*"}), &["PE02"]);
    let no_iam = json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*"});
    check(json!([statement("*"), no_iam]), &["PE02"]);
}

#[test]
fn a_pattern_of_actions_holds_every_path_that_it_covers_once() {
    let statement = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    check(statement("iam:Put*Policy"), &["PE05", "PE06", "PE07"]);
    check(statement("lambda:*"), &["PE82", "PE84"]);
    check(statement("IAM:createpolicyversion"), &["PE03"]);
}

#[test]
fn named_identities_close_paths_that_need_any_of_them() {
    let on = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    check(on("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/reader"), &[]);
    check(on("iam:PutRolePolicy", "${cfn:Role.Arn}"), &[]);
    check(on("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/app/*"), &["PE05"]);
    check(on("iam:PutUserPolicy", "arn:aws:iam::123456789012:user/${aws:username}"), &["PE06"]);
    check(on("iam:PutUserPolicy", "arn:aws:iam::123456789012:role/*"), &[]);
    check(on("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}"), &[]);
    check(on("iam:CreateAccessKey", "arn:aws:iam::*:user/*"), &["PE28"]);
    check(on("sts:AssumeRole", "arn:aws:iam::123456789012:role/cdk-*"), &[]);
    check(on("sts:AssumeRole", "arn:aws:iam::*:role/*"), &["PE36"]);
    check(on("lambda:UpdateFunctionCode", "arn:aws:lambda:eu-west-1:123456789012:function:orders-*"), &[]);
    check(on("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:*"), &["PE81"]);
}

#[test]
fn a_resource_of_another_service_opens_nothing() {
    let on = |resource: &str| json!({"Effect": "Allow", "Action": ["s3:*", "lambda:UpdateFunctionCode"], "Resource": ["arn:aws:lambda:eu-west-1:123456789012:function:orders", resource]});
    check(on("arn:aws:s3:::*"), &[]);
    check(on("arn:aws:lambda:eu-west-1:123456789012:*"), &["PE81"]);
    check(json!({"Effect": "Allow", "Action": "ssm:SendCommand", "Resource": "arn:aws:ec2:*:*:instance/*"}), &["PE98"]);
}

#[test]
fn a_condition_on_the_resource_closes_paths_that_need_any() {
    let under = |action: &str, operator: &str, key: &str, value: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*", "Condition": {operator: {key: value}}});
    let boundary = "arn:aws:iam::123456789012:policy/boundary";
    check(under("iam:PutRolePolicy", "StringEquals", "iam:PermissionsBoundary", boundary), &[]);
    check(under("iam:PutRolePolicy", "StringEqualsIfExists", "iam:PermissionsBoundary", boundary), &["PE05"]);
    check(under("iam:AttachRolePolicy", "ArnEquals", "iam:PolicyARN", "arn:aws:iam::123456789012:policy/app"), &[]);
    check(under("iam:AttachRolePolicy", "ArnLike", "iam:PolicyARN", "arn:aws:iam::aws:policy/*"), &["PE09"]);
    check(under("ssm:StartSession", "StringLike", "ssm:resourceTag/team", "maps"), &[]);
    check(under("ssm:StartSession", "StringLike", "ssm:resourceTag/team", "*"), &["PE97"]);
}

#[test]
fn a_single_role_is_named_and_is_fine_for_the_service_it_is_passed_to() {
    let role = "arn:aws:iam::123456789012:role/deploy";
    let create = json!({"Effect": "Allow", "Action": ["cloudformation:CreateStack"], "Resource": "*"});
    let mut pass = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": role});
    let findings = findings(json!([pass, create]));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].resource.as_deref(), Some(role));
    assert!(findings[0].help.as_deref().unwrap().contains(role));
    pass["Condition"] = json!({"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}});
    check(json!([pass, create]), &[]);
    pass["Resource"] = json!("arn:aws:iam::123456789012:role/deploy-*");
    check(json!([pass, create]), &["PE59"]);
}

#[test]
fn a_denial_on_the_same_identities_takes_a_right_back() {
    let roles = "arn:aws:iam::123456789012:role/app/*";
    let allow = json!({"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": roles});
    let deny = |resource: &str| json!({"Effect": "Deny", "Action": "iam:Put*", "Resource": resource});
    check(json!([allow, deny("arn:aws:iam::123456789012:role/*")]), &[]);
    check(json!([allow, deny("arn:aws:iam::123456789012:role/app/admin")]), &["PE05"]);
}

#[test]
fn many_permissions_and_denials_end_in_bounded_time() {
    let pass = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/a", "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}});
    let deny =
        json!({"Effect": "Deny", "Action": ["s3:*", "iam:PassRole"], "Resource": "arn:aws:iam::123456789012:role/b"});
    let mut statements = vec![allow(&["ec2:RunInstances".to_owned()])];
    statements.extend(std::iter::repeat_n([pass, deny], 5_000).flatten());
    check(json!(statements), &[]);
}
