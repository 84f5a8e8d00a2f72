//! What an order says, as it was sent, and what is wrong with it.

mod amount;
mod fields;

use functions::FieldError;

pub use amount::Amount;
use fields::Fields;

/// The longest id, in bytes. Encoded it is a part of a key of S3, which may have 1,024.
pub const MAX_ID_BYTES: usize = 256;

/// An order that can be kept, right or wrong. Each field is what it should be, or what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What the sender calls it.
    pub id: String,
    /// How much is moved.
    pub amount: Result<Amount, FieldError>,
    /// From which account.
    pub from_account: Result<String, FieldError>,
    /// To which account.
    pub to_account: Result<String, FieldError>,
}

impl Order {
    /// Reads `text`, which is called `body` when it is no JSON object.
    ///
    /// # Errors
    /// When it is none, or has no id under which it could be kept.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let fields = Fields::parse("body", text)?;
        let id = fields.text("id")?;
        check_id("id", &id)?;
        Ok(Self {
            id,
            amount: fields.number("amount").and_then(|text| Amount::parse("amount", text)),
            from_account: fields.text("fromAccount").and_then(|text| digits("fromAccount", text)),
            to_account: fields.text("toAccount").and_then(|text| digits("toAccount", text)),
        })
    }

    /// All that is wrong with it; nothing when it is valid.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let wrong = [self.amount.as_ref().err(), self.from_account.as_ref().err(), self.to_account.as_ref().err()];
        let same = FieldError::new("toAccount", "is `fromAccount`; expected another account");
        let is_same = matches!((&self.from_account, &self.to_account), (Ok(from), Ok(to)) if from == to);
        wrong.into_iter().flatten().chain(is_same.then_some(&same)).map(ToString::to_string).collect()
    }
}

/// Whether an order can be kept under `id`, which the caller gave as `field`.
///
/// # Errors
/// When it is empty or too long, or has control characters, or is `.` or `..`, which no URL's path can name.
pub fn check_id(field: &str, id: &str) -> Result<(), FieldError> {
    if id.trim().is_empty() {
        Err(FieldError::new(field, "is empty"))
    } else if id.len() > MAX_ID_BYTES {
        Err(FieldError::new(field, format!("expected at most {MAX_ID_BYTES} bytes, got {}", id.len())))
    } else if id.chars().any(char::is_control) {
        Err(FieldError::new(field, "has control characters"))
    } else if matches!(id, "." | "..") {
        Err(FieldError::new(field, format!("is `{id}`, which no path can name")))
    } else {
        Ok(())
    }
}

fn digits(field: &str, text: String) -> Result<String, FieldError> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text)
    } else {
        Err(FieldError::new(field, "expected digits only"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The order of the document, changed by `change`.
    fn order(change: impl FnOnce(&mut Value)) -> Order {
        let mut order = json!({ "id": "order-001", "amount": 2580, "fromAccount": "1111111", "toAccount": "7777777" });
        change(&mut order);
        Order::parse(&order.to_string()).unwrap()
    }

    #[track_caller]
    fn check(field: &str, value: Value, expected: &[&str]) {
        assert_eq!(order(|order| order[field] = value).problems(), expected);
    }

    #[track_caller]
    fn check_unreadable(text: &str, expected: &str) {
        assert_eq!(Order::parse(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn the_order_of_the_document_is_valid() {
        let order = order(|_| {});
        assert_eq!(order.problems(), Vec::<String>::new());
        assert_eq!(order.amount.unwrap().as_str(), "2580");
        assert_eq!((order.from_account.unwrap().as_str(), order.to_account.unwrap().as_str()), ("1111111", "7777777"));
    }

    #[test]
    fn a_field_of_another_type_is_wrong() {
        check("amount", json!("2580"), &["`amount`: expected a number, got a string"]);
        check("amount", json!(null), &["`amount`: is required"]);
        check("fromAccount", json!(1_111_111), &["`fromAccount`: expected a string, got a number"]);
        check("toAccount", json!(["7777777"]), &["`toAccount`: expected a string, got a list"]);
    }

    #[test]
    fn an_amount_is_more_than_nothing() {
        for amount in [json!(0), json!(-1), json!(-0.0), json!(0.000)] {
            check("amount", amount, &["`amount`: expected more than 0"]);
        }
        check("amount", json!(0.01), &[]);
    }

    #[test]
    fn accounts_are_digits_and_different() {
        check("toAccount", json!("77-77"), &["`toAccount`: expected digits only"]);
        check("toAccount", json!("٧٧"), &["`toAccount`: expected digits only"]);
        check("toAccount", json!(" "), &["`toAccount`: is empty"]);
        check("toAccount", json!("1111111"), &["`toAccount`: is `fromAccount`; expected another account"]);
        check("toAccount", json!("01111111"), &[]);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let order = Order::parse(r#"{"id": "order-001", "amount": 1e999}"#).unwrap();
        let expected = [
            "`amount`: is too large to be kept exactly: expected less than 1e126",
            "`fromAccount`: is required",
            "`toAccount`: is required",
        ];
        assert_eq!(order.problems(), expected);
    }

    #[test]
    fn what_else_is_sent_does_not_matter() {
        check("channel", json!({ "name": "ATM", "amount": "none" }), &[]);
    }

    #[test]
    fn of_a_field_given_twice_the_last_counts() {
        let text = r#"{"id": "a", "amount": -1, "amount": 5, "fromAccount": "1", "toAccount": "2"}"#;
        assert_eq!(Order::parse(text).unwrap().problems(), Vec::<String>::new());
    }

    #[test]
    fn without_an_id_nothing_can_be_kept() {
        check_unreadable("{}", "`id`: is required");
        check_unreadable(r#"{"id": 1}"#, "`id`: expected a string, got a number");
        check_unreadable(r#"{"id": " "}"#, "`id`: is empty");
        check_unreadable(r#"{"id": "a\u0000"}"#, "`id`: has control characters");
        check_unreadable(r#"{"id": ".."}"#, "`id`: is `..`, which no path can name");
        let long = json!({ "id": "ñ".repeat(MAX_ID_BYTES / 2 + 1) }).to_string();
        check_unreadable(&long, "`id`: expected at most 256 bytes, got 258");
    }

    #[test]
    fn what_is_no_object_is_no_order() {
        check_unreadable("[]", "`body`: expected a JSON object, got a list");
        check_unreadable(" null", "`body`: expected a JSON object, got null");
        let error = Order::parse("{\"id\": \"a\",").unwrap_err().to_string();
        assert!(error.starts_with("`body`: expected a JSON object, got text that is no JSON"), "{error}");
    }
}
