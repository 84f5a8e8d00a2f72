//! JSON as attributes of an item, without loss: a number is kept digit by digit.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use functions::FieldError;
use serde::Deserialize;
use serde_json::value::RawValue;

/// How many digits a number of DynamoDB may have.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
const MAX_DIGITS: usize = 38;

/// How deep lists and objects may be nested; DynamoDB takes 32 levels.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const MAX_DEPTH: usize = 32;

/// The fields of an object, each as it was written.
pub type RawFields<'a> = BTreeMap<String, &'a RawValue>;

/// The attribute that holds `json`, the value of `field`.
///
/// # Errors
/// When DynamoDB could not hold it as it is. The field named is the innermost.
pub fn of(field: &str, json: &RawValue) -> Result<AttributeValue, FieldError> {
    nested(field, json, 1)
}

fn nested(field: &str, json: &RawValue, depth: usize) -> Result<AttributeValue, FieldError> {
    if depth > MAX_DEPTH {
        return Err(FieldError::new(field, format!("is nested deeper than {MAX_DEPTH} levels")));
    }
    Ok(match json.get().as_bytes().first() {
        Some(b'{') => {
            let fields: RawFields<'_> = read(field, json)?;
            let fields = fields.into_iter().map(|(name, value)| {
                let path = format!("{field}.{name}");
                require_name(&path, &name)?;
                Ok((name, nested(&path, value, depth + 1)?))
            });
            AttributeValue::M(fields.collect::<Result<_, _>>()?)
        }
        Some(b'[') => {
            let values: Vec<&RawValue> = read(field, json)?;
            let values = values.into_iter().enumerate();
            let values = values.map(|(at, value)| nested(&format!("{field}[{at}]"), value, depth + 1));
            AttributeValue::L(values.collect::<Result<_, _>>()?)
        }
        Some(b'"') => AttributeValue::S(read(field, json)?),
        Some(b't' | b'f') => AttributeValue::Bool(read(field, json)?),
        Some(b'n') => AttributeValue::Null(true),
        _ => AttributeValue::N(number(field, json.get())?.to_owned()),
    })
}

/// Refuses a name that no attribute can have.
///
/// # Errors
/// When it is empty.
pub fn require_name(field: &str, name: &str) -> Result<(), FieldError> {
    if name.is_empty() { Err(FieldError::new(field, "a field's name is empty")) } else { Ok(()) }
}

fn read<'a, T: Deserialize<'a>>(field: &str, json: &'a RawValue) -> Result<T, FieldError> {
    serde_json::from_str(json.get()).map_err(|error| FieldError::new(field, error.to_string()))
}

fn number<'a>(field: &str, written: &'a str) -> Result<&'a str, FieldError> {
    let magnitude = written.parse::<f64>().unwrap_or(f64::INFINITY).abs();
    if magnitude != 0.0 && !(1e-130..1e126).contains(&magnitude) {
        return Err(FieldError::new(field, "expected 0 or a magnitude from 1e-130 to 9.9e125"));
    }
    let mantissa = written.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    if digits > MAX_DIGITS {
        return Err(FieldError::new(field, format!("expected at most {MAX_DIGITS} digits, got {digits}")));
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(json: &str) -> Result<AttributeValue, String> {
        of("x", serde_json::from_str(json).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_of_value_has_its_attribute() {
        assert_eq!(attribute("null"), Ok(AttributeValue::Null(true)));
        assert_eq!(attribute("false"), Ok(AttributeValue::Bool(false)));
        assert_eq!(attribute(r#""""#), Ok(AttributeValue::S(String::new())));
        assert_eq!(attribute(r#""a\n\u00e9""#), Ok(AttributeValue::S("a\né".to_owned())));
        let list = vec![AttributeValue::N("1".to_owned()), AttributeValue::L(Vec::new())];
        assert_eq!(attribute("[1, []]"), Ok(AttributeValue::L(list)));
        let map = [("b".to_owned(), AttributeValue::Bool(true))];
        assert_eq!(attribute(r#"{ "b": true }"#), Ok(AttributeValue::M(map.into())));
    }

    #[test]
    fn a_number_is_kept_as_it_was_written() {
        for written in ["0", "-0.0", "12.340", "1e3", "12345678901234567890123456789012345678", "9.9e125", "1E-130"] {
            assert_eq!(attribute(written), Ok(AttributeValue::N(written.to_owned())));
        }
    }

    #[test]
    fn what_the_table_would_alter_or_refuse_is_named() {
        let out_of_range = |field: &str| Err(format!("`{field}`: expected 0 or a magnitude from 1e-130 to 9.9e125"));
        assert_eq!(attribute("1e126"), out_of_range("x"));
        assert_eq!(attribute(r#"{"a": [0, 1e-131]}"#), out_of_range("x.a[1]"));
        let long = "1".repeat(39);
        assert_eq!(attribute(&long), Err("`x`: expected at most 38 digits, got 39".to_owned()));
        assert_eq!(attribute(r#"{"": 1}"#), Err("`x.`: a field's name is empty".to_owned()));
    }

    #[test]
    fn nesting_has_a_limit() {
        let lists = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(attribute(&lists(32)).is_ok());
        assert!(attribute(&lists(33)).unwrap_err().ends_with("is nested deeper than 32 levels"));
    }
}
