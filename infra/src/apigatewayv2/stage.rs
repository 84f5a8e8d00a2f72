//! What callers reach.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::api::{Api, HttpApi, WebSocketApi};
use crate::apigateway::AccessLogSetting;
use crate::reference::{Ref, Resource};

/// All routes of an API under a name. A change of them is served as soon as it is deployed.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html>
#[derive(Debug, Clone)]
pub struct ApiStage<A> {
    /// The API. Changing it replaces the stage.
    pub api: Ref<A>,
    /// 1 to 128 letters, digits, hyphens and underscores, or of an HTTP API `$default`, which is no part of paths. Changing it
    /// replaces the stage.
    pub stage_name: String,
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// Requests each second, on average. The account's quota is 10,000.
    pub throttling_rate_limit: Option<u32>,
    /// Requests at once, before the rate holds. The account's quota is 5,000.
    pub throttling_burst_limit: Option<u32>,
    /// Whether CloudWatch counts requests, errors and latency for each route; otherwise for the stage only.
    pub detailed_metrics_enabled: bool,
    /// Where a line for each request goes. Of a WebSocket API that needs the account's [`crate::apigateway::Account`].
    pub access_log_settings: Option<AccessLogSetting>,
    /// Values that integrations read.
    pub stage_variables: IndexMap<String, String>,
}

impl<A> ApiStage<A> {
    fn new(api: Ref<A>, stage_name: String) -> Self {
        Self {
            api,
            stage_name,
            description: None,
            throttling_rate_limit: None,
            throttling_burst_limit: None,
            detailed_metrics_enabled: false,
            access_log_settings: None,
            stage_variables: IndexMap::new(),
        }
    }
}

impl ApiStage<HttpApi> {
    /// The stage of an HTTP API whose name is no part of paths.
    #[must_use]
    pub fn default_of(api: Ref<HttpApi>) -> Self {
        Self::new(api, "$default".to_owned())
    }

    /// A stage whose name is the first part of paths.
    pub fn of(api: Ref<HttpApi>, stage_name: impl Into<String>) -> Self {
        Self::new(api, stage_name.into())
    }
}

impl ApiStage<WebSocketApi> {
    /// A stage whose name is the path.
    pub fn of(api: Ref<WebSocketApi>, stage_name: impl Into<String>) -> Self {
        Self::new(api, stage_name.into())
    }
}

impl<A: Api> Serialize for ApiStage<A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Settings {
            throttling_rate_limit: Option<u32>,
            throttling_burst_limit: Option<u32>,
            detailed_metrics_enabled: Option<bool>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a, A> {
            api_id: Ref<A>,
            stage_name: &'a str,
            description: &'a Option<String>,
            auto_deploy: bool,
            default_route_settings: Settings,
            access_log_settings: &'a Option<AccessLogSetting>,
            stage_variables: &'a IndexMap<String, String>,
        }
        Wire {
            api_id: self.api,
            stage_name: &self.stage_name,
            description: &self.description,
            auto_deploy: true,
            default_route_settings: Settings {
                throttling_rate_limit: self.throttling_rate_limit,
                throttling_burst_limit: self.throttling_burst_limit,
                detailed_metrics_enabled: self.detailed_metrics_enabled.then_some(true),
            },
            access_log_settings: &self.access_log_settings,
            stage_variables: &self.stage_variables,
        }
        .serialize(serializer)
    }
}

impl<A: Api> Resource for ApiStage<A> {
    const TYPE: &'static str = "AWS::ApiGatewayV2::Stage";
}
