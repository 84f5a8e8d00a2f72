//! How much whoever has a key may call.

use serde::{Serialize, Serializer};

use super::{ApiStage, RestApi};
use crate::check::Check;
use crate::reference::{Ref, Resource};
use crate::value::Value;

/// How often who has one of its keys may call stages of APIs.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplan.html>
#[derive(Debug, Clone, Default)]
pub struct UsagePlan {
    /// Its name, for people.
    pub usage_plan_name: Option<Value>,
    /// What it is for.
    pub description: Option<String>,
    /// The stages, each with its API.
    pub stages: Vec<(Ref<RestApi>, Ref<ApiStage>)>,
    /// How many calls of one key are let at once and each second. It is no promise: what is more may be let, or less.
    pub throttle: Option<Throttle>,
    /// How many calls of one key are let in all.
    pub quota: Option<Quota>,
}

/// How many calls are let at once and each second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Throttle {
    /// Each second, on average.
    pub rate_limit: u32,
    /// At once, before the rate holds.
    pub burst_limit: u32,
}

/// How many calls are let in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Quota {
    /// How many.
    pub limit: u32,
    /// In which time.
    pub period: Period,
}

/// The time for which a quota is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "API Gateway's own names, which say it")]
pub enum Period {
    Day,
    Week,
    Month,
}

/// A key that callers send in the header `x-api-key`. It says who calls, for limits, and is no proof of it: let an authorizer decide
/// who may. Its value is API Gateway's to make.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-apikey.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApiKey {
    /// Its name. Changing it replaces the key.
    pub name: Option<Value>,
    /// Whose it is.
    pub description: Option<String>,
    /// Whether it is taken.
    pub enabled: bool,
}

impl Default for ApiKey {
    fn default() -> Self {
        Self { name: None, description: None, enabled: true }
    }
}

/// Puts a key under a plan. A key is under one plan of a stage alone.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-usageplankey.html>
#[derive(Debug, Clone)]
pub struct UsagePlanKey {
    /// The key. Changing it replaces this.
    pub key: Ref<ApiKey>,
    /// The plan. Changing it replaces this.
    pub usage_plan: Ref<UsagePlan>,
}

impl Serialize for UsagePlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Stage {
            api_id: Ref<RestApi>,
            stage: Ref<ApiStage>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            usage_plan_name: &'a Option<Value>,
            description: &'a Option<String>,
            api_stages: Vec<Stage>,
            throttle: Option<Throttle>,
            quota: Option<Quota>,
        }
        Wire {
            usage_plan_name: &self.usage_plan_name,
            description: &self.description,
            api_stages: self.stages.iter().map(|(api_id, stage)| Stage { api_id: *api_id, stage: *stage }).collect(),
            throttle: self.throttle,
            quota: self.quota,
        }
        .serialize(serializer)
    }
}

impl Serialize for UsagePlanKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire {
            key_id: Ref<ApiKey>,
            key_type: &'static str,
            usage_plan_id: Ref<UsagePlan>,
        }
        Wire { key_id: self.key, key_type: "API_KEY", usage_plan_id: self.usage_plan }.serialize(serializer)
    }
}

impl Resource for UsagePlan {
    const TYPE: &'static str = "AWS::ApiGateway::UsagePlan";

    fn check(&self, check: &mut Check<'_>) {
        for (api, stage) in &self.stages {
            if check.stack.get(*stage).is_some_and(|it| it.rest_api_id != *api) {
                let message = format!("the stage `{}` is not one of `{}`", stage.id(), api.id());
                check.error("other-api", message).help("name a stage together with its own API");
            }
        }
    }
}

impl Resource for ApiKey {
    const TYPE: &'static str = "AWS::ApiGateway::ApiKey";
}

impl Resource for UsagePlanKey {
    const TYPE: &'static str = "AWS::ApiGateway::UsagePlanKey";
}
