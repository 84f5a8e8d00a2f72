use serde_json::{Value as Json, json};

use crate::support::check_one;

fn policy(resources: usize) -> Json {
    let resources: Vec<_> =
        (0..resources).map(|n| format!("arn:aws:sqs:eu-west-1:123456789012:orders-{n:04}")).collect();
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": resources}]})
}

fn role(resources: usize) -> Json {
    let inline = |name| json!({"PolicyName": name, "PolicyDocument": policy(resources)});
    json!({"AssumeRolePolicyDocument": policy(1), "Policies": [inline("one"), inline("two")]})
}

#[test]
fn the_inline_policies_of_a_role_are_measured_together() {
    check_one("AWS::IAM::Role", role(100), "");
    let size = 2 * policy(120).to_string().len();
    check_one(
        "AWS::IAM::Role",
        role(120),
        &format!(
            "error[policy-size]: `It`: the inline policies: {size} characters without white space, 10240 are allowed
  help: allow the same on fewer lines, or move a part of it into a managed policy"
        ),
    );
}

#[test]
fn a_policy_is_measured_without_white_space() {
    let managed = |text: &str| json!({"PolicyDocument": {"Statement": [{"Sid": text.repeat(6_200)}]}});
    check_one("AWS::IAM::ManagedPolicy", managed(" "), "");
    check_one(
        "AWS::IAM::ManagedPolicy",
        managed("a"),
        "error[policy-size]: `It`: the policy: 6226 characters without white space, 6144 are allowed
  help: allow the same on fewer lines, or move a part of it into a managed policy",
    );
}

#[test]
fn environment_variables_take_at_most_4_kib() {
    let function = |length: usize| {
        json!({
            "Code": {"S3Bucket": "bucket", "S3Key": "key"},
            "Role": {"Ref": "AWS::StackId"},
            "Environment": {"Variables": {"NAME": "a".repeat(length)}},
        })
    };
    check_one("AWS::Lambda::Function", function(4_092), "");
    check_one(
        "AWS::Lambda::Function",
        function(4_093),
        "error[environment-size]: `It`: the environment variables take 4097 bytes, 4096 are allowed
  help: keep long values in a parameter store or a bucket, and pass where they are",
    );
}

#[test]
fn tags_are_at_most_50_and_none_is_reserved() {
    let queue = |tags: Vec<String>| {
        let tags: Vec<_> = tags.into_iter().map(|key| json!({"Key": key, "Value": "v"})).collect();
        json!({"Tags": tags})
    };
    check_one("AWS::SQS::Queue", queue((0..50).map(|n| format!("tag-{n}")).collect()), "");
    check_one(
        "AWS::SQS::Queue",
        queue((0..51).map(|n| format!("tag-{n}")).collect()),
        "error[tags]: `It`: it has 51 tags, 50 are allowed",
    );
    check_one(
        "AWS::SQS::Queue",
        queue(vec!["aws:owner".into()]),
        "error[tags]: `It`: the tag `aws:owner` starts with `aws:`, which is reserved
  help: rename it",
    );
}
