//! Lists of what there may be any number of.

use serde_json::Value;

/// How many bytes a list may have: an answer of a function may have 6 MB, in which each quote takes two.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_BYTES: usize = 4_000_000;

/// What the signature adds to an address, at most.
pub(super) const SIGNATURE_BYTES: usize = 3_000;

/// As many things as one answer can hold, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// The first of them.
    pub shown: Vec<Value>,
    /// How many there are.
    pub count: usize,
    bytes: usize,
}

impl Listing {
    pub(super) fn push(&mut self, value: Value) {
        self.push_with_room(value, 0);
    }

    /// Adds `value`, which will grow by `room` bytes.
    pub(super) fn push_with_room(&mut self, value: Value, room: usize) {
        self.count += 1;
        // Once one did not fit none is shown, so that what is shown has no gaps.
        if self.bytes <= MAX_BYTES {
            self.bytes += value.to_string().len() + room;
        }
        if self.bytes <= MAX_BYTES {
            self.shown.push(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_are_counted_and_as_many_shown_as_fit() {
        let mut listing = Listing::default();
        for _ in 0..100 {
            listing.push_with_room(json!("a"), MAX_BYTES / 50);
        }
        assert_eq!((listing.count, listing.shown.len()), (100, 49));
        listing.push(json!("b"));
        assert_eq!((listing.count, listing.shown.len()), (101, 49));
    }
}
