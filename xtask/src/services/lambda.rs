//! Lambda functions: configuration, code and concurrency; what invokes them, and what becomes of their events.

use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use futures::future::FutureExt as _;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};
use super::existence::{found, unless_missing};
use super::{Answer, ResourceType};
use crate::assets;
use crate::cloud::{Cloud, explain};

/// The tag of a function that tells the key of the code that it was hot-swapped to. It says nothing once the function has
/// other code.
pub const HOTSWAP_TAG: &str = "stackwright:hotswapped";

pub(super) const TYPES: &[(&str, &dyn ResourceType)] = &[
    ("AWS::Lambda::Function", &Function),
    ("AWS::Lambda::EventSourceMapping", &EventSourceMapping),
    ("AWS::Lambda::EventInvokeConfig", &EventInvokeConfig),
    ("AWS::Lambda::Permission", &Permission),
];

struct Function;

impl ResourceType for Function {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move { found(cloud.lambda.get_function_configuration().function_name(id).send().await) }.boxed()
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(deviations(live).boxed())
    }
}

struct EventSourceMapping;

impl ResourceType for EventSourceMapping {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move { found(cloud.lambda.get_event_source_mapping().uuid(id).send().await) }.boxed()
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(mapping_deviations(live).boxed())
    }
}

struct EventInvokeConfig;

impl ResourceType for EventInvokeConfig {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(invoke_config_deviations(live).boxed())
    }
}

struct Permission;

impl ResourceType for Permission {
    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(permission_deviations(live).boxed())
    }
}

/// A permission is the statement of the function's policy whose id is its physical id.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html>
async fn permission_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let Some(function) = live.function("FunctionName") else { return Ok(Vec::new()) };
    let read = Box::pin(async {
        let answer = unless_missing(live.cloud.lambda.get_policy().function_name(function).send().await)?;
        Ok(answer.and_then(|answer| serde_json::from_str::<Json>(answer.policy()?).ok()).unwrap_or_default())
    });
    let policy = live.answers.once(&format!("policy of {function}"), read).await?;
    let statements = policy.get("Statement").and_then(Json::as_array).into_iter().flatten();
    let is_it = |statement: &&Json| statement.get("Sid").and_then(Json::as_str) == Some(live.physical_id());
    let Some(statement) = statements.into_iter().find(is_it) else { return Ok(live.missing()) };
    let text = |json: Option<&Json>| json.and_then(Json::as_str).map(str::to_owned);
    let principal = match statement.get("Principal") {
        Some(Json::Object(kinds)) => text(kinds.values().next()),
        other => text(other),
    };
    // Lambda tells the root of an account that is given by its number.
    let root = live.property("Principal").and_then(Json::as_str).map(|account| format!(":iam::{account}:root"));
    let is_root = principal.as_deref().zip(root.as_deref()).is_some_and(|(principal, root)| principal.ends_with(root));
    let condition =
        |operator: &str, key: &str| text(statement.get("Condition").and_then(|it| it.get(operator)?.get(key)));
    let compared = [
        live.compare("Action", text(statement.get("Action"))),
        live.compare("Principal", principal).filter(|_| !is_root),
        live.compare("SourceArn", condition("ArnLike", "AWS:SourceArn")),
        live.compare("SourceAccount", condition("StringEquals", "AWS:SourceAccount")),
    ];
    Ok(compared.into_iter().flatten().collect())
}

async fn deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let answer = live.cloud.lambda.get_function_configuration().function_name(live.physical_id()).send().await;
    let Some(actual) = unless_missing(answer)? else { return Ok(live.missing()) };
    let mut deviations: Vec<_> = [
        ("Runtime", actual.runtime().map(|it| it.as_str().to_owned())),
        ("Handler", actual.handler().map(str::to_owned)),
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

    let actual_variables = actual.environment().and_then(|it| it.variables());
    let modelled = live.property("Environment.Variables").and_then(Json::as_object);
    for variable in modelled.into_iter().flat_map(|it| it.keys()) {
        let path = format!("Environment.Variables.{variable}");
        match actual_variables.and_then(|it| it.get(variable)) {
            None => deviations.push(live.deviation(&path, "a value".to_owned(), None)),
            Some(value) => deviations.extend(live.compare(&path, Some(value.clone()))),
        }
    }
    let mut added: Vec<_> = actual_variables.into_iter().flat_map(|it| it.keys()).collect();
    added.retain(|name| !modelled.is_some_and(|modelled| modelled.contains_key(*name)));
    added.sort();
    for variable in added {
        // Its value may be a secret.
        let path = format!("Environment.Variables.{variable}");
        deviations.push(live.deviation(&path, "none".to_owned(), Some("set".to_owned())));
    }
    deviations.extend(code(live, &actual).await?);
    deviations.extend(concurrency(live).await?);
    Ok(deviations)
}

async fn code(live: &Live<'_>, actual: &GetFunctionConfigurationOutput) -> anyhow::Result<Option<Deviation>> {
    let text = |path| live.property(path).and_then(Json::as_str).map(str::to_owned);
    let (Some(bucket), Some(key)) = (text("Code.S3Bucket"), text("Code.S3Key")) else { return Ok(None) };
    let Some(expected) = assets::code_sha256_of(&key).filter(|expected| actual.code_sha256() != Some(expected)) else {
        return Ok(None);
    };
    let (lambda, name) = (live.cloud.lambda.clone(), live.physical_id().to_owned());
    // Whoever may read a function may not be allowed to read its tags.
    let tags = lambda.list_tags().resource(actual.function_arn().unwrap_or_default()).send().await.ok();
    let swapped_to = tags.as_ref().and_then(|tags| tags.tags()?.get(HOTSWAP_TAG));
    let swapped_to = swapped_to.and_then(|key| assets::code_sha256_of(key));
    let mut deviation = live.deviation("Code", expected, actual.code_sha256().map(str::to_owned));
    deviation.hotswapped = swapped_to.is_some() && swapped_to.as_deref() == actual.code_sha256();
    Ok(Some(deviation.repaired_by(async move {
        let call = lambda.update_function_code().function_name(name).s3_bucket(bucket).s3_key(key);
        call.send().await.map(|_| ()).map_err(explain)
    })))
}

async fn concurrency(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let property = "ReservedConcurrentExecutions";
    let expected = live.property(property);
    if expected.is_some_and(Json::is_object) {
        // Only CloudFormation knows the value of an intrinsic function.
        return Ok(None);
    }
    let expected = expected.and_then(Json::as_i64);
    let (lambda, name) = (live.cloud.lambda.clone(), live.physical_id().to_owned());
    let answer = lambda.get_function_concurrency().function_name(&name).send().await.map_err(explain)?;
    let actual = answer.reserved_concurrent_executions();
    if actual.map(i64::from) == expected {
        return Ok(None);
    }
    let text = expected.map_or_else(|| "not set".to_owned(), |value| value.to_string());
    let deviation = live.deviation(property, text, actual.map(|value| value.to_string()));
    let wanted = expected.map(i32::try_from).transpose()?;
    Ok(Some(deviation.repaired_by(async move {
        match wanted {
            Some(wanted) => {
                let call = lambda.put_function_concurrency().function_name(name);
                call.reserved_concurrent_executions(wanted).send().await.map(|_| ()).map_err(explain)
            }
            None => lambda.delete_function_concurrency().function_name(name).send().await.map(|_| ()).map_err(explain),
        }
    })))
}

async fn mapping_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let lambda = live.cloud.lambda.clone();
    let answer = lambda.get_event_source_mapping().uuid(live.physical_id()).send().await;
    let Some(actual) = unless_missing(answer)? else { return Ok(live.missing()) };
    let mut deviations = Vec::new();
    deviations.extend(live.compare("BatchSize", actual.batch_size().map(|it| it.to_string())));
    // A mapping is enabled unless its model says otherwise; the API tells its state, not the setting.
    let expected = live.property("Enabled").is_none_or(|it| it.as_bool() == Some(true) || it.as_str() == Some("true"));
    let disabled = matches!(actual.state(), Some("Disabled" | "Disabling"));
    if expected == disabled && !live.property("Enabled").is_some_and(Json::is_object) {
        let uuid = live.physical_id().to_owned();
        let deviation = live.deviation("Enabled", expected.to_string(), Some((!disabled).to_string()));
        deviations.push(deviation.repaired_by(async move {
            let call = lambda.update_event_source_mapping().uuid(uuid).enabled(expected);
            call.send().await.map(|_| ()).map_err(explain)
        }));
    }
    Ok(deviations)
}

async fn invoke_config_deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let name = live.property("FunctionName").and_then(Json::as_str).or_else(|| live.referenced("FunctionName"));
    let named = name.map(|name| (name, live.property("Qualifier").and_then(Json::as_str).or(Some("$LATEST"))));
    // Of an alias, its ARN says both.
    let Some((name, qualifier)) = named.or_else(|| Some((live.referred_within("FunctionName")?, None))) else {
        return Ok(Vec::new());
    };
    let lambda = &live.cloud.lambda;
    let answer =
        lambda.get_function_event_invoke_config().function_name(name).set_qualifier(qualifier.map(str::to_owned));
    let answer = answer.send().await;
    let Some(actual) = unless_missing(answer)? else { return Ok(live.missing()) };
    let number = |value: Option<i32>| value.map(|value| value.to_string());
    let compared = [
        live.compare("MaximumRetryAttempts", number(actual.maximum_retry_attempts())),
        live.compare("MaximumEventAgeInSeconds", number(actual.maximum_event_age_in_seconds())),
    ];
    let repaired = compared.into_iter().flatten().map(|deviation| {
        let call = lambda.update_function_event_invoke_config().function_name(name);
        let call = call.set_qualifier(qualifier.map(str::to_owned));
        let value = deviation.expected.parse().ok();
        let call = match deviation.property.as_str() {
            "MaximumRetryAttempts" => call.set_maximum_retry_attempts(value),
            _ => call.set_maximum_event_age_in_seconds(value),
        };
        deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) })
    });
    Ok(repaired.collect())
}
