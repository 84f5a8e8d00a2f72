//! Early validation: names that are taken, properties that a type does not have, buckets that are not empty, and what a
//! test says.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html>

use std::collections::BTreeMap;

use infra::{expression, schema};
use serde_json::Value as Json;

use super::changes::{Change, Step, Values};
use crate::account::{Account, Live};
use crate::resources;

/// Something that early validation found.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) logical_id: String,
    pub(crate) resource_type: String,
    /// The hook that the reason of the change set's failure names.
    pub(crate) hook: &'static str,
    pub(crate) validation: String,
    pub(crate) reason: String,
    pub(crate) path: String,
    /// Whether it is a warning only.
    pub(crate) warns: bool,
}

/// What early validation finds in a change set.
pub(crate) fn findings(account: &Account, step: &Step<'_>, changes: &[Change]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let region = step.stack.2;
    let no_exports = BTreeMap::new();
    let scope = step.scope(step.after, &no_exports);
    for change in changes {
        let (id, kind) = (&change.logical_id, &change.resource_type);
        let finding = |hook, validation: &str, reason: String, path: String| Finding {
            logical_id: id.clone(),
            resource_type: kind.clone(),
            hook,
            validation: validation.to_owned(),
            reason,
            path,
            warns: false,
        };
        if let Some((validation, reason)) = account.invalid.get(id) {
            let path = format!("/Resources/{id}/Properties");
            findings.push(finding("AWS::EarlyValidation::PropertyValidation", validation, reason.clone(), path));
        }
        if change.action == "Remove" {
            let bucket = change.physical_id.as_ref().and_then(|id| account.buckets.get(id));
            let deletes = change.policy_action == Some("Delete");
            if let (Some(bucket), true, Some(name)) = (bucket, deletes, &change.physical_id)
                && !bucket.is_empty()
            {
                let reason = format!(
                    "The bucket '{name}' is not empty. You must either delete all objects and versions or use the \
                     deletion policy to retain it, otherwise the delete operation will fail."
                );
                let hook = "AWS::EarlyValidation::BucketEmptinessCheck";
                let found = finding(hook, "BUCKET_EMPTINESS_VALIDATION", reason, format!("/Resources/{id}"));
                findings.push(Finding { warns: true, ..found });
            }
            continue;
        }
        let null = Json::Null;
        let resource = step.after.template.resource(id);
        let properties = resource.and_then(|it| it.get("Properties")).unwrap_or(&null);
        if let Some(schema) = schema::of(kind) {
            let has = |name: &str| schema.properties().any(|known| known == name);
            let is_open = kind.starts_with("Custom::") || kind == "AWS::CloudFormation::CustomResource";
            let names = properties.as_object().into_iter().flatten().map(|(name, _)| name);
            for name in names.filter(|name| !is_open && !name.starts_with("Fn::") && !has(name)) {
                let path = format!("/Resources/{id}/Properties/{name}");
                let reason = format!("Unsupported property [{name}]");
                let hook = "AWS::EarlyValidation::PropertyValidation";
                findings.push(finding(hook, "PROPERTY_VALIDATION", reason, path));
            }
        }
        if change.action == "Add" {
            let known = expression::resolve(properties, &Values(scope));
            let Some(name) = resources::unique_name_of(kind, &known) else { continue };
            let is_named = |live: &&Live| {
                live.resource_type == *kind
                    && live.region == region
                    && resources::unique_name_of(kind, &live.properties) == Some(name)
            };
            let taken = account.live.iter().any(|live| is_named(&live))
                || (kind == "AWS::S3::Bucket" && account.buckets.contains_key(name));
            // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
            let policy = resource.and_then(|it| it.get("DeletionPolicy")?.as_str()).unwrap_or_default();
            let is_imported = step.after.imports && policy.starts_with("Retain");
            if taken && !is_imported {
                let reason = format!("Resource of type '{kind}' with identifier '{name}' already exists.");
                let hook = "AWS::EarlyValidation::ResourceExistenceCheck";
                findings.push(finding(hook, "NAME_CONFLICT_VALIDATION", reason, format!("/Resources/{id}")));
            }
        }
    }
    findings
}
