//! The sizes of policies, environments and tags, which the schemas leave out or get wrong.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::Check;
use crate::iam::{Policy, PolicyDocument, Role};
use crate::lambda::Function;
use crate::reference::{LogicalId, Resource as _};
use crate::schema::Schema;
use crate::stack::Stack;
use assembly::Finding;

/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const ENVIRONMENT_BYTES: usize = 4_096;

/// Most services: <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>
const MOST_TAGS: usize = 50;

/// What all inline policies of a role may have.
const ROLE_POLICIES: usize = 10_240;

/// How long policies may be together, which are found at `path` in resources of a type.
struct PolicySize {
    resource_type: &'static str,
    path: &'static [&'static str],
    most: usize,
    what: &'static str,
}

/// In characters without white space; what an intrinsic function leaves counts as the function is written.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html>
const POLICY_SIZES: [PolicySize; 9] = [
    PolicySize {
        resource_type: "AWS::IAM::Role",
        path: &["AssumeRolePolicyDocument"],
        most: 2_048,
        what: "the trust policy",
    },
    PolicySize {
        resource_type: "AWS::IAM::Role",
        path: &["Policies", "*", "PolicyDocument"],
        most: ROLE_POLICIES,
        what: "the inline policies",
    },
    PolicySize {
        resource_type: "AWS::IAM::RolePolicy",
        path: &["PolicyDocument"],
        most: ROLE_POLICIES,
        what: "the policy",
    },
    PolicySize {
        resource_type: "AWS::IAM::Policy",
        path: &["PolicyDocument"],
        most: ROLE_POLICIES,
        what: "the policy",
    },
    PolicySize {
        resource_type: "AWS::IAM::Group",
        path: &["Policies", "*", "PolicyDocument"],
        most: 5_120,
        what: "the inline policies",
    },
    PolicySize {
        resource_type: "AWS::IAM::User",
        path: &["Policies", "*", "PolicyDocument"],
        most: 2_048,
        what: "the inline policies",
    },
    PolicySize { resource_type: "AWS::IAM::ManagedPolicy", path: &["PolicyDocument"], most: 6_144, what: "the policy" },
    PolicySize { resource_type: "AWS::SQS::QueuePolicy", path: &["PolicyDocument"], most: 8_192, what: "the policy" },
    PolicySize { resource_type: "AWS::S3::BucketPolicy", path: &["PolicyDocument"], most: 20_480, what: "the policy" },
];

/// The inline policies of a role and those attached to it count together.
pub(super) fn together(stack: &Stack, findings: &mut Vec<Finding>) {
    let size = |document: &PolicyDocument| serde_json::to_string(document).map_or(0, |text| text.len());
    let mut attached: BTreeMap<LogicalId, Vec<(LogicalId, usize)>> = BTreeMap::new();
    for (policy, it) in stack.resources_of::<Policy>() {
        for role in &it.roles {
            attached.entry(role.id()).or_default().push((policy.id(), size(&it.policy_document)));
        }
    }
    for (reference, role) in stack.resources_of::<Role>() {
        let Some(policies) = attached.get(&reference.id()) else { continue };
        let inline: usize = role.policies.iter().map(|policy| size(&policy.policy_document)).sum();
        let together = inline + policies.iter().map(|(_, size)| size).sum::<usize>();
        if together > ROLE_POLICIES {
            let names: Vec<_> = policies.iter().map(|(id, _)| format!("`{id}`")).collect();
            let message = format!(
                "`{}`: its inline policies and {} are {together} characters together, {ROLE_POLICIES} are allowed",
                reference.id(),
                names.join(", ")
            );
            let finding = Finding::error("policy-size", message).help("move a part of them into a managed policy");
            findings.extend(stack.declared(reference.id()).map(|declared| finding.at(declared.source)));
        }
    }
}

pub(super) fn check(check: &mut Check<'_>, schema: Option<&Schema>, properties: &Map<String, Json>) {
    let resource_type = check.declared.resource_type();
    for limit in POLICY_SIZES.iter().filter(|limit| limit.resource_type == resource_type) {
        let size = at(properties, limit.path);
        if size > limit.most {
            let PolicySize { what, most, .. } = limit;
            check
                .error("policy-size", format!("{what}: {size} characters without white space, {most} are allowed"))
                .help("allow the same on fewer lines, or move a part of it into a managed policy");
        }
    }
    if resource_type == Function::TYPE {
        environment(check, properties);
    }
    tags(check, schema, properties);
}

fn at(properties: &Map<String, Json>, path: &[&str]) -> usize {
    let Some((first, rest)) = path.split_first() else { return 0 };
    properties.get(*first).map_or(0, |value| below(value, rest))
}

fn below(value: &Json, path: &[&str]) -> usize {
    match (path.split_first(), value) {
        (None, value) => without_space(value),
        (Some((&"*", rest)), Json::Array(items)) => items.iter().map(|item| below(item, rest)).sum(),
        (Some((name, rest)), value) => value.get(name).map_or(0, |value| below(value, rest)),
    }
}

/// The length of a policy as compact JSON, without the white space in its strings, which IAM does not count either.
fn without_space(json: &Json) -> usize {
    match json {
        Json::Null => 4,
        Json::Bool(value) => 5 - usize::from(*value),
        Json::Number(number) => number.to_string().len(),
        Json::String(text) => 2 + text.chars().filter(|c| !c.is_whitespace()).count(),
        Json::Array(items) => 2 + items.iter().map(without_space).sum::<usize>() + items.len().saturating_sub(1),
        Json::Object(entries) => {
            let entry = |(name, value): (&String, &Json)| name.len() + 3 + without_space(value);
            2 + entries.iter().map(entry).sum::<usize>() + entries.len().saturating_sub(1)
        }
    }
}

fn environment(check: &mut Check<'_>, properties: &Map<String, Json>) {
    let variables = properties.get("Environment").and_then(|environment| environment.get("Variables"));
    let length = |value: &Json| value.as_str().map_or_else(|| 0, str::len);
    let variables = variables.and_then(Json::as_object).into_iter().flatten();
    let size: usize = variables.map(|(name, value)| name.len() + length(value)).sum();
    if size > ENVIRONMENT_BYTES {
        check
            .error(
                "environment-size",
                format!("the environment variables take {size} bytes, {ENVIRONMENT_BYTES} are allowed"),
            )
            .help("keep long values in a parameter store or a bucket, and pass where they are");
    }
}

fn tags(check: &mut Check<'_>, schema: Option<&Schema>, properties: &Map<String, Json>) {
    let tags = schema.and_then(Schema::tag_property).and_then(|property| properties.get(property));
    let keys: Vec<&str> = match tags {
        Some(Json::Array(tags)) => tags.iter().filter_map(|tag| tag.get("Key")?.as_str()).collect(),
        Some(Json::Object(tags)) => tags.keys().map(String::as_str).collect(),
        _ => return,
    };
    if keys.len() > MOST_TAGS {
        check.error("tags", format!("it has {} tags, {MOST_TAGS} are allowed", keys.len()));
    }
    for key in keys.iter().filter(|key| key.to_ascii_lowercase().starts_with("aws:")) {
        check.error("tags", format!("the tag `{key}` starts with `aws:`, which is reserved")).help("rename it");
    }
}
