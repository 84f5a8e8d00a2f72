//! Plans and states of Terraform, as `terraform show -json` prints them: each resource with policies as the one of
//! CloudFormation that has the same.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format>

mod carriers;
mod document;
mod plan;

use serde_json::{Map, Value as Json, json};

use super::{items, members, resource};
use infra::expression::referenced;
use infra::iam::Unread;
use infra::template::{Origins, Translation, below};
use plan::{Instance, Plan};

/// The template of what is in the plan.
pub(crate) fn translate(pages: &Json) -> Translation {
    let empty = Json::Null;
    let plan = Plan::of(pages.get(0).unwrap_or(&empty));
    let mut made = Made { plan: &plan, resources: Map::new(), origins: Origins::default(), unread: Vec::new() };
    for instance in plan.managed() {
        made.add(instance);
    }
    for instance in plan.managed() {
        made.attach(instance);
    }
    let template = Map::from_iter([("Resources".to_owned(), Json::Object(made.resources))]);
    Translation { template, origins: made.origins, unread: made.unread }
}

/// What was made of a plan so far.
struct Made<'a> {
    plan: &'a Plan<'a>,
    resources: Map<String, Json>,
    origins: Origins,
    unread: Vec<Unread>,
}

/// What attaches managed policies: the type, and the attributes that name those who get the policy, with their kind.
const ATTACHMENTS: [(&str, &[(&str, &str)]); 4] = [
    ("aws_iam_group_policy_attachment", &[("group", "Group")]),
    ("aws_iam_policy_attachment", &[("groups", "Group"), ("roles", "Role"), ("users", "User")]),
    ("aws_iam_role_policy_attachment", &[("role", "Role")]),
    ("aws_iam_user_policy_attachment", &[("user", "User")]),
];

impl<'a> Made<'a> {
    fn add(&mut self, instance: &'a Instance<'a>) {
        let mut properties = Map::new();
        let resource_type = match instance.kind {
            "aws_iam_group" => {
                self.texts(instance, &mut properties, &[("name", "GroupName"), ("path", "Path")]);
                "AWS::IAM::Group"
            }
            "aws_iam_user" => {
                let names = [("name", "UserName"), ("path", "Path"), ("permissions_boundary", "PermissionsBoundary")];
                self.texts(instance, &mut properties, &names);
                "AWS::IAM::User"
            }
            "aws_iam_role" => {
                let names = [("name", "RoleName"), ("path", "Path"), ("permissions_boundary", "PermissionsBoundary")];
                self.texts(instance, &mut properties, &names);
                self.document(instance, &mut properties, "assume_role_policy", "AssumeRolePolicyDocument");
                self.of_role(instance, &mut properties);
                "AWS::IAM::Role"
            }
            "aws_iam_policy" => {
                self.texts(instance, &mut properties, &[("name", "ManagedPolicyName"), ("path", "Path")]);
                self.document(instance, &mut properties, "policy", "PolicyDocument");
                "AWS::IAM::ManagedPolicy"
            }
            "aws_iam_role_policy" => self.inline(instance, &mut properties, "role", "Role"),
            "aws_iam_user_policy" => self.inline(instance, &mut properties, "user", "User"),
            "aws_iam_group_policy" => self.inline(instance, &mut properties, "group", "Group"),
            "aws_lambda_permission" => {
                let names = [
                    ("action", "Action"),
                    ("event_source_token", "EventSourceToken"),
                    ("function_name", "FunctionName"),
                    ("function_url_auth_type", "FunctionUrlAuthType"),
                    ("principal", "Principal"),
                    ("principal_org_id", "PrincipalOrgID"),
                    ("source_account", "SourceAccount"),
                    ("source_arn", "SourceArn"),
                ];
                self.texts(instance, &mut properties, &names);
                "AWS::Lambda::Permission"
            }
            "aws_lambda_layer_version_permission" => {
                let names = [
                    ("action", "Action"),
                    ("layer_name", "LayerVersionArn"),
                    ("organization_id", "OrganizationId"),
                    ("principal", "Principal"),
                ];
                self.texts(instance, &mut properties, &names);
                "AWS::Lambda::LayerVersionPermission"
            }
            "aws_organizations_policy" => {
                self.texts(instance, &mut properties, &[("type", "Type")]);
                // The type when none is said.
                properties.entry("Type").or_insert_with(|| "SERVICE_CONTROL_POLICY".into());
                self.document(instance, &mut properties, "content", "Content");
                "AWS::Organizations::Policy"
            }
            _ => return self.carrier(instance),
        };
        self.insert(&instance.address, instance, resource_type, properties);
    }

    /// A resource with a policy of its own: one that the table has, or one of which a text is a policy.
    fn carrier(&mut self, instance: &'a Instance<'a>) {
        let properties_at = format!("{}/Properties", below("/Resources", &instance.address));
        let mut properties = Map::new();
        if let Some((attribute, resource_type, path)) = carriers::of(instance.kind) {
            self.document(instance, &mut properties, attribute, "Policy");
            let Some(policy) = properties.shift_remove("Policy") else { return };
            self.origins.moved(format!("{properties_at}/{}", path.replace('.', "/")), instance.at(attribute));
            let nested = path.rsplit('.').fold(policy, |inner, step| json!({ step: inner }));
            self.insert(&instance.address, instance, resource_type, nested.as_object().cloned().unwrap_or_default());
            return;
        }
        if carriers::is_in_another_language(instance.kind) || !instance.kind.starts_with("aws_") {
            return;
        }
        for (attribute, text) in members(instance.values).filter_map(|(name, it)| Some((name, it.as_str()?))) {
            let Some(policy) = policies::parse::json(text).ok().filter(|it| it.get("Statement").is_some()) else {
                continue;
            };
            let has_principal = |it: &Json| it.get("Principal").is_some() || it.get("NotPrincipal").is_some();
            let statements = policy.get("Statement");
            let is_of_resource = statements.is_some_and(|it| has_principal(it) || items(it).iter().any(has_principal));
            if is_of_resource {
                self.origins.moved(below(&properties_at, attribute), instance.at(attribute));
                properties.insert(attribute.clone(), policy);
            } else {
                let what = format!("what the policy in `{attribute}` is attached to is not known");
                self.unread.push(Unread { resource: instance.address.clone(), pointer: String::new(), what });
                self.origins.moved(below("/Resources", &instance.address), instance.pointer.clone());
            }
        }
        if !properties.is_empty() {
            self.insert(&instance.address, instance, &format!("Terraform::{}", instance.kind), properties);
        }
    }

    fn insert(&mut self, id: &str, instance: &Instance<'_>, resource_type: &str, properties: Map<String, Json>) {
        self.origins.made(below("/Resources", id), instance.pointer.clone());
        self.resources.insert(id.to_owned(), resource(resource_type, properties));
    }

    /// Sets the properties that are plain values.
    fn texts(&self, instance: &Instance<'_>, properties: &mut Map<String, Json>, names: &[(&str, &str)]) {
        for (attribute, property) in names {
            if let Some(value) = self.plan.value(instance, attribute) {
                properties.insert((*property).to_owned(), value);
            }
        }
    }

    /// Sets the property that is a policy.
    fn document(
        &mut self,
        instance: &Instance<'_>,
        properties: &mut Map<String, Json>,
        attribute: &str,
        property: &str,
    ) {
        let Some(value) = self.plan.value(instance, attribute) else { return };
        let at = format!("{}/Properties/{property}", below("/Resources", &instance.address));
        let made = referenced(&value).and_then(|_| self.plan.document(instance, attribute));
        let value = if let Some(document) = made {
            self.origins.moved(at, document.pointer.clone());
            for what in document.unread {
                self.unread.push(Unread { resource: instance.address.clone(), pointer: String::new(), what });
            }
            document.json
        } else {
            self.origins.moved(at, instance.at(attribute));
            value
        };
        properties.insert(property.to_owned(), value);
    }

    /// The policies within a role.
    fn of_role(&mut self, instance: &Instance<'_>, properties: &mut Map<String, Json>) {
        if let Some(managed) = self.plan.value(instance, "managed_policy_arns") {
            let managed = match managed {
                Json::Array(arns) => arns.iter().map(|arn| self.plan.policy_of(arn)).collect(),
                one => one,
            };
            properties.insert("ManagedPolicyArns".to_owned(), managed);
        }
        let Some(inline) = self.plan.value(instance, "inline_policy") else { return };
        let Json::Array(inline) = inline else {
            properties.insert("Policies".to_owned(), inline);
            return;
        };
        let mut policies = Vec::new();
        for (index, policy) in inline.iter().enumerate() {
            let at = format!("{}/Properties/Policies/{index}/PolicyDocument", below("/Resources", &instance.address));
            self.origins.moved(at, format!("{}/{index}/policy", instance.at("inline_policy")));
            let document = match policy.get("policy") {
                Some(Json::Null) | None if policy.get("name").is_none_or(Json::is_null) => continue,
                Some(Json::Null) | None => {
                    json!({"Ref": format!("{}.inline_policy[{index}].policy", instance.address)})
                }
                Some(document) => document.clone(),
            };
            policies.push(json!({"PolicyName": policy["name"], "PolicyDocument": document}));
        }
        properties.insert("Policies".to_owned(), policies.into());
    }

    /// A policy of one principal.
    fn inline(
        &mut self,
        instance: &Instance<'_>,
        properties: &mut Map<String, Json>,
        attribute: &str,
        kind: &str,
    ) -> &'static str {
        self.document(instance, properties, "policy", "PolicyDocument");
        if let Some(principal) = self.plan.principal(instance, attribute, kind) {
            properties.insert(format!("{kind}Name"), principal);
        }
        match kind {
            "Role" => "AWS::IAM::RolePolicy",
            "User" => "AWS::IAM::UserPolicy",
            _ => "AWS::IAM::GroupPolicy",
        }
    }

    /// Adds the managed policies that the instance attaches to those who get them.
    fn attach(&mut self, instance: &'a Instance<'a>) {
        let Some((_, lists)) = ATTACHMENTS.iter().find(|(kind, _)| *kind == instance.kind) else { return };
        let Some(policy) = self.plan.value(instance, "policy_arn") else { return };
        let policy = match self.plan.target(instance, "policy_arn", "aws_iam_policy") {
            Some(found) => json!({"Ref": found.address}),
            None => self.plan.policy_of(&policy),
        };
        for (attribute, kind) in *lists {
            let principals = match self.plan.principal(instance, attribute, kind) {
                Some(Json::Array(all)) => all,
                Some(one) => vec![one],
                None => continue,
            };
            for principal in principals {
                self.attach_to(instance, kind, &principal, &policy);
            }
        }
    }

    fn attach_to(&mut self, instance: &Instance<'_>, kind: &str, principal: &Json, policy: &Json) {
        let (resource_type, name) = (format!("AWS::IAM::{kind}"), format!("{kind}Name"));
        let is_it = |id: &str, resource: &Json| {
            resource["Type"] == *resource_type
                && (principal["Ref"] == *id || resource["Properties"][&name] == *principal)
        };
        let found = self.resources.iter().find(|(id, it)| is_it(id, it)).map(|(id, _)| id.clone());
        // One that is not of the plan has this policy at least.
        let id = found.unwrap_or_else(|| {
            let properties = Map::from_iter([(name, principal.clone())]);
            self.insert(&instance.address, instance, &resource_type, properties);
            instance.address.clone()
        });
        let Some(properties) = self.resources.get_mut(&id).and_then(|it| it.get_mut("Properties")?.as_object_mut())
        else {
            return;
        };
        let list = properties.entry("ManagedPolicyArns").or_insert_with(|| json!([]));
        if !list.is_array() {
            *list = json!([list.take()]);
        }
        if let Json::Array(list) = list {
            let at = format!("{}/Properties/ManagedPolicyArns/{}", below("/Resources", &id), list.len());
            self.origins.moved(at, instance.at("policy_arn"));
            list.push(policy.clone());
        }
    }
}
