//! Where a stack goes: an account and region of AWS, the local cloud, or another endpoint.

use std::borrow::Cow;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use infra::plan::Pseudo;

use crate::cli::TargetArgs;
use crate::failure::Failure;
use crate::stack::Stack;
use crate::{local, ui};

/// An account and region, with the clients to work on it.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// The account's id.
    pub account: String,
    /// The region's name.
    pub region: String,
    /// The local cloud, when it is that.
    pub local: Option<local::LocalCloud>,
    /// An endpoint that stands in for AWS.
    pub endpoint: Option<String>,
    /// The flags that lead another command here, each after a space.
    pub flags: String,
    /// CloudFormation.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// DynamoDB.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// SNS.
    pub sns: aws_sdk_sns::Client,
    /// EventBridge.
    pub eventbridge: aws_sdk_eventbridge::Client,
    /// IAM.
    pub iam: aws_sdk_iam::Client,
    /// API Gateway.
    pub apigateway: aws_sdk_apigateway::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
}

/// Connects to each region that the command line names, or to the one that is configured.
pub async fn connect_all(target: &TargetArgs, default_region: Option<&str>) -> anyhow::Result<Vec<Cloud>> {
    let mut clouds = Vec::new();
    for target in target.by_region() {
        clouds.push(connect(&target, default_region).await?);
    }
    Ok(clouds)
}

/// Connects to where the command line says, starting the local cloud when it is that.
pub async fn connect(target: &TargetArgs, default_region: Option<&str>) -> anyhow::Result<Cloud> {
    if target.local {
        let local = local::start().await?;
        let region = target.regions.first().map_or(local::DEFAULT_REGION, String::as_str);
        return cloud(&local.sdk_config(region), Some(local), target).await;
    }
    let config = aws_config(target, default_region).await?;
    cloud(&config, None, target).await
}

async fn aws_config(target: &TargetArgs, default_region: Option<&str>) -> anyhow::Result<SdkConfig> {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http.clone());
    if let Some(profile) = &target.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(endpoint) = &target.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(region) = chosen_region(target) {
        loader = loader.region(Region::new(region));
    }
    let config = loader.load().await;
    require_one_endpoint()?;
    if let (None, Some(endpoint)) = (&target.endpoint_url, config.endpoint_url()) {
        return Err(Failure::new(format!("`AWS_ENDPOINT_URL` leads to `{endpoint}`, not to AWS; nothing was done"))
            .help("`--local` uses the local cloud on this machine")
            .help(format!("`--endpoint-url {endpoint}` uses that endpoint"))
            .help("`unset AWS_ENDPOINT_URL` to use AWS")
            .into());
    }
    if config.region().is_none() {
        let example = default_region.unwrap_or("us-east-1");
        return Err(Failure::new("no AWS region is configured")
            .help(format!("pass `--region {example}`, or set `AWS_REGION`"))
            .help("`--local` needs none: it deploys to this machine")
            .into());
    }
    match &target.profile {
        Some(profile) => with_credentials_of(profile, &config, http).await,
        None if config.credentials_provider().is_none() => Err(no_credentials()),
        None => Ok(config),
    }
}

/// The SDK's default chain would prefer the keys of the environment to those of `profile`, and so another account.
async fn with_credentials_of(profile: &str, config: &SdkConfig, http: SharedHttpClient) -> anyhow::Result<SdkConfig> {
    let settings = ProviderConfig::default().with_http_client(http).with_region(config.region().cloned());
    let provider = ProfileFileCredentialsProvider::builder().configure(&settings).profile_name(profile).build();
    if let Err(error) = provider.provide_credentials().await {
        let cause = match error {
            CredentialsError::CredentialsNotLoaded(_) => String::new(),
            error => format!(": {}", causes(&error)),
        };
        return Err(Failure::new(format!("the profile `{profile}` gives no AWS credentials{cause}"))
            .help("`aws configure list-profiles` lists the profiles")
            .into());
    }
    Ok(config.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build())
}

/// A variable such as `AWS_ENDPOINT_URL_S3` would lead some calls elsewhere than the others.
fn require_one_endpoint() -> anyhow::Result<()> {
    let Some((name, _)) = std::env::vars().find(|(name, _)| name.starts_with("AWS_ENDPOINT_URL_")) else {
        return Ok(());
    };
    Err(Failure::new(format!("`{name}` leads one service elsewhere than the others; nothing was done"))
        .help(format!("`unset {name}`; `--endpoint-url` leads all services to one endpoint"))
        .into())
}

/// The SDK knows `AWS_REGION` and the profile's; other AWS tools also heed `AWS_DEFAULT_REGION`.
fn chosen_region(target: &TargetArgs) -> Option<String> {
    let variable = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    target.regions.first().cloned().or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"))
}

async fn cloud(config: &SdkConfig, local: Option<local::LocalCloud>, target: &TargetArgs) -> anyhow::Result<Cloud> {
    let identity = aws_sdk_sts::Client::new(config).get_caller_identity().send().await.map_err(explain)?;
    let endpoint = target.endpoint_url.clone();
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let account = identity.account().unwrap_or_default().to_owned();
    if local.is_some() && account != local::ACCOUNT {
        return Err(Failure::new(format!(
            "what answers as the local cloud is account {account}, not {}; nothing was done",
            local::ACCOUNT
        ))
        .into());
    }
    ui::detail(format!("account {account}, region {region}"));
    // Path-style addresses work with every endpoint; virtual hosts need a name that resolves.
    let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(local.is_some() || endpoint.is_some()).build();
    Ok(Cloud {
        account,
        region,
        local,
        endpoint,
        flags: target.flags(),
        cloudformation: aws_sdk_cloudformation::Client::new(config),
        s3: aws_sdk_s3::Client::from_conf(s3),
        lambda: aws_sdk_lambda::Client::new(config),
        dynamodb: aws_sdk_dynamodb::Client::new(config),
        sqs: aws_sdk_sqs::Client::new(config),
        sns: aws_sdk_sns::Client::new(config),
        eventbridge: aws_sdk_eventbridge::Client::new(config),
        iam: aws_sdk_iam::Client::new(config),
        apigateway: aws_sdk_apigateway::Client::new(config),
        logs: aws_sdk_cloudwatchlogs::Client::new(config),
    })
}

impl Cloud {
    /// Where it is, as a user would say it.
    #[must_use]
    pub fn place(&self) -> Cow<'static, str> {
        if self.local.is_some() {
            return format!("the local cloud ({})", self.region).into();
        }
        format!("account {} in {}", self.account, self.region).into()
    }

    /// What the pseudo parameters of a stack's template give here.
    #[must_use]
    pub fn pseudo(&self, stack: &Stack) -> Pseudo {
        Pseudo {
            account: Some(self.account.clone()),
            region: Some(self.region.clone()),
            stack_name: Some(stack.stack_name().to_owned()),
        }
    }

    /// What to type to do `command` to `stack` here.
    #[must_use]
    pub fn command_line(&self, command: &str, stack: &Stack) -> String {
        format!("cargo xtask {command} {}{}", stack.name(), self.flags)
    }

    /// The address of an object for CloudFormation to read a template from.
    #[must_use]
    pub fn object_url(&self, bucket: &str, key: &str) -> String {
        let endpoint = self.local.as_ref().map(local::LocalCloud::endpoint).or_else(|| self.endpoint.clone());
        match endpoint {
            Some(endpoint) => format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/')),
            None => format!("https://{bucket}.s3.{}.amazonaws.com/{key}", self.region),
        }
    }
}

/// An SDK error in the user's words.
#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to `map_err`")]
pub fn explain<E, R>(error: aws_smithy_runtime_api::client::result::SdkError<E, R>) -> anyhow::Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    use aws_smithy_runtime_api::client::result::SdkError;
    if let SdkError::DispatchFailure(failure) = &error {
        let text = causes(&error);
        if text.contains("credentials") || text.contains("identity") {
            return no_credentials();
        }
        let what = if failure.is_timeout() { "did not answer in time" } else { "cannot be reached" };
        return Failure::new(format!("the AWS endpoint {what}: {}", failure_text(&text)))
            .help("check the network, the region and `--endpoint-url`")
            .into();
    }
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => Failure::new(format!("AWS refused: {message} ({code})")).into(),
        (Some(code), None) => Failure::new(format!("AWS refused: {code}")).into(),
        _ => Failure::new(format!("an AWS call failed: {}", causes(&error))).into(),
    }
}

fn no_credentials() -> anyhow::Error {
    Failure::new("no AWS credentials were found")
        .help("pass `--profile NAME`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`")
        .help("`--local` needs none: it deploys to this machine")
        .into()
}

fn causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn failure_text(text: &str) -> &str {
    text.rsplit(": ").next().unwrap_or(text)
}
