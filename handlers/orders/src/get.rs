//! Shows what was kept of the orders of an id.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::presigning::PresigningConfig;
use bindings::Program;
use bindings::dynamodb::{Query, Table};
use bindings::s3::{Bucket, GetObject};
use functions::api::{Request, Response};
use functions::{CallError, FieldError, clock};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::order::check_id;
use crate::record::{
    AMOUNT, DOCUMENT, FROM_ACCOUNT, IS_DUPLICATE, ORDER_ID, POSITION, REASONS, RECEIVED_AT, TO_ACCOUNT, VALID, text,
};

/// How long a document's URL holds, unless the session of the function's role, which signs it, ends before.
const URL_TIME: Duration = Duration::from_mins(15);

/// What get needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The records of all orders.
    pub records: Table<Query>,
    /// The right orders as they were sent. The URLs that are signed with this right need it when they are used.
    pub documents: Bucket<GetObject>,
}

impl Program for Bindings {
    const NAME: &'static str = "orders-get";
}

/// Up to how many bytes of records an answer has: Lambda returns no more than 6 MB, and a single record stays far below
/// the rest.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MAX_RECORDS_BYTES: usize = 5_000_000;

/// One record as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    received_at: Option<i64>,
    valid: Option<bool>,
    is_duplicate: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_account: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    #[serde(flatten)]
    link: Option<Link>,
}

/// Where everybody who knows it may read a document for some time.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    url: String,
    url_expires_at: i64,
}

/// What is shown of an id: the records, and from which position on there are older ones, if not all are among them.
#[derive(Debug, Default)]
struct Found {
    records: Vec<String>,
    next: Option<i64>,
}

/// Answers with the records of the order in the path, newest first, each right one with a URL of the order as it was
/// sent; 404 when there are none.
///
/// Records that are more than an answer can hold are continued: with the query `before={next}`.
pub async fn handle(bindings: &Bindings, request: &Request, request_id: &str) -> Response {
    let (id, before) = match asked(request) {
        Ok(asked) => asked,
        Err(error) => return error.into(),
    };
    match found(bindings, id, before).await {
        Ok((id, found)) if !found.records.is_empty() => {
            tracing::info!(order_id = id, records = found.records.len(), "order shown");
            Response::json(200, body(&id, &found))
        }
        Ok(_) => Response { status_code: 404, ..FieldError::new(ORDER_ID, "there is no such order").into() },
        Err(error) => {
            tracing::error!(order_id = id, %error, "the order cannot be shown");
            Response::internal_error(request_id)
        }
    }
}

/// The id in the path, and before which position records are wanted.
fn asked(request: &Request) -> Result<(&str, Option<i64>), FieldError> {
    let id = request.path_parameters.get(ORDER_ID).map_or("", String::as_str);
    check_id(ORDER_ID, id)?;
    let before = request
        .query_string_parameters
        .get("before")
        .map(|text| text.parse().map_err(|_| FieldError::new("before", "expected the `next` of an answer")));
    Ok((id, before.transpose()?))
}

fn body(id: &str, found: &Found) -> String {
    let next = found.next.map(|next| format!(r#","next":{next}"#)).unwrap_or_default();
    format!(r#"{{"{ORDER_ID}":{},"records":[{}]{next}}}"#, json!(id), found.records.join(","))
}

/// What there is of the order `id`, with its id. Whether API Gateway decodes a part of a path is not documented: what
/// is not found as it came is looked for as it may have been meant.
async fn found(bindings: &Bindings, id: &str, before: Option<i64>) -> Result<(String, Found), CallError> {
    let mut found = records(bindings, id, before).await?;
    let decoded = percent_decode_str(id).decode_utf8().unwrap_or_default();
    if found.records.is_empty() && decoded != id && check_id(ORDER_ID, &decoded).is_ok() {
        found = records(bindings, &decoded, before).await?;
        return Ok((decoded.into_owned(), found));
    }
    Ok((id.to_owned(), found))
}

/// The records of the order `id` before a position, newest first.
async fn records(bindings: &Bindings, id: &str, before: Option<i64>) -> Result<Found, CallError> {
    let mut pages = bindings
        .records
        .query()
        .key_condition_expression("#id = :id AND #position < :before")
        .expression_attribute_names("#id", ORDER_ID)
        .expression_attribute_names("#position", POSITION)
        .expression_attribute_values(":id", text(id))
        .expression_attribute_values(":before", AttributeValue::N(before.unwrap_or(i64::MAX).to_string()))
        .scan_index_forward(false)
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    let (mut found, mut bytes, mut last) = (Found::default(), 0, None);
    while let Some(item) = pages.next().await {
        let item: BTreeMap<_, _> =
            item.map_err(|error| CallError::new("query the records", error))?.into_iter().collect();
        // Straight to text: on the way through a JSON value the amount would be rounded.
        let record = serde_json::to_string(&shown(&bindings.documents, &item).await?)
            .map_err(|error| CallError::new("write a record", error))?;
        bytes += record.len() + 1;
        if bytes > MAX_RECORDS_BYTES {
            found.next = last;
            break;
        }
        found.records.push(record);
        last = item.get(POSITION).and_then(number);
    }
    Ok(found)
}

async fn shown(documents: &Bucket<GetObject>, item: &BTreeMap<String, AttributeValue>) -> Result<Shown, CallError> {
    let text = |name| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    let truth = |name| item.get(name).and_then(|value| value.as_bool().ok()).copied();
    let reasons = item.get(REASONS).and_then(|value| value.as_l().ok()).map_or(&[][..], Vec::as_slice);
    let link = match text(DOCUMENT) {
        Some(key) => Some(link(documents, &key).await?),
        None => None,
    };
    Ok(Shown {
        received_at: item.get(RECEIVED_AT).and_then(number),
        valid: truth(VALID),
        is_duplicate: truth(IS_DUPLICATE),
        amount: item.get(AMOUNT).and_then(|value| RawValue::from_string(value.as_n().ok()?.clone()).ok()),
        from_account: text(FROM_ACCOUNT),
        to_account: text(TO_ACCOUNT),
        reasons: reasons.iter().filter_map(|reason| reason.as_s().ok().cloned()).collect(),
        link,
    })
}

fn number(value: &AttributeValue) -> Option<i64> {
    value.as_n().ok()?.parse().ok()
}

async fn link(documents: &Bucket<GetObject>, key: &str) -> Result<Link, CallError> {
    let config = PresigningConfig::expires_in(URL_TIME).map_err(|error| CallError::new("sign a URL", error))?;
    let expires = i64::try_from(URL_TIME.as_millis()).unwrap_or_default();
    let url_expires_at = clock::millis().saturating_add(expires);
    // In a box, because a future of futures this deep is more than the compiler lays out.
    let request = Box::pin(documents.get_object(key).presigned(config)).await;
    let request = request.map_err(|error| CallError::new("sign a URL", error))?;
    Ok(Link { url: request.uri().to_owned(), url_expires_at })
}
