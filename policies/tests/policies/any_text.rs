//! The audit of anything at all: it ends, and does not fail.

use policies::audit::{Kind, Policy, audit};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};

const KINDS: [Kind; 6] =
    [Kind::Identity, Kind::Resource, Kind::Trust, Kind::Boundary, Kind::ServiceControl, Kind::ResourceControl];

/// Names and texts that mean something in policies, and some that nearly do.
const WORDS: &[&str] = &[
    "",
    "*",
    "Version",
    "2012-10-17",
    "2008-10-17",
    "Statement",
    "Sid",
    "Effect",
    "Allow",
    "Deny",
    "Principal",
    "NotPrincipal",
    "AWS",
    "Service",
    "Federated",
    "CanonicalUser",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:NullIfExists",
    "ForAllValues:",
    "IfExists",
    "NumericEquals",
    "DateLessThan",
    "Bool",
    "IpAddress",
    "ArnLike",
    "BinaryEquals",
    "Null",
    "aws:SourceIp",
    "aws:TagKeys",
    "aws:ResourceTag/",
    "s3:prefix",
    "a/b~c:d",
    "s3:*",
    "s3:GetObject",
    "sqs:Send*",
    "*:*",
    ":",
    "arn:aws:s3:::maps/*",
    "arn:aws:sqs:eu-west-1:123456789012:orders",
    "arn:aws:iam::123456789012:role/é",
    "arn:::::",
    "arn:aws",
    "${",
    "${}",
    "${aws:username",
    "${aws:PrincipalTag/team, 'a'}",
    "${cfn:Queue.Arn}",
    "10.0.0.0/8",
    "true",
    "999999999999999999999999999",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![6 => select(WORDS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::from),
        1 => any::<f64>().prop_map(Json::from),
        6 => text().prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::from),
            btree_map(text(), inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn valid() -> Json {
    json!({"Version": "2012-10-17", "Id": "orders", "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:ListBucket"], "Resource": ["arn:aws:s3:::maps", "arn:aws:s3:::maps/${aws:username}/*"],
         "Condition": {"StringLike": {"s3:prefix": ["a/*", "b/*"]}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
        {"Effect": "Deny", "Principal": {"AWS": ["123456789012", "arn:aws:iam::123456789012:role/reader"], "Service": "sns.amazonaws.com"},
         "NotAction": "sqs:SendMessage", "NotResource": "arn:aws:sqs:eu-west-1:123456789012:orders",
         "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}, "Null": {"aws:TokenIssueTime": "true"}, "Bool": {"aws:SecureTransport": false}}},
        {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/staff"}, "Action": "sts:AssumeRoleWithSAML"}
    ]})
}

/// Every place in the JSON, as pointers.
fn places(json: &Json, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Json::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

/// What the audit finds are places in the policy.
fn check(kind: Kind, json: Json) {
    let policy = Policy::of(kind, json);
    for finding in audit(std::slice::from_ref(&policy)) {
        assert!(policy.json.pointer(&finding.pointer).is_some(), "{}: {}", finding.rule.id, finding.pointer);
    }
}

#[test]
fn a_kind_of_principal_without_a_name_is_found_where_it_is() {
    let statement = json!({"Effect": "Allow", "Principal": {"": ["${"]}, "Action": "sqs:SendMessage", "Resource": "*"});
    check(Kind::Resource, json!({"Version": "2012-10-17", "Statement": [statement]}));
}

proptest! {
    #[test]
    fn any_json_is_audited(json in any_json(), kind in select(&KINDS[..])) {
        check(kind, json);
    }

    #[test]
    fn any_statement_is_audited(statements in vec(any_json(), 0..4), kind in select(&KINDS[..])) {
        check(kind, json!({"Version": "2012-10-17", "Statement": statements}));
    }

    #[test]
    fn a_policy_with_something_else_in_some_places_is_audited(
        changes in vec((any::<Index>(), any_json()), 1..4),
        kind in select(&KINDS[..]),
    ) {
        let mut json = valid();
        for (index, change) in changes {
            let mut found = Vec::new();
            places(&json, "", &mut found);
            if let Some(place) = json.pointer_mut(&found[index.index(found.len())]) {
                *place = change;
            }
        }
        check(kind, json);
    }

    #[test]
    fn any_text_is_audited(text in any::<String>(), kind in select(&KINDS[..])) {
        let findings = audit(&[Policy::read(kind, &text)]);
        prop_assert!(findings.iter().all(|finding| !finding.message.is_empty()));
    }

    #[test]
    fn a_policy_cut_short_is_said_to_be_no_json(length in any::<Index>()) {
        let text = valid().to_string();
        let cut = &text[..length.index(text.len())];
        let findings = audit(&[Policy::read(Kind::Identity, cut)]);
        prop_assert!(findings.iter().any(|finding| finding.rule.id == "GR01"));
    }
}

/// Without a limit of time: work that grows with the square of the statements does not end.
#[test]
fn a_policy_of_many_statements_is_audited() {
    let statement = |number: usize| {
        json!({"Sid": format!("S{}", number % 9_000), "Effect": "Allow", "Principal": {"AWS": "123456789012"},
            "Action": ["s3:ListBucket", format!("sqs:Send{number}*")], "Resource": format!("arn:aws:s3:::maps-{number}"),
            "Condition": {"StringEquals": {"s3:prefix": format!("{number}*")}}})
    };
    let statements: Vec<_> = (0..20_000).map(statement).collect();
    let policy = Policy::of(Kind::Resource, json!({"Version": "2012-10-17", "Statement": statements}));
    assert!(audit(&[policy]).len() > 20_000);
}
