//! The condition operators, as IAM's documentation describes them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use policies::evaluate::{Context, Decision, Gap, Known, Policies, Request, evaluate};
use policies::{Principal, parse};
use serde_json::{Value, json};

use crate::any::ROLE;

const YES: &str = "yes";
const NO: &str = "no";
const UNKNOWN: &str = "unknown";

/// Whether a statement with the condition of one operator on `key` applies.
fn holds(operator: &str, wanted: &Value, context: Context) -> &'static str {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"key": wanted}}},
    });
    let policies = [parse::value(&policy).unwrap()];
    let request = Request {
        principal: Principal::aws(ROLE),
        action: "s3:GetObject".to_owned(),
        resource: "arn:aws:s3:::maps/a".to_owned(),
        context,
    };
    let policies = Policies { identity: &policies, ..Policies::default() };
    match evaluate(&request, &policies) {
        Decision::Allowed(_) | Decision::NeedsNothing => YES,
        Decision::Unknown(_) => UNKNOWN,
        Decision::ImplicitlyDenied | Decision::ExplicitlyDenied(_) => NO,
    }
}

#[test]
fn each_operator_compares_as_documented() {
    for (operator, wanted, value, expected) in [
        ("StringEquals", json!("a"), "a", YES),
        ("StringEquals", json!("a"), "A", NO),
        ("StringEquals", json!(["a", "b"]), "b", YES),
        ("StringEquals", json!("a*"), "a*", YES),
        ("StringEquals", json!("a*"), "ab", NO),
        ("StringNotEquals", json!("a"), "b", YES),
        ("StringNotEquals", json!(["a", "b"]), "b", NO),
        ("StringEqualsIgnoreCase", json!("Ab"), "aB", YES),
        ("StringNotEqualsIgnoreCase", json!("Ab"), "aB", NO),
        ("StringLike", json!("a*/?"), "a/b/c/d", YES),
        ("StringLike", json!("a?"), "a", NO),
        ("StringLike", json!("a${*}"), "ab", NO),
        ("StringLike", json!("a${*}"), "a*", YES),
        ("StringLike", json!("a${?}${$}"), "a?$", YES),
        ("StringNotLike", json!(["a*", "b*"]), "c", YES),
        ("StringNotLike", json!(["a*", "b*"]), "bc", NO),
        ("NumericEquals", json!("10"), "10.0", YES),
        ("NumericNotEquals", json!(10), "11", YES),
        ("NumericLessThan", json!("10"), "9.5", YES),
        ("NumericLessThan", json!("10"), "10", NO),
        ("NumericLessThanEquals", json!("10"), "10", YES),
        ("NumericGreaterThan", json!("10"), "9", NO),
        ("NumericGreaterThan", json!("-1"), "0", YES),
        ("NumericGreaterThanEquals", json!("10"), "10", YES),
        ("NumericEquals", json!("10"), "ten", UNKNOWN),
        ("NumericEquals", json!("NaN"), "10", UNKNOWN),
        ("NumericEquals", json!(["ten", "10"]), "10", YES),
        ("DateEquals", json!("2026-01-01T00:00:00Z"), "1767225600", YES),
        ("DateEquals", json!("2026-01-01"), "2026-01-01T00:00:00Z", YES),
        ("DateNotEquals", json!("2026-01-01T00:00:00Z"), "2026-01-01T01:00:00+01:00", NO),
        ("DateLessThan", json!("2026-01-01T00:00:00Z"), "2025-12-31T23:59:59Z", YES),
        ("DateLessThanEquals", json!("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z", YES),
        ("DateGreaterThan", json!("2026-01-01T00:00:00.5Z"), "2026-01-01T00:00:00.6Z", YES),
        ("DateGreaterThanEquals", json!("2026-01-01T00:00:00Z"), "2025-01-01T00:00:00Z", NO),
        ("DateGreaterThan", json!("tomorrow"), "2025-01-01T00:00:00Z", UNKNOWN),
        ("Bool", json!("true"), "true", YES),
        ("Bool", json!(false), "true", NO),
        ("Bool", json!("yes"), "true", UNKNOWN),
        ("BinaryEquals", json!("QmluYXJ5"), "QmluYXJ5", YES),
        ("BinaryEquals", json!("QmluYXJ5"), "qmluYXJ5", NO),
        ("IpAddress", json!("203.0.113.0/24"), "203.0.113.9", YES),
        ("IpAddress", json!("203.0.113.0/24"), "203.0.114.9", NO),
        ("IpAddress", json!("203.0.113.9"), "203.0.113.9", YES),
        ("IpAddress", json!("2001:DB8:1234:5678::/64"), "2001:db8:1234:5678::1", YES),
        ("IpAddress", json!("203.0.113.0/24"), "2001:db8::1", NO),
        ("NotIpAddress", json!(["203.0.113.0/24", "10.0.0.0/8"]), "10.1.1.1", NO),
        ("NotIpAddress", json!("203.0.113.0/24"), "10.1.1.1", YES),
        ("IpAddress", json!("203.0.113.0/33"), "10.1.1.1", UNKNOWN),
        ("ArnLike", json!("arn:aws:sns:*:123456789012:a*"), "arn:aws:sns:eu-west-1:123456789012:ab", YES),
        ("ArnEquals", json!("arn:aws:sns:*:123456789012:a"), "arn:aws:sns:eu-west-1:123456789012:a", YES),
        // A wildcard of an ARN stays within its part, but for the last.
        ("ArnLike", json!("arn:aws:sns:*:a"), "arn:aws:sns:eu-west-1:123456789012:a", UNKNOWN),
        ("ArnLike", json!("arn:*:*:*:*:*"), "arn:aws:lambda:eu-west-1:123456789012:function:a:1", YES),
        ("ArnLike", json!("arn:aws:s*:::a"), "arn:aws:s3:x:y:a", NO),
        ("ArnNotLike", json!("arn:aws:sns:*:123456789012:a"), "arn:aws:sns:eu-west-1:123456789012:b", YES),
        ("ArnNotEquals", json!("arn:aws:sns:*:123456789012:a"), "arn:aws:sns:eu-west-1:123456789012:a", NO),
        ("ArnLike", json!("arn:aws:sns:*:*:*"), "a", UNKNOWN),
        ("Null", json!("false"), "a", YES),
        ("Null", json!("true"), "a", NO),
    ] {
        let context = Context::closed().with("Key", value);
        assert_eq!(holds(operator, &wanted, context), expected, "{operator} {wanted} on {value}");
    }
}

#[test]
fn without_the_key_only_negated_operators_and_if_exists_hold() {
    for (operator, wanted, expected) in [
        ("StringEquals", "a", NO),
        ("StringLike", "*", NO),
        ("StringNotEquals", "a", YES),
        ("StringNotLike", "*", YES),
        ("StringNotEqualsIgnoreCase", "a", YES),
        ("NumericEquals", "1", NO),
        ("NumericNotEquals", "1", YES),
        ("NumericLessThan", "1", NO),
        ("DateNotEquals", "2026-01-01", YES),
        ("DateGreaterThan", "2026-01-01", NO),
        ("Bool", "false", NO),
        ("BoolIfExists", "false", YES),
        ("IpAddress", "10.0.0.0/8", NO),
        ("NotIpAddress", "10.0.0.0/8", YES),
        ("ArnLike", "arn:aws:sns:*:*:*", NO),
        ("ArnNotLike", "arn:aws:sns:*:*:*", YES),
        ("StringEqualsIfExists", "a", YES),
        ("StringNotEqualsIfExists", "a", YES),
        ("Null", "true", YES),
        ("Null", "false", NO),
        ("ForAllValues:StringEquals", "a", YES),
        ("ForAnyValue:StringEquals", "a", NO),
        ("ForAnyValue:StringNotEquals", "a", NO),
        ("ForAnyValue:StringEqualsIfExists", "a", YES),
    ] {
        let wanted = json!(wanted);
        assert_eq!(holds(operator, &wanted, Context::closed()), expected, "{operator} without the key");
        let empty = Context::closed().knowing("key", Known::Values(Vec::new()));
        assert_eq!(holds(operator, &wanted, empty), expected, "{operator} with no value");
        assert_eq!(holds(operator, &wanted, Context::open()), UNKNOWN, "{operator} with an unknown value");
    }
}

#[test]
fn keys_with_several_values_are_compared_value_by_value() {
    for (operator, wanted, values, expected) in [
        ("ForAllValues:StringEquals", json!(["a", "b"]), &["a", "b"][..], YES),
        ("ForAllValues:StringEquals", json!(["a", "b"]), &["a", "c"], NO),
        ("ForAnyValue:StringEquals", json!(["a", "b"]), &["c", "b"], YES),
        ("ForAnyValue:StringEquals", json!(["a", "b"]), &["c", "d"], NO),
        ("ForAllValues:StringNotEquals", json!(["a", "b"]), &["c", "b"], NO),
        ("ForAnyValue:StringNotEquals", json!(["a", "b"]), &["c", "b"], YES),
        ("ForAllValues:StringLike", json!("a*"), &["a", "ab"], YES),
        ("StringEquals", json!("a"), &["a", "a"], YES),
        ("StringEquals", json!("a"), &["a", "b"], UNKNOWN),
    ] {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        let context = Context::closed().knowing("key", Known::Values(values.clone()));
        assert_eq!(holds(operator, &wanted, context), expected, "{operator} {wanted} on {values:?}");
    }
}

#[test]
fn variables_take_the_values_of_the_request() {
    for (wanted, context, expected) in [
        ("${aws:username}", Context::closed().with("aws:UserName", "ann"), YES),
        ("${aws:username}", Context::closed().with("aws:UserName", "bob"), NO),
        ("${aws:username}", Context::closed(), NO),
        ("${aws:username, 'ann'}", Context::closed(), YES),
        ("${aws:username,'ann'}", Context::closed().with("aws:username", "bob"), NO),
        ("${aws:username}", Context::closed().knowing("aws:username", Known::Nothing), UNKNOWN),
        ("a${aws:username}", Context::closed().with("aws:username", "*"), NO),
        ("${aws:username", Context::closed().with("aws:username", "ann"), NO),
    ] {
        let context = context.with("key", "ann");
        assert_eq!(holds("StringLike", &json!(wanted), context), expected, "{wanted}");
    }
}

#[test]
fn what_is_missing_for_an_answer_is_named() {
    assert_eq!(Gap::Key("aws:SourceIp".to_owned()).to_string(), "the request's `aws:SourceIp` is not known");
    let value = Gap::Value { value: "ten".to_owned(), expected: "a number" };
    assert_eq!(value.to_string(), "`ten` is not a number");
}
