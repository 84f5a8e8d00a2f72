//! Bindings to keys of KMS.

#[cfg(feature = "kms")]
mod again;

#[cfg(feature = "kms")]
pub use again::Ciphertext;

crate::binding! {
    /// A key, with the operations `A` granted on it. Its environment variable is the key's ARN.
    ///
    /// What one key encrypted is encrypted with another by `re_encrypt_from` and `re_encrypt_to`.
    pub struct Key(arn);
    use aws_sdk_kms if (feature = "kms");

    Decrypt: "kms:Decrypt" => decrypt() -> DecryptFluentBuilder { key_id: arn() };
    DescribeKey: "kms:DescribeKey" => describe_key() -> DescribeKeyFluentBuilder { key_id: arn() };
    Encrypt: "kms:Encrypt" => encrypt() -> EncryptFluentBuilder { key_id: arn() };
    GenerateDataKey: "kms:GenerateDataKey" => generate_data_key() -> GenerateDataKeyFluentBuilder { key_id: arn() };
    GenerateDataKeyPair: "kms:GenerateDataKeyPair" =>
        generate_data_key_pair() -> GenerateDataKeyPairFluentBuilder { key_id: arn() };
    GenerateDataKeyWithoutPlaintext: "kms:GenerateDataKeyWithoutPlaintext" =>
        generate_data_key_without_plaintext() -> GenerateDataKeyWithoutPlaintextFluentBuilder { key_id: arn() };
    GenerateMac: "kms:GenerateMac" => generate_mac() -> GenerateMacFluentBuilder { key_id: arn() };
    GetPublicKey: "kms:GetPublicKey" => get_public_key() -> GetPublicKeyFluentBuilder { key_id: arn() };
    ReEncryptFrom: "kms:ReEncryptFrom" => re_encrypt_from by hand;
    ReEncryptTo: "kms:ReEncryptTo" => re_encrypt_to by hand;
    Sign: "kms:Sign" => sign() -> SignFluentBuilder { key_id: arn() };
    Verify: "kms:Verify" => verify() -> VerifyFluentBuilder { key_id: arn() };
    VerifyMac: "kms:VerifyMac" => verify_mac() -> VerifyMacFluentBuilder { key_id: arn() };
}
