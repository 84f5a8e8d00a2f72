//! Bindings to secrets of Secrets Manager.

#[cfg(feature = "secretsmanager")]
mod cache;

#[cfg(feature = "secretsmanager")]
pub use cache::{Cached, FRESH};

crate::binding! {
    /// A secret, with the operations `A` granted on it. Its environment variable is the secret's ARN.
    ///
    /// To read one that is encrypted with a key of one's own, the function needs a binding to the key, too.
    pub struct Secret(arn);
    use aws_sdk_secretsmanager telling Written if (feature = "secretsmanager");

    DescribeSecret: "secretsmanager:DescribeSecret" => describe_secret() -> DescribeSecretFluentBuilder { secret_id: arn() };
    GetRandomPassword: "secretsmanager:GetRandomPassword" on "*" =>
        get_random_password() -> GetRandomPasswordFluentBuilder {};
    GetSecretValue: "secretsmanager:GetSecretValue" =>
        get_secret_value() -> GetSecretValueFluentBuilder { secret_id: arn() };
    ListSecretVersionIds: "secretsmanager:ListSecretVersionIds" =>
        list_secret_version_ids() -> ListSecretVersionIdsFluentBuilder { secret_id: arn() };
    PutSecretValue: "secretsmanager:PutSecretValue" =>
        put_secret_value() -> PutSecretValueFluentBuilder { secret_id: arn() };
    UpdateSecretVersionStage: "secretsmanager:UpdateSecretVersionStage" =>
        update_secret_version_stage() -> UpdateSecretVersionStageFluentBuilder { secret_id: arn() };
}

#[cfg(feature = "secretsmanager")]
crate::evidence::ways!(CachedSecretValue of GetSecretValue, NewSecretValue of GetSecretValue);

#[cfg(feature = "secretsmanager")]
pub use written::Written;

#[cfg(feature = "secretsmanager")]
mod written {
    use aws_sdk_secretsmanager::operation::put_secret_value::{PutSecretValueInput, PutSecretValueOutput};
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

    /// Tells of secrets that are written, by the ids of their versions.
    #[derive(Debug)]
    pub struct Written;

    impl Effects for Written {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; PutSecretValueInput: secret_id)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            output.downcast_ref::<PutSecretValueOutput>()?.version_id().map(str::to_owned)
        }
    }
}
