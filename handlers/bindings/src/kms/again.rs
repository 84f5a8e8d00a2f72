//! What was encrypted with one key, encrypted with another: IAM asks for a right on either.

use aws_sdk_kms::operation::re_encrypt::builders::ReEncryptFluentBuilder;
use aws_sdk_kms::primitives::Blob;

use super::{Key, ReEncryptFrom, ReEncryptTo};
use crate::{Grants, evidence};

/// What a key encrypted.
#[derive(Debug)]
#[must_use = "nothing is encrypted before it is given to a key"]
pub struct Ciphertext {
    key: String,
    blob: Blob,
}

impl<A> Key<A> {
    /// What this key encrypted, to be encrypted by [`Key::re_encrypt_to`].
    #[track_caller]
    pub fn re_encrypt_from<P>(&self, blob: Blob) -> Ciphertext
    where
        A: Grants<ReEncryptFrom, P>,
    {
        evidence::call::<Self, ReEncryptFrom>();
        Ciphertext { key: self.arn().to_owned(), blob }
    }

    /// The SDK's `re_encrypt` of what another key encrypted, with this key.
    #[must_use]
    #[track_caller]
    pub fn re_encrypt_to<P>(&self, from: Ciphertext) -> ReEncryptFluentBuilder
    where
        A: Grants<ReEncryptTo, P>,
    {
        evidence::call::<Self, ReEncryptTo>();
        let call = self.client.get().re_encrypt().source_key_id(from.key).ciphertext_blob(from.blob);
        call.destination_key_id(self.arn())
    }
}
