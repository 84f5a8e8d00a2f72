//! What [`crate::binding!`] needs where it is used.

pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::Value;

/// The last part of the path of a module.
#[must_use]
pub fn last(module: &'static str) -> &'static str {
    module.rsplit("::").next().unwrap_or_default()
}

/// Whether the module with the path `module` is named as the SDK whose crate is `sdk`.
#[must_use]
pub const fn is_named_as(module: &str, sdk: &str) -> bool {
    const PREFIX: usize = "aws_sdk_".len();
    let (module, sdk) = (module.as_bytes(), sdk.as_bytes());
    if sdk.len() <= PREFIX || module.len() < sdk.len() - PREFIX + 2 {
        return false;
    }
    let start = module.len() - (sdk.len() - PREFIX);
    let mut index = start;
    while index < module.len() {
        if module[index] != sdk[index - start + PREFIX] {
            return false;
        }
        index += 1;
    }
    module[start - 1] == b':' && module[start - 2] == b':'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_named_as_its_sdk_by_the_last_part_of_its_path() {
        assert!(is_named_as("bindings::kinesis", "aws_sdk_kinesis"));
        assert!(!is_named_as("bindings::mykinesis", "aws_sdk_kinesis"));
        assert!(!is_named_as("kinesis", "aws_sdk_kinesis"));
        assert!(!is_named_as("bindings::kinesis::faces", "aws_sdk_kinesis"));
        assert_eq!(last("bindings::kinesis"), "kinesis");
    }
}
