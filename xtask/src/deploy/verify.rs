//! Whether what runs is what the model says, read through each service's own API.
//!
//! CloudFormation reports a property as done once it has passed it on. What did not arrive is named here, and set where
//! an API call can.

mod api;
mod bucket;
mod function;
mod queue;
mod role;
mod table;
mod topic;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};
use infra::plan::Snapshot;
use serde_json::{Map, Value as Json};

use super::contents::Resource;
use crate::cloud::Cloud;
use crate::ui;

/// A property that is not live as the model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// The resource's logical id.
    pub id: String,
    /// The property's path.
    pub property: String,
    /// What the model says.
    pub expected: String,
    /// What is live.
    pub live: String,
    /// Whether it has been set since.
    pub repaired: bool,
}

/// The resource that a verifier looks at.
#[derive(Debug)]
struct Live<'a> {
    cloud: &'a Cloud,
    resource: &'a Resource,
    /// The model's properties, with the values of parameters in place.
    properties: &'a Json,
    /// The physical ids of all resources of the stack, by logical id.
    physical: &'a BTreeMap<&'a str, &'a str>,
    /// The model's resources, by logical id.
    template: &'a Map<String, Json>,
    /// The tags that all resources of the stack shall have.
    tags: &'a BTreeMap<String, String>,
}

/// How many services are asked at once.
const CONCURRENCY: usize = 8;

/// Compares every resource whose service can be asked, and sets what was passed over.
pub async fn verify<'a>(
    cloud: &Cloud,
    snapshot: &Snapshot,
    resources: &'a [Resource],
) -> anyhow::Result<Vec<Deviation>> {
    let template = snapshot.resolved_resources();
    let physical: BTreeMap<_, _> =
        resources.iter().map(|resource| (resource.id.as_str(), resource.physical_id.as_str())).collect();
    let none = Json::Null;
    let live = |resource: &'a Resource| {
        let properties = template.get(&resource.id).and_then(|it| it.get("Properties")).unwrap_or(&none);
        Live { cloud, resource, properties, physical: &physical, template: &template, tags: &snapshot.tags }
    };
    let checks = resources.iter().map(|resource| {
        let live = live(resource);
        async move {
            match live.resource.resource_type.as_str() {
                "AWS::DynamoDB::Table" => table::verify(&live).await,
                "AWS::SQS::Queue" => queue::verify(&live).await,
                "AWS::Lambda::Function" => function::verify(&live).await,
                "AWS::IAM::Role" => role::verify(&live).await,
                "AWS::ApiGateway::Method" => api::verify_method(&live).await,
                "AWS::ApiGateway::Stage" => api::verify_stage(&live).await,
                "AWS::Logs::LogGroup" => function::verify_log_group(&live).await,
                "AWS::Lambda::EventInvokeConfig" => function::verify_event_invoke_config(&live).await,
                "AWS::S3::Bucket" => bucket::verify(&live).await,
                "AWS::SNS::Topic" => topic::verify(&live).await,
                "AWS::SNS::Subscription" => topic::verify_subscription(&live).await,
                _ => Ok(Vec::new()),
            }
        }
    });
    let checked: Vec<_> = stream::iter(checks).buffered(CONCURRENCY).collect().await;
    let mut deviations: Vec<_> =
        checked.into_iter().collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect();
    // One after the other: methods share validators.
    for method in resources.iter().filter(|resource| resource.resource_type == "AWS::ApiGateway::Method") {
        deviations.extend(api::verify_validator(&live(method)).await?);
    }
    Ok(deviations)
}

/// Says what was found.
pub fn report(deviations: &[Deviation]) {
    for Deviation { id, property, expected, live, repaired } in deviations {
        let (style, text) = if *repaired {
            (ui::GOOD, format!("set {id} {property} to {expected}, which CloudFormation had left out"))
        } else {
            (ui::CAUTION, format!("{id} {property} is {live}, expected {expected}"))
        };
        ui::say(format!("  {style}{}{style:#} {text}", if *repaired { "✓" } else { "!" }));
    }
}

impl Live<'_> {
    fn property(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(self.properties, |json, name| json.get(name))
    }

    /// The physical id of the resource of the stack that `reference` is a `Ref` to.
    fn physical_id_of(&self, reference: &Json) -> Option<&str> {
        self.physical.get(reference.get("Ref")?.as_str()?).copied()
    }

    /// The deviation of a property from its live value; `None` when the model does not set it or they agree.
    ///
    /// Values are compared as text, since the services' APIs return numbers and truth values as either. An intrinsic
    /// function is not compared: only CloudFormation knows its value.
    fn compare(&self, path: &str, live: Option<String>) -> Option<Deviation> {
        let expected = match self.property(path)? {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(value) => value.to_string(),
            _ => return None,
        };
        (live.as_ref() != Some(&expected)).then(|| self.deviation(path, expected, live))
    }

    fn deviation(&self, property: &str, expected: String, live: Option<String>) -> Deviation {
        Deviation {
            id: self.resource.id.clone(),
            property: property.to_owned(),
            expected,
            live: live.unwrap_or_else(|| "nothing".to_owned()),
            repaired: false,
        }
    }
}
