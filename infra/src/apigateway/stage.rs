//! What callers reach: a deployment under a name.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::{Deployment, HttpMethod, RestApi};
use crate::logs::LogGroup;
use crate::reference::{Ref, Resource};
use crate::value::Value;

/// A deployment under a name, which is the first part of its paths.
///
/// CloudFormation calls it `Stage`, which here is a copy of a whole stack: [`crate::Stage`].
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApiStage {
    /// The API. Changing it replaces the stage.
    pub rest_api_id: Ref<RestApi>,
    /// What it serves.
    pub deployment_id: Ref<Deployment>,
    /// 1 to 128 letters, digits, hyphens and underscores. Changing it replaces the stage.
    pub stage_name: String,
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// Where a line for each request goes. Needs the account's [`super::Account`].
    pub access_log_setting: Option<AccessLogSetting>,
    /// Limits, metrics and logs of its methods.
    pub method_settings: Vec<MethodSetting>,
    /// Whether AWS X-Ray traces its requests.
    pub tracing_enabled: Option<bool>,
    /// Values that mapping templates and integrations read.
    pub variables: IndexMap<String, String>,
}

impl ApiStage {
    /// A stage of `deployment` with nothing set.
    pub fn of(rest_api: Ref<RestApi>, deployment: Ref<Deployment>, stage_name: impl Into<String>) -> Self {
        Self {
            rest_api_id: rest_api,
            deployment_id: deployment,
            stage_name: stage_name.into(),
            description: None,
            access_log_setting: None,
            method_settings: Vec::new(),
            tracing_enabled: None,
            variables: IndexMap::new(),
        }
    }
}

/// Where a line for each request goes.
#[derive(Debug, Clone)]
pub struct AccessLogSetting {
    /// The log group.
    pub destination: Ref<LogGroup>,
    /// The fields of the line, each with a variable such as `$context.requestId`.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html>
    pub format: IndexMap<String, String>,
}

impl AccessLogSetting {
    /// JSON lines that say who asked what, how it ended and how long it took.
    #[must_use]
    pub fn json(destination: Ref<LogGroup>) -> Self {
        let fields = [
            ("request_id", "$context.requestId"),
            ("time", "$context.requestTimeEpoch"),
            ("ip", "$context.identity.sourceIp"),
            ("method", "$context.httpMethod"),
            ("path", "$context.path"),
            ("status", "$context.status"),
            ("latency_ms", "$context.responseLatency"),
            ("response_bytes", "$context.responseLength"),
            ("error", "$context.error.message"),
        ];
        let format = fields.into_iter().map(|(name, variable)| (name.to_owned(), variable.to_owned())).collect();
        Self { destination, format }
    }
}

impl Serialize for AccessLogSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            destination_arn: Value,
            format: String,
        }
        let group = self.destination.id().marked();
        Wire {
            // The log group's own `Arn` ends in `:*`, which API Gateway does not want.
            destination_arn: Value::sub(format!(
                "arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{{group}}}"
            )),
            format: serde_json::to_string(&self.format).map_err(serde::ser::Error::custom)?,
        }
        .serialize(serializer)
    }
}

/// Limits, metrics and logs of a stage's methods.
#[derive(Debug, Clone)]
pub struct MethodSetting {
    /// The method's path, such as `/orders`; `/*` for all.
    pub resource_path: String,
    /// The method's verb.
    pub http_method: HttpMethod,
    /// Requests each second, on average. The account's quota is 10,000.
    pub throttling_rate_limit: Option<u32>,
    /// Requests at once, before the rate holds. The account's quota is 5,000.
    pub throttling_burst_limit: Option<u32>,
    /// Whether CloudWatch counts requests, errors and latency for each method; otherwise for the stage only.
    pub metrics_enabled: Option<bool>,
    /// What of the execution is logged. Needs the account's [`super::Account`].
    pub logging_level: Option<LoggingLevel>,
    /// Whether whole requests and answers are logged, with whatever they hold.
    pub data_trace_enabled: Option<bool>,
}

/// What of an execution is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LoggingLevel {
    /// Nothing.
    Off,
    /// Errors.
    Error,
    /// Every step.
    Info,
}

impl MethodSetting {
    /// Settings of all methods, with nothing set.
    #[must_use]
    pub fn all() -> Self {
        Self {
            resource_path: "/*".to_owned(),
            http_method: HttpMethod::Any,
            throttling_rate_limit: None,
            throttling_burst_limit: None,
            metrics_enabled: None,
            logging_level: None,
            data_trace_enabled: None,
        }
    }
}

impl Serialize for MethodSetting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            resource_path: &'a str,
            http_method: String,
            throttling_rate_limit: Option<u32>,
            throttling_burst_limit: Option<u32>,
            metrics_enabled: Option<bool>,
            logging_level: Option<LoggingLevel>,
            data_trace_enabled: Option<bool>,
        }
        Wire {
            resource_path: &self.resource_path,
            http_method: if self.http_method == HttpMethod::Any {
                "*".to_owned()
            } else {
                self.http_method.to_string()
            },
            throttling_rate_limit: self.throttling_rate_limit,
            throttling_burst_limit: self.throttling_burst_limit,
            metrics_enabled: self.metrics_enabled,
            logging_level: self.logging_level,
            data_trace_enabled: self.data_trace_enabled,
        }
        .serialize(serializer)
    }
}

impl Resource for ApiStage {
    const TYPE: &'static str = "AWS::ApiGateway::Stage";
}
