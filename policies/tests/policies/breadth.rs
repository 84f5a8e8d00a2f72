//! What the audit says of policies as they are written: what is ordinary, and that a mistake is told once.

use policies::audit::{Finding, Kind, Policy, audit};

/// What the families about breadth and about sensitive actions find in a policy of this kind.
fn findings(kind: Kind, text: &str) -> Vec<Finding> {
    let policy = Policy::read(kind, text);
    assert!(policy.unreadable.is_none() && policy.statements().count() > 0, "{text}");
    let concerned = |finding: &Finding| ["WB", "SA"].contains(&&finding.rule.id[..2]);
    audit(&[policy]).into_iter().filter(concerned).collect()
}

/// The rules that find something in a policy with these statements.
#[track_caller]
fn check(statements: &str, expected: &[&str]) {
    let found = findings(Kind::Identity, &format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#));
    let rules: Vec<_> = found.iter().map(|finding| finding.rule.id).collect();
    assert_eq!(rules, expected, "{statements}: {found:#?}");
}

/// The same for a policy that allows one action on one resource.
#[track_caller]
fn allows(action: &str, resource: &str, expected: &[&str]) {
    check(&format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#), expected);
}

#[test]
fn what_programs_ordinarily_need_is_quiet() {
    for (action, resource) in [
        ("logs:PutLogEvents", "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/lambda/counts:*"),
        ("s3:GetObject", "arn:aws:s3:::maps/*"),
        ("s3:GetObject", "arn:aws:s3:::maps/atlas/*"),
        ("s3:ListAllMyBuckets", "*"),
        ("xray:PutTraceSegments", "*"),
        ("cloudwatch:PutMetricData", "*"),
        ("cloudwatch:GetMetricData", "*"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:sa-east-1:123456789012:secret:maps-??????"),
        ("ssm:GetParametersByPath", "arn:aws:ssm:sa-east-1:123456789012:parameter/maps/*"),
        ("dynamodb:Query", "${cfn:Sightings.Arn}/index/by-model"),
        ("sqs:SendMessage", "arn:${cfn:AWS::Partition}:sqs:${cfn:AWS::Region}:${cfn:AWS::AccountId}:sightings"),
        ("execute-api:Invoke", "arn:aws:execute-api:sa-east-1:123456789012:a1b2c3d4e5/*/GET/maps/*"),
        ("states:DescribeExecution", "arn:aws:states:sa-east-1:123456789012:execution:maps:*"),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/deploy"),
    ] {
        allows(action, resource, &[]);
    }
}

#[test]
fn what_resources_and_roles_ordinarily_say_is_quiet() {
    let tls = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::maps", "arn:aws:s3:::maps/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}"#;
    assert_eq!(findings(Kind::Resource, tls), []);
    let topic = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:sa-east-1:123456789012:sightings"}}}}"#;
    assert_eq!(findings(Kind::Resource, topic), []);
    let key = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}}"#;
    assert_eq!(findings(Kind::Resource, key), []);
    let trust = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#;
    assert_eq!(findings(Kind::Trust, trust), []);
    let organization = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    assert_eq!(findings(Kind::ServiceControl, organization), []);
}

#[test]
fn a_mistake_is_told_by_the_rule_that_says_most() {
    allows("*", "*", &["WB01"]);
    allows("xray:*", "*", &["WB02"]);
    allows("s3:*", "*", &["SA51", "WB02"]);
    allows("sqs:SendMessage", "*", &["WB20"]);
    allows("sqs:SendMessage", "arn:aws:sqs:*:*:*", &["WB28"]);
    allows("sqs:SendMessage", "arn:aws:sqs:*:*:sightings", &["WB25"]);
    allows("secretsmanager:GetSecretValue", "*", &["SA05"]);
    allows("dynamodb:UpdateItem", "arn:aws:dynamodb:*:*:table/*", &["WB29"]);
    allows("dynamodb:UpdateItem", "arn:aws:dynamodb:sa-east-1:123456789012:table/*-sightings", &["WB31"]);
    allows("dynamodb:Query", "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings/index/*", &["WB30"]);
    allows("sts:AssumeRole", "arn:aws:iam::*:role/deploy", &["WB26"]);
    allows("sqs:*Message", "arn:aws:sqs:sa-east-1:123456789012:sightings", &["WB04"]);
}

#[test]
fn what_reaches_only_its_own_account_is_not_told_as_in_any() {
    allows("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}", &[]);
    allows("sqs:SendMessage", "arn:aws:sqs:sa-east-1:*:${aws:username}", &["WB25"]);
}

#[test]
fn what_is_yet_to_be_created_cannot_be_named() {
    let ec2 = |kind: &str| format!("arn:aws:ec2:sa-east-1:123456789012:{kind}/*");
    for kind in ["instance", "volume", "network-interface"] {
        allows("ec2:RunInstances", &ec2(kind), &[]);
    }
    allows("ec2:AllocateAddress", &ec2("elastic-ip"), &[]);
    allows("ec2:RunInstances", &ec2("subnet"), &["WB29"]);
    allows("ec2:StartInstances", &ec2("instance"), &["WB29"]);
    check(
        r#"{"Effect": "Allow", "Action": ["ec2:RunInstances", "ec2:RebootInstances"], "Resource": "arn:aws:ec2:sa-east-1:123456789012:instance/*"}"#,
        &["WB29"],
    );
}

#[test]
fn for_all_values_is_a_gap_only_for_actions_that_may_lack_the_key() {
    let leading = |action: &str, expected: &[&str]| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": {action}, "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings", "Condition": {{"ForAllValues:StringEquals": {{"dynamodb:LeadingKeys": ["${{aws:userid}}"]}}}}}}"#
        );
        check(&statement, expected);
    };
    leading(r#"["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"]"#, &[]);
    leading(r#"["dynamodb:GetItem", "dynamodb:Scan"]"#, &["WB50"]);
}

#[test]
fn an_action_on_every_resource_is_told_with_the_type_that_it_needs() {
    let said = |action: &str, expected: &str| {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}"#);
        let found = findings(Kind::Identity, &format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#));
        assert!(found.iter().any(|finding| finding.message == expected), "{found:#?}");
    };
    said("sqs:SendMessage", "`sqs:SendMessage` on every resource, though it can be limited to one of type `queue`");
    said(
        "ecs:UpdateService",
        "`ecs:UpdateService` on every resource, though it can be limited to one of type `service`",
    );
}

#[test]
fn what_is_denied_everywhere_is_not_told_as_allowed() {
    check(
        r#"{"Effect": "Allow", "Action": ["kms:Encrypt", "kms:DisableKey"], "Resource": "arn:aws:kms:sa-east-1:123456789012:key/maps"},
           {"Effect": "Deny", "Action": "kms:Disable*", "Resource": "*"}"#,
        &[],
    );
}

#[test]
fn several_sensitive_actions_of_a_statement_are_told_once() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], "Resource": "arn:aws:cloudtrail:sa-east-1:123456789012:trail/all"}}"#;
    let found = findings(Kind::Identity, text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].message, "`cloudtrail:DeleteTrail` and 1 more: it can act unseen");
    assert_eq!(found[0].pointer, "/Statement/Action/1");
}

#[test]
fn a_wildcard_is_told_with_what_it_stands_for() {
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sqs:ListQueues", "sqs:Delete*"], "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#;
    let found = findings(Kind::Identity, text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].message, "`sqs:Delete*` stands for 2 actions that write, such as `sqs:DeleteMessage`");
    assert_eq!((found[0].pointer.as_str(), found[0].action.as_deref()), ("/Statement/0/Action/1", Some("sqs:Delete*")));
}

#[test]
fn a_wildcard_takes_in_other_wildcards_only_if_it_is_wider() {
    check(
        r#"{"Effect": "Deny", "Action": ["sqs:Send*", "sqs:SendMessage*", "sqs:?endMessage"], "Resource": "*"}"#,
        &["WB41"],
    );
    check(
        r#"{"Effect": "Deny", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::maps-?", "arn:aws:s3:::maps-*", "arn:aws:s3:::maps-${aws:username}"]}"#,
        &["WB43", "WB43"],
    );
}

#[test]
fn of_two_equal_statements_the_second_is_told() {
    check(
        r#"{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"},
           {"Effect": "Allow", "Action": "sqs:sendmessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}"#,
        &["WB45"],
    );
}

#[test]
fn a_policy_of_very_many_statements_is_looked_at_in_time() {
    let statement = |index: usize| {
        format!(
            r#"{{"Effect": "Allow", "Action": ["s3:Get*", "sqs:SendMessage"], "Resource": ["arn:aws:s3:::maps-{index}/*", "arn:aws:sqs:*:*:sightings-{index}"]}}"#
        )
    };
    let statements: Vec<_> = (0..2_000).map(statement).collect();
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(","));
    assert!(findings(Kind::Identity, &text).len() >= 2_000);
}
