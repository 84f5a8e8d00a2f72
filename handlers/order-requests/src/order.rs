//! What a client asks for.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use functions::{FieldError, Fields};
use uuid::Uuid;

use crate::attribute::{self, RawFields};
use crate::message::Message;
use crate::status::Status;

/// The table's key, and the field by which a client asks again for the same.
pub const REQUEST_ID: &str = "request_id";
/// The field that says whose a request is.
pub const CUSTOMER_ID: &str = "customer_id";
/// The attribute with the time when a request came, in milliseconds.
pub const RECEIVED_AT: &str = "received_at";
/// The attribute with the time when a request was processed, in milliseconds.
pub const PROCESSED_AT: &str = "processed_at";
/// The attribute that tells a request from another of the same id.
pub const FINGERPRINT: &str = "fingerprint";

/// The attributes that only the system writes.
const RESERVED: [&str; 3] = [RECEIVED_AT, PROCESSED_AT, FINGERPRINT];

/// How long an id may be: SNS and SQS take as much for a message group.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
const MAX_ID: usize = 128;

/// A request as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What is published of it.
    pub message: Message,
    /// Its item but for the time.
    pub item: BTreeMap<String, AttributeValue>,
    /// The hash of all fields but the id.
    pub fingerprint: String,
}

impl Order {
    /// Reads a request's body, an object with a `status`.
    ///
    /// A `customer_id` says whose the request is, and a `request_id` that it is the same as any other of that id.
    /// Without one it is `new_id`. All other fields are kept as they are.
    ///
    /// # Errors
    /// When the body is no object, or a field is missing, wrong or cannot be kept.
    pub fn parse(body: &str, new_id: &str) -> Result<Self, FieldError> {
        let fields = Fields::parse("body", body)?;
        let status = Status::parse(fields.text(Status::ATTRIBUTE)?)?;
        let customer_id = fields.optional_text(CUSTOMER_ID)?.map(str::to_owned);
        let request_id = match fields.optional_text(REQUEST_ID)? {
            Some(id) if is_id(id) => id,
            Some(_) => {
                let problem = format!("expected 1 to {MAX_ID} ASCII letters, digits and punctuation marks");
                return Err(FieldError::new(REQUEST_ID, problem));
            }
            None => new_id,
        };
        let mut fields: RawFields<'_> =
            serde_json::from_str(body).map_err(|error| FieldError::new("body", error.to_string()))?;
        // `null` is none: the key is never of another type than text.
        fields.remove(REQUEST_ID);
        if fields.get(CUSTOMER_ID).is_some_and(|_| customer_id.is_none()) {
            fields.remove(CUSTOMER_ID);
        }
        let mut item = BTreeMap::from([(REQUEST_ID.to_owned(), AttributeValue::S(request_id.to_owned()))]);
        let mut written = String::new();
        for (name, value) in fields {
            attribute::require_name("body", &name)?;
            if RESERVED.contains(&name.as_str()) {
                return Err(FieldError::new(name, "is written by the system alone"));
            }
            // Neither a name nor a value can contain the character between them unescaped.
            written.extend([&name.escape_default().to_string(), "\n", value.get(), "\n"]);
            let attribute = attribute::of(&name, value)?;
            item.insert(name, attribute);
        }
        let fingerprint = Uuid::new_v5(&Uuid::NAMESPACE_OID, written.as_bytes()).to_string();
        item.insert(FINGERPRINT.to_owned(), AttributeValue::S(fingerprint.clone()));
        Ok(Self { message: Message { request_id: request_id.to_owned(), status, customer_id }, item, fingerprint })
    }

    /// The message group that keeps the customer's order: the customer, or a hash if SNS does not take it as it is. A
    /// request of nobody in particular has no order to keep.
    #[must_use]
    pub fn group(&self) -> String {
        match &self.message.customer_id {
            Some(customer) if is_id(customer) => customer.clone(),
            Some(customer) => Uuid::new_v5(&Uuid::NAMESPACE_OID, customer.as_bytes()).to_string(),
            None => self.message.request_id.clone(),
        }
    }
}

fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(body: &str) -> Order {
        Order::parse(body, "new").unwrap()
    }

    #[track_caller]
    fn refused(body: &str, expected: &str) {
        assert_eq!(Order::parse(body, "new").unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_the_system_does_not_know_is_kept() {
        let order = order(r#"{"status": "approved", "customer_id": "c-1", "amount": 12.50, "lines": [{"sku": "a"}]}"#);
        let customer_id = Some("c-1".to_owned());
        assert_eq!(order.message, Message { request_id: "new".to_owned(), status: Status::Approved, customer_id });
        assert_eq!(order.item["request_id"], AttributeValue::S("new".to_owned()));
        assert_eq!(order.item["status"], AttributeValue::S("approved".to_owned()));
        assert_eq!(order.item["customer_id"], AttributeValue::S("c-1".to_owned()));
        assert_eq!(order.item["amount"], AttributeValue::N("12.50".to_owned()));
        assert!(order.item["lines"].is_l());
    }

    #[test]
    fn a_field_that_is_missing_or_wrong_is_named() {
        refused("{}", "`status`: is required");
        refused(r#"{"status": null}"#, "`status`: is required");
        refused(r#"{"status": 1}"#, "`status`: expected a string, got a number");
        refused(r#"{"status": "pending", "customer_id": 7}"#, "`customer_id`: expected a string, got a number");
        refused(r#"{"status": "pending", "customer_id": " "}"#, "`customer_id`: is empty");
        refused(r#"{"status": "pending", "request_id": []}"#, "`request_id`: expected a string, got a list");
        let id = "`request_id`: expected 1 to 128 ASCII letters, digits and punctuation marks";
        refused(r#"{"status": "pending", "request_id": "a b"}"#, id);
        refused(&format!(r#"{{"status": "pending", "request_id": "{}"}}"#, "x".repeat(129)), id);
        refused(r#"["pending"]"#, "`body`: expected a JSON object, got a list");
        refused(r#"{"status": "pending", "": 1}"#, "`body`: a field's name is empty");
        refused(r#"{"status": "pending", "processed_at": 1}"#, "`processed_at`: is written by the system alone");
    }

    #[test]
    fn asking_again_with_the_id_is_the_same_request() {
        let first = order(r#"{"status": "pending", "amount": 1}"#);
        let again = order(r#"{"request_id": "new", "amount": 1, "status": "pending"}"#);
        assert_eq!(first, again);
        let other = order(r#"{"request_id": "new", "amount": 2, "status": "pending"}"#);
        assert_ne!(first.fingerprint, other.fingerprint);
    }

    #[test]
    fn nulls_in_place_of_ids_are_none() {
        let order = order(r#"{"status": "pending", "request_id": null, "customer_id": null}"#);
        assert_eq!((order.message.request_id.as_str(), &order.message.customer_id), ("new", &None));
        assert!(!order.item.contains_key("customer_id"));
    }

    #[test]
    fn requests_of_one_customer_are_one_group() {
        let group = |customer: &str| order(&format!(r#"{{"status": "pending", "customer_id": {customer}}}"#)).group();
        assert_eq!(group(r#""c-1""#), "c-1");
        assert_eq!(group("null"), "new");
        let hashed = group(r#""José""#);
        assert!(is_id(&hashed));
        assert_eq!(hashed, group(r#""Jos\u00e9""#));
        assert_ne!(hashed, group(r#""Jose ""#));
    }
}
