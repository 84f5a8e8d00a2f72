//! Rights that no policy gives: by membership, by the role that something takes, and by being open to anyone.

use serde_json::Value as Json;

use super::{Permission, entries};
use infra::expression::short_name;

/// What the resource `id` lets others do, or may do itself. What is usual of a new resource is only compared: `is_both`
/// says whether it is there before and after.
pub(super) fn of(id: &str, resource: &Json, is_both: bool) -> Vec<Permission> {
    let Some(properties) = resource.get("Properties") else { return Vec::new() };
    let get = |name: &str| properties.get(name);
    let is = |name: &str, value: &str| get(name).and_then(Json::as_str) == Some(value);
    let resource_type = resource.get("Type").and_then(Json::as_str).unwrap_or_default();
    let mut rights = match resource_type {
        "AWS::IAM::User" => {
            let groups = entries(get("Groups")).map(short_name);
            groups.map(|group| all_of(id, &format!("the group {group}"))).collect()
        }
        "AWS::IAM::UserToGroupAddition" => {
            let group = get("GroupName").map(short_name).unwrap_or_default();
            let users = entries(get("Users")).map(short_name);
            users.map(|user| all_of(&user, &format!("the group {group}"))).collect()
        }
        "AWS::Lambda::Url" if !is("AuthType", "AWS_IAM") => {
            vec![anyone(id, "lambda:InvokeFunctionUrl", get("TargetFunctionArn"))]
        }
        "AWS::Lambda::LayerVersionPermission" => vec![Permission {
            principal: get("Principal").map(short_name),
            condition: get("OrganizationId").map(|id| format!("of organization {}", short_name(id))),
            ..right(id, get("Action").map(short_name).unwrap_or_default(), get("LayerVersionArn"))
        }],
        "AWS::S3::Bucket" => match get("AccessControl").and_then(Json::as_str) {
            Some("PublicRead") => vec![anyone(id, "read what it lists as public", None)],
            Some("PublicReadWrite") => vec![anyone(id, "read and write what it lists as public", None)],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    if is_both {
        rights.extend(compared(id, resource_type, properties));
    }
    rights
}

/// The properties by which something takes a role.
const ROLES: [&str; 7] =
    ["ExecutionRoleArn", "Role", "RoleArn", "Roles", "ServiceRole", "ServiceRoleArn", "TaskRoleArn"];

/// The switches of a bucket that keep it from being public, and what each one denies.
const PUBLIC_ACCESS: [(&str, &str); 4] = [
    ("BlockPublicAcls", "new public access control lists"),
    ("BlockPublicPolicy", "new public policies"),
    ("IgnorePublicAcls", "access by public access control lists"),
    ("RestrictPublicBuckets", "access by public policies"),
];

/// What is only compared.
fn compared(id: &str, resource_type: &str, properties: &Json) -> Vec<Permission> {
    let mut rights = Vec::new();
    // The policies of IAM name roles to be attached to.
    if !resource_type.starts_with("AWS::IAM::") || resource_type == "AWS::IAM::InstanceProfile" {
        let roles = ROLES.iter().filter_map(|name| properties.get(name)).flat_map(leaves);
        rights.extend(roles.map(|role| all_of(id, &format!("the role {role}"))));
    }
    let is_open = |default: &str| {
        let given = |name: &str| properties.get(name).map(short_name);
        let is_free = given("AuthorizationType").unwrap_or_else(|| default.to_owned()) == "NONE";
        is_free && given("ApiKeyRequired").is_none_or(|required| required == "false")
    };
    match resource_type {
        "AWS::ApiGateway::Method" if is_open("") => rights.push(anyone(id, "execute-api:Invoke", None)),
        "AWS::ApiGatewayV2::Route" if is_open("NONE") => rights.push(anyone(id, "execute-api:Invoke", None)),
        "AWS::S3::Bucket" => {
            let block = properties.get("PublicAccessBlockConfiguration");
            let denies = PUBLIC_ACCESS.iter().filter(|(name, _)| {
                let switch = block.and_then(|block| block.get(name)).map(short_name);
                switch.is_some_and(|switch| switch == "true")
            });
            rights.extend(denies.map(|(_, what)| Permission { denies: true, ..right(id, (*what).to_owned(), None) }));
        }
        _ => {}
    }
    rights
}

/// The values in lists and mappings, by their names.
fn leaves(json: &Json) -> Vec<String> {
    match json {
        Json::Array(items) => items.iter().flat_map(leaves).collect(),
        Json::Object(members) if !infra::expression::is_function(members) => {
            members.values().flat_map(leaves).collect()
        }
        other => vec![short_name(other)],
    }
}

fn all_of(holder: &str, what: &str) -> Permission {
    right(holder, format!("all that {what} allows"), None)
}

fn anyone(holder: &str, action: &str, resource: Option<&Json>) -> Permission {
    Permission { principal: Some("*".to_owned()), ..right(holder, action.to_owned(), resource) }
}

fn right(holder: &str, action: String, resource: Option<&Json>) -> Permission {
    Permission {
        holder: holder.to_owned(),
        principal: None,
        denies: false,
        action,
        resource: resource.map(short_name).unwrap_or_default(),
        condition: None,
    }
}
