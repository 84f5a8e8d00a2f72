//! AWS Lambda.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_lambda.html>; for networks
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html>; for images
//! <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html>; for keys
//! <https://docs.aws.amazon.com/lambda/latest/dg/security-encryption-at-rest.html>

super::operations! {
    "lambda",
    same: [
        AddLayerVersionPermission, AddPermission, CheckpointDurableExecution, CreateAlias, CreateFunctionUrlConfig,
        DeleteAlias, DeleteCapacityProvider, DeleteCodeSigningConfig, DeleteEventSourceMapping, DeleteFunction,
        DeleteFunctionCodeSigningConfig, DeleteFunctionConcurrency, DeleteFunctionEventInvokeConfig,
        DeleteFunctionUrlConfig, DeleteLayerVersion, DeleteProvisionedConcurrencyConfig, GetAccountSettings, GetAlias,
        GetCapacityProvider, GetCodeSigningConfig, GetDurableExecution, GetDurableExecutionHistory,
        GetDurableExecutionState, GetEventSourceMapping, GetFunctionCodeSigningConfig, GetFunctionConcurrency,
        GetFunctionConfiguration, GetFunctionEventInvokeConfig, GetFunctionRecursionConfig, GetFunctionScalingConfig,
        GetFunctionUrlConfig, GetLayerVersion, GetLayerVersionPolicy, GetPolicy, GetProvisionedConcurrencyConfig,
        GetRuntimeManagementConfig, InvokeAsync, ListAliases, ListCapacityProviders, ListCodeSigningConfigs,
        ListDurableExecutionsByFunction, ListEventSourceMappings, ListFunctionEventInvokeConfigs,
        ListFunctionUrlConfigs, ListFunctionVersionsByCapacityProvider, ListFunctions, ListFunctionsByCodeSigningConfig,
        ListLayerVersions, ListLayers, ListProvisionedConcurrencyConfigs, ListTags, ListVersionsByFunction,
        PublishVersion, PutFunctionConcurrency, PutFunctionEventInvokeConfig, PutFunctionRecursionConfig,
        PutFunctionScalingConfig, PutProvisionedConcurrencyConfig, PutRuntimeManagementConfig,
        RemoveLayerVersionPermission, RemovePermission, SendDurableExecutionCallbackFailure,
        SendDurableExecutionCallbackHeartbeat, SendDurableExecutionCallbackSuccess, StopDurableExecution, TagResource,
        UntagResource, UpdateAlias, UpdateCapacityProvider, UpdateCodeSigningConfig, UpdateFunctionEventInvokeConfig,
        UpdateFunctionUrlConfig,
    ],
    CreateCapacityProvider: ["iam:PassRole", "lambda:CreateCapacityProvider"] if { "Tags" => "lambda:TagResource" },
    CreateCodeSigningConfig: ["lambda:CreateCodeSigningConfig"] if { "Tags" => "lambda:TagResource" },
    CreateEventSourceMapping: ["lambda:CreateEventSourceMapping"] if {
        "KMSKeyArn" => "kms:Decrypt",
        "KMSKeyArn" => "kms:GenerateDataKey",
        "Tags" => "lambda:TagResource",
    },
    CreateFunction: ["iam:PassRole", "lambda:CreateFunction"] if {
        "CapacityProviderConfig" => "lambda:PassCapacityProvider",
        "Code.ImageUri" => "ecr:BatchGetImage",
        "Code.ImageUri" => "ecr:GetDownloadUrlForLayer",
        "Code.S3Bucket" => "s3:GetObject",
        "Code.S3ObjectVersion" => "s3:GetObjectVersion",
        "Code.SourceKMSKeyArn" => "kms:Decrypt",
        "Code.SourceKMSKeyArn" => "kms:GenerateDataKey",
        "KMSKeyArn" => "kms:CreateGrant",
        "KMSKeyArn" => "kms:Encrypt",
        "Layers" => "lambda:GetLayerVersion",
        "Tags" => "lambda:TagResource",
        "VpcConfig" => "ec2:DescribeSecurityGroups",
        "VpcConfig" => "ec2:DescribeSubnets",
        "VpcConfig" => "ec2:DescribeVpcs",
    },
    DeleteResourcePolicy: ["lambda:DeleteResourcePolicy", "lambda:RemovePermission"],
    GetFunction: ["lambda:GetFunction"] never ["lambda:ListTags"],
    GetLayerVersionByArn: ["lambda:GetLayerVersion"],
    GetResourcePolicy: ["lambda:GetPolicy", "lambda:GetResourcePolicy"],
    Invoke: ["lambda:InvokeFunction"] never ["lambda:InvokeAsync", "lambda:InvokeFunctionUrl"],
    InvokeWithResponseStream: ["lambda:InvokeFunction"] never ["lambda:InvokeFunctionUrl"],
    PublishLayerVersion: ["lambda:PublishLayerVersion"] if {
        "Content.S3Bucket" => "s3:GetObject",
        "Content.S3ObjectVersion" => "s3:GetObjectVersion",
    },
    PutFunctionCodeSigningConfig: ["lambda:PutFunctionCodeSigningConfig"] never [
        "lambda:UpdateFunctionCodeSigningConfig",
    ],
    PutResourcePolicy: ["lambda:AddPermission", "lambda:PutResourcePolicy", "lambda:RemovePermission"],
    UpdateEventSourceMapping: ["lambda:UpdateEventSourceMapping"] if {
        "KMSKeyArn" => "kms:Decrypt",
        "KMSKeyArn" => "kms:GenerateDataKey",
    },
    UpdateFunctionCode: ["lambda:UpdateFunctionCode"] if {
        "ImageUri" => "ecr:BatchGetImage",
        "ImageUri" => "ecr:GetDownloadUrlForLayer",
        "S3Bucket" => "s3:GetObject",
        "S3ObjectVersion" => "s3:GetObjectVersion",
        "SourceKMSKeyArn" => "kms:Decrypt",
        "SourceKMSKeyArn" => "kms:GenerateDataKey",
    },
    UpdateFunctionConfiguration: ["lambda:UpdateFunctionConfiguration"] if {
        "CapacityProviderConfig" => "lambda:PassCapacityProvider",
        "KMSKeyArn" => "kms:CreateGrant",
        "KMSKeyArn" => "kms:Encrypt",
        "Layers" => "lambda:GetLayerVersion",
        "Role" => "iam:PassRole",
        "VpcConfig" => "ec2:DescribeSecurityGroups",
        "VpcConfig" => "ec2:DescribeSubnets",
        "VpcConfig" => "ec2:DescribeVpcs",
    };
    ways:
    Ask as Invoke by Invoke, InvokeWith as Invoke by Invoke, InvokeStreamingWith as InvokeWithResponseStream by InvokeWithResponseStream;
}
