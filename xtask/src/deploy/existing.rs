//! Which resources exist, whatever CloudFormation says: asked of each service.

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use futures::stream::{self, StreamExt};

use super::contents::Resource;
use crate::cloud::{Cloud, explain};

/// The resources that exist; those of types that no service is asked for are taken for absent.
pub async fn find<'a>(cloud: &Cloud, resources: &'a [Resource]) -> anyhow::Result<Vec<&'a Resource>> {
    let checks = resources.iter().map(|resource| async move { Ok((exists(cloud, resource).await?, resource)) });
    let checked: Vec<anyhow::Result<_>> = stream::iter(checks).buffered(8).collect().await;
    let checked: Vec<_> = checked.into_iter().collect::<anyhow::Result<_>>()?;
    Ok(checked.into_iter().filter_map(|(exists, resource)| exists.then_some(resource)).collect())
}

/// Whether the resource exists; one of a type that no service is asked for is taken for absent.
pub async fn exists(cloud: &Cloud, resource: &Resource) -> anyhow::Result<bool> {
    let id = &resource.physical_id;
    match resource.resource_type.as_str() {
        "AWS::Lambda::Function" => found(cloud.lambda.get_function_configuration().function_name(id).send().await),
        "AWS::DynamoDB::Table" => found(cloud.dynamodb.describe_table().table_name(id).send().await),
        "AWS::SQS::Queue" => {
            // A queue's physical id is its URL, which ends in its name.
            let name = id.rsplit('/').next().unwrap_or(id);
            found(cloud.sqs.get_queue_url().queue_name(name).send().await)
        }
        "AWS::IAM::Role" => found(cloud.iam.get_role().role_name(id).send().await),
        "AWS::ApiGateway::RestApi" => found(cloud.apigateway.get_rest_api().rest_api_id(id).send().await),
        "AWS::S3::Bucket" => found(cloud.s3.head_bucket().bucket(id).send().await),
        "AWS::Lambda::EventSourceMapping" => found(cloud.lambda.get_event_source_mapping().uuid(id).send().await),
        "AWS::Logs::LogGroup" => {
            let answer = cloud.logs.describe_log_groups().log_group_name_prefix(id).send().await.map_err(explain)?;
            Ok(answer.log_groups().iter().any(|group| group.log_group_name() == Some(id)))
        }
        _ => Ok(false),
    }
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
