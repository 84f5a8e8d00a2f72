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
    let policies = Policies { identity: &identity, ..Policies::default() };
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
        let policies = Policies { identity: &identity, ..Policies::default() };
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
        let policies = Policies { identity: &identity, resource: &resource, accounts, ..Policies::default() };
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
        let policies = Policies { identity: &own, resource, boundary: Some(&boundary), ..Policies::default() };
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
    let policies = Policies { resource: &trust, ..Policies::default() };
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
    let policies = Policies { identity: &own, resource: &resource, ..Policies::default() };
    assert!(matches!(evaluate(&request(ROLE, "s3:GetObject", MAP), &policies), Decision::Allowed(_)));
    let other = request("arn:aws:iam::111111111111:role/writer", "s3:GetObject", MAP);
    assert!(matches!(evaluate(&other, &policies), Decision::ExplicitlyDenied(_)));
}

/// The answer to `action` on `resource` by the role, with its own policies and those of the resource: allowed or not.
#[track_caller]
fn check(identity: &[Value], resource: &[Value], (action, on): (&str, &str), expected: bool) {
    let documents = |all: &[Value]| all.iter().map(policy).collect::<Vec<_>>();
    let (identity, resource) = (documents(identity), documents(resource));
    let policies = Policies { identity: &identity, resource: &resource, ..Policies::default() };
    let decision = evaluate(&request(ROLE, action, on), &policies);
    assert_eq!(matches!(decision, Decision::Allowed(_)), expected, "{action}: {decision:?}");
}

fn allow(action: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": "*"})
}

fn to(principal: &str, action: &str) -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"})
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>: a resource-based policy
/// must say whom it speaks of.
#[test]
fn a_statement_of_a_resource_that_names_nobody_speaks_of_nobody() {
    let nobody = [allow("sqs:*")];
    let queue = ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111111111111:orders");
    check(&[], &nobody, queue, false);
    check(&[allow("sqs:*")], &nobody, queue, true);
    let denial = json!({"Effect": "Deny", "Action": "sqs:*", "Resource": "*"});
    check(&[allow("sqs:*")], &[denial], queue, true);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>: trust
/// policies and key policies must explicitly allow the principal.
#[test]
fn a_role_and_a_key_let_in_themselves_also_in_their_account() {
    let role = ("sts:AssumeRole", "arn:aws:iam::111111111111:role/deployer");
    let key = ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555");
    for (action, on) in [role, key] {
        let asked = (action, on);
        check(&[allow(action)], &[], asked, false);
        check(&[allow(action)], &[to("arn:aws:iam::111111111111:role/other", action)], asked, false);
        check(&[allow(action)], &[to("111111111111", action)], asked, true);
        check(&[allow(action)], &[to("arn:aws:iam::111111111111:root", action)], asked, true);
        check(&[], &[to("arn:aws:iam::111111111111:root", action)], asked, false);
        check(&[], &[to(ROLE, action)], asked, true);
        check(&[allow(action)], &[to("*", action)], asked, true);
    }
    // Actions of the same services that are on neither.
    check(&[allow("kms:ListKeys")], &[], ("kms:ListKeys", "*"), true);
    check(&[allow("sts:DecodeAuthorizationMessage")], &[], ("sts:DecodeAuthorizationMessage", "*"), true);
    check(&[allow("iam:GetRole")], &[], ("iam:GetRole", role.1), true);
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
#[test]
fn who_one_is_may_be_asked_by_everybody() {
    let denial = [policy(&json!({"Effect": "Deny", "Action": "*", "Resource": "*"}))];
    for (identity, action, expected) in [
        (&[][..], "sts:GetCallerIdentity", true),
        (&denial[..], "STS:getcalleridentity", true),
        (&denial[..], "sts:GetSessionToken", true),
        (&denial[..], "sts:GetFederationToken", false),
    ] {
        let policies = Policies { identity, ..Policies::default() };
        let decision = evaluate(&request(ROLE, action, "*"), &policies);
        assert_eq!(decision == Decision::NeedsNothing, expected, "{action}: {decision:?}");
    }
}

/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>: each level allows.
#[test]
fn an_organization_limits_at_each_level() {
    let all = policy(&allow("*"));
    let everyone = policy(&json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}));
    let some = policy(&allow("sqs:*"));
    let denial = policy(&json!({"Sid": "NoS3", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}));
    let everyones_denial = policy(&json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}));
    let identity = [all.clone()];
    let service = Principal::service("logs.amazonaws.com");
    let to_service = [policy(&json!({
        "Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "s3:*", "Resource": "*",
    }))];
    let by = Principal::aws(ROLE);
    let linked = Principal::aws("arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX");
    let (full, narrow, denied) = ([all], [some], [everyone.clone(), everyones_denial]);
    let open = [everyone];
    let with_denial = [full[0].clone(), denial];
    for (principal, service_control, resource_control, expected) in [
        (&by, vec![&full[..], &full], vec![&open[..]], "allowed"),
        (&by, vec![&full[..], &narrow], vec![], "not allowed"),
        (&by, vec![&narrow[..], &full], vec![], "not allowed"),
        // A level without a policy that allows.
        (&by, vec![&full[..], &[]], vec![], "not allowed"),
        (&by, vec![&with_denial[..]], vec![], "denied by statement 0 of service control policy 1 (`NoS3`)"),
        (&by, vec![], vec![&open[..], &denied], "denied by statement 0 of resource control policy 1"),
        (&by, vec![], vec![&[][..]], "not allowed"),
        // Service control policies are for users and roles alone.
        (&service, vec![&narrow[..]], vec![&open[..]], "allowed"),
        (&service, vec![], vec![&denied[..]], "denied by statement 0 of resource control policy 1"),
        (&linked, vec![&narrow[..]], vec![&denied[..]], "allowed"),
    ] {
        let resource = if *principal == service { &to_service[..] } else { &[] };
        let (service_control, resource_control) = (&service_control[..], &resource_control[..]);
        let policies =
            Policies { identity: &identity, resource, service_control, resource_control, ..Policies::default() };
        let asked = Request { principal: principal.clone(), ..request(ROLE, "s3:GetObject", MAP) };
        let said = match evaluate(&asked, &policies) {
            Decision::Allowed(_) => "allowed".to_owned(),
            Decision::ExplicitlyDenied(place) => format!("denied by {place}"),
            Decision::ImplicitlyDenied => "not allowed".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(said, expected, "{principal:?}");
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session>
#[test]
fn a_session_policy_limits_but_for_what_a_resource_gives_to_the_session() {
    let identity = [policy(&allow("*"))];
    let session_policy = [policy(&allow("sqs:*"))];
    let session = "arn:aws:sts::111111111111:assumed-role/reader/now";
    let decide = |resource: &[PolicyDocument], session_policy: &[PolicyDocument], action: &str| {
        let policies = Policies { identity: &identity, resource, session: Some(session_policy), ..Policies::default() };
        evaluate(&request(session, action, MAP), &policies)
    };
    let allows = |decision| matches!(decision, Decision::Allowed(_));
    assert!(allows(decide(&[], &session_policy, "sqs:SendMessage")));
    assert!(!allows(decide(&[], &session_policy, "s3:GetObject")));
    assert!(!allows(decide(&[policy(&to(ROLE, "s3:*"))], &session_policy, "s3:GetObject")));
    assert!(allows(decide(&[policy(&to(session, "s3:*"))], &session_policy, "s3:GetObject")));
    let denial = [policy(&json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}))];
    let decision = decide(&[policy(&to(session, "s3:*"))], &denial, "s3:GetObject");
    let Decision::ExplicitlyDenied(place) = decision else { panic!("{decision:?}") };
    assert_eq!(place.kind, Kind::Session);
}
