//! Which resources exist, whatever CloudFormation says.

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use futures::stream::{self, StreamExt as _};

use super::cloudformation::Resource;
use crate::cloud::{Cloud, explain};

/// How many services are asked at once.
pub const CONCURRENCY: usize = 8;

/// What a search for resources found.
#[derive(Debug, Default)]
pub struct Search<'a> {
    /// How many of them a service was asked for.
    pub asked: usize,
    /// Those that exist.
    pub existing: Vec<&'a Resource>,
    /// Those of which a service did not say whether they exist, and why.
    pub unknown: Vec<(&'a Resource, anyhow::Error)>,
}

/// Looks for the resources.
pub async fn find<'a>(cloud: &Cloud, resources: impl IntoIterator<Item = &'a Resource>) -> Search<'a> {
    let checks = resources.into_iter().map(|it| async move { (it, super::exists(cloud, it).await) });
    let checked: Vec<_> = stream::iter(checks).buffered(CONCURRENCY).collect().await;
    let mut search = Search::default();
    for (resource, exists) in checked {
        match exists {
            Ok(None) => continue,
            Ok(Some(true)) => search.existing.push(resource),
            Ok(Some(false)) => {}
            Err(error) => search.unknown.push((resource, error)),
        }
        search.asked += 1;
    }
    search
}

/// Services say in their own words that something does not exist; anything else they refuse is a failure.
pub(super) fn found<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> anyhow::Result<Option<bool>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    unless_missing(answer).map(|answer| Some(answer.is_some()))
}

/// The answer; `None` when the service says in its own words that there is no such thing.
pub(super) fn unless_missing<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> anyhow::Result<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    /// `NoSuchBucket`, `ResourceNotFoundException`, `ServerSideEncryptionConfigurationNotFoundError`.
    const MISSING: [&str; 4] = ["NotFound", "NoSuch", "NonExistent", "DoesNotExist"];
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code().is_some_and(|code| MISSING.iter().any(|it| code.contains(it))) => Ok(None),
        Err(error) => Err(explain(error)),
    }
}
