//! Reading policies.

use policies::parse::{document, value};
use policies::{Listed, Principal, Quantifier, Version};
use proptest::prelude::*;
use serde_json::json;

use crate::any;

/// The error of `text`, with its help.
fn error(text: &str) -> String {
    let error = document(text).unwrap_err();
    match &error.help {
        Some(help) => format!("{error}; {help}"),
        None => error.to_string(),
    }
}

#[test]
fn every_element_is_kept() {
    let policy = document(
        r#"{
            "Version": "2012-10-17",
            "Id": "maps",
            "Statement": [{
                "Sid": "Read",
                "Effect": "Deny",
                "NotPrincipal": {"AWS": ["123456789012", "*"], "Federated": "accounts.google.com", "CanonicalUser": ["79a5"]},
                "NotAction": ["s3:Get*", "s3:List*"],
                "NotResource": "arn:aws:s3:::maps/${aws:username}/*",
                "Condition": {
                    "ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["cost*", "team"]},
                    "Bool": {"aws:SecureTransport": true},
                    "NumericLessThan": {"s3:max-keys": [10, "20"]}
                }
            }]
        }"#,
    )
    .unwrap();
    assert_eq!((policy.version, policy.id.as_deref()), (Version::V2012, Some("maps")));
    let [statement] = policy.statement.as_slice() else { panic!("{policy:?}") };
    assert_eq!(statement.sid.as_deref(), Some("Read"));
    let Some(Listed::AllBut(principals)) = &statement.principal else { panic!("{statement:?}") };
    assert_eq!(principals[1], Principal::aws("*"));
    assert_eq!(
        principals[2..],
        [Principal::Federated("accounts.google.com".into()), Principal::CanonicalUser("79a5".into())]
    );
    assert!(statement.action.is_negated() && statement.resource.is_negated());
    let [tags, secure, keys] = statement.condition.as_slice() else { panic!("{statement:?}") };
    assert_eq!((tags.quantifier, tags.if_exists), (Some(Quantifier::ForAllValues), true));
    assert_eq!(tags.operator_name(), "ForAllValues:StringLikeIfExists");
    assert_eq!((secure.values[0].as_str(), keys.values.join(" ").as_str()), ("true", "10 20"));
}

#[test]
fn what_is_printed_reads_as_what_a_stack_wrote() {
    let text = json!({
        "Version": "2008-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": ["sqs:*"], "Resource": ["*"]},
            {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": ["sqs:SendMessage"]},
        ],
    });
    assert_eq!(serde_json::to_value(value(&text).unwrap()).unwrap(), text);
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_what_is_expected() {
    for (text, expected) in [
        ("{", "the policy at line 1, column 1 is not readable (EOF while parsing an object): expected JSON"),
        (
            "{\"Statement\": [],\n \"Statement\": []}",
            "the policy at line 2, column 12 is not readable (the member `Statement` is there twice): expected JSON",
        ),
        ("[]", "the policy at the top is a list: expected a policy, an object"),
        ("{}", "`Statement` at the top is missing: expected the statements of the policy"),
        (r#"{"Statement": 3}"#, "`Statement` at `/Statement` is `3`: expected a statement, an object"),
        (
            r#"{"Statements": []}"#,
            "`Statements` at `/Statements` is no member of a policy: expected one of `Version`, `Id`, `Statement`; did you mean `Statement`?",
        ),
        (
            r#"{"Version": "2012-10-18", "Statement": []}"#,
            "`Version` at `/Version` is `2012-10-18`: expected `2012-10-17` or `2008-10-17`; did you mean `2012-10-17`?",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Resource": "*"}]}"#,
            "`Action` at `/Statement/0` is missing: expected `Action` or `NotAction`",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Action": "*", "NotAction": "*"}]}"#,
            "`NotAction` at `/Statement/0/NotAction` is beside `Action`: expected only one of `Action` and `NotAction`",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Action": ["s3:*", 3]}]}"#,
            "`Action` at `/Statement/0/Action/1` is `3`: expected an action such as `sqs:SendMessage`",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": []}}"#,
            "`Action` at `/Statement/Action` is an empty list: expected at least an action such as `sqs:SendMessage`",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Principal": "123456789012"}}"#,
            "`Principal` at `/Statement/Principal` is `123456789012`: expected `*`, or an object such as `{\"AWS\": \"123456789012\"}`; \
             name the kind: `AWS`, `Service`, `Federated` or `CanonicalUser`",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"StringEqual": {"a/b": "c"}}}}"#,
            "`StringEqual` at `/Statement/Condition/StringEqual` is no condition operator: expected one such as `StringEquals`; did you mean `StringEquals`?",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"StringEquals": {"a/b": [{}]}}}}"#,
            "`a/b` at `/Statement/Condition/StringEquals/a~1b/0` is an object: expected a text, a number or a boolean",
        ),
        (
            r#"{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"NullIfExists": {"a": "true"}}}}"#,
            "`NullIfExists` at `/Statement/Condition/NullIfExists` is `Null` with `IfExists`: expected `Null`, which is itself about existence",
        ),
    ] {
        assert_eq!(error(text), expected, "{text}");
    }
}

#[test]
fn a_hundred_thousand_statements_are_read() {
    let statement = r#"{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::maps/*"]}"#;
    let text = format!(r#"{{"Statement":[{}]}}"#, vec![statement; 100_000].join(","));
    assert_eq!(document(&text).unwrap().statement.len(), 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn what_is_printed_reads_as_the_same(policy in prop_oneof![any::identity(), any::resource()]) {
        let text = serde_json::to_string(&policy).unwrap();
        prop_assert_eq!(document(&text), Ok(policy), "{}", text);
    }

    #[test]
    fn no_text_is_too_odd(text in r#"[\[\]{}":,A-Za-z0-9 *]{0,40}"#) {
        let _ = document(&text);
    }

    #[test]
    fn no_cut_or_changed_policy_is_too_odd(policy in any::resource(), at in 0..400_usize, with in any::<char>()) {
        let text = serde_json::to_string(&policy).unwrap();
        let cut: String = text.chars().take(at).collect();
        let _ = document(&cut);
        let changed: String = text.chars().enumerate().map(|(index, it)| if index == at { with } else { it }).collect();
        let _ = document(&changed);
    }
}
