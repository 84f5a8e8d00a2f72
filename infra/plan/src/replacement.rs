//! Which changes make CloudFormation replace a resource, and what stays of the old one.

use serde_json::{Map, Value as Json};

use super::properties::PropertyChange;
use infra::expression::is_function;

/// Whether a change of a property replaces the resource, which is `before` and `after` as the templates have it, with what
/// is known in place.
///
/// A change that replaces only sometimes counts as one that does unless it is certain that it does not: nobody shall be
/// surprised.
pub(super) fn replaces(resource_type: &str, change: &PropertyChange, before: &Json, after: &Json) -> bool {
    let path: Vec<_> = change.path.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect();
    let Some(schema) = schemas::of(resource_type) else { return false };
    if schema.create_only(&path) {
        return true;
    }
    // What is set or removed as a whole may hold such a property.
    let is_below = |steps: Vec<&str>| {
        let [old, new] = [&change.before, &change.after].map(|side| side.as_ref().and_then(|it| below(it, &steps)));
        old != new
    };
    let sometimes = schema.conditionally_create_only(&path) || schema.create_only_below(&path).any(is_below);
    sometimes && !stays(resource_type, &path, before, after)
}

/// The value at `steps`; of a list or a function on the way, all of it.
fn below<'a>(json: &'a Json, steps: &[&str]) -> Option<&'a Json> {
    match (steps.split_first(), json) {
        (Some((step, rest)), Json::Object(members)) if !is_function(members) => below(members.get(*step)?, rest),
        _ => Some(json),
    }
}

/// Whether it is certain that a property, which sometimes replaces its resource, changes in place.
fn stays(resource_type: &str, path: &[&str], before: &Json, after: &Json) -> bool {
    let (old, new) = (before.get("Properties"), after.get("Properties"));
    let text = |properties: Option<&Json>, name: &str| -> Option<String> {
        match properties?.get(name)? {
            Json::String(text) => Some(text.clone()),
            Json::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    };
    match resource_type {
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
        "AWS::AutoScaling::AutoScalingGroup" => {
            let policy = after.get("UpdatePolicy").and_then(|policy| policy.get("AutoScalingReplacingUpdate"));
            text(policy, "WillReplace").map_or(policy.is_none(), |will| will == "false")
        }
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html
        "AWS::Batch::ComputeEnvironment" => text(new, "ReplaceComputeEnvironment").is_some_and(|it| it == "false"),
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html
        "AWS::EC2::VPC" => {
            let tenancy = |properties| text(properties, "InstanceTenancy");
            tenancy(old).is_some_and(|it| it == "dedicated")
                && tenancy(new).is_none_or(|it| it == "default")
                && path == ["InstanceTenancy"]
        }
        // A function becomes durable, or not, only when it is made; its limits change in place.
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-durableconfig.html
        "AWS::Lambda::Function" => {
            let is_durable = |properties: Option<&Json>| properties.and_then(|it| it.get("DurableConfig")).is_some();
            is_durable(old) && is_durable(new)
        }
        // These interrupt the database.
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html
        "AWS::RDS::DBInstance" | "AWS::Neptune::DBInstance" => matches!(
            path,
            ["AutoMinorVersionUpgrade"
                | "BackupRetentionPeriod"
                | "DBParameterGroupName"
                | "MultiAZ"
                | "PreferredMaintenanceWindow"]
        ),
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-document.html
        "AWS::SSM::Document" => text(new, "UpdateMethod").is_some_and(|it| it == "NewVersion"),
        _ => false,
    }
}

/// What stays of a resource that leaves the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remains {
    /// Nothing.
    Nothing,
    /// A snapshot of its data.
    Snapshot,
    /// All of it, outside of the stack.
    All,
}

/// The types of which CloudFormation takes snapshots.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
const WITH_SNAPSHOTS: [&str; 8] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
];

/// What stays of a resource that is deleted. A database of RDS outside of a cluster leaves a snapshot unless it says
/// otherwise; of a read replica there is none, whatever it says.
pub(super) fn remains_of_deleted(resource: &Json) -> Remains {
    let resource_type = resource.get("Type").and_then(Json::as_str).unwrap_or_default();
    let is_in_cluster = resource.pointer("/Properties/DBClusterIdentifier").is_some();
    if resource_type == "AWS::RDS::DBInstance" && resource.pointer("/Properties/SourceDBInstanceIdentifier").is_some() {
        return Remains::Nothing;
    }
    let is_kept = match resource_type {
        "AWS::RDS::DBCluster" => true,
        "AWS::RDS::DBInstance" => !is_in_cluster,
        _ => false,
    };
    let default = if is_kept { Remains::Snapshot } else { Remains::Nothing };
    by_policy(resource, "DeletionPolicy", default)
}

/// What stays of a resource that another one replaces. What only one of the templates keeps is not taken to be kept.
pub(super) fn remains_of_replaced(before: &Json, after: &Json) -> Remains {
    let of = |resource| by_policy(resource, "UpdateReplacePolicy", Remains::Nothing);
    match (of(before), of(after)) {
        (before, after) if before == after => before,
        (Remains::Nothing, _) | (_, Remains::Nothing) => Remains::Nothing,
        _ => Remains::Snapshot,
    }
}

fn by_policy(resource: &Json, policy: &str, default: Remains) -> Remains {
    let resource_type = resource.get("Type").and_then(Json::as_str).unwrap_or_default();
    match resource.get(policy) {
        None => default,
        Some(Json::String(policy)) if policy.starts_with("Retain") => Remains::All,
        Some(Json::String(policy)) if policy == "Snapshot" && WITH_SNAPSHOTS.contains(&resource_type) => {
            Remains::Snapshot
        }
        Some(_) => Remains::Nothing,
    }
}

/// The properties of a resource.
pub(super) fn properties(resource: &Json) -> Json {
    resource.get("Properties").cloned().unwrap_or_else(|| Json::Object(Map::new()))
}
