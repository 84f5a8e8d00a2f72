//! Which values of environment variables are not shown.

/// Parts of names of what is secret.
const NAMES: [&str; 12] = [
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE",
    "CREDENTIAL",
    "AUTH",
    "SIGNING",
];

/// How values begin that are secret whatever their name.
const VALUES: [&str; 8] = ["AKIA", "ASIA", "-----BEGIN", "ghp_", "github_pat_", "sk-", "xox", "eyJ"];

/// Whether the variable `name` looks as if its `value` should not be shown.
#[must_use]
pub fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    NAMES.iter().any(|part| name.contains(part))
        || VALUES.iter().any(|start| value.starts_with(start))
        || has_password(value)
}

/// Whether a URL carries a password: `postgres://ada:secret@host/db`.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_secret_is_told_by_its_name_or_its_value() {
        for (name, value) in [
            ("DB_PASSWORD", "x"),
            ("stripe_api_key", "x"),
            ("GITHUB_TOKEN", "x"),
            ("DATABASE", "postgres://ada:secret@db/orders"),
            ("WHO", "AKIAIOSFODNN7EXAMPLE"),
            ("CERTIFICATE", "-----BEGIN PRIVATE KEY-----"),
        ] {
            assert!(is_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("SIGHTINGS", "spaceships-sightings"),
            ("VALIDATOR_URL", "http://127.0.0.1:4567/models?at=@:"),
            ("RUST_LOG", "info"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
    }
}
