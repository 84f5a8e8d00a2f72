//! Short names for contents.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of `text` in hexadecimal digits.
pub(crate) fn of(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
        // INVARIANT: writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
