//! CloudWatch, whose calls and answers are CBOR.
//! <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>

use ciborium::{Value, cbor};

use crate::account::Account;
use crate::http::{Answer, Refusal, Request};

/// `/service/{service}/operation/{operation}`.
pub(super) fn operation(request: &Request) -> &str {
    request.path.rsplit('/').next().unwrap_or_default()
}

/// Carries a call out.
pub(super) fn call(account: &Account, request: &Request, operation: &str) -> Result<Answer, Refusal> {
    if operation != "GetMetricData" {
        return Err(Refusal::not_implemented("monitoring", operation));
    }
    let invalid = |error: String| Refusal::new(400, "InvalidParameterValue", error);
    let body: Value = ciborium::from_reader(request.body.as_slice()).map_err(|error| invalid(error.to_string()))?;
    let queries = member(&body, "MetricDataQueries").and_then(Value::as_array).into_iter().flatten();
    let results = queries.map(|query| result(account, query)).collect::<Option<Vec<_>>>();
    let results = results.ok_or_else(|| invalid("a query has no id or no metric".to_owned()))?;
    Ok(answer(200, vec![("MetricDataResults".into(), Value::Array(results))]))
}

/// The answer to a request that is refused.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    let code = Value::from(refusal.code.as_str());
    answer(refusal.status, vec![("__type".into(), code), ("message".into(), refusal.message.as_str().into())])
}

fn answer(status: u16, members: Vec<(Value, Value)>) -> Answer {
    let mut written = Vec::new();
    // A vector takes all that is written.
    let _ = ciborium::into_writer(&Value::Map(members), &mut written);
    Answer::new(status, written).with("content-type", "application/cbor").with("smithy-protocol", "rpc-v2-cbor")
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html>
fn result(account: &Account, query: &Value) -> Option<Value> {
    let id = member(query, "Id")?.clone();
    let metric = member(member(query, "MetricStat")?, "Metric")?;
    let name = member(metric, "MetricName")?.as_text()?;
    let dimension = member(member(metric, "Dimensions")?.as_array()?.first()?, "Value")?.as_text()?;
    let counted = account.metrics.get(&(name.to_owned(), dimension.to_owned()));
    let values: Vec<_> = counted.into_iter().map(|it| Value::Float(*it)).collect();
    cbor!({"Id" => id, "StatusCode" => "Complete", "Values" => values}).ok()
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, it)| it)
}
