//! REST APIs: their routes, and calls of them.

use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::require;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local;
use crate::operate::running_stack::RunningStack;
use crate::operate::{moment, route};
use crate::services::cloudformation::Resource;

/// How long API Gateway waits for an answer, and some time more.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>
const PATIENCE: Duration = Duration::from_secs(35);

/// How many bytes of an answer are shown.
const SHOWN: usize = 256 * 1024;

/// The header by which X-Ray's traces are passed on.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
const TRACE: &str = "x-amzn-trace-id";

/// A call of a route.
#[derive(Debug, Deserialize)]
pub struct Call {
    method: String,
    /// The path below the stage, with its query.
    path: String,
    body: Option<String>,
}

/// What there is to know of an API.
pub(super) fn facts(stack: &RunningStack, api: &Resource) -> Json {
    let own = stack.of_type("AWS::ApiGateway::Method").filter(|(_, it)| it["RestApiId"] == api.physical_id);
    let routes = own.filter(|(_, it)| it["HttpMethod"] != "OPTIONS").map(|(id, it)| {
        let names = it["RequestParameters"].as_object().into_iter().flatten();
        let queries: Vec<_> = names.filter_map(|(name, _)| name.strip_prefix("method.request.querystring.")).collect();
        json!({"method": it["HttpMethod"], "path": route::path(stack, id), "queries": queries})
    });
    json!({"routes": routes.collect::<Vec<_>>(), "address": address(stack, api)})
}

/// Where the API is called.
fn address(stack: &RunningStack, api: &Resource) -> Option<String> {
    let (stage, cloud) = (route::stage(stack, &api.physical_id)?, &stack.cloud);
    if let Some(local) = &cloud.local {
        return Some(local.api_url(&api.physical_id, stage));
    }
    let suffix = cloud.pseudo("").value("AWS::URLSuffix");
    let suffix = suffix.as_ref().and_then(Json::as_str).unwrap_or("amazonaws.com");
    Some(format!("https://{}.execute-api.{}.{suffix}/{stage}", api.physical_id, cloud.region))
}

/// Calls a route.
pub(super) async fn call(stack: &RunningStack, id: &str, Call { method, path, body }: Call) -> anyhow::Result<Json> {
    let api = require(stack, id, &["AWS::ApiGateway::RestApi"], "API")?;
    let address = address(stack, api).ok_or_else(|| Failure::new("the API has no stage").exit(Exit::Usage))?;
    if !path.starts_with('/') {
        return Err(Failure::new(format!("a path begins with `/`, and `{path}` does not")).exit(Exit::Usage).into());
    }
    let method = reqwest::Method::from_bytes(method.as_bytes())
        .map_err(|_| Failure::new(format!("`{method}` is no method of HTTP")).exit(Exit::Usage))?;
    let mut request = local::http_client(PATIENCE)?.request(method, format!("{address}{path}"));
    // What is done for it then belongs to a trace that is known here, also where the answer does not tell it.
    let trace = new_trace();
    request = request.header(TRACE, format!("Root={trace}"));
    if let Some(body) = body.filter(|it| !it.is_empty()) {
        request = request.header("content-type", "application/json").body(body);
    }
    let began = std::time::Instant::now();
    let answer = request.send().await.context("the API does not answer")?;
    let status = answer.status();
    let told = answer.headers().get(TRACE).and_then(|it| root(it.to_str().ok()?)).map(str::to_owned);
    let headers: Vec<_> = answer
        .headers()
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    let bytes = answer.bytes().await.context("the answer of the API cannot be read")?;
    let took = began.elapsed().as_millis();
    let shown = bytes.get(..SHOWN).unwrap_or(&bytes);
    Ok(json!({
        "status": status.as_u16(),
        "reason": status.canonical_reason(),
        "headers": headers,
        "body": String::from_utf8_lossy(shown),
        "cut": shown.len() < bytes.len(),
        "milliseconds": u64::try_from(took).unwrap_or(u64::MAX),
        "trace": told.unwrap_or(trace),
    }))
}

/// The id of a trace that begins now: the time in seconds, and what makes it the only one.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids>
fn new_trace() -> String {
    let unique = Uuid::new_v4().simple().to_string();
    format!("1-{:08x}-{}", moment::now() / 1_000, unique.get(..24).unwrap_or_default())
}

/// The id of the trace in X-Ray's header.
fn root(header: &str) -> Option<&str> {
    header.split(';').find_map(|field| field.trim().strip_prefix("Root=")).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_found_in_the_header_whatever_is_beside_it() {
        let id = "1-5759e988-bd862e3fe1be46a994272793";
        assert_eq!(root(&format!("Root={id};Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:a:0")), Some(id));
        assert_eq!(root(&format!("Self=1-a-b; Root={id}")), Some(id));
        assert_eq!(root("Sampled=1"), None);
        let new = new_trace();
        let parts: Vec<_> = new.split('-').map(str::len).collect();
        assert_eq!(parts, [1, 8, 24], "{new}");
    }
}
