//! Whether policies allow more than others did.

use policies::contain::{Comparison, wider};
use policies::{Action, PolicyDocument, Statement, parse};
use serde_json::{Value, json};

fn policy(statement: &Value) -> [PolicyDocument; 1] {
    [parse::value(&json!({"Version": "2012-10-17", "Statement": statement})).unwrap()]
}

fn compare(before: &Value, after: &Value) -> Comparison {
    wider(&policy(before), &policy(after))
}

fn allow(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    json!({"Effect": "Allow", "Action": action.into(), "Resource": resource.into()})
}

fn deny(action: impl Into<Value>, resource: impl Into<Value>) -> Value {
    json!({"Effect": "Deny", "Action": action.into(), "Resource": resource.into()})
}

fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

#[track_caller]
fn check_contained(before: &Value, after: &Value) {
    let comparison = compare(before, after);
    assert!(comparison.is_contained(), "{comparison:?}");
}

/// Asserts that `after` is wider, and that the first witness prints as `expected`.
#[track_caller]
fn check_wider(before: &Value, after: &Value, expected: &str) {
    let comparison = compare(before, after);
    let shown = comparison.witnesses.first().map(ToString::to_string);
    assert_eq!(shown.as_deref(), Some(expected), "{comparison:?}");
}

const TABLE: &str = "arn:aws:dynamodb:sa-east-1:123456789012:table/";

#[test]
fn narrowing_an_action_is_not_wider() {
    check_contained(&allow("s3:*", "*"), &allow("s3:GetObject", "*"));
    check_contained(&allow("*", "*"), &allow(["s3:Get*", "sqs:SendMessage"], "*"));
    check_contained(&allow("S3:GETOBJECT", "*"), &allow("s3:GetObject", "*"));
    let by = "s3:PutObject on arn:aws:s3:us-east-1:111122223333:witness by arn:aws:iam::111122223333:role/stranger";
    check_wider(&allow("s3:GetObject", "*"), &allow(["s3:GetObject", "s3:PutObject"], "*"), by);
}

#[test]
fn narrowing_a_resource_is_not_wider() {
    let table = |name: &str| allow("dynamodb:Query", format!("{TABLE}{name}"));
    check_contained(&table("a*"), &table("ab"));
    check_contained(&table("*"), &table("a?c*"));
    check_contained(&table("a?"), &table("ab"));
    let by = "by arn:aws:iam::111122223333:role/stranger";
    check_wider(&table("ab"), &table("a*"), &format!("dynamodb:Query on {TABLE}ax {by}"));
    check_wider(&table("a?"), &table("a*"), &format!("dynamodb:Query on {TABLE}a {by}"));
    check_wider(&table("a*b"), &table("a*"), &format!("dynamodb:Query on {TABLE}ax {by}"));
}

#[test]
fn the_shape_of_a_policy_does_not_matter() {
    let (read, write) = (allow("s3:GetObject", "arn:aws:s3:::maps/*"), allow("s3:PutObject", "arn:aws:s3:::maps/*"));
    let both = allow(["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::maps/*");
    check_contained(&json!([read, write]), &json!([write, read]));
    check_contained(&both, &json!([read, write]));
    check_contained(&json!([read, write]), &both);
    check_contained(&read, &json!([read, read]));
    // Two patterns together may be one.
    let halves = allow("s3:GetObject", ["arn:aws:s3:::maps", "arn:aws:s3:::maps?*"]);
    check_contained(&halves, &allow("s3:GetObject", "arn:aws:s3:::maps*"));
}

#[test]
fn a_condition_narrows_and_its_loss_widens() {
    let read = allow("s3:GetObject", "*");
    let from = |range: &str| when(read.clone(), json!({"IpAddress": {"aws:SourceIp": range}}));
    let team = |names: Value| when(read.clone(), json!({"StringEquals": {"aws:PrincipalTag/team": names}}));
    check_contained(&read, &from("10.0.0.0/8"));
    check_contained(&from("10.0.0.0/8"), &from("10.1.0.0/16"));
    check_contained(&team(json!(["a", "b"])), &team(json!("b")));
    check_contained(&when(read.clone(), json!({"StringLike": {"aws:PrincipalTag/Team": "a*"}})), &team(json!("ab")));
    let at = "s3:GetObject on arn:aws:s3:us-east-1:111122223333:witness by arn:aws:iam::111122223333:role/stranger";
    check_wider(&from("10.0.0.0/8"), &read, at);
    check_wider(&from("10.1.0.0/16"), &from("10.0.0.0/8"), &format!("{at}, with aws:sourceip 10.0.0.0"));
    check_wider(&team(json!("b")), &team(json!(["a", "b"])), &format!("{at}, with aws:principaltag/team a"));
    let strict = when(read.clone(), json!({"Bool": {"aws:SecureTransport": "true"}}));
    let lax = when(read, json!({"BoolIfExists": {"aws:SecureTransport": "true"}}));
    check_contained(&lax, &strict);
    check_wider(&strict, &lax, at);
}

#[test]
fn each_kind_of_condition_is_compared() {
    // Each is narrower than the next, which is wider than it.
    for (operator, narrow, wide_operator, wide) in [
        ("NumericLessThan", json!("9"), "NumericLessThan", json!("10")),
        ("NumericLessThan", json!("10"), "NumericLessThanEquals", json!("10")),
        ("NumericEquals", json!("9"), "NumericLessThan", json!("10")),
        ("NumericGreaterThan", json!("10"), "NumericGreaterThanEquals", json!("10")),
        ("NumericNotEquals", json!(["9", "10"]), "NumericNotEquals", json!("10")),
        ("DateLessThan", json!("2026-01-01T00:00:00Z"), "DateLessThanEquals", json!("1767225600")),
        ("DateGreaterThan", json!("2026-01-02"), "DateGreaterThan", json!("2026-01-01")),
        ("StringLike", json!("a?c"), "StringLike", json!("a*")),
        ("StringEquals", json!("a"), "StringEqualsIgnoreCase", json!("A")),
        ("StringEquals", json!("a"), "StringNotEquals", json!("b")),
        ("StringNotLike", json!("a*"), "StringNotEquals", json!(["ab", "ac"])),
        ("NotIpAddress", json!("10.0.0.0/8"), "NotIpAddress", json!("10.1.0.0/16")),
        ("IpAddress", json!("2001:db8:1::/48"), "IpAddress", json!("2001:db8::/32")),
        ("ArnEquals", json!("arn:aws:sns:*:123456789012:a"), "ArnLike", json!("arn:aws:sns:*:*:a*")),
        ("StringEquals", json!("a"), "Null", json!("false")),
        ("StringEquals", json!("a"), "StringEqualsIfExists", json!("a")),
        ("ForAllValues:StringEquals", json!("a"), "ForAllValues:StringLike", json!(["a", "b*"])),
        ("ForAnyValue:StringEquals", json!("a"), "ForAnyValue:StringEqualsIfExists", json!("a")),
    ] {
        let on =
            |operator: &str, value: &Value| when(allow("s3:GetObject", "*"), json!({operator: {"aws:key": value}}));
        let (narrow, wide) = (on(operator, &narrow), on(wide_operator, &wide));
        check_contained(&wide, &narrow);
        assert!(!compare(&narrow, &wide).witnesses.is_empty(), "{narrow} {wide}");
    }
    // Neither of these is within the other.
    for (one, other) in [
        ("ForAllValues:StringEquals", "ForAnyValue:StringEquals"),
        ("NumericLessThan", "NumericEquals"),
        ("NumericLessThan", "NumericGreaterThan"),
    ] {
        let on = |operator: &str| when(allow("s3:GetObject", "*"), json!({operator: {"aws:key": "10"}}));
        assert!(!compare(&on(one), &on(other)).witnesses.is_empty(), "{one} {other}");
        assert!(!compare(&on(other), &on(one)).witnesses.is_empty(), "{other} {one}");
    }
}

#[test]
fn the_loss_of_a_denial_widens_where_something_is_allowed() {
    let all = allow("s3:*", "*");
    let no_secrets = deny("s3:*", "arn:aws:s3:::secrets/*");
    check_contained(&all, &json!([all, no_secrets]));
    check_contained(&json!([all, no_secrets]), &json!([no_secrets, all]));
    check_contained(&json!([all, no_secrets]), &json!([all, deny("*", "arn:aws:s3:::secret*")]));
    check_contained(&json!([allow("s3:*", "arn:aws:s3:::maps/*"), no_secrets]), &allow("s3:*", "arn:aws:s3:::maps/*"));
    let by = "by arn:aws:iam::111122223333:role/stranger";
    let narrower = json!([all, deny("s3:PutObject", "arn:aws:s3:::secrets/*")]);
    assert_eq!(compare(&json!([all, no_secrets]), &narrower).witnesses[0].request.resource, "arn:aws:s3:::secrets/");
    check_wider(
        &json!([allow("s3:GetObject", "*"), no_secrets]),
        &allow("s3:GetObject", "arn:aws:s3:::secrets/a"),
        &format!("s3:GetObject on arn:aws:s3:::secrets/a {by}"),
    );
    // What one denies but for a condition, the other allows under it.
    let plain = |effect: &str| json!({"Effect": effect, "Action": "s3:*", "Resource": "*"});
    let unless =
        json!([plain("Allow"), when(plain("Deny"), json!({"StringNotEquals": {"aws:PrincipalTag/team": "a"}}))]);
    let only = when(plain("Allow"), json!({"StringEquals": {"aws:PrincipalTag/team": "a"}}));
    check_contained(&unless, &only);
    check_contained(&only, &unless);
}

#[test]
fn negated_elements_are_compared_too() {
    let not = |actions: Value| json!({"Effect": "Allow", "NotAction": actions, "Resource": "*"});
    check_contained(&not(json!(["iam:*"])), &not(json!(["iam:*", "s3:*"])));
    check_contained(&not(json!("iam:*")), &allow("s3:*", "*"));
    let wide = compare(&not(json!(["iam:*", "s3:Put*"])), &not(json!("iam:*")));
    assert!(wide.witnesses[0].request.action.starts_with("s3:Put"), "{wide:?}");
    let elsewhere = |resource: &str| json!({"Effect": "Allow", "Action": "s3:*", "NotResource": resource});
    check_contained(&elsewhere("arn:aws:s3:::a"), &elsewhere("arn:aws:s3:::a*"));
    assert!(!compare(&elsewhere("arn:aws:s3:::a*"), &elsewhere("arn:aws:s3:::a")).witnesses.is_empty());
}

#[test]
fn principals_are_compared_too() {
    let to = |principal: Value| json!({"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": "*"});
    check_contained(&to(json!("*")), &to(json!({"Service": "sns.amazonaws.com"})));
    check_contained(&to(json!({"AWS": "123456789012"})), &to(json!({"AWS": "arn:aws:iam::123456789012:role/a"})));
    check_contained(&to(json!({"AWS": "123456789012"})), &to(json!({"AWS": "arn:aws:iam::123456789012:root"})));
    let (role, account) = ("arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:root");
    for account in [account, "123456789012"] {
        let wide =
            compare(&to(json!({"AWS": [role, account.replace('3', "4")]})), &to(json!({"AWS": [role, account]})));
        assert!(!wide.witnesses.is_empty(), "{account}");
    }
    let wide = compare(
        &to(json!({"Service": "sns.amazonaws.com"})),
        &to(json!({"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]})),
    );
    assert!(wide.witnesses[0].to_string().ends_with(" by s3.amazonaws.com"), "{wide:?}");
}

#[test]
fn policy_variables_are_only_themselves() {
    let home = |path: &str| allow("s3:GetObject", format!("arn:aws:s3:::homes/{path}"));
    check_contained(&home("${aws:username}/*"), &home("${aws:UserName}/a"));
    check_contained(&home("*"), &home("${aws:username}"));
    let wide = compare(&home("${aws:username}/*"), &home("*"));
    assert!(!wide.witnesses.is_empty(), "{wide:?}");
    let wide = compare(&home("ann"), &home("${aws:username}"));
    assert!(!wide.witnesses.is_empty(), "{wide:?}");
    // Who is called `ann` was denied before.
    let before = json!([home("*"), deny("*", "arn:aws:s3:::homes/ann")]);
    assert!(!compare(&before, &home("${aws:username}")).is_contained());
}

#[test]
fn what_cannot_be_compared_is_undecided() {
    let on = |condition: Value| when(allow("s3:GetObject", "*"), condition);
    let before = json!([
        on(json!({"NumericLessThan": {"s3:max-keys": "10"}})),
        on(json!({"NumericGreaterThan": {"s3:max-keys": "5"}}))
    ]);
    let after = on(json!({"NumericEquals": {"s3:max-keys": ["1", "20"]}}));
    let comparison = compare(&before, &after);
    assert!(comparison.witnesses.is_empty());
    assert_eq!(comparison.undecided[0].why.to_string(), "the conditions on `s3:max-keys` cannot be compared");
}

#[test]
fn many_statements_end_in_bounded_time() {
    let policy = |offset: usize| {
        let name = |number: usize| format!("{TABLE}{}", number + offset);
        (0..100_000)
            .map(|number| Statement::allow([Action::new("dynamodb:Query")]).on(name(number)))
            .collect::<PolicyDocument>()
    };
    let (before, after) = (policy(0), policy(1));
    assert!(wider(std::slice::from_ref(&before), std::slice::from_ref(&before)).is_contained());
    assert!(!wider(&[before], &[after]).witnesses.is_empty());
}

#[test]
fn many_patterns_end_in_bounded_time() {
    let patterns: Vec<_> = (0..30).map(|index| format!("*{index}*")).collect();
    let before = json!([allow("*", "*"), deny("*", patterns)]);
    let comparison = compare(&before, &allow("s3:GetObject", "*x*y*"));
    assert!(!comparison.is_contained());
}
