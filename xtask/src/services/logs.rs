//! CloudWatch Logs: groups, how long they keep events, and how much they hold.

use aws_sdk_cloudwatchlogs::types::LogGroup as Description;
use futures::future::FutureExt as _;
use indicatif::BinaryBytes;

use super::deviation::{Deviation, Live};
use super::{Answer, ResourceType};
use crate::cloud::{Cloud, explain};

pub(super) const TYPES: &[(&str, &dyn ResourceType)] = &[("AWS::Logs::LogGroup", &LogGroup)];

struct LogGroup;

impl ResourceType for LogGroup {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move { Ok(Some(describe(cloud, id).await?.is_some())) }.boxed()
    }

    /// Events are not counted by any API; their bytes are, some time after they were written.
    fn contents<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<String>> {
        async move {
            let bytes = describe(cloud, id).await?.and_then(|group| group.stored_bytes()).unwrap_or_default();
            let bytes = u64::try_from(bytes).unwrap_or_default();
            Ok((bytes > 0).then(|| format!("{} of log events", BinaryBytes(bytes))))
        }
        .boxed()
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(deviations(live).boxed())
    }
}

async fn deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let Some(group) = describe(live.cloud, live.physical_id()).await? else { return Ok(live.missing()) };
    let retention = group.retention_in_days();
    let Some(deviation) = live.compare("RetentionInDays", retention.map(|days| days.to_string())) else {
        return Ok(Vec::new());
    };
    let days = deviation.expected.parse()?;
    let call = live.cloud.logs.put_retention_policy().log_group_name(live.physical_id()).retention_in_days(days);
    Ok(vec![deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) })])
}

/// Groups are found by the start of their names, and others may start the same way.
async fn describe(cloud: &Cloud, name: &str) -> anyhow::Result<Option<Description>> {
    let call = cloud.logs.describe_log_groups().log_group_name_prefix(name);
    let mut groups = call.into_paginator().items().send();
    while let Some(group) = groups.next().await {
        let group = group.map_err(explain)?;
        if group.log_group_name() == Some(name) {
            return Ok(Some(group));
        }
    }
    Ok(None)
}
