//! The Cloud Control API: how any resource of AWS is read whose type no service's file compares.
//!
//! It calls the same handlers as CloudFormation does, with the rights of whoever asks, and answers with a resource as a
//! template would have it. The local cloud has none. AWS advises against changing what belongs to a stack through it.
//! <https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations-read.html>

mod comparison;
mod identifier;
mod value;

use anyhow::Context as _;
use aws_sdk_cloudcontrol::error::ProvideErrorMetadata as _;
use aws_sdk_cloudcontrol::operation::get_resource::GetResourceError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use infra::schema;

use super::deviation::{Deviation, Live};
use crate::cloud::explain;
use crate::failure::Failure;
use comparison::Comparison;

/// What became of the comparison of a resource.
pub(super) enum Outcome {
    /// It was read, and differs so.
    Read(Vec<Deviation>),
    /// It was not, for this reason.
    PassedOver(&'static str),
}

const LOCAL: &str = "the local cloud has no Cloud Control API";
const NO_ENDPOINT: &str = "the endpoint has no Cloud Control API";
const UNREADABLE: &str = "the Cloud Control API does not read such a type";
const UNIDENTIFIED: &str = "the template does not say what the Cloud Control API knows it by";

/// Compares a resource with its model.
pub(super) async fn compare(live: &Live<'_>) -> anyhow::Result<Outcome> {
    let resource_type = &*live.resource.resource_type;
    if live.cloud.local.is_some() {
        return Ok(Outcome::PassedOver(LOCAL));
    }
    let Some((schema, reading)) = schema::of(resource_type).and_then(|schema| Some((schema, schema.reading()?))) else {
        return Ok(Outcome::PassedOver(UNREADABLE));
    };
    let model = live.resolved();
    let Some(identifier) = identifier::of(schema, live.physical_id(), &model) else {
        return Ok(Outcome::PassedOver(UNIDENTIFIED));
    };
    let call = live.cloud.cloudcontrol.get_resource().type_name(resource_type).identifier(&identifier);
    let answer = match call.send().await {
        Ok(answer) => answer,
        Err(error) if error.code() == Some("ResourceNotFoundException") => return Ok(Outcome::Read(live.missing())),
        Err(error) if matches!(error.code(), Some("UnsupportedActionException" | "TypeNotFoundException")) => {
            return Ok(Outcome::PassedOver(UNREADABLE));
        }
        Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 501) => {
            return Ok(Outcome::PassedOver(NO_ENDPOINT));
        }
        Err(error) => return Err(refused(error, resource_type, reading)),
    };
    let properties = answer.resource_description.and_then(|it| it.properties).unwrap_or_default();
    let actual = serde_json::from_str(&properties)
        .with_context(|| format!("what the Cloud Control API says of `{identifier}` is no JSON"))?;
    let comparison = Comparison { schema, stack_tags: live.tags };
    let differences = comparison.differences(&model, &actual).into_iter();
    Ok(Outcome::Read(differences.map(|it| live.deviation(&it.path(), it.expected, it.live)).collect()))
}

/// Who may ask the Cloud Control API must also have the rights of what its handler calls.
fn refused(error: SdkError<GetResourceError, HttpResponse>, resource_type: &str, reading: &[&str]) -> anyhow::Error {
    let message = error.message().unwrap_or_default();
    // A handler may pass on what its service refused as another failure.
    let is_denied = error.code() == Some("AccessDeniedException") || message.contains("is not authorized to perform");
    if !is_denied {
        return explain(error);
    }
    let actions: Vec<_> = reading.iter().map(|action| format!("`{action}`")).collect();
    let code = error.code().unwrap_or("AccessDeniedException");
    Failure::new(format!("AWS refused: {message} ({code})"))
        .help(format!("reading an {resource_type} needs `cloudformation:GetResource` and {}", actions.join(", ")))
        .into()
}
