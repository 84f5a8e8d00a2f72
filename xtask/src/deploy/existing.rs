//! Which resources exist, whatever CloudFormation says: asked of each service.

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use futures::stream::{self, StreamExt};

use super::contents::Resource;
use crate::cloud::{Cloud, explain};

/// What a search for resources found.
#[derive(Debug)]
pub struct Search<'a> {
    /// How many of them a service was asked for.
    pub asked: usize,
    /// Those that exist.
    pub existing: Vec<&'a Resource>,
}

/// Looks for the resources.
pub async fn find<'a>(cloud: &Cloud, resources: &'a [Resource]) -> anyhow::Result<Search<'a>> {
    let checks = resources.iter().map(|resource| async move { Ok((exists(cloud, resource).await?, resource)) });
    let checked: Vec<anyhow::Result<_>> = stream::iter(checks).buffered(8).collect().await;
    let checked: Vec<_> = checked.into_iter().collect::<anyhow::Result<_>>()?;
    Ok(Search {
        asked: checked.iter().filter(|(exists, _)| exists.is_some()).count(),
        existing: checked.into_iter().filter_map(|(exists, it)| (exists == Some(true)).then_some(it)).collect(),
    })
}

/// Whether the resource exists; `None` for one of a type that no service is asked for.
pub async fn exists(cloud: &Cloud, resource: &Resource) -> anyhow::Result<Option<bool>> {
    let id = &resource.physical_id;
    let exists = match resource.resource_type.as_str() {
        "AWS::Lambda::Function" => found(cloud.lambda.get_function_configuration().function_name(id).send().await),
        "AWS::DynamoDB::Table" => found(cloud.dynamodb.describe_table().table_name(id).send().await),
        "AWS::SQS::Queue" => {
            // A queue's physical id is its URL, which ends in its name.
            let name = id.rsplit('/').next().unwrap_or(id);
            found(cloud.sqs.get_queue_url().queue_name(name).send().await)
        }
        "AWS::IAM::Role" => found(cloud.iam.get_role().role_name(id).send().await),
        "AWS::ApiGateway::RestApi" => found(cloud.apigateway.get_rest_api().rest_api_id(id).send().await),
        "AWS::S3::Bucket" => {
            let answer = cloud.s3.head_bucket().bucket(id).send().await;
            // Somebody else's, or one of another region: names are one space for all.
            let status = answer.as_ref().err().and_then(|error| error.raw_response()).map(|it| it.status().as_u16());
            if matches!(status, Some(301 | 403)) { Ok(true) } else { found(answer) }
        }
        "AWS::SNS::Topic" => {
            // What is to be created has no ARN yet, only a name.
            let is_arn = id.starts_with("arn:");
            let arn = if is_arn { id.clone() } else { format!("arn:aws:sns:{}:{}:{id}", cloud.region, cloud.account) };
            found(cloud.sns.get_topic_attributes().topic_arn(arn).send().await)
        }
        "AWS::Events::EventBus" => found(cloud.eventbridge.describe_event_bus().name(id).send().await),
        "AWS::Events::Rule" => {
            // The physical id of a rule is its name, after that of its bus unless it is the default one.
            let (bus, name) = id.split_once('|').unwrap_or(("default", id));
            found(cloud.eventbridge.describe_rule().event_bus_name(bus).name(name).send().await)
        }
        "AWS::Lambda::EventSourceMapping" => found(cloud.lambda.get_event_source_mapping().uuid(id).send().await),
        "AWS::Logs::LogGroup" => {
            let answer = cloud.logs.describe_log_groups().log_group_name_prefix(id).send().await.map_err(explain)?;
            Ok(answer.log_groups().iter().any(|group| group.log_group_name() == Some(id)))
        }
        _ => return Ok(None),
    };
    exists.map(Some)
}

/// Services say in their own words that something does not exist; anything else they refuse is a failure.
fn found<T, E, R>(answer: Result<T, aws_smithy_runtime_api::client::result::SdkError<E, R>>) -> anyhow::Result<bool>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match answer {
        Ok(_) => Ok(true),
        Err(error) => {
            let code = error.code().unwrap_or_default();
            let is_missing = ["NotFound", "NoSuch", "NonExistent", "DoesNotExist"].iter().any(|it| code.contains(it));
            if is_missing { Ok(false) } else { Err(explain(error)) }
        }
    }
}
