//! AWS Lambda: what has to do with functions, their versions and what invokes them.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html>

super::operations! {
    "lambda",
    same: [
        AddLayerVersionPermission, AddPermission, CreateAlias, CreateCodeSigningConfig, CreateEventSourceMapping,
        CreateFunction, CreateFunctionUrlConfig, DeleteAlias, DeleteCodeSigningConfig, DeleteEventSourceMapping,
        DeleteFunction, DeleteFunctionCodeSigningConfig, DeleteFunctionConcurrency, DeleteFunctionEventInvokeConfig,
        DeleteFunctionUrlConfig, DeleteLayerVersion, DeleteProvisionedConcurrencyConfig, GetAccountSettings, GetAlias,
        GetCodeSigningConfig, GetEventSourceMapping, GetFunction, GetFunctionCodeSigningConfig, GetFunctionConcurrency,
        GetFunctionConfiguration, GetFunctionEventInvokeConfig, GetFunctionRecursionConfig, GetFunctionUrlConfig,
        GetLayerVersion, GetLayerVersionPolicy, GetPolicy, GetProvisionedConcurrencyConfig, GetRuntimeManagementConfig,
        InvokeAsync, ListAliases, ListCodeSigningConfigs, ListEventSourceMappings, ListFunctionEventInvokeConfigs,
        ListFunctionUrlConfigs, ListFunctions, ListFunctionsByCodeSigningConfig, ListLayerVersions, ListLayers,
        ListProvisionedConcurrencyConfigs, ListTags, ListVersionsByFunction, PublishLayerVersion, PublishVersion,
        PutFunctionCodeSigningConfig, PutFunctionConcurrency, PutFunctionEventInvokeConfig, PutFunctionRecursionConfig,
        PutProvisionedConcurrencyConfig, PutRuntimeManagementConfig, RemoveLayerVersionPermission, RemovePermission,
        TagResource, UntagResource, UpdateAlias, UpdateCodeSigningConfig, UpdateEventSourceMapping, UpdateFunctionCode,
        UpdateFunctionConfiguration, UpdateFunctionEventInvokeConfig, UpdateFunctionUrlConfig,
    ],
    GetLayerVersionByArn: ["lambda:GetLayerVersion"],
    Invoke: ["lambda:InvokeFunction"],
    InvokeWithResponseStream: ["lambda:InvokeFunction"],
}
