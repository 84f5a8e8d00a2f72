//! Attributes that say when an item ends, in seconds since the epoch.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::clock;

/// The attribute of an item that ends after `duration`.
#[must_use]
pub fn of(duration: Duration) -> AttributeValue {
    AttributeValue::N(clock::seconds().saturating_add_unsigned(duration.as_secs()).to_string())
}

/// Whether an item with this attribute still holds. Readers must ask: DynamoDB deletes what has ended up to two days
/// late.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html>
#[must_use]
pub fn lasts(attribute: Option<&AttributeValue>) -> bool {
    attribute.and_then(|end| end.as_n().ok()?.parse::<i64>().ok()).is_some_and(|end| end > clock::seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: i64) -> AttributeValue {
        AttributeValue::N((clock::seconds() + offset).to_string())
    }

    #[test]
    fn an_item_lasts_until_its_second_comes() {
        assert!(lasts(Some(&of(Duration::from_mins(1)))));
        assert!(lasts(Some(&at(60))));
        assert!(!lasts(Some(&at(0))));
        assert!(!lasts(Some(&at(-1))));
    }

    #[test]
    fn an_item_without_an_end_does_not_count() {
        assert!(!lasts(None));
        assert!(!lasts(Some(&AttributeValue::S("tomorrow".into()))));
    }
}
