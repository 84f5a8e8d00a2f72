//! What services do when CloudFormation creates, changes and deletes resources.

use std::collections::{BTreeMap, BTreeSet};

use infra::facts::{self, Physical};
use infra::schema;
use serde_json::Value as Json;

use crate::account::{Account, Live, home};
use crate::http::ACCOUNT;
use crate::s3::Bucket;

/// What S3 says of the name of a bucket that it is just deleting.
pub(crate) const OPERATION_ABORTED: &str =
    "A conflicting conditional operation is currently in progress against this resource. Please try again.";

/// A resource that is to be made.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub(crate) resource_type: &'a str,
    pub(crate) logical_id: &'a str,
    pub(crate) stack_name: &'a str,
    pub(crate) stack_id: &'a str,
    pub(crate) region: &'a str,
    pub(crate) properties: &'a Json,
    pub(crate) tags: &'a BTreeMap<String, String>,
}

/// The physical id of what has the name of a resource already. It becomes the stack's.
pub(crate) fn existing(account: &mut Account, wanted: &Wanted<'_>) -> Option<String> {
    let name = unique_name_of(wanted.resource_type, wanted.properties)?.to_owned();
    let is_it = |live: &&mut Live| {
        live.resource_type == wanted.resource_type
            && live.region == wanted.region
            && unique_name_of(&live.resource_type, &live.properties) == Some(name.as_str())
    };
    let live = account.live.iter_mut().find(is_it)?;
    (live.stack, live.logical_id) = (wanted.stack_id.to_owned(), wanted.logical_id.to_owned());
    Some(live.id.clone())
}

/// Makes a resource; its physical id.
///
/// # Errors
/// When its name is taken, in the words of a resource's handler.
pub(crate) fn create(account: &mut Account, wanted: &Wanted<'_>) -> Result<String, String> {
    let id = physical_id(account, wanted);
    let Wanted { resource_type, region, .. } = *wanted;
    let is_bucket = resource_type == "AWS::S3::Bucket";
    let taken = account.find(resource_type, region, &id).is_some() || (is_bucket && account.buckets.contains_key(&id));
    if taken {
        let name = name_of(resource_type, wanted.properties).unwrap_or(&id);
        return Err(already_exists(account, resource_type, name));
    }
    let lingers = account.lingering(resource_type, region, &id).is_some();
    if let Some(reason) = too_early(resource_type).filter(|_| lingers) {
        return Err(format!(
            "Resource handler returned message: \"{reason}\" (RequestToken: {}, HandlerErrorCode: \
             GeneralServiceException)",
            account.uuid()
        ));
    }
    if is_bucket {
        account.buckets.insert(id.clone(), Bucket::of(region, wanted.properties, wanted.tags));
    }
    account.live.push(Live {
        resource_type: resource_type.to_owned(),
        id: id.clone(),
        region: region.to_owned(),
        properties: wanted.properties.clone(),
        tags: wanted.tags.clone(),
        stack: wanted.stack_id.to_owned(),
        logical_id: wanted.logical_id.to_owned(),
    });
    Ok(id)
}

/// Why a name that has just become free is not given again yet.
fn too_early(resource_type: &str) -> Option<&'static str> {
    match resource_type {
        // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
        "AWS::SQS::Queue" => Some(
            "You must wait 60 seconds after deleting a queue before you can create another with the same name. \
             (Service: Sqs, Status Code: 400)",
        ),
        // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
        "AWS::S3::Bucket" => Some(OPERATION_ABORTED),
        _ => None,
    }
}

/// As handlers say it, which CloudFormation passes on.
/// <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html>
fn already_exists(account: &mut Account, resource_type: &str, name: &str) -> String {
    format!(
        "Resource handler returned message: \"Resource of type '{resource_type}' with identifier '{name}' already \
         exists.\" (RequestToken: {}, HandlerErrorCode: AlreadyExists)",
        account.uuid()
    )
}

/// Changes a resource.
///
/// # Errors
/// When the service refuses the change.
pub(crate) fn update(
    account: &mut Account,
    (resource_type, region, id): (&str, &str, &str),
    properties: &Json,
    tags: &BTreeMap<String, String>,
) -> Result<(), String> {
    let Some(live) = account.find_mut(resource_type, region, id) else { return Err(missing(resource_type, id)) };
    // DynamoDB makes or deletes one index at a time.
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    if resource_type == "AWS::DynamoDB::Table" && index_changes(&live.properties, properties) > 1 {
        return Err("Cannot perform more than one GSI creation or deletion in a single update".to_owned());
    }
    live.properties = properties.clone();
    live.tags = tags.clone();
    if resource_type == "AWS::S3::Bucket"
        && let Some(bucket) = account.buckets.get_mut(id)
    {
        bucket.configure(properties, tags);
    }
    Ok(())
}

fn missing(resource_type: &str, id: &str) -> String {
    format!(
        "Resource handler returned message: \"Resource of type '{resource_type}' with identifier '{id}' was not \
         found.\" (HandlerErrorCode: NotFound)"
    )
}

fn index_changes(before: &Json, after: &Json) -> usize {
    let names = |properties: &Json| -> BTreeSet<String> {
        let indexes = properties.get("GlobalSecondaryIndexes").and_then(Json::as_array).into_iter().flatten();
        indexes.filter_map(|index| index.get("IndexName")?.as_str().map(str::to_owned)).collect()
    };
    names(before).symmetric_difference(&names(after)).count()
}

/// Deletes a resource; what somebody else has deleted is no longer missed.
///
/// # Errors
/// When the service refuses to.
pub(crate) fn delete(account: &mut Account, resource_type: &str, region: &str, id: &str) -> Result<(), String> {
    if resource_type == "AWS::S3::Bucket" {
        // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
        if account.buckets.get(id).is_some_and(|bucket| !bucket.is_empty()) {
            return Err(format!(
                "Resource handler returned message: \"The bucket you tried to delete is not empty (Service: S3, Status \
                 Code: 409, Request ID: {0}, Extended Request ID: {0})\" (RequestToken: {1}, HandlerErrorCode: \
                 GeneralServiceException)",
                account.suffix(16),
                account.uuid()
            ));
        }
        account.buckets.shift_remove(id);
    }
    account.forget(resource_type, region, id);
    Ok(())
}

/// The name that the properties give.
pub(crate) fn name_of<'a>(resource_type: &str, properties: &'a Json) -> Option<&'a str> {
    properties.get(facts::name_property(resource_type)?)?.as_str()
}

/// The name that no other resource may have.
pub(crate) fn unique_name_of<'a>(resource_type: &str, properties: &'a Json) -> Option<&'a str> {
    properties.get(facts::unique_name_property(resource_type)?)?.as_str()
}

/// What CloudFormation lists a resource by: the "return values" of each type's page in the template reference.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>
fn physical_id(account: &mut Account, wanted: &Wanted<'_>) -> String {
    let Wanted { resource_type, logical_id, stack_name, region, properties, .. } = *wanted;
    let text = |name: &str| properties.get(name).and_then(Json::as_str).unwrap_or_default();
    let generated = |account: &mut Account| format!("{stack_name}-{logical_id}-{}", account.suffix(12));
    let name = match name_of(resource_type, properties) {
        Some(name) => name.to_owned(),
        None => generated(account),
    };
    let suffix = if properties.get("FifoQueue").or(properties.get("FifoTopic")) == Some(&Json::Bool(true)) {
        ".fifo"
    } else {
        ""
    };
    let with_suffix = || if name.ends_with(suffix) { name.clone() } else { format!("{name}{suffix}") };
    match resource_type {
        "AWS::S3::Bucket" => name.to_lowercase(),
        "AWS::SQS::Queue" => format!("https://sqs.{region}.amazonaws.com/{ACCOUNT}/{}", with_suffix()),
        "AWS::SNS::Topic" => format!("arn:aws:sns:{region}:{ACCOUNT}:{}", with_suffix()),
        "AWS::SNS::Subscription" => format!("{}:{}", text("TopicArn"), account.uuid()),
        "AWS::Lambda::Alias" => format!("{}:{}", function_arn(region, text("FunctionName")), text("Name")),
        "AWS::Lambda::EventSourceMapping" => account.uuid(),
        "AWS::Lambda::EventInvokeConfig" => format!("{}|{}", text("FunctionName"), text("Qualifier")),
        "AWS::Lambda::Version" => {
            let function = function_arn(region, text("FunctionName"));
            let numbers =
                account.live.iter().filter_map(|it| it.id.strip_prefix(&format!("{function}:"))?.parse().ok());
            format!("{function}:{}", numbers.max().unwrap_or(0_u64) + 1)
        }
        "AWS::ApiGateway::RestApi" => account.suffix(10).to_lowercase(),
        "AWS::ApiGateway::Method" => format!("{}|{}|{}", text("RestApiId"), text("ResourceId"), text("HttpMethod")),
        "AWS::ApiGateway::Stage" => text("StageName").to_owned(),
        kind if kind.starts_with("AWS::ApiGateway::") => account.suffix(6).to_lowercase(),
        "AWS::EKS::PodIdentityAssociation" => {
            let id = account.suffix(17).to_lowercase();
            format!("arn:aws:eks:{region}:{ACCOUNT}:podidentityassociation/{}/a-{id}", text("ClusterName"))
        }
        "AWS::Events::Rule" => match text("EventBusName") {
            "" | "default" => name,
            // A bus may be given by its ARN.
            bus => format!("{}|{name}", bus.rsplit('/').next().unwrap_or(bus)),
        },
        "AWS::IAM::ManagedPolicy" => format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
        _ => name,
    }
}

/// The ARN of a function, which its versions and aliases add a part to.
fn function_arn(region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}")
}

/// What `Fn::GetAtt` gives; none of an attribute that the type does not have.
pub(crate) fn attribute(
    resource_type: &str,
    id: &str,
    properties: &Json,
    region: &str,
    attribute: &str,
) -> Option<String> {
    let path = properties.get("Path").and_then(Json::as_str).unwrap_or("/");
    let physical = Physical { resource_type, id, path };
    if let Some(value) = physical.attribute(attribute, home(region)) {
        return Some(value);
    }
    let is_custom = resource_type.starts_with("Custom::") || resource_type == "AWS::CloudFormation::CustomResource";
    let knows = is_custom || schema::of(resource_type)?.attributes().any(|known| known == attribute);
    if !knows {
        return None;
    }
    Some(match (resource_type, attribute) {
        ("AWS::SQS::Queue", "QueueName") => id.rsplit('/').next().unwrap_or(id).to_owned(),
        ("AWS::SNS::Topic", "TopicName") => id.rsplit(':').next().unwrap_or(id).to_owned(),
        ("AWS::ApiGateway::RestApi", "RootResourceId") => format!("{id}root"),
        ("AWS::ApiGateway::Deployment", "DeploymentId") | ("AWS::ApiGateway::Resource", "ResourceId") => id.to_owned(),
        ("AWS::DynamoDB::Table", "StreamArn") => {
            format!("arn:aws:dynamodb:{region}:{ACCOUNT}:table/{id}/stream/2026-01-01T12:00:00.000")
        }
        ("AWS::S3::Bucket", "DomainName") => format!("{id}.s3.amazonaws.com"),
        ("AWS::S3::Bucket", "RegionalDomainName") => format!("{id}.s3.{region}.amazonaws.com"),
        // A value of the right place, if not of the right form.
        _ => format!("{id}/{attribute}"),
    })
}
