//! AWS Key Management Service.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_kms.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html>, and for key stores
//! <https://docs.aws.amazon.com/kms/latest/developerguide/authorize-key-store.html>

super::operations! {
    "kms",
    same: [
        CancelKeyDeletion, ConnectCustomKeyStore, CreateAlias, CreateGrant, Decapsulate, Decrypt, DeleteAlias,
        DeleteCustomKeyStore, DeleteImportedKeyMaterial, DeriveSharedSecret, DescribeCustomKeyStores, DescribeKey,
        DisableKey, DisableKeyRotation, DisconnectCustomKeyStore, EnableKey, EnableKeyRotation, Encapsulate, Encrypt,
        GenerateDataKey, GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext, GenerateDataKeyWithoutPlaintext,
        GenerateMac, GenerateRandom, GetKeyLastUsage, GetKeyPolicy, GetKeyRotationStatus, GetParametersForImport,
        GetPublicKey, ImportKeyMaterial, ListAliases, ListGrants, ListKeyPolicies, ListKeyRotations, ListKeys,
        ListResourceTags, ListRetirableGrants, PutKeyPolicy, RetireGrant, RevokeGrant, RotateKeyOnDemand,
        ScheduleKeyDeletion, Sign, TagResource, UntagResource, UpdateAlias, UpdateKeyDescription, UpdatePrimaryRegion,
        Verify, VerifyMac,
    ],
    CreateCustomKeyStore: ["kms:CreateCustomKeyStore"] if {
        "CloudHsmClusterId" => "cloudhsm:DescribeClusters",
        "CloudHsmClusterId" => "iam:CreateServiceLinkedRole",
    },
    CreateKey: ["kms:CreateKey"] if { "Policy" => "kms:PutKeyPolicy", "Tags" => "kms:TagResource" },
    ReEncrypt: ["kms:ReEncryptFrom", "kms:ReEncryptTo"],
    ReplicateKey: ["kms:CreateKey", "kms:ReplicateKey"] if { "Tags" => "kms:TagResource" },
    UpdateCustomKeyStore: ["kms:UpdateCustomKeyStore"] if { "CloudHsmClusterId" => "cloudhsm:DescribeClusters" };
    ways: ;
    ReEncryptFrom as ReEncrypt: ["kms:ReEncryptFrom"],
    ReEncryptTo as ReEncrypt: ["kms:ReEncryptTo"],
}
