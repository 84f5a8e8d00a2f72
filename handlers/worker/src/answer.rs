//! Which messages of a batch a handler gives back.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

/// What is wrong with an answer: none of its batch counts as processed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("the answer is neither null nor an object with `batchItemFailures`")]
    Shape,
    #[error("`batchItemFailures` is no list")]
    NoList,
    #[error("an item of `batchItemFailures` has no text in `itemIdentifier`")]
    NoIdentifier,
    #[error("`itemIdentifier` is `{0}`, which is no message of the batch")]
    Unknown(String),
}

/// The members of an answer that count.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "batchItemFailures")]
    failures: Option<Value>,
}

/// The ids that `answer` gives back, of those in `batch`, by Lambda's rules: null, an object without the list, and a
/// list that is null or empty are a success of all. An identifier that is null, empty or missing is a failure of all.
///
/// So is here one of no message, and an answer of another shape: a message too many is processed again, where one too
/// few would be lost.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>
///
/// # Errors
/// When all must be given back.
pub(crate) fn given_back(answer: &str, batch: &BTreeSet<&str>) -> Result<BTreeSet<String>, AnswerError> {
    let answer: Option<Value> = serde_json::from_str(answer).map_err(|_| AnswerError::Shape)?;
    let Some(answer) = answer else { return Ok(BTreeSet::new()) };
    // A list would be read as a struct, too.
    if !answer.is_object() {
        return Err(AnswerError::Shape);
    }
    let Answer { failures } = Answer::deserialize(answer).map_err(|_| AnswerError::Shape)?;
    let items = match failures {
        None => return Ok(BTreeSet::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(AnswerError::NoList),
    };
    items
        .iter()
        .map(|item| {
            let id = item.get("itemIdentifier").and_then(Value::as_str).filter(|id| !id.is_empty());
            let id = id.ok_or(AnswerError::NoIdentifier)?.to_owned();
            if batch.contains(id.as_str()) { Ok(id) } else { Err(AnswerError::Unknown(id)) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &str, expected: Result<&[&str], AnswerError>) {
        let batch = BTreeSet::from(["a", "b", "c"]);
        let expected = expected.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>());
        assert_eq!(given_back(answer, &batch), expected, "{answer}");
    }

    #[test]
    fn an_answer_without_failures_is_a_success_of_all() {
        let empty =
            ["null", "{}", r#"{"batchItemFailures":[]}"#, r#"{"batchItemFailures":null}"#, r#"{"statusCode":200}"#];
        for answer in empty {
            check(answer, Ok(&[]));
        }
    }

    #[test]
    fn the_messages_that_are_named_are_given_back() {
        check(r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, Ok(&["b"]));
        let twice =
            r#"{"batchItemFailures":[{"itemIdentifier":"c","more":1},{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#;
        check(twice, Ok(&["a", "c"]));
    }

    #[test]
    fn what_cannot_be_understood_gives_all_back() {
        for item in ["{}", r#"{"itemIdentifier":""}"#, r#"{"itemIdentifier":null}"#, r#"{"id":"a"}"#, "\"a\"", "null"] {
            let answer = format!(r#"{{"batchItemFailures":[{{"itemIdentifier":"a"}},{item}]}}"#);
            check(&answer, Err(AnswerError::NoIdentifier));
        }
        let unknown = r#"{"batchItemFailures":[{"itemIdentifier":"d"}]}"#;
        check(unknown, Err(AnswerError::Unknown("d".into())));
        check(r#"{"batchItemFailures":{"itemIdentifier":"a"}}"#, Err(AnswerError::NoList));
        for answer in ["", "{", "\"done\"", "[]", "1"] {
            check(answer, Err(AnswerError::Shape));
        }
    }
}
