//! Where a stack goes: an account and region of AWS, the local cloud, or another endpoint.

pub(crate) mod credentials;

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use plan::Pseudo;

use crate::cli::TargetArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stack::Stack;
use crate::{local, ui};

/// An account and region, with the clients to work on it.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// The account's id.
    pub account: String,
    /// The partition, such as `aws` or `aws-cn`.
    pub partition: String,
    /// The region's name.
    pub region: String,
    /// The local cloud, when it is that.
    pub local: Option<local::LocalCloud>,
    /// An endpoint that stands in for AWS.
    pub endpoint: Option<String>,
    /// The flags that lead another command here, each after a space.
    pub flags: String,
    /// Cloud Control, which reads resources of nearly all types.
    pub cloudcontrol: aws_sdk_cloudcontrol::Client,
    /// CloudFormation.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// ECR.
    pub ecr: aws_sdk_ecr::Client,
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
    /// Metrics.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
}

/// How often a call is tried: a throttled one waits up to 20 s before the last.
const ATTEMPTS: u32 = 8;
/// After how long an attempt is given up; that of an upload is not.
const ATTEMPT: Duration = Duration::from_secs(30);
/// After how long a connection is given up.
const CONNECTION: Duration = Duration::from_secs(5);

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
    if target.release {
        return Err(Failure::new("`--release` is for the local cloud: what goes to AWS is always built so")
            .exit(Exit::Usage)
            .help("leave it out, or add `--local`")
            .into());
    }
    let config = aws_config(target, default_region).await?;
    cloud(&config, None, target).await
}

async fn aws_config(target: &TargetArgs, default_region: Option<&str>) -> anyhow::Result<SdkConfig> {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECTION).operation_attempt_timeout(ATTEMPT).build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts);
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
    credentials::require(config, target.profile.as_deref(), http).await
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
    if let Some(arn) = identity.arn() {
        let _ = CALLER.set(arn.to_owned());
    }
    let partition = identity.arn().and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws").to_owned();
    if local.is_some() && account != local::ACCOUNT {
        return Err(Failure::new(format!(
            "what answers as the local cloud is account {account}, not {}; nothing was done",
            local::ACCOUNT
        ))
        .into());
    }
    ui::detail(format!("account {account}, region {region}"));
    // Path-style addresses work with every endpoint; virtual hosts need a name that resolves.
    let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(local.is_some() || endpoint.is_some());
    // An upload takes as long as it takes; one that stands still is given up by the SDK.
    let s3 = s3.timeout_config(TimeoutConfig::builder().connect_timeout(CONNECTION).build()).build();
    Ok(Cloud {
        account,
        partition,
        region,
        local,
        endpoint,
        flags: target.flags(),
        cloudcontrol: aws_sdk_cloudcontrol::Client::new(config),
        cloudformation: aws_sdk_cloudformation::Client::new(config),
        ecr: aws_sdk_ecr::Client::new(config),
        s3: aws_sdk_s3::Client::from_conf(s3),
        lambda: aws_sdk_lambda::Client::new(config),
        dynamodb: aws_sdk_dynamodb::Client::new(config),
        sqs: aws_sdk_sqs::Client::new(config),
        sns: aws_sdk_sns::Client::new(config),
        eventbridge: aws_sdk_eventbridge::Client::new(config),
        iam: aws_sdk_iam::Client::new(config),
        apigateway: aws_sdk_apigateway::Client::new(config),
        logs: aws_sdk_cloudwatchlogs::Client::new(config),
        cloudwatch: aws_sdk_cloudwatch::Client::new(config),
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

    /// The ARN of a resource of `service` here.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.account)
    }

    /// What the pseudo parameters of the template of a stack give here.
    #[must_use]
    pub fn pseudo(&self, stack_name: &str) -> Pseudo {
        Pseudo {
            account: Some(self.account.clone()),
            region: Some(self.region.clone()),
            stack_name: Some(stack_name.to_owned()),
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
        if let Some(endpoint) = endpoint {
            return format!("{}/{bucket}/{key}", endpoint.trim_end_matches('/'));
        }
        let suffix = self.pseudo("").value("AWS::URLSuffix");
        let suffix = suffix.as_ref().and_then(serde_json::Value::as_str).unwrap_or("amazonaws.com");
        format!("https://{bucket}.s3.{}.{suffix}/{key}", self.region)
    }
}

/// An SDK error in the user's words: what was refused, to whom, and what is probably missing.
#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to `map_err`")]
pub fn explain<E>(error: SdkError<E, HttpResponse>) -> anyhow::Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    if let SdkError::DispatchFailure(failure) = &error {
        let text = causes(&error);
        if text.contains("credentials") || text.contains("identity") {
            return credentials::none(&text).into();
        }
        let what = if failure.is_timeout() { "did not answer in time" } else { "cannot be reached" };
        return Failure::new(format!("the AWS endpoint {what}: {}", failure_text(&text)))
            .help("check the network, the region and `--endpoint-url`")
            .into();
    }
    if let SdkError::TimeoutError(_) = &error {
        return Failure::new(format!("the AWS endpoint did not answer {} in time", Called::of::<E>()))
            .help("check the network, the region and `--endpoint-url`")
            .into();
    }
    let status = error.raw_response().map(|response| response.status().as_u16());
    let refusal = match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("AWS refused: {message} ({code})"),
        (Some(code), None) => format!("AWS refused {}: {code}", Called::of::<E>()),
        // The answer to a `HEAD` has no body that could say more.
        (None, _) => match status {
            Some(status) => format!("AWS refused {} with the status {status}", Called::of::<E>()),
            None => return Failure::new(format!("a call of AWS failed: {}", causes(&error))).into(),
        },
    };
    let is_denied = status == Some(403) || error.code().is_some_and(|code| code.starts_with("AccessDenied"));
    let is_expired = error.code().is_some_and(|code| code.contains("Expired") && code.contains("Token"));
    if is_expired {
        return Failure::new(refusal)
            .help("the credentials have expired: get new ones, and run the command again")
            .into();
    }
    if status == Some(400) && error.code().is_none() {
        return Failure::new(refusal)
            .help("such an answer gives no reason: the credentials may have expired, or be meant for another region")
            .into();
    }
    if !is_denied {
        return Failure::new(refusal).into();
    }
    let caller = CALLER.get().map(|caller| format!(" of `{caller}`")).unwrap_or_default();
    Failure::new(refusal).help(format!("the credentials{caller} probably lack {}", Called::of::<E>().actions())).into()
}

/// Whose credentials are used, once AWS has said so.
static CALLER: OnceLock<String> = OnceLock::new();

/// An operation of a service, told by the type of its error: `aws_sdk_s3::operation::head_object::HeadObjectError`.
struct Called {
    service: String,
    operation: String,
}

impl Called {
    fn of<E>() -> Self {
        let name = std::any::type_name::<E>();
        let service = name.strip_prefix("aws_sdk_").and_then(|rest| rest.split("::").next()).unwrap_or("aws");
        let operation = name.rsplit("::").next().unwrap_or(name).trim_end_matches("Error");
        Self { service: service.to_owned(), operation: operation.to_owned() }
    }

    /// The actions that a call needs. Without the right to list, S3 denies what does not exist.
    fn actions(&self) -> String {
        let Self { service, operation } = self;
        let known = policies::operation::of(service).into_iter().flatten().find(|it| it.name == operation);
        let mut actions: Vec<_> = match known {
            Some(known) => known.required.iter().map(|action| format!("`{action}`")).collect(),
            // Cloud Control's actions are CloudFormation's.
            None if service == "cloudcontrol" => vec![format!("`cloudformation:{operation}`")],
            None => vec![format!("`{service}:{operation}`")],
        };
        if operation == "HeadObject" {
            actions.push("`s3:ListBucket`".to_owned());
        }
        actions.join(" or ")
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.operation, self.service)
    }
}

/// An error with all its causes, each once.
pub fn causes(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
    let mut causes: Vec<String> = Vec::new();
    for cause in all {
        if !causes.last().is_some_and(|last| last.contains(&cause)) {
            causes.push(cause);
        }
    }
    causes.join(": ")
}

fn failure_text(text: &str) -> &str {
    text.rsplit(": ").next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::operation::head_object::HeadObjectError;

    use super::*;

    #[test]
    fn an_operation_is_told_by_its_error_and_its_actions_by_the_table() {
        let head = Called::of::<HeadObjectError>();
        assert_eq!(head.to_string(), "`HeadObject` of s3");
        assert_eq!(head.actions(), "`s3:GetObject` or `s3:ListBucket`");
    }
}
