//! Lambda functions: configuration, code and concurrency; and the groups of their logs.

use serde_json::Value as Json;

use super::{Deviation, Live};
use crate::assets;
use crate::cloud::explain;

pub(super) async fn verify(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let (lambda, name) = (&live.cloud.lambda, &live.resource.physical_id);
    let actual = lambda.get_function_configuration().function_name(name).send().await.map_err(explain)?;
    let mut deviations: Vec<_> = [
        ("Runtime", actual.runtime().map(|it| it.as_str().to_owned())),
        ("Timeout", actual.timeout().map(|it| it.to_string())),
        ("MemorySize", actual.memory_size().map(|it| it.to_string())),
        (
            "LoggingConfig.LogFormat",
            actual.logging_config().and_then(|it| it.log_format()).map(|it| it.as_str().into()),
        ),
    ]
    .into_iter()
    .filter_map(|(property, value)| live.compare(property, value))
    .collect();

    let variables = actual.environment().and_then(|it| it.variables());
    for variable in
        live.property("Environment.Variables").and_then(Json::as_object).into_iter().flat_map(|it| it.keys())
    {
        let path = format!("Environment.Variables.{variable}");
        match variables.and_then(|it| it.get(variable)) {
            None => deviations.push(live.deviation(&path, "a value".to_owned(), None)),
            Some(value) => deviations.extend(live.compare(&path, Some(value.clone()))),
        }
    }
    let code = live.property("Code.S3Key").and_then(Json::as_str).and_then(assets::code_sha256_of);
    if let Some(expected) = code.filter(|expected| actual.code_sha256() != Some(expected)) {
        deviations.push(live.deviation("Code", expected, actual.code_sha256().map(str::to_owned)));
    }
    deviations.extend(concurrency(live).await?);
    Ok(deviations)
}

async fn concurrency(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let Some(expected) = live.property("ReservedConcurrentExecutions").and_then(Json::as_i64) else {
        return Ok(None);
    };
    let (lambda, name) = (&live.cloud.lambda, &live.resource.physical_id);
    let answer = lambda.get_function_concurrency().function_name(name).send().await.map_err(explain)?;
    let actual = answer.reserved_concurrent_executions();
    if actual.map(i64::from) == Some(expected) {
        return Ok(None);
    }
    let wanted = i32::try_from(expected)?;
    let call = lambda.put_function_concurrency().function_name(name).reserved_concurrent_executions(wanted);
    call.send().await.map_err(explain)?;
    let deviation =
        live.deviation("ReservedConcurrentExecutions", expected.to_string(), actual.map(|value| value.to_string()));
    Ok(Some(Deviation { repaired: true, ..deviation }))
}

pub(super) async fn verify_event_invoke_config(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let name = live.property("FunctionName").and_then(|name| name.as_str().or_else(|| live.physical_id_of(name)));
    let Some(name) = name else { return Ok(Vec::new()) };
    let qualifier = live.property("Qualifier").and_then(Json::as_str).unwrap_or("$LATEST");
    let lambda = &live.cloud.lambda;
    let actual = lambda.get_function_event_invoke_config().function_name(name).qualifier(qualifier);
    let actual = actual.send().await.map_err(explain)?;
    let number = |value: Option<i32>| value.map(|value| value.to_string());
    let compared = [
        ("MaximumRetryAttempts", number(actual.maximum_retry_attempts())),
        ("MaximumEventAgeInSeconds", number(actual.maximum_event_age_in_seconds())),
    ];
    let deviations: Vec<_> =
        compared.into_iter().filter_map(|(property, value)| live.compare(property, value)).collect();
    if deviations.is_empty() {
        return Ok(deviations);
    }
    let wanted = |property: &str| live.property(property).and_then(Json::as_i64).and_then(|it| i32::try_from(it).ok());
    let call = lambda.update_function_event_invoke_config().function_name(name).qualifier(qualifier);
    call.set_maximum_retry_attempts(wanted("MaximumRetryAttempts"))
        .set_maximum_event_age_in_seconds(wanted("MaximumEventAgeInSeconds"))
        .send()
        .await
        .map_err(explain)?;
    Ok(deviations.into_iter().map(|deviation| Deviation { repaired: true, ..deviation }).collect())
}

pub(super) async fn verify_log_group(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let name = &live.resource.physical_id;
    let call = live.cloud.logs.describe_log_groups().log_group_name_prefix(name);
    let answer = call.send().await.map_err(explain)?;
    let group = answer.log_groups().iter().find(|group| group.log_group_name() == Some(name));
    let retention =
        group.and_then(aws_sdk_cloudwatchlogs::types::LogGroup::retention_in_days).map(|days| days.to_string());
    Ok(live.compare("RetentionInDays", retention).into_iter().collect())
}
