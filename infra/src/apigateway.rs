//! Amazon API Gateway's REST APIs: what they consist of, and how a state of them is deployed.

mod account;
mod authorizer;
mod content;
mod deployment;
mod gateway_response;
mod integration;
mod integration_wire;
mod method;
mod model;
mod resource;
mod rest_api;
mod stage;
mod usage_plan;

pub use account::Account;
pub(crate) use authorizer::check_ttl;
pub use authorizer::{CognitoAuthorizer, FunctionAuthorizer, Identity, LambdaAuthorizer};
pub use deployment::{Deployment, deploy};
pub use gateway_response::{GatewayResponse, ResponseType};
pub use integration::{Integration, IntegrationResponse, PassthroughBehavior, ServiceIntegration};
pub use method::{Authorization, HttpMethod, Method, MethodResponse, RequestParameter};
pub use model::{Model, RequestValidator};
pub use resource::ApiResource;
pub use rest_api::{EndpointType, RestApi};
pub use stage::{AccessLogSetting, ApiStage, LoggingLevel, MethodSetting};
pub use usage_plan::{ApiKey, Period, Quota, Throttle, UsagePlan, UsagePlanKey};

/// API Gateway as a principal.
pub(crate) const SERVICE: &str = "apigateway.amazonaws.com";
