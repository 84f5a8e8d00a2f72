//! Policies of resources and roles: what is ordinary, and what opens them.

#![allow(clippy::needless_pass_by_value, reason = "what is written in place reads better without references")]

use policies::audit::{Kind, Policy, audit, rules};
use serde_json::{Value as Json, json};

/// The ids of this family that are found in the policy of `statements`.
#[track_caller]
fn check(kind: Kind, statements: Json, expected: &[&str]) {
    let policy = Policy::of(kind, json!({"Version": "2012-10-17", "Statement": statements}));
    assert!(policy.statements().next().is_some(), "it cannot be read: {statements:#}");
    let findings = audit(&[policy]);
    let found: Vec<_> = findings.iter().map(|it| it.rule.id).filter(|id| id.starts_with("RP")).collect();
    assert_eq!(found, expected, "{statements:#}\n{findings:#?}");
}

#[track_caller]
fn resource(principal: Json, action: &str, resource: &str, condition: Json, expected: &[&str]) {
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource});
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    check(Kind::Resource, statement, expected);
}

#[track_caller]
fn trust(principal: Json, action: &str, condition: Json, expected: &[&str]) {
    let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action});
    if !condition.is_null() {
        statement["Condition"] = condition;
    }
    check(Kind::Trust, statement, expected);
}

const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:orders";
const GITHUB: &str = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

#[test]
fn everyone_is_fine_with_a_condition_on_who_calls() {
    let everyone = || json!({"AWS": "*"});
    let fine = |condition: Json| resource(everyone(), "sqs:SendMessage", QUEUE, condition, &[]);
    fine(json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}));
    fine(json!({"StringEquals": {"AWS:SourceAccount": "${cfn:AWS::AccountId}"}}));
    fine(json!({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}));
    fine(json!({"StringEquals": {"aws:SourceVpce": ["vpce-1a2b3c4d", "vpce-5e6f7a8b"]}}));
    fine(json!({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}}));
    fine(json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}));
    fine(json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/app-*"}}));
    let both = json!({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    fine(both);
}

#[test]
fn everyone_is_found_once_for_the_way_they_come_in() {
    let found = |condition: Json, id: &str| resource(json!("*"), "sqs:SendMessage", QUEUE, condition, &[id]);
    found(Json::Null, "RP07");
    found(json!({}), "RP07");
    found(json!({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "::/0"]}}), "RP24");
    found(json!({"ArnLike": {"aws:SourceArn": "*"}}), "RP25");
    found(json!({"ArnLike": {"aws:PrincipalArn": "arn:*:*:*:*:*"}}), "RP25");
    found(json!({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1a2b3c4d"}}), "RP26");
    found(json!({"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/app"}}), "RP28");
    found(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}), "RP32");
    found(json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}), "RP30");
    found(json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}), "RP30");
    found(json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*"}}), "RP30");
    found(json!({"StringLike": {"aws:UserAgent": "maps*"}, "Bool": {"aws:SecureTransport": "true"}}), "RP31");
}

#[test]
fn a_pattern_that_leaves_open_whose_it_is_does_not_limit_everyone() {
    let like = |key: &str, value: &str, expected: &[&str]| {
        resource(json!("*"), "sqs:SendMessage", QUEUE, json!({"StringLike": {key: value}}), expected);
    };
    like("aws:PrincipalOrgID", "o-*", &["RP25"]);
    like("aws:PrincipalOrgID", "o-a1b2c3d4e5", &[]);
    like("aws:PrincipalOrgPaths", "o-*/*", &["RP25"]);
    like("aws:PrincipalAccount", "????????????", &["RP25"]);
    like("aws:PrincipalAccount", "1*", &["RP25"]);
    like("aws:PrincipalAccount", "${cfn:Account}", &[]);
    like("aws:SourceVpce", "vpce-*", &["RP25"]);
    like("aws:SourceVpce", "vpce-1a2b*", &[]);
    like("aws:userid", "AROA*", &["RP25"]);
    like("aws:userid", "*:ada", &["RP25"]);
    like("aws:userid", "AROAA1B2C3D4E5F6G7H8I:*", &[]);
}

#[test]
fn names_and_tags_that_any_account_can_give_do_not_limit_everyone() {
    let everyone = |condition: Json, expected: &[&str]| {
        resource(json!("*"), "sqs:SendMessage", QUEUE, condition, expected);
    };
    everyone(json!({"StringEquals": {"aws:username": "admin"}}), &["RP32"]);
    everyone(json!({"StringEquals": {"aws:PrincipalTag/team": "maps"}}), &["RP32"]);
    everyone(json!({"Bool": {"aws:PrincipalIsAWSService": "false"}}), &["RP32"]);
    everyone(json!({"Bool": {"aws:PrincipalIsAWSService": "true"}}), &[]);
    let both = json!({"StringEquals": {"aws:PrincipalTag/team": "maps", "aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    everyone(both, &[]);
}

#[test]
fn a_gap_says_who_passes_it() {
    let check = |condition: Json, expected: &str| {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE, "Condition": condition});
        let policy = Policy::of(Kind::Resource, json!({"Version": "2012-10-17", "Statement": statement}));
        assert!(audit(&[policy]).iter().any(|it| it.message == expected), "{expected}");
    };
    check(
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci-*"}}),
        "it is for `*`, and what is named so in any account passes `ArnLike aws:PrincipalArn arn:aws:iam::*:role/ci-*`",
    );
    check(
        json!({"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}),
        "it is for `*`, and everyone but those it names passes `StringNotEquals aws:PrincipalAccount 123456789012`",
    );
}

#[test]
fn a_denial_for_all_but_some_limits_everyone() {
    let bucket = |action: &str, condition: Json, expected: &[&str]| {
        let on = ["arn:aws:s3:::maps", "arn:aws:s3:::maps/*"];
        let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": on[1]});
        let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": on, "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        let deny =
            json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": on, "Condition": condition});
        check(Kind::Resource, json!([allow, tls, deny]), expected);
    };
    let others = || json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    bucket("s3:*", others(), &[]);
    bucket("s3:Put*", others(), &["RP04"]);
    bucket("s3:*", json!({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1a2b3c4d"}}), &[]);
    bucket("s3:*", json!({"StringNotLike": {"aws:PrincipalOrgID": "o-*"}}), &["RP04"]);
    bucket("s3:*", json!({"StringNotEquals": {"aws:PrincipalTag/team": "maps"}}), &["RP04"]);
    bucket("s3:*", json!({"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}}), &["RP04"]);
    let mut perimeter = others();
    perimeter["BoolIfExists"] = json!({"aws:PrincipalIsAWSService": "false"});
    bucket("s3:*", perimeter, &[]);
    let everyone = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"});
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": others()});
    check(Kind::Trust, json!([everyone, deny]), &[]);
}

#[test]
fn ranges_of_addresses_are_summed() {
    let from = |ranges: Json, expected: &[&str]| {
        resource(json!("*"), "sqs:SendMessage", QUEUE, json!({"IpAddress": {"aws:SourceIp": ranges}}), expected);
    };
    from(json!(["0.0.0.0/1", "128.0.0.0/1"]), &["RP24"]);
    from(json!(["128.0.0.0/2", "192.0.2.1", "0.0.0.0/1", "192.0.0.0/2"]), &["RP24"]);
    from(json!(["0.0.0.0/1", "128.0.0.0/2"]), &[]);
}

#[test]
fn a_source_of_any_account_is_found_however_it_is_written() {
    let service = |name: &str, condition: Json, expected: &[&str]| {
        resource(json!({"Service": name}), "sqs:SendMessage", QUEUE, condition, expected);
    };
    service("sns.amazonaws.com", json!({"StringLike": {"aws:SourceArn": "arn:aws:sns:*"}}), &["RP34"]);
    service("sns.amazonaws.com", json!({"StringLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}}), &[]);
    let bucket = |account: &str| json!({"StringLike": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:*"}});
    service("s3.amazonaws.com", bucket("12345*"), &["RP34"]);
    service("s3.amazonaws.com", bucket("123456789012"), &[]);
    let all_of_keys = |name: &str| {
        resource(json!({"Service": name}), "kms:*", "*", Json::Null, &["RP33"]);
        let account = json!({"StringEquals": {"kms:CallerAccount": "123456789012"}});
        resource(json!({"Service": name}), "kms:*", "*", account, &[]);
    };
    all_of_keys("lambda.amazonaws.com");
    all_of_keys("logs.eu-west-1.amazonaws.com");
}

#[test]
fn what_everyone_may_do_is_found_by_its_worst() {
    let anyone = |action: &str, on: &str| {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": on});
        let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::maps", "arn:aws:s3:::maps/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        json!([statement, tls])
    };
    check(Kind::Resource, anyone("s3:*", "arn:aws:s3:::maps/*"), &["RP02"]);
    check(Kind::Resource, anyone("s3:Get*", "arn:aws:s3:::maps/*"), &["RP04"]);
    check(Kind::Resource, anyone("s3:List*", "arn:aws:s3:::maps"), &["RP05"]);
    check(Kind::Resource, anyone("sqs:*", QUEUE), &["RP06"]);
    check(Kind::Resource, anyone("*", QUEUE), &["RP01"]);
    check(Kind::Resource, anyone("kms:*", "*"), &["RP10"]);
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE});
    check(Kind::Resource, deny, &[]);
}

#[test]
fn ordinary_policies_of_resources_are_fine() {
    let service = |name: &str| json!({"Service": name});
    let by = |arn: &str| json!({"ArnLike": {"aws:SourceArn": arn}});
    let of = |account: &str| json!({"StringEquals": {"aws:SourceAccount": account}});
    resource(service("sns.amazonaws.com"), "sqs:SendMessage", QUEUE, by("${cfn:Topic}"), &[]);
    // EventBridge takes no condition there, and one on a queue.
    let rule = || by("arn:aws:events:eu-west-1:123456789012:rule/orders");
    resource(service("events.amazonaws.com"), "sns:Publish", "${cfn:Topic}", Json::Null, &[]);
    resource(service("events.amazonaws.com"), "sns:Publish", "${cfn:Topic}", rule(), &["RP80"]);
    resource(service("events.amazonaws.com"), "sqs:SendMessage", QUEUE, rule(), &[]);
    resource(service("events.amazonaws.com"), "sqs:SendMessage", QUEUE, Json::Null, &["RP33"]);
    resource(
        service("apigateway.amazonaws.com"),
        "lambda:InvokeFunction",
        "${cfn:Orders.Arn}",
        by("arn:${cfn:AWS::Partition}:execute-api:eu-west-1:123456789012:a1b2c3/*/GET/orders"),
        &[],
    );
    resource(
        service("logs.eu-west-1.amazonaws.com"),
        "kms:Decrypt",
        "*",
        json!({"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:*"}}),
        &[],
    );
    resource(service("cloudwatch.amazonaws.com"), "kms:Decrypt", "*", of("123456789012"), &[]);
    resource(service("lambda.amazonaws.com"), "ecr:BatchGetImage", "*", Json::Null, &[]);
    resource(json!({"AWS": "arn:aws:iam::123456789012:root"}), "kms:*", "*", Json::Null, &[]);
    resource(json!({"AWS": "arn:aws:iam::${cfn:AWS::AccountId}:root"}), "sqs:*", QUEUE, Json::Null, &[]);
    resource(json!({"AWS": "${cfn:Reader.Arn}"}), "sqs:ReceiveMessage", QUEUE, Json::Null, &[]);
    resource(json!({"AWS": "123456789012"}), "sqs:*", QUEUE, Json::Null, &[]);
    let mount = json!({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}});
    resource(json!({"AWS": "*"}), "elasticfilesystem:ClientMount", "*", mount, &[]);
    let keys =
        json!({"StringEquals": {"kms:CallerAccount": "123456789012", "kms:ViaService": "s3.eu-west-1.amazonaws.com"}});
    resource(json!({"AWS": "*"}), "kms:Decrypt", "*", keys, &[]);
}

#[test]
fn another_account_is_one_that_the_resource_does_not_name() {
    let other = || json!({"AWS": "arn:aws:iam::999999999999:role/reader"});
    resource(other(), "sqs:ReceiveMessage", QUEUE, Json::Null, &["RP46"]);
    resource(other(), "sqs:*", QUEUE, Json::Null, &["RP44"]);
    resource(other(), "sqs:Add*", QUEUE, Json::Null, &["RP45"]);
    resource(other(), "sqs:ReceiveMessage", "${cfn:Queue.Arn}", Json::Null, &[]);
    let whole = || json!({"AWS": "999999999999"});
    resource(whole(), "s3:PutBucketPolicy", "arn:aws:s3:::maps", Json::Null, &["RP51", "RP45"]);
    resource(whole(), "s3:PutObject", "arn:aws:s3:::maps/*", Json::Null, &["RP51"]);
}

#[test]
fn a_grant_that_does_nothing_is_found() {
    let sns = || json!({"Service": "sns.amazonaws.com"});
    let by = |arn: &str| json!({"ArnLike": {"aws:SourceArn": arn}});
    let topic = "arn:aws:sns:eu-west-1:123456789012:orders";
    resource(sns(), "sqs:Receive*", QUEUE, by(topic), &["RP42"]);
    resource(sns(), "sqs:*", QUEUE, by(topic), &["RP43"]);
    resource(sns(), "sqs:SendMessage", QUEUE, by("arn:aws:events:eu-west-1:123456789012:rule/orders"), &["RP41"]);
    resource(sns(), "SQS:sendmessage", QUEUE, by(topic), &[]);
}

#[test]
fn ordinary_trust_policies_are_fine() {
    let fine = |principal: Json, action: &str, condition: Json| trust(principal, action, condition, &[]);
    fine(json!({"Service": "lambda.amazonaws.com"}), "sts:AssumeRole", Json::Null);
    fine(json!({"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}), "sts:AssumeRole", Json::Null);
    fine(json!({"Service": "states.eu-west-1.amazonaws.com"}), "sts:AssumeRole", Json::Null);
    fine(json!({"AWS": "arn:aws:iam::123456789012:role/deploy"}), "sts:AssumeRole", Json::Null);
    fine(json!({"AWS": "arn:aws:iam::${cfn:Account}:root"}), "sts:AssumeRole", Json::Null);
    let mfa = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
    fine(json!({"AWS": "arn:aws:iam::123456789012:root"}), "sts:AssumeRole", mfa);
    let saml = json!({"Federated": "arn:aws:iam::123456789012:saml-provider/login"});
    fine(saml, "sts:AssumeRoleWithSAML", json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}));
    let repository = json!({
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {"token.actions.githubusercontent.com:sub": "repo:starfleet/maps:*"}
    });
    fine(json!({"Federated": GITHUB}), WEB_IDENTITY, repository);
    let session = json!([
        {"Effect": "Allow", "Principal": {"Federated": GITHUB}, "Action": "sts:TagSession"},
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    ]);
    check(Kind::Trust, session, &[]);
}

#[test]
fn a_subject_is_as_wide_as_its_first_wildcard() {
    let subject = |subject: &str, expected: &[&str]| {
        let condition = json!({
            "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
            "StringLike": {"token.actions.githubusercontent.com:sub": subject}
        });
        trust(json!({"Federated": GITHUB}), WEB_IDENTITY, condition, expected);
    };
    subject("*", &["RP71"]);
    subject("repo:*", &["RP71"]);
    subject("repo:*/maps:*", &["RP71"]);
    subject("repo:starfleet/*", &["RP72"]);
    subject("repo:starfleet*", &["RP71"]);
    subject("repo:star*/maps:*", &["RP71"]);
    subject("repo:starfleet/maps*", &["RP72"]);
    subject("repo:${cfn:Owner}*", &[]);
    subject("repo:starfleet/*:ref:refs/heads/main", &["RP72"]);
    subject("repo:starfleet/maps:*", &[]);
    subject("repo:starfleet/${cfn:Repository}:*", &[]);
    subject("repo:starfleet/maps:environment:live", &[]);
}

#[test]
fn a_subject_of_a_workspace_is_as_wide_as_its_first_wildcard() {
    let subject = |subject: &str, expected: &[&str]| {
        let condition = json!({
            "StringEquals": {"app.terraform.io:aud": "aws.workload.identity"},
            "StringLike": {"app.terraform.io:sub": subject}
        });
        let provider = json!({"Federated": "arn:aws:iam::123456789012:oidc-provider/app.terraform.io"});
        trust(provider, WEB_IDENTITY, condition, expected);
    };
    subject("organization:star*", &["RP71"]);
    subject("organization:starfleet:*", &["RP72"]);
    subject("organization:starfleet:project:*", &["RP72"]);
    subject("organization:starfleet:project:maps:workspace:*", &[]);
}

#[test]
fn a_service_near_a_known_one_is_named() {
    let policy = Policy::of(
        Kind::Trust,
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambada.amazonaws.com"}, "Action": "sts:AssumeRole"}}),
    );
    let findings = audit(&[policy]);
    assert_eq!(findings[0].help.as_deref(), Some("did you mean `lambda.amazonaws.com`?"));
    trust(json!({"Service": "novel.amazonaws.com"}), "sts:AssumeRole", Json::Null, &[]);
}

#[test]
fn findings_are_in_their_place_whatever_is_written_instead() {
    let instead = [
        json!(null),
        json!(""),
        json!("*"),
        json!("${"),
        json!("arn:é~/*:${a:b}"),
        json!(12),
        json!([]),
        json!({}),
        json!({"~/é": "*"}),
        json!({"AWS": ["*", "::::::"]}),
        json!(["*", "iam:*", ":"]),
        json!({"Null": {"~/:": "${}"}}),
    ];
    for row in rules().filter(|row| row.rule.id.starts_with("RP") || row.rule.id.starts_with("PE")).step_by(4) {
        let policy = row.firing.policy();
        for element in policy.json["Statement"][0].as_object().unwrap().keys() {
            for value in &instead {
                let mut json = policy.json.clone();
                json["Statement"][0][element.as_str()] = value.clone();
                for finding in audit(&[Policy::of(policy.kind, json.clone())]) {
                    assert!(json.pointer(&finding.pointer).is_some(), "`{}` is not in {json:#}", finding.pointer);
                }
            }
        }
    }
}
