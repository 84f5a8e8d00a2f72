//! Decisions over the policies of principals and resources.

use policies::evaluate::{Accounts, Context, Decision, Kind, Policies, Request, evaluate};
use policies::{PolicyDocument, Principal, parse};
use serde_json::{Value, json};

use crate::any::ROLE;

const MAP: &str = "arn:aws:s3:::maps/a";

fn policy(statement: &Value) -> PolicyDocument {
    parse::value(&json!({"Version": "2012-10-17", "Statement": statement})).unwrap()
}

fn request(principal: &str, action: &str, resource: &str) -> Request {
    Request {
        principal: Principal::aws(principal),
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: Context::closed(),
    }
}

fn by_identity(statement: &Value, action: &str, resource: &str) -> Decision {
    let identity = [policy(statement)];
    let policies = Policies { identity: &identity, resource: &[], boundary: None, accounts: Accounts::Same };
    evaluate(&request(ROLE, action, resource), &policies)
}

fn allows(statement: &Value, action: &str, resource: &str) -> bool {
    matches!(by_identity(statement, action, resource), Decision::Allowed(_))
}

#[test]
fn actions_have_no_case_and_resources_do() {
    let statement = json!({"Effect": "Allow", "Action": "S3:getobject", "Resource": "arn:aws:s3:::maps/*"});
    assert!(allows(&statement, "s3:GetObject", MAP));
    assert!(!allows(&statement, "s3:GetObject", "arn:aws:s3:::Maps/a"));
}

#[test]
fn wildcards_of_resources_cross_separators() {
    let on = |resource: &str| json!({"Effect": "Allow", "Action": "*", "Resource": resource});
    assert!(allows(&on("arn:aws:s3*a"), "s3:GetObject", "arn:aws:s3:::maps/b/a"));
    assert!(allows(&on("arn:aws:s3:::maps?a"), "s3:GetObject", MAP));
    assert!(!allows(&on("arn:aws:s3:::maps/?"), "s3:GetObject", "arn:aws:s3:::maps/ab"));
}

#[test]
fn negated_elements_speak_of_all_else() {
    let statement =
        json!({"Effect": "Allow", "NotAction": ["iam:*", "s3:Put*"], "NotResource": "arn:aws:s3:::secrets/*"});
    assert!(allows(&statement, "s3:GetObject", MAP));
    assert!(!allows(&statement, "s3:PutObject", MAP));
    assert!(!allows(&statement, "s3:GetObject", "arn:aws:s3:::secrets/a"));
}

#[test]
fn a_denial_wins_and_is_named() {
    let decision = by_identity(
        &json!([
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Sid": "NotThese", "Effect": "Deny", "Action": "s3:Put*", "Resource": "*"},
        ]),
        "s3:PutObject",
        MAP,
    );
    let Decision::ExplicitlyDenied(place) = decision else { panic!("{decision:?}") };
    assert_eq!((place.kind, place.policy, place.statement), (Kind::Identity, 0, 1));
    assert_eq!(place.to_string(), "statement 1 of identity policy 0 (`NotThese`)");
}

#[test]
fn the_older_language_has_no_variables() {
    let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::maps/${aws:username}"});
    for (version, name, expected) in
        [("2012-10-17", "ann", true), ("2008-10-17", "ann", false), ("2008-10-17", "${aws:username}", true)]
    {
        let identity = [parse::value(&json!({"Version": version, "Statement": statement})).unwrap()];
        let policies = Policies { identity: &identity, resource: &[], boundary: None, accounts: Accounts::Same };
        let mut request = request(ROLE, "s3:GetObject", &format!("arn:aws:s3:::maps/{name}"));
        request.context = request.context.with("aws:username", "ann");
        assert_eq!(matches!(evaluate(&request, &policies), Decision::Allowed(_)), expected, "{version} {name}");
    }
}

#[test]
fn one_account_needs_one_side_and_two_accounts_need_both() {
    let own = policy(&json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}));
    let to = |principal: Value| {
        policy(&json!({"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*"}))
    };
    let role = to(json!({"AWS": ROLE}));
    let account = to(json!({"AWS": "111111111111"}));
    let everyone = to(json!("*"));
    for (identity, resource, accounts, expected) in [
        (Some(&own), None, Accounts::Same, true),
        (None, Some(&role), Accounts::Same, true),
        (None, Some(&everyone), Accounts::Same, true),
        // An account decides itself whom it lets.
        (None, Some(&account), Accounts::Same, false),
        (Some(&own), Some(&account), Accounts::Same, true),
        (Some(&own), None, Accounts::Cross, false),
        (None, Some(&role), Accounts::Cross, false),
        (Some(&own), Some(&role), Accounts::Cross, true),
        (Some(&own), Some(&account), Accounts::Cross, true),
    ] {
        let (identity, resource) = (identity.into_iter().cloned(), resource.into_iter().cloned());
        let (identity, resource): (Vec<_>, Vec<_>) = (identity.collect(), resource.collect());
        let policies = Policies { identity: &identity, resource: &resource, boundary: None, accounts };
        let decision = evaluate(&request(ROLE, "s3:GetObject", MAP), &policies);
        assert_eq!(matches!(decision, Decision::Allowed(_)), expected, "{policies:?}: {decision:?}");
    }
}

#[test]
fn a_boundary_limits_but_for_what_a_resource_gives_by_name() {
    let own = [policy(&json!({"Effect": "Allow", "Action": "*", "Resource": "*"}))];
    let boundary = policy(&json!({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}));
    let session = "arn:aws:sts::111111111111:assumed-role/reader/now";
    let to = |principal: &str| {
        [policy(&json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:*", "Resource": "*"}))]
    };
    let decide = |resource: &[PolicyDocument], action: &str| {
        let policies = Policies { identity: &own, resource, boundary: Some(&boundary), accounts: Accounts::Same };
        matches!(evaluate(&request(session, action, MAP), &policies), Decision::Allowed(_))
    };
    assert!(decide(&[], "sqs:SendMessage"));
    assert!(!decide(&[], "s3:GetObject"));
    assert!(!decide(&to(ROLE), "s3:GetObject"));
    assert!(decide(&to(session), "s3:GetObject"));
}

#[test]
fn a_trust_policy_is_one_of_the_role() {
    let trust = [policy(&json!({
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
    }))];
    let policies = Policies { identity: &[], resource: &trust, boundary: None, accounts: Accounts::Same };
    let decide = |service: &str, context: Context| {
        let request =
            Request { principal: Principal::service(service), context, ..request("", "sts:AssumeRole", ROLE) };
        evaluate(&request, &policies)
    };
    let account = Context::closed().with("aws:sourceaccount", "111111111111");
    assert!(matches!(decide("lambda.amazonaws.com", account.clone()), Decision::Allowed(_)));
    assert_eq!(decide("sns.amazonaws.com", account), Decision::ImplicitlyDenied);
    assert_eq!(decide("lambda.amazonaws.com", Context::closed()), Decision::ImplicitlyDenied);
    assert!(matches!(decide("lambda.amazonaws.com", Context::open()), Decision::Unknown(_)));
}

#[test]
fn not_principal_denies_all_but_those_named() {
    let own = [policy(&json!({"Effect": "Allow", "Action": "*", "Resource": "*"}))];
    let resource = [policy(&json!({"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "Action": "*", "Resource": "*"}))];
    let policies = Policies { identity: &own, resource: &resource, boundary: None, accounts: Accounts::Same };
    assert!(matches!(evaluate(&request(ROLE, "s3:GetObject", MAP), &policies), Decision::Allowed(_)));
    let other = request("arn:aws:iam::111111111111:role/writer", "s3:GetObject", MAP);
    assert!(matches!(evaluate(&other, &policies), Decision::ExplicitlyDenied(_)));
}
