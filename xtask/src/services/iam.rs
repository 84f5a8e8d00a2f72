//! IAM roles: their inline policies and boundary.

use futures::future::FutureExt as _;
use serde_json::Value as Json;

use super::deviation::{Deviation, Live};
use super::existence::{found, unless_missing};
use super::policy::{is_same, words};
use super::{Answer, ResourceType};
use crate::cloud::{Cloud, explain};

pub(super) const TYPES: &[(&str, &dyn ResourceType)] = &[("AWS::IAM::Role", &Role)];

struct Role;

impl ResourceType for Role {
    fn exists<'a>(&self, cloud: &'a Cloud, id: &'a str) -> Answer<'a, Option<bool>> {
        async move { found(cloud.iam.get_role().role_name(id).send().await) }.boxed()
    }

    fn deviations<'a>(&self, live: &'a Live<'a>) -> Option<Answer<'a, Vec<Deviation>>> {
        Some(deviations(live).boxed())
    }
}

async fn deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    let iam = &live.cloud.iam;
    let answer = iam.get_role().role_name(live.physical_id()).send().await;
    let Some(role) = unless_missing(answer)?.and_then(|answer| answer.role().cloned()) else {
        return Ok(live.missing());
    };
    let mut deviations = Vec::new();
    let modelled: Vec<_> = live.property("Policies").and_then(Json::as_array).into_iter().flatten().collect();
    let name_of = |policy: &Json| policy.get("PolicyName").and_then(Json::as_str).map(str::to_owned);
    for policy in &modelled {
        let Some(name) = name_of(policy) else { continue };
        let expected = policy.get("PolicyDocument").unwrap_or(&Json::Null);
        let answer = iam.get_role_policy().role_name(live.physical_id()).policy_name(&name).send().await;
        let actual = unless_missing(answer)?.map(|answer| document(answer.policy_document()));
        if actual.as_ref().is_some_and(|actual| is_same(expected, actual)) {
            continue;
        }
        let path = format!("Policies[{name}]");
        deviations.push(live.deviation(&path, words(expected), actual.as_ref().map(words)));
    }
    let mut names = iam.list_role_policies().role_name(live.physical_id()).into_paginator().items().send();
    while let Some(name) = names.next().await {
        let name = name.map_err(explain)?;
        // Policies of other resources of the template may be this role's, too: `AWS::IAM::Policy`.
        if !modelled.iter().any(|policy| name_of(policy).as_ref() == Some(&name)) && !live.has_policy(&name) {
            deviations.push(live.deviation(&format!("Policies[{name}]"), "none".to_owned(), Some("a policy".into())));
        }
    }
    let boundary = role.permissions_boundary().and_then(|it| it.permissions_boundary_arn()).map(str::to_owned);
    if let Some(deviation) = live.compare("PermissionsBoundary", boundary) {
        let call = iam.put_role_permissions_boundary().role_name(live.physical_id());
        let call = call.permissions_boundary(&deviation.expected);
        deviations.push(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) }));
    }
    Ok(deviations)
}

/// IAM returns documents percent-encoded.
fn document(text: &str) -> Json {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_default()
}
