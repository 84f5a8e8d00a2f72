//! AWS Secrets Manager.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_secretsmanager.html>, and the required
//! permissions in <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html>

super::operations! {
    "secretsmanager",
    same: [
        CancelRotateSecret, DeleteResourcePolicy, DeleteSecret, DescribeSecret, GetRandomPassword, GetResourcePolicy,
        GetSecretValue, ListSecretVersionIds, ListSecrets, PutResourcePolicy, PutSecretValue,
        RemoveRegionsFromReplication, RestoreSecret, StopReplicationToReplica, TagResource, UntagResource,
        UpdateSecretVersionStage,
    ],
    BatchGetSecretValue: ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"] if {
        "Filters" => "secretsmanager:ListSecrets",
    },
    CreateSecret: ["secretsmanager:CreateSecret"] if {
        "AddReplicaRegions" => "secretsmanager:ReplicateSecretToRegions",
        "KmsKeyId" => "kms:Decrypt",
        "KmsKeyId" => "kms:GenerateDataKey",
        "Tags" => "secretsmanager:TagResource",
    },
    ReplicateSecretToRegions: ["secretsmanager:ReplicateSecretToRegions"] if {
        "AddReplicaRegions.KmsKeyId" => "kms:Decrypt",
        "AddReplicaRegions.KmsKeyId" => "kms:Encrypt",
        "AddReplicaRegions.KmsKeyId" => "kms:GenerateDataKey",
    },
    RotateSecret: ["secretsmanager:RotateSecret"] if {
        "ExternalSecretRotationRoleArn" => "iam:PassRole",
        "RotationLambdaARN" => "lambda:InvokeFunction",
    },
    UpdateSecret: ["secretsmanager:UpdateSecret"] if {
        "KmsKeyId" => "kms:Decrypt",
        "KmsKeyId" => "kms:Encrypt",
        "KmsKeyId" => "kms:GenerateDataKey",
    },
    ValidateResourcePolicy: ["secretsmanager:PutResourcePolicy", "secretsmanager:ValidateResourcePolicy"];
    ways:
    CachedSecretValue as GetSecretValue by GetSecretValue,
    NewSecretValue as GetSecretValue by GetSecretValue;
}
