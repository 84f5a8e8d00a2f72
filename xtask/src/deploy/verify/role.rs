//! IAM roles: their inline policies and boundary.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Deviation, Live};
use crate::cloud::explain;

pub(super) async fn verify(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let (iam, role) = (&live.cloud.iam, &live.resource.physical_id);
    let mut deviations = Vec::new();
    for policy in live.property("Policies").and_then(Json::as_array).into_iter().flatten() {
        let Some(name) = policy.get("PolicyName").and_then(Json::as_str) else { continue };
        let expected = actions(policy.get("PolicyDocument").unwrap_or(&Json::Null));
        let actual = match iam.get_role_policy().role_name(role).policy_name(name).send().await {
            Ok(answer) => Some(actions(&document(answer.policy_document()))),
            Err(error)
                if error.as_service_error().is_some_and(
                    aws_sdk_iam::operation::get_role_policy::GetRolePolicyError::is_no_such_entity_exception,
                ) =>
            {
                None
            }
            Err(error) => return Err(explain(error)),
        };
        if actual.as_ref() != Some(&expected) {
            let list = |actions: &BTreeSet<String>| actions.iter().cloned().collect::<Vec<_>>().join(" ");
            deviations.push(live.deviation(&format!("Policies[{name}]"), list(&expected), actual.as_ref().map(list)));
        }
    }
    deviations.extend(boundary(live).await?);
    Ok(deviations)
}

async fn boundary(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let Some(expected) = live.property("PermissionsBoundary").and_then(Json::as_str) else { return Ok(None) };
    let (iam, name) = (&live.cloud.iam, &live.resource.physical_id);
    let answer = iam.get_role().role_name(name).send().await.map_err(explain)?;
    let boundary = answer.role().and_then(|role| role.permissions_boundary());
    let actual = boundary.and_then(|it| it.permissions_boundary_arn()).map(str::to_owned);
    if actual.as_deref() == Some(expected) {
        return Ok(None);
    }
    let call = iam.put_role_permissions_boundary().role_name(name).permissions_boundary(expected);
    call.send().await.map_err(explain)?;
    let deviation = live.deviation("PermissionsBoundary", expected.to_owned(), actual);
    Ok(Some(Deviation { repaired: true, ..deviation }))
}

/// IAM returns documents percent-encoded.
fn document(text: &str) -> Json {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_default()
}

fn actions(document: &Json) -> BTreeSet<String> {
    let list = |json: &Json| match json {
        Json::Array(items) => items.clone(),
        Json::Null => Vec::new(),
        single => vec![single.clone()],
    };
    let statements = list(document.get("Statement").unwrap_or(&Json::Null));
    let actions = statements.iter().flat_map(|statement| list(statement.get("Action").unwrap_or(&Json::Null)));
    actions.filter_map(|action| action.as_str().map(str::to_owned)).collect()
}
