//! Sets properties to what the model says, through the Cloud Control API.
//!
//! AWS advises against updates of what belongs to a stack, since CloudFormation does not see them. Here they only bring back
//! what CloudFormation takes to be so already. They never touch what would replace the resource, nor a resource of which
//! the API does not read everything that the model sets: what it does not read would get lost.
//! <https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-operations-update.html>

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use aws_sdk_cloudcontrol::operation::update_resource::builders::UpdateResourceFluentBuilder;
use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent};
use futures::future::{BoxFuture, FutureExt as _, Shared};
use infra::expression::has_function;
use infra::schema::Schema;
use serde_json::{Value as Json, json};

use super::comparison::{Difference, is_unknown};
use crate::cloud::explain;
use crate::deploy::change_set::pause;
use crate::services::deviation::Live;

/// One update of a resource, whichever of its properties asks for it first.
type Call = Shared<BoxFuture<'static, Result<(), Arc<anyhow::Error>>>>;

/// How long it takes until a request is looked at again.
const POLL: Duration = Duration::from_secs(2);

/// The properties that are to be set of a resource.
pub(super) struct Update<'a> {
    live: &'a Live<'a>,
    schema: &'a Schema,
    identifier: &'a str,
    model: &'a Json,
    actual: &'a Json,
    /// The operations of the patch, by property.
    operations: BTreeMap<&'a str, Json>,
}

impl<'a> Update<'a> {
    pub(super) fn new(
        live: &'a Live<'a>,
        schema: &'a Schema,
        identifier: &'a str,
        model: &'a Json,
        actual: &'a Json,
    ) -> Self {
        Self { live, schema, identifier, model, actual, operations: BTreeMap::new() }
    }

    /// Has the update set the property of a difference, if it can.
    pub(super) fn take(&mut self, difference: &Difference) -> bool {
        let path: Vec<_> = difference.steps.iter().map(String::as_str).collect();
        let schema = self.schema;
        let replaces = schema.create_only(&path) || schema.conditionally_create_only(&path);
        let Some((property, expected)) = path.first().and_then(|name| self.model.as_object()?.get_key_value(*name))
        else {
            return false;
        };
        // Setting tags would take those away that CloudFormation adds.
        let is_tag = schema.tag_property() == Some(property.as_str());
        if replaces || is_tag || is_unsaid(expected) || self.has_write_only() {
            return false;
        }
        let actual = self.actual.get(property);
        let op = if actual.is_some() { "replace" } else { "add" };
        let value = like(expected, actual.unwrap_or(&Json::Null));
        self.operations.insert(property, json!({"op": op, "path": format!("/{property}"), "value": value}));
        true
    }

    fn has_write_only(&self) -> bool {
        has_write_only(self.schema, &mut Vec::new(), self.model)
    }

    /// The call, which is made once however often it is waited for.
    pub(super) fn call(&self) -> Call {
        let patch = Json::Array(self.operations.values().cloned().collect());
        let call = self.live.cloud.cloudcontrol.update_resource().type_name(&self.live.resource.resource_type);
        let call = call.identifier(self.identifier).patch_document(patch.to_string());
        let client = self.live.cloud.cloudcontrol.clone();
        async move { run(client, call).await.map_err(Arc::new) }.boxed().shared()
    }
}

/// Waits for a call that others may wait for, too.
pub(super) async fn join(call: Call) -> anyhow::Result<()> {
    call.await.map_err(|error| anyhow::anyhow!("{error}"))
}

async fn run(cloudcontrol: aws_sdk_cloudcontrol::Client, call: UpdateResourceFluentBuilder) -> anyhow::Result<()> {
    let mut event = call.send().await.map_err(explain)?.progress_event;
    while let Some(ProgressEvent { operation_status: Some(status), request_token, .. }) = &event {
        match status {
            OperationStatus::Pending | OperationStatus::InProgress | OperationStatus::CancelInProgress => {
                pause(POLL).await;
            }
            OperationStatus::Success => return Ok(()),
            _ => break,
        }
        let call = cloudcontrol.get_resource_request_status().set_request_token(request_token.clone());
        event = call.send().await.map_err(explain)?.progress_event;
    }
    let message = event.and_then(|event| event.status_message).unwrap_or_else(|| "it does not say why".to_owned());
    bail!("the Cloud Control API could not set it: {message}")
}

/// Whether a part of the value is known to CloudFormation only.
fn is_unsaid(value: &Json) -> bool {
    let is_below = match value {
        Json::Object(members) => members.values().any(is_unsaid),
        Json::Array(items) => items.iter().any(is_unsaid),
        _ => false,
    };
    is_below || is_unknown(value) || has_function(value)
}

fn has_write_only(schema: &Schema, path: &mut Vec<String>, value: &Json) -> bool {
    let steps: Vec<_> = path.iter().map(String::as_str).collect();
    if !steps.is_empty() && schema.write_only(&steps) {
        return true;
    }
    let mut below = |step: String, value: &Json| {
        path.push(step);
        let found = has_write_only(schema, path, value);
        path.pop();
        found
    };
    match value {
        Json::Object(members) => members.iter().any(|(name, member)| below(name.clone(), member)),
        Json::Array(items) => items.iter().enumerate().any(|(index, item)| below(index.to_string(), item)),
        _ => false,
    }
}

/// A value of the model in the kind of JSON that is live: CloudFormation takes a number as text, the API does not.
fn like(expected: &Json, actual: &Json) -> Json {
    match (expected, actual) {
        (Json::String(text), Json::Number(_) | Json::Bool(_)) => {
            serde_json::from_str(text).ok().filter(|it: &Json| !it.is_string()).unwrap_or_else(|| expected.clone())
        }
        (Json::Object(members), _) => {
            let of = |name: &str| actual.get(name).unwrap_or(&Json::Null);
            members.iter().map(|(name, member)| (name.clone(), like(member, of(name)))).collect()
        }
        (Json::Array(items), _) => {
            let of = |index: usize| actual.get(index).unwrap_or(&Json::Null);
            items.iter().enumerate().map(|(index, item)| like(item, of(index))).collect()
        }
        _ => expected.clone(),
    }
}
