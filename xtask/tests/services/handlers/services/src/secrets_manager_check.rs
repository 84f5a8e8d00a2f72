//! Says whether somebody knows a secret, which never leaves the function.

use bindings::Program;
use bindings::secretsmanager::{GetSecretValue, Secret};
use functions::CallError;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What one has to know.
    pub password: Secret<GetSecretValue>,
}

impl Program for Bindings {
    const NAME: &'static str = "secrets-manager-check";
}

/// What somebody says the secret is.
#[derive(Debug, Deserialize)]
pub struct Attempt {
    /// The password.
    pub password: String,
}

/// Whether the password is right.
///
/// # Errors
/// When Secrets Manager refuses.
pub async fn handle(bindings: &Bindings, attempt: &Attempt) -> Result<bool, CallError> {
    let secret = bindings.password.cached_secret_value().await;
    let secret = secret.map_err(|error| CallError::new("read the password", error))?;
    Ok(secret.secret_string().is_some_and(|password| is_same(password.as_bytes(), attempt.password.as_bytes())))
}

/// Compares in a time that does not tell where the first difference is.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).fold(0, |difference, (one, other)| difference | (one ^ other)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_same_as_itself_alone() {
        assert!(is_same(b"open", b"open"));
        assert!(!is_same(b"open", b"opem"));
        assert!(!is_same(b"open", b"open sesame"));
    }
}
