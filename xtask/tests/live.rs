//! Comparing the roles of a deployed stack with its code, on a fresh local cloud, with the command line alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testing::{CommandOutput, LocalCloud, command};
use tiny_http::{Response, Server};

fn audit(cloud: &LocalCloud) -> CommandOutput {
    cloud.attempt(&["policy-audit", "spaceships", "--live", "--local", "--json"])
}

/// What is found of what is deployed: rule, logical id and message.
fn differences(audited: &CommandOutput) -> Vec<(String, String, String)> {
    let report = audited.json();
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let deployed = findings.filter(|finding| finding["id"].as_str().unwrap().starts_with("DR"));
    deployed.map(|it| (text(it, "id"), text(it, "resource"), text(it, "message"))).collect()
}

/// The physical name of a role of the stack.
async fn role(cloud: &LocalCloud, id: &str) -> String {
    let cloudformation = aws_sdk_cloudformation::Client::new(&cloud.sdk_config());
    let call = cloudformation.describe_stack_resource().stack_name("spaceships-dev").logical_resource_id(id);
    let answer = call.send().await.unwrap();
    answer.stack_resource_detail.unwrap().physical_resource_id.unwrap()
}

fn policy(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[tokio::test]
async fn roles_that_somebody_changed_are_found_by_what_they_allow() {
    let cloud = LocalCloud::fresh();
    let nothing = audit(&cloud).expect(6);
    assert!(nothing.stderr.contains("`spaceships` is not deployed to the local cloud"), "{nothing}");

    cloud.attempt(&["deploy", "spaceships", "--local", "--yes"]).expect(0);
    let clean = audit(&cloud);
    assert_eq!(differences(&clean), [], "{clean}");

    let iam = aws_sdk_iam::Client::new(&cloud.sdk_config());
    let (consumer, calculator, counts) =
        (role(&cloud, "ConsumerRole").await, role(&cloud, "CalculatorRole").await, role(&cloud, "CountsRole").await);
    let extra = policy(&json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}));
    let call = iam.put_role_policy().role_name(&consumer).policy_name("extra").policy_document(extra);
    call.send().await.unwrap();
    iam.delete_role_policy().role_name(&consumer).policy_name("poll-SightingsQueue").send().await.unwrap();
    let administrator = "arn:aws:iam::aws:policy/AdministratorAccess";
    iam.attach_role_policy().role_name(&calculator).policy_arn(administrator).send().await.unwrap();
    let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal":
        {"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::210987654321:root"}});
    let call = iam.update_assume_role_policy().role_name(&counts).policy_document(policy(&trust));
    call.send().await.unwrap();
    let boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let call = iam.put_role_permissions_boundary().role_name(&counts).permissions_boundary(boundary);
    call.send().await.unwrap();
    let read = iam.get_role_policy().role_name(&counts).policy_name("function").send().await.unwrap();
    let read = percent_encoding::percent_decode_str(&read.policy_document).decode_utf8_lossy().into_owned();
    let mut widened: Value = serde_json::from_str(&read).unwrap();
    let region = cloud.sdk_config().region().unwrap().to_string();
    let table = format!("arn:aws:dynamodb:{region}:000000000000:table/spaceships-cache-stats");
    let delete = json!({"Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": table});
    widened["Statement"].as_array_mut().unwrap().push(delete);
    let call = iam.put_role_policy().role_name(&counts).policy_name("function");
    call.policy_document(widened.to_string()).send().await.unwrap();

    let changed = audit(&cloud).expect(4);
    let found = differences(&changed);
    let ids: BTreeSet<_> = found.iter().map(|(id, resource, _)| (id.as_str(), resource.as_str())).collect();
    let expected = [
        ("DR01", "CountsRole"),
        ("DR02", "ConsumerRole"),
        ("DR03", "ConsumerRole"),
        ("DR04", "CalculatorRole"),
        ("DR05", "CountsRole"),
        ("DR06", "CountsRole"),
    ];
    assert_eq!(ids, expected.into(), "{changed}");
    for said in [
        "the deployed `CountsRole` allows `dynamodb:DeleteItem` on `StatsCache`, which its stack does not",
        "`sqs:ReceiveMessage`",
        "the deployed `ConsumerRole` has the inline policy `extra`, which its stack does not",
        "the deployed `CalculatorRole` has the attached policy `arn:aws:iam::aws:policy/AdministratorAccess`",
        "the deployed `CountsRole` lets `arn:aws:iam::210987654321:root` assume it, which its stack does not",
    ] {
        assert!(found.iter().any(|(_, _, message)| message.contains(said)), "no {said} in {changed}");
    }

    iam.detach_role_policy().role_name(&calculator).policy_arn(administrator).send().await.unwrap();
    iam.delete_role_policy().role_name(&calculator).policy_name("function").send().await.unwrap();
    iam.delete_role().role_name(&calculator).send().await.unwrap();
    let gone = differences(&audit(&cloud).expect(4));
    let message = "the role `CalculatorRole` is not deployed".to_owned();
    assert!(gone.contains(&("DR07".to_owned(), "CalculatorRole".to_owned(), message)), "{gone:?}");
}

#[test]
fn a_refusal_says_which_permissions_are_needed() {
    const IDENTITY: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
        <GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    const REFUSAL: &str =
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let server = Server::http("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", server.server_addr());
    std::thread::spawn(move || {
        for mut request in server.incoming_requests() {
            let mut body = String::new();
            request.as_reader().read_to_string(&mut body).unwrap();
            let is_identity = body.contains("Action=GetCallerIdentity");
            let (status, text) = if is_identity { (200, IDENTITY) } else { (403, REFUSAL) };
            request.respond(Response::from_string(text).with_status_code(status)).unwrap();
        }
    });
    let mut command = command(&["policy-audit", "spaceships", "--live", "--endpoint-url", &endpoint]);
    command.args(["--region", "eu-west-1"]).env("AWS_ACCESS_KEY_ID", "id").env("AWS_SECRET_ACCESS_KEY", "secret");
    let refused = CommandOutput::of(&mut command).expect(1);
    for said in ["AWS refused: no (AccessDenied)", "`iam:GetRole`", "`iam:SimulatePrincipalPolicy`"] {
        assert!(refused.stderr.contains(said), "no {said} in {refused}");
    }
}
