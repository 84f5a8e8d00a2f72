//! Lambda: what functions are, and not what they do.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{body, text};
use crate::account::{Account, Live};
use crate::http::{ACCOUNT, Refusal, Request};

const FUNCTION: &str = "AWS::Lambda::Function";

/// The operation by the method and the path.
pub(super) fn operation(request: &Request) -> &'static str {
    let steps = request.steps();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    match (request.method.as_str(), &steps[..]) {
        ("GET", [_, "functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("GET", [_, "functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("PUT", [_, "functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("GET", [_, "functions", _, "event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("POST", [_, "functions", _, "event-invoke-config"]) => "UpdateFunctionEventInvokeConfig",
        ("GET", [_, "functions", _, "policy"]) => "GetPolicy",
        ("GET", [_, "functions", _]) => "GetFunction",
        ("PUT", [_, "functions", _, "code"]) => "UpdateFunctionCode",
        ("GET", [_, "tags", _]) => "ListTags",
        ("POST", [_, "tags", _]) => "TagResource",
        ("GET", [_, "event-source-mappings", _]) => "GetEventSourceMapping",
        _ => "Unknown",
    }
}

/// A property that a function has from the moment when its code is updated until that is seen once.
/// <https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html>
const UPDATING: &str = "LastUpdateStatus";

fn missing(message: String) -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", message)
}

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let id = request.steps().get(2).cloned().unwrap_or_default();
    let region = &request.region;
    match operation {
        "GetEventSourceMapping" => {
            let live = account.find("AWS::Lambda::EventSourceMapping", region, &id);
            let live = live.ok_or_else(|| missing("The resource you requested does not exist.".to_owned()))?;
            Ok(json!({
                "UUID": live.id,
                "State": "Enabled",
                "EventSourceArn": live.property("EventSourceArn"),
                "FunctionArn": live.property("FunctionName"),
                "BatchSize": live.property("BatchSize"),
            }))
        }
        "GetFunctionEventInvokeConfig" | "UpdateFunctionEventInvokeConfig" => {
            let of_function = |live: &&mut Live| {
                live.resource_type == "AWS::Lambda::EventInvokeConfig"
                    && live.region == *region
                    && live.property("FunctionName").and_then(Json::as_str) == Some(id.as_str())
            };
            let live = account.live.iter_mut().find(of_function);
            let message = format!("The function {id} doesn't have an EventInvokeConfig");
            let live = live.ok_or_else(|| missing(message))?;
            if operation.starts_with("Update") {
                for (name, value) in body(request).as_object().into_iter().flatten() {
                    live.set(name, value.clone());
                }
            }
            Ok(json!({
                "MaximumRetryAttempts": live.property("MaximumRetryAttempts"),
                "MaximumEventAgeInSeconds": live.property("MaximumEventAgeInSeconds"),
            }))
        }
        "GetPolicy" => {
            let function =
                account.find(FUNCTION, region, &id).ok_or_else(|| missing(format!("Function not found: {id}")))?;
            let names = [function.id.clone(), function.arn()];
            let is_of = |live: &&Live| {
                let name = live.property("FunctionName").and_then(Json::as_str).unwrap_or_default();
                live.resource_type == "AWS::Lambda::Permission"
                    && live.region == *region
                    && names.iter().any(|it| it == name)
            };
            let statements: Vec<_> = account.live.iter().filter(is_of).map(|live| statement(live, &names[1])).collect();
            if statements.is_empty() {
                return Err(missing("The resource you requested does not exist.".to_owned()));
            }
            let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
            Ok(json!({ "Policy": policy.to_string() }))
        }
        "ListTags" | "TagResource" => {
            // https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
            let name = id.rsplit(':').next().unwrap_or_default();
            let live = account.find_mut(FUNCTION, region, name);
            let live = live.ok_or_else(|| missing(format!("Function not found: {id}")))?;
            if operation == "ListTags" {
                return Ok(json!({ "Tags": live.tags }));
            }
            for (name, value) in body(request)["Tags"].as_object().into_iter().flatten() {
                live.tags.insert(name.clone(), value.as_str().unwrap_or_default().to_owned());
            }
            Ok(json!({}))
        }
        "UpdateFunctionCode" => update_code(account, request, &id),
        "GetFunction" | "GetFunctionConfiguration" | "GetFunctionConcurrency" | "PutFunctionConcurrency" => {
            let live = account.find_mut(FUNCTION, region, &id);
            let arn = format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{id}");
            let live = live.ok_or_else(|| missing(format!("Function not found: {arn}")))?;
            match operation {
                "PutFunctionConcurrency" => {
                    let wanted = body(request).get("ReservedConcurrentExecutions").cloned().unwrap_or_default();
                    live.set("ReservedConcurrentExecutions", wanted.clone());
                    Ok(json!({ "ReservedConcurrentExecutions": wanted }))
                }
                "GetFunctionConcurrency" => {
                    let reserved = live.property("ReservedConcurrentExecutions").cloned();
                    Ok(reserved.map_or_else(|| json!({}), |it| json!({ "ReservedConcurrentExecutions": it })))
                }
                _ => {
                    let seen = live.clone();
                    live.unset(UPDATING);
                    let live = seen;
                    let configuration = configuration(account, &live);
                    let is_alone = operation == "GetFunctionConfiguration";
                    Ok(if is_alone { configuration } else { json!({ "Configuration": configuration }) })
                }
            }
        }
        other => Err(Refusal::not_implemented("lambda", other)),
    }
}

/// The statement that a permission is.
/// <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
fn statement(permission: &Live, function: &str) -> Json {
    let text = |name| permission.property(name).and_then(Json::as_str);
    let principal = text("Principal").unwrap_or_default();
    let kind = if principal.ends_with(".amazonaws.com") { "Service" } else { "AWS" };
    let is_account = principal.chars().all(|c| c.is_ascii_digit());
    let principal = if is_account { format!("arn:aws:iam::{principal}:root") } else { principal.to_owned() };
    let mut condition = Map::new();
    if let Some(arn) = text("SourceArn") {
        condition.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": arn }));
    }
    if let Some(account) = text("SourceAccount") {
        condition.insert("StringEquals".to_owned(), json!({ "AWS:SourceAccount": account }));
    }
    json!({
        "Sid": permission.id,
        "Effect": "Allow",
        "Principal": {kind: principal},
        "Action": text("Action"),
        "Resource": function,
        "Condition": condition,
    })
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html>
fn update_code(account: &mut Account, request: &Request, id: &str) -> Result<Json, Refusal> {
    let wanted = body(request);
    let (bucket, key) = (text(&wanted, "S3Bucket"), text(&wanted, "S3Key"));
    let is_there = account.buckets.get(bucket).is_some_and(|bucket| bucket.get(key).is_some());
    let arn = format!("arn:aws:lambda:{}:{ACCOUNT}:function:{id}", request.region);
    let live = account.find_mut(FUNCTION, &request.region, id);
    let live = live.ok_or_else(|| missing(format!("Function not found: {arn}")))?;
    if live.property(UPDATING).is_some() {
        let message =
            format!("The operation cannot be performed at this time. An update is in progress for resource: {arn}");
        return Err(Refusal::new(409, "ResourceConflictException", message));
    }
    if !is_there {
        let message = "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.";
        return Err(Refusal::new(400, "InvalidParameterValueException", message.to_owned()));
    }
    live.set("Code", json!({ "S3Bucket": bucket, "S3Key": key }));
    live.set(UPDATING, "InProgress".into());
    let live = live.clone();
    Ok(configuration(account, &live))
}

fn configuration(account: &Account, live: &Live) -> Json {
    const SAME: [&str; 10] = [
        "Runtime",
        "Role",
        "Handler",
        "Timeout",
        "MemorySize",
        "Environment",
        "Architectures",
        "LoggingConfig",
        "TracingConfig",
        "Description",
    ];
    let mut configuration = Map::new();
    for name in SAME {
        if let Some(value) = live.property(name) {
            configuration.insert(name.to_owned(), value.clone());
        }
    }
    configuration.insert("FunctionName".to_owned(), live.id.as_str().into());
    configuration.insert("FunctionArn".to_owned(), live.arn().into());
    configuration.insert("State".to_owned(), "Active".into());
    let status = live.property(UPDATING).cloned().unwrap_or_else(|| "Successful".into());
    configuration.insert(UPDATING.to_owned(), status);
    let code = live.property("Code").cloned().unwrap_or_default();
    let zip = account.buckets.get(text(&code, "S3Bucket")).and_then(|bucket| bucket.get(text(&code, "S3Key")));
    if let Some(zip) = zip {
        configuration.insert("CodeSha256".to_owned(), base64(&Sha256::digest(zip)).into());
        configuration.insert("CodeSize".to_owned(), zip.len().into());
    }
    Json::Object(configuration)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let bits = part.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - part.len()));
        for index in 0..4 {
            let place = usize::try_from((bits >> (18 - 6 * index)) & 63).unwrap_or_default();
            text.push(if index <= part.len() { char::from(LETTERS[place]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        let texts = ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes()));
        assert_eq!(texts, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
