//! When two values are the same.

use serde_json::Value as Json;

use crate::services::policy;

/// A value in words.
pub(super) fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether two values say the same: numbers and truth values may be given as text, documents as text or as JSON, and a
/// resource by its name or its ARN.
pub(super) fn is_same(expected: &Json, live: &Json) -> bool {
    match (document(expected), document(live)) {
        (Some(expected), Some(live)) => is_same_document(&expected, &live),
        (None, None) => is_same_scalar(&text(expected), &text(live)),
        _ => false,
    }
}

fn is_same_scalar(expected: &str, live: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let are_equal = |a: f64, b: f64| a.total_cmp(&b).is_eq();
    expected == live
        || number(expected).zip(number(live)).is_some_and(|(expected, live)| are_equal(expected, live))
        || names(expected, live)
        || names(live, expected)
}

/// Whether `arn` is that of the resource called `name`.
fn names(arn: &str, name: &str) -> bool {
    let before = arn.strip_suffix(name).filter(|_| !name.is_empty() && arn.starts_with("arn:"));
    before.is_some_and(|before| before.ends_with(['/', ':']))
}

/// A value with parts, which may be written as a text.
fn document(value: &Json) -> Option<Json> {
    match value {
        Json::Object(_) | Json::Array(_) => Some(value.clone()),
        Json::String(text) if text.trim_start().starts_with(['{', '[']) => serde_json::from_str(text).ok(),
        _ => None,
    }
}

fn is_same_document(expected: &Json, live: &Json) -> bool {
    if expected.get("Statement").is_some() && live.get("Statement").is_some() {
        return policy::is_same(expected, live);
    }
    match (expected, live) {
        (Json::Object(expected), Json::Object(live)) => {
            expected.len() == live.len()
                && expected.iter().all(|(name, value)| live.get(name).is_some_and(|live| is_same(value, live)))
        }
        (Json::Array(expected), Json::Array(live)) => {
            expected.len() == live.len() && expected.iter().zip(live).all(|(expected, live)| is_same(expected, live))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_is_written_in_several_ways() {
        let policy = |action: Json| json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
        for (expected, live, same) in [
            (json!("true"), json!(true), true),
            (json!("60"), json!(60), true),
            (json!(1), json!(1.0), true),
            (json!(1), json!(2), false),
            (json!("high"), json!("High"), false),
            (json!("k-1"), json!("arn:aws:kms:eu-west-1:123456789012:key/k-1"), true),
            (
                json!("arn:aws:sns:eu-west-1:123456789012:calls"),
                json!("arn:aws:sns:eu-west-1:123456789012:sick-calls"),
                false,
            ),
            (json!("1"), json!("arn:aws:kms:eu-west-1:123456789012:key/k-1"), false),
            (json!({"a": [1, "2"]}), json!("{ \"a\": [\"1\", 2] }"), true),
            (json!({"a": 1}), json!("{\"a\": 1, \"b\": 2}"), false),
            (policy(json!("s3:GetObject")), json!(policy(json!(["s3:GetObject"])).to_string()), true),
            (policy(json!("s3:GetObject")), json!(policy(json!(["s3:*"])).to_string()), false),
            (json!("{not json"), json!("{not json"), true),
            (json!("a"), json!(["a"]), false),
        ] {
            assert_eq!(is_same(&expected, &live), same, "{expected} {live}");
        }
    }
}
