//! What a message says: a spaceship was seen.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use bindings::dynamodb::{PutItem, Table};
use serde_json::value::RawValue;

use crate::subject::MAX_NAME_BYTES;

/// How many digits a number of DynamoDB may have.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
const MAX_DIGITS: usize = 38;

/// A reported sighting.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// Which spaceship.
    pub spaceship_id: String,
    /// What model it is said to be.
    pub model: String,
    /// Where: the quadrant.
    pub quadrant: String,
    /// Where: `x`, `y` and `z`, each a number as it was written.
    pub coordinates: [(&'static str, String); 3],
}

/// Why a message can never be read as a sighting.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unreadable {
    /// The text is none.
    #[error("the body is not JSON")]
    NotJson,
    /// The JSON is none.
    #[error("{0} is not an object")]
    NotObject(&'static str),
    /// A field is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A text was expected.
    #[error("`{0}` is not a string")]
    NotText(&'static str),
    /// A name was expected.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// No table could hold the name.
    #[error("`{0}` is longer than {MAX_NAME_BYTES} bytes")]
    TooLong(&'static str),
    /// A number was expected.
    #[error("`{0}` is not a number")]
    NotNumber(&'static str),
    /// No table could hold the number.
    #[error("`{0}` is out of range: expected 0 or a magnitude from 1e-130 to 9.9e125")]
    OutOfRange(&'static str),
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

impl Sighting {
    /// Reads a message's body. Fields that a sighting does not have are passed over.
    ///
    /// # Errors
    /// When the body is not JSON or a field is missing or wrong.
    pub fn parse(body: &str) -> Result<Self, Unreadable> {
        let fields = object("the body", body)?;
        let spaceship_id = name(&fields, "spaceship_id")?;
        let model = name(&fields, "model")?;
        let quadrant = text(&fields, "quadrant", "quadrant")?;
        let coordinates = fields.get("coordinates").ok_or(Unreadable::Missing("coordinates"))?;
        let axes = object("`coordinates`", coordinates.get())?;
        let coordinates = [
            ("x", number(&axes, "x", "coordinates.x")?),
            ("y", number(&axes, "y", "coordinates.y")?),
            ("z", number(&axes, "z", "coordinates.z")?),
        ];
        Ok(Self { spaceship_id, model, quadrant, coordinates })
    }

    /// A write of the sighting to `table`, without the time.
    pub(crate) fn put(&self, table: &Table<PutItem>) -> PutItemFluentBuilder {
        let coordinates =
            self.coordinates.iter().map(|(axis, number)| ((*axis).to_owned(), AttributeValue::N(number.clone())));
        table
            .put_item()
            .item("spaceship_id", AttributeValue::S(self.spaceship_id.clone()))
            .item("model", AttributeValue::S(self.model.clone()))
            .item("quadrant", AttributeValue::S(self.quadrant.clone()))
            .item("coordinates", AttributeValue::M(coordinates.collect()))
    }
}

fn object<'a>(what: &'static str, json: &'a str) -> Result<Fields<'a>, Unreadable> {
    serde_json::from_str(json)
        .map_err(|error| if error.is_data() { Unreadable::NotObject(what) } else { Unreadable::NotJson })
}

fn name(fields: &Fields, field: &'static str) -> Result<String, Unreadable> {
    let name = text(fields, field, field)?;
    match name.len() {
        0 => Err(Unreadable::Empty(field)),
        1..=MAX_NAME_BYTES => Ok(name),
        _ => Err(Unreadable::TooLong(field)),
    }
}

fn text(fields: &Fields, key: &str, path: &'static str) -> Result<String, Unreadable> {
    let value = fields.get(key).ok_or(Unreadable::Missing(path))?;
    serde_json::from_str(value.get()).map_err(|_| Unreadable::NotText(path))
}

/// The number as it was written; with more digits than DynamoDB keeps, as many of them as a float has.
fn number(fields: &Fields, key: &str, path: &'static str) -> Result<String, Unreadable> {
    let written = fields.get(key).ok_or(Unreadable::Missing(path))?.get();
    // Of all JSON values only numbers parse: there is no infinity in JSON.
    let number = written.parse::<f64>().map_err(|_| Unreadable::NotNumber(path))?;
    let magnitude = number.abs();
    if magnitude != 0.0 && !(1e-130..1e126).contains(&magnitude) {
        return Err(Unreadable::OutOfRange(path));
    }
    let digits =
        written.bytes().take_while(|byte| !byte.eq_ignore_ascii_case(&b'e')).filter(u8::is_ascii_digit).count();
    Ok(if digits <= MAX_DIGITS { written.to_owned() } else { format!("{number:e}") })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn message() -> Value {
        json!({
            "spaceship_id": "XW-12345",
            "model": "X-Wing",
            "quadrant": "Alpha",
            "coordinates": { "x": 12.34, "y": 56.78, "z": 90.12 },
        })
    }

    #[track_caller]
    fn check(body: &str, reason: &str) {
        assert_eq!(Sighting::parse(body).unwrap_err().to_string(), reason, "{body}");
    }

    /// The message of the document with the value at `pointer` replaced, or removed when there is none.
    #[track_caller]
    fn check_with(pointer: &str, value: Option<Value>, reason: &str) {
        let mut message = message();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let fields = message.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => fields.insert(key.to_owned(), value),
            None => fields.remove(key),
        };
        check(&message.to_string(), reason);
    }

    fn x(written: &str) -> Result<String, Unreadable> {
        let body = message().to_string().replace("12.34", written);
        Sighting::parse(&body).map(|sighting| sighting.coordinates[0].1.clone())
    }

    #[test]
    fn the_message_of_the_document_is_read() {
        let sighting = Sighting::parse(&message().to_string()).unwrap();
        assert_eq!(sighting.spaceship_id, "XW-12345");
        assert_eq!(sighting.model, "X-Wing");
        assert_eq!(sighting.quadrant, "Alpha");
        assert_eq!(sighting.coordinates, [("x", "12.34".into()), ("y", "56.78".into()), ("z", "90.12".into())]);
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        check("", "the body is not JSON");
        check("hello", "the body is not JSON");
        check(r#"{"model": "X-Wing""#, "the body is not JSON");
        check("[]", "the body is not an object");
        check("null", "the body is not an object");
    }

    #[test]
    fn a_missing_field_is_named() {
        for field in ["spaceship_id", "model", "quadrant", "coordinates"] {
            check_with(&format!("/{field}"), None, &format!("`{field}` is missing"));
        }
        check_with("/coordinates/z", None, "`coordinates.z` is missing");
    }

    #[test]
    fn a_wrong_field_is_named() {
        check_with("/spaceship_id", Some(json!(7)), "`spaceship_id` is not a string");
        check_with("/model", Some(Value::Null), "`model` is not a string");
        check_with("/quadrant", Some(json!(["Alpha"])), "`quadrant` is not a string");
        check_with("/coordinates", Some(json!([1, 2, 3])), "`coordinates` is not an object");
        check_with("/coordinates/x", Some(json!("12.34")), "`coordinates.x` is not a number");
        check_with("/coordinates/y", Some(json!(true)), "`coordinates.y` is not a number");
    }

    #[test]
    fn an_empty_name_and_one_too_long_for_a_key_are_refused() {
        check_with("/spaceship_id", Some(json!("")), "`spaceship_id` is empty");
        check_with("/model", Some(json!("")), "`model` is empty");
        check_with("/model", Some(json!("é".repeat(1_018))), "`model` is longer than 2035 bytes");
    }

    #[test]
    fn a_number_is_kept_as_it_was_written() {
        for written in ["0", "-0.0", "12.340", "1e3", "-9007199254740993", "9.9e125", "1E-130"] {
            assert_eq!(x(written).unwrap(), written);
        }
    }

    #[test]
    fn more_digits_than_dynamodb_keeps_are_rounded_to_those_of_a_float() {
        assert_eq!(x("0.1000000000000000055511151231257827021181583404541015625").unwrap(), "1e-1");
    }

    #[test]
    fn a_number_that_dynamodb_cannot_hold_is_refused() {
        for written in ["1e999", "-1e126", "1e-131"] {
            assert_eq!(x(written), Err(Unreadable::OutOfRange("coordinates.x")));
        }
    }
}
