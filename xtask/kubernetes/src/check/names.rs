//! The syntax of names.

/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names>
pub(super) const DNS_LABEL: &str =
    "a DNS label: 1 to 63 of a-z, 0-9 and `-`, beginning and ending with a letter or digit";
pub(super) const DNS_LABEL_HELP: &str = "use lowercase letters, and `-` between words";

/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>
pub(super) const LABEL_VALUE: &str =
    "the value of a label: 1 to 63 of A-Z, a-z, 0-9, `-`, `_` and `.`, beginning and ending with a letter or digit";
pub(super) const LABEL_VALUE_HELP: &str = "objects are found by it: shorten it, or replace other characters";

pub(super) const LABEL_KEY: &str =
    "the name of a label: 1 to 63 of A-Z, a-z, 0-9, `-`, `_` and `.`, with a domain and `/` before it at most";
pub(super) const LABEL_KEY_HELP: &str = "labels of Kubernetes and of Stackwright itself cannot be set";

/// The names that every version of Kubernetes takes.
pub(super) const VARIABLE: &str = "a variable's name: letters, digits, `_`, `-` and `.`, not beginning with a digit";
pub(super) const VARIABLE_HELP: &str = "use uppercase letters, digits and `_`";

const LONGEST: usize = 63;

pub(super) fn is_dns_label(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    fits(text, letter, |byte| byte == b'-')
}

/// Whether `text` can be the value of a label. Kubernetes also takes an empty one.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || fits(text, |byte| byte.is_ascii_alphanumeric(), |byte| matches!(byte, b'-' | b'_' | b'.'))
}

/// Whether `text` can be the name of a label that Kubernetes and Stackwright do not keep for themselves.
pub(super) fn is_label_key(text: &str) -> bool {
    let (domain, name) = text.split_once('/').map_or((None, text), |(domain, name)| (Some(domain), name));
    let own = |domain: &str| domain == "stackwright" || domain == "kubernetes.io" || domain.ends_with(".kubernetes.io");
    !name.is_empty()
        && is_label_value(name)
        && domain.is_none_or(|domain| domain.len() <= 253 && domain.split('.').all(is_dns_label) && !own(domain))
}

pub(super) fn is_variable(text: &str) -> bool {
    let begins = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b'.');
    let bytes = text.as_bytes();
    // `.` and what begins with `..` is refused where variables become files.
    bytes.first().is_some_and(|first| begins(*first))
        && bytes.iter().all(|byte| begins(*byte) || byte.is_ascii_digit())
        && text != "."
        && !text.starts_with("..")
}

fn fits(text: &str, outer: impl Fn(u8) -> bool, inner: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    bytes.len() <= LONGEST && outer(*first) && outer(*last) && bytes.iter().all(|byte| outer(*byte) || inner(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dns_label_is_what_kubernetes_says() {
        for name in ["a", "0", "shop-orders", "a--b", &"a".repeat(63)] {
            assert!(is_dns_label(name), "{name}");
        }
        for name in ["", "-a", "a-", "A", "a_b", "a.b", "ä", "${Name}", &"a".repeat(64)] {
            assert!(!is_dns_label(name), "{name}");
        }
    }

    #[test]
    fn a_value_of_a_label_is_what_kubernetes_says() {
        for value in ["", "A", "shop.Orders_1-x", &"a".repeat(63)] {
            assert!(is_label_value(value), "{value}");
        }
        for value in ["-a", "a.", "a b", "a/b", "a:b", &"a".repeat(64)] {
            assert!(!is_label_value(value), "{value}");
        }
    }

    #[test]
    fn a_name_of_a_label_is_what_kubernetes_says_and_no_own_one() {
        for name in ["release", "example.com/release", "Team_1"] {
            assert!(is_label_key(name), "{name}");
        }
        for name in ["", "/a", "a/", "a/b/c", "A.b/c", "stackwright/stack", "app.kubernetes.io/name", "a b"] {
            assert!(!is_label_key(name), "{name}");
        }
    }

    #[test]
    fn a_name_of_a_variable_is_what_kubernetes_says() {
        for name in ["A", "_", "a.b-c", "X1"] {
            assert!(is_variable(name), "{name}");
        }
        for name in ["", "1X", "A=B", "A B", ".", "..A", "Ä"] {
            assert!(!is_variable(name), "{name}");
        }
    }
}
