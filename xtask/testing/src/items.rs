//! Items of tables and their attributes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Number, Value};

/// An item of a table, in the order of its attributes' names.
pub type Item = BTreeMap<String, AttributeValue>;

/// A text, as a table keeps it.
#[expect(clippy::needless_pass_by_value, reason = "texts are written in place")]
pub fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A number, as a table keeps it.
#[expect(clippy::needless_pass_by_value, reason = "numbers of any type are written in place")]
pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The text at `name`.
#[track_caller]
#[must_use]
pub fn string<'a>(item: &'a Item, name: &str) -> &'a str {
    match item.get(name) {
        Some(AttributeValue::S(text)) => text,
        found => panic!("`{name}` is {}, expected a text; the item: {item:?}", described(found)),
    }
}

/// The whole number at `name`.
#[track_caller]
#[must_use]
pub fn integer(item: &Item, name: &str) -> i64 {
    let found = item.get(name);
    let whole = found.and_then(|value| value.as_n().ok()?.parse().ok());
    whole.unwrap_or_else(|| panic!("`{name}` is {}, expected a whole number; the item: {item:?}", described(found)))
}

fn described(found: Option<&AttributeValue>) -> String {
    found.map_or_else(|| "missing".to_owned(), |value| format!("{value:?}"))
}

/// An item as JSON: sets become lists, and bytes a list of numbers. A number that JSON cannot hold exactly becomes a text.
#[must_use]
pub fn item_as_json(item: &Item) -> Value {
    Value::Object(item.iter().map(|(name, value)| (name.clone(), attribute_as_json(value))).collect())
}

fn attribute_as_json(value: &AttributeValue) -> Value {
    let number = |text: &str| {
        let exact = serde_json::from_str::<Number>(text).ok().filter(|number| number.to_string() == text);
        exact.map_or_else(|| Value::from(text), Value::Number)
    };
    let bytes = |bytes: &[u8]| Value::from(bytes.to_vec());
    match value {
        AttributeValue::S(text) => Value::from(text.as_str()),
        AttributeValue::N(text) => number(text),
        AttributeValue::Bool(value) => Value::from(*value),
        AttributeValue::L(values) => values.iter().map(attribute_as_json).collect(),
        AttributeValue::M(values) => {
            let sorted: BTreeMap<_, _> = values.iter().collect();
            Value::Object(
                sorted.iter().map(|(name, it)| ((*name).clone(), attribute_as_json(it))).collect::<Map<_, _>>(),
            )
        }
        AttributeValue::Ss(texts) => texts.iter().map(String::as_str).collect(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|text| number(text)).collect(),
        AttributeValue::B(blob) => bytes(blob.as_ref()),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| bytes(blob.as_ref())).collect(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_is_shown_as_json_without_losing_digits() {
        let item = Item::from([
            ("id".to_owned(), text("a")),
            ("count".to_owned(), number(7)),
            ("exact".to_owned(), number("9007199254740993.01")),
            ("list".to_owned(), AttributeValue::L(vec![AttributeValue::Bool(true), AttributeValue::Null(true)])),
        ]);
        let expected = json!({"count": 7, "exact": "9007199254740993.01", "id": "a", "list": [true, null]});
        assert_eq!(item_as_json(&item), expected);
    }

    #[test]
    #[should_panic(expected = "`count` is missing, expected a whole number")]
    fn an_attribute_that_is_not_there_is_named() {
        let _ = integer(&Item::new(), "count");
    }
}
