//! Seals texts with a key, opens them, and seals them anew.

use aws_sdk_kms::primitives::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bindings::Program;
use bindings::kms::{Decrypt, Encrypt, Key, ReEncryptFrom, ReEncryptTo};
use functions::CallError;
use lambda_runtime::Error;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What seals and opens.
    pub key: Key<(Encrypt, Decrypt, ReEncryptFrom, ReEncryptTo)>,
}

impl Program for Bindings {
    const NAME: &'static str = "kms-seal";
}

/// What the function is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Request {
    /// To seal a text, of up to 4,096 bytes.
    Seal(String),
    /// To open what was sealed.
    Open(String),
    /// To seal anew what was sealed, which is opened by KMS alone.
    Renew(String),
}

/// Answers with the sealed text in base64, or with the text.
///
/// # Errors
/// When what was sealed is not in base64, or no text, or KMS refuses.
pub async fn handle(bindings: &Bindings, request: Request) -> Result<String, Error> {
    match request {
        Request::Seal(text) => {
            let encrypt = bindings.key.encrypt().plaintext(Blob::new(text));
            let sealed = encrypt.send().await.map_err(|error| CallError::new("seal the text", error))?;
            Ok(STANDARD.encode(sealed.ciphertext_blob.unwrap_or_else(|| Blob::new([]))))
        }
        Request::Open(sealed) => {
            let decrypt = bindings.key.decrypt().ciphertext_blob(Blob::new(STANDARD.decode(sealed)?));
            let opened = decrypt.send().await.map_err(|error| CallError::new("open the text", error))?;
            Ok(String::from_utf8(opened.plaintext.map(Blob::into_inner).unwrap_or_default())?)
        }
        Request::Renew(sealed) => {
            let sealed = bindings.key.re_encrypt_from(Blob::new(STANDARD.decode(sealed)?));
            let again = bindings.key.re_encrypt_to(sealed).send().await;
            let again = again.map_err(|error| CallError::new("seal the text anew", error))?;
            Ok(STANDARD.encode(again.ciphertext_blob.unwrap_or_else(|| Blob::new([]))))
        }
    }
}
