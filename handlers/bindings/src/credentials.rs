//! Where a running function has its role's credentials from.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// Lambda gives them as variables; asking anything else would only slow the start.
#[cfg(not(feature = "container-credentials"))]
pub(crate) fn provider(_http: &SharedHttpClient) -> EnvironmentVariableCredentialsProvider {
    EnvironmentVariableCredentialsProvider::new()
}

/// From variables, else from what the container's platform serves. EKS Pod Identity and ECS name it in
/// `AWS_CONTAINER_CREDENTIALS_FULL_URI` or `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`, and what to show there in
/// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`, which is read anew each time. The clients ask again before they expire.
///
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
#[cfg(feature = "container-credentials")]
pub(crate) fn provider(http: &SharedHttpClient) -> aws_config::meta::credentials::CredentialsProviderChain {
    use aws_config::ecs::EcsCredentialsProvider;
    use aws_config::meta::credentials::CredentialsProviderChain;
    use aws_config::provider_config::ProviderConfig;

    let config = ProviderConfig::without_region().with_http_client(http.clone());
    let container = EcsCredentialsProvider::builder().configure(&config).build();
    CredentialsProviderChain::first_try("environment", EnvironmentVariableCredentialsProvider::new())
        .or_else("container", container)
}
