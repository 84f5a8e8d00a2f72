//! Ids that come out the same whenever the same thing comes again.

use serde_json::json;
use uuid::{Uuid, uuid};

/// The namespace of this system's ids.
const NAMESPACE: Uuid = uuid!("8d5b6c3e-0a3f-4c53-9a0e-6f1e2f3d7b41");

/// The id of what `parts` tell from everything else.
pub(crate) fn of(parts: &[&str]) -> String {
    // As JSON, no two lists of parts read the same.
    Uuid::new_v5(&NAMESPACE, json!(parts).to_string().as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_same_parts_have_the_same_id_and_no_others() {
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
        assert_ne!(of(&["a,b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
    }
}
