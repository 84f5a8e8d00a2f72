//! What the rules about writing and about the catalogue say, and what they take to be meant.

use policies::audit::{Kind, Policy, audit};

/// What the rule `id` says of the statement, with its help.
#[track_caller]
fn check(id: &str, statement: &str, message: &str, help: Option<&str>) {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
    let policy = Policy::read(Kind::likely(&text), &text);
    let findings = audit(&[policy]);
    let found = findings.iter().find(|finding| finding.rule.id == id).unwrap_or_else(|| panic!("{findings:#?}"));
    assert_eq!(found.message.split(" (facts of ").next(), Some(message));
    assert_eq!(found.help.as_deref(), help);
}

#[test]
fn names_that_do_not_exist_have_a_nearest_one() {
    check(
        "GR05",
        r#"{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Conditions": {}}"#,
        "`Conditions` is no element of a statement",
        Some("did you mean `Condition`?"),
    );
    check(
        "GR15",
        r#"{"Effect": "Alow", "Action": "sqs:SendMessage", "Resource": "*"}"#,
        "the effect is `Alow`: expected `Allow` or `Deny`",
        Some("did you mean `Allow`?"),
    );
    check(
        "GR30",
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:awss:s3:::maps/*"}"#,
        "`arn:awss:s3:::maps/*` is of the partition `awss`, which AWS does not have",
        Some("did you mean `aws`?"),
    );
    check(
        "GR58",
        r#"{"Effect": "Allow", "Action": "sqs:TagQueue", "Resource": "*", "Condition": {"forAnyValue:stringEqualsIfExist": {"aws:TagKeys": "a"}}}"#,
        "`forAnyValue:stringEqualsIfExist` is no condition operator",
        Some("did you mean `ForAnyValue:StringEqualsIfExists`?"),
    );
    check(
        "CT01",
        r#"{"Effect": "Allow", "Action": "lamda:InvokeFunction", "Resource": "*"}"#,
        "AWS has no service with the prefix `lamda`",
        Some("did you mean `lambda`?"),
    );
    check(
        "CT02",
        r#"{"Effect": "Allow", "Action": "sqs:SendMesage", "Resource": "*"}"#,
        "Amazon SQS has no action `sqs:SendMesage`",
        Some("did you mean `sqs:SendMessage`?"),
    );
    check(
        "CT06",
        r#"{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnLike": {"aws:SourceARNs": "*"}}}"#,
        "AWS has no condition key `aws:SourceARNs`",
        Some("did you mean `aws:SourceArn`?"),
    );
}

#[test]
fn an_operation_is_told_by_the_actions_that_it_needs() {
    check(
        "CT02",
        r#"{"Effect": "Allow", "Action": "s3:ListObjectsV2", "Resource": "arn:aws:s3:::maps"}"#,
        "Amazon S3 has no action `s3:ListObjectsV2`",
        Some("the operation needs `s3:ListBucket`"),
    );
}

#[test]
fn unknown_names_are_said_with_the_day_of_the_facts() {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:Send", "Resource": "*"}}"#;
    let findings = audit(&[Policy::read(Kind::Identity, text)]);
    let date = policies::catalogue::date();
    assert!(findings.iter().any(|finding| finding.message.ends_with(&format!("(facts of {date})"))), "{findings:#?}");
}
