//! The syntax of references to images.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>

use oci_spec::image::Digest;

const HELP: &str = "write `REGISTRY/REPOSITORY@sha256:DIGEST`; a tag could name another image tomorrow";

/// What was expected, and help, when `text` does not name one image for ever.
pub(super) fn check(text: &str) -> Result<(), (String, &'static str)> {
    let wrong = |expected: &str| Err((expected.to_owned(), HELP));
    let Some((name, digest)) = text.split_once('@') else {
        return wrong("an image by digest");
    };
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    let is_lower = hex.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    if digest.parse::<Digest>().is_err() || hex.len() != 64 || !is_lower {
        return wrong("a digest of `sha256:` and 64 of 0-9 and a-f");
    }
    let Some((registry, repository)) = name.split_once('/') else {
        return wrong("a registry and a repository");
    };
    if !is_registry(registry) {
        return wrong("a registry's host before the first `/`, as `registry.example` or `localhost:5000`");
    }
    if name.len() > 255 || !repository.split('/').all(is_component) {
        return wrong("a repository of a-z and 0-9, with `.`, `_`, `__` or `-` within and `/` between");
    }
    Ok(())
}

/// Without a dot or a port it would be a folder of Docker's own registry.
fn is_registry(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let fits = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.split('.').all(fits)
        && (host.contains('.') || host == "localhost" || port.is_some())
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn is_component(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let ends = |bytes: &[u8]| bytes.first().zip(bytes.last()).is_some_and(|(a, b)| is_letter(*a) && is_letter(*b));
    ends(text.as_bytes())
        && separators.into_iter().all(|it| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|byte| byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_by_registry_repository_and_digest() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for name in ["registry.example/a", "localhost/a", "host:5000/a/b.c/d__e/f--g", "1.dkr.ecr.eu.amazonaws.com/x"] {
            assert_eq!(check(&format!("{name}@{digest}")), Ok(()), "{name}");
        }
        for name in ["a", "shop/a", "h.x/", "h.x/A", "h.x/a//b", "h.x/a..b", "h.x/-a", "h.x/a:1", "h.x:0/a", "-h.x/a"] {
            assert!(check(&format!("{name}@{digest}")).is_err(), "{name}");
        }
        for wrong in ["", "sha256:0", "md5:00", &digest.to_uppercase(), &digest.replace("0a", "0A")] {
            assert!(check(&format!("h.x/a@{wrong}")).is_err(), "{wrong}");
        }
        assert!(check("h.x/a:latest").unwrap_err().0.contains("by digest"));
    }
}
