//! Policy documents as services return them.

use infra::expression::has_function;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};

/// How the live policy of a resource differs from its model; none when they agree. The property `list` says whose policy
/// it is; the resource is the one at `index`.
pub(super) fn deviation(live: &Live<'_>, list: &str, index: usize, actual: Option<&str>) -> Option<Deviation> {
    let expected = live.property("PolicyDocument")?;
    let actual: Option<Json> = actual.and_then(|text| serde_json::from_str(text).ok());
    if actual.as_ref().is_some_and(|actual| is_same(expected, actual)) {
        return None;
    }
    let path = format!("PolicyDocument of {list}[{index}]");
    Some(live.deviation(&path, words(expected), actual.as_ref().map(words)))
}

fn statements(document: &Json) -> Vec<Json> {
    list(document.get("Statement").unwrap_or(&Json::Null))
}

/// IAM takes a single value for a list of one.
fn list(json: &Json) -> Vec<Json> {
    match json {
        Json::Array(items) => items.clone(),
        Json::Null => Vec::new(),
        single => vec![single.clone()],
    }
}

/// The statements of a document, as text.
pub(super) fn words(document: &Json) -> String {
    statements(document).iter().map(Json::to_string).collect::<Vec<_>>().join(" ")
}

/// Whether two documents grant the same, as far as it is known here: what the model says with an intrinsic function is
/// not compared, because only CloudFormation knows its value.
pub(super) fn is_same(expected: &Json, actual: &Json) -> bool {
    let (expected, actual) = (statements(expected), statements(actual));
    expected.len() == actual.len()
        && expected.iter().zip(&actual).all(|(expected, actual)| is_same_statement(expected, actual))
}

fn is_same_statement(expected: &Json, actual: &Json) -> bool {
    let (Some(expected), Some(actual)) = (expected.as_object(), actual.as_object()) else { return false };
    let sorted = |json: &Json| {
        let mut values: Vec<_> = list(json).iter().map(Json::to_string).collect();
        values.sort();
        values
    };
    expected.len() == actual.len()
        && expected.iter().all(|(element, value)| {
            actual.get(element).is_some_and(|live| {
                let values = list(value).len() == list(live).len();
                if has_function(value) { values } else { value == live || sorted(value) == sorted(live) }
            })
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_compared_by_what_they_grant() {
        let document = |action: Json, resource: Json| {
            json!({"Version": "2012-10-17",
                   "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
        };
        let modelled = document(json!(["sqs:SendMessage", "sqs:GetQueueUrl"]), json!({"Fn::GetAtt": ["Q", "Arn"]}));
        let arn = json!("arn:aws:sqs:eu-west-1:123456789012:q");
        assert!(is_same(&modelled, &document(json!(["sqs:GetQueueUrl", "sqs:SendMessage"]), arn.clone())));
        assert!(!is_same(&modelled, &document(json!("sqs:SendMessage"), arn.clone())));
        assert!(!is_same(&modelled, &document(json!(["sqs:*", "sqs:GetQueueUrl"]), arn.clone())));
        assert!(!is_same(&modelled, &document(json!(["sqs:SendMessage", "sqs:GetQueueUrl"]), json!([arn, "*"]))));
    }
}
