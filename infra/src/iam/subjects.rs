//! The policies in a template, by whose they are.

use std::collections::BTreeMap;

use policies::audit::{Kind, Policy};
use serde_json::{Map, Value as Json, json};

use super::unresolved::with_variables;
use crate::expression::{Expression, referenced};
use crate::template::Template;

/// A role or other principal, or a resource with a policy of its own.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its logical id.
    pub id: String,
    /// Where its policies are.
    pub places: Vec<Place>,
    /// Its policies, one for each place. What an intrinsic function yields is a variable in them.
    pub policies: Vec<Policy>,
    /// The managed policies and boundaries that it names, also those that are not of the template.
    pub named: Vec<NamedPolicy>,
}

/// A policy that a principal names by its ARN.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPolicy {
    /// Whether it limits the principal instead of allowing something.
    pub is_boundary: bool,
    /// Its ARN, as the template says it.
    pub arn: Json,
    /// The logical id of the policy, when it is one of the template.
    pub id: Option<String>,
}

/// Where a policy is in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The logical id of the resource that has it.
    pub resource: String,
    /// The way from the resource to the policy, as a JSON pointer; empty for one that is no document there.
    pub pointer: String,
}

/// The subjects of `template`, in the order of their resources.
///
/// A role has its trust policy, its inline policies, and those policies and boundaries of the same template that are
/// attached to it; what a `Permission` of a function lets in is a policy of that function's.
#[must_use]
pub fn subjects(template: &Template) -> Vec<Subject> {
    template.entries("Resources").map(subjects_in).unwrap_or_default()
}

/// The subjects among resources of a template.
pub(crate) fn subjects_in(all: &Map<String, Json>) -> Vec<Subject> {
    let resources: BTreeMap<&str, &Json> = all.iter().map(|(id, resource)| (id.as_str(), resource)).collect();
    let mut subjects = Vec::new();
    for (id, resource) in all {
        let properties = resource.get("Properties").unwrap_or(&Json::Null);
        let mut subject = Subject { id: id.clone(), places: Vec::new(), policies: Vec::new(), named: Vec::new() };
        match resource.get("Type").and_then(Json::as_str).unwrap_or_default() {
            "AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group" => subject.principal(id, properties, &resources),
            "AWS::IAM::Policy"
            | "AWS::IAM::UserPolicy"
            | "AWS::IAM::RolePolicy"
            | "AWS::IAM::GroupPolicy"
            | "AWS::IAM::ManagedPolicy"
                if is_used(id, properties, &resources) && outside(properties, &resources).next().is_none() => {}
            "AWS::IAM::Policy"
            | "AWS::IAM::UserPolicy"
            | "AWS::IAM::RolePolicy"
            | "AWS::IAM::GroupPolicy"
            | "AWS::IAM::ManagedPolicy" => {
                subject.add(Kind::Identity, id, "/Properties/PolicyDocument", properties.get("PolicyDocument"));
            }
            // What an endpoint of a network lets through is a limit, and lets nobody in.
            "AWS::EC2::VPCEndpoint" => {}
            "AWS::SSO::PermissionSet" => {
                subject.add(Kind::Identity, id, "/Properties/InlinePolicy", properties.get("InlinePolicy"));
                let arns = list(properties.get("ManagedPolicies")).cloned();
                subject.named.extend(arns.map(|arn| NamedPolicy { is_boundary: false, arn, id: None }));
            }
            "AWS::Serverless::Function" | "AWS::Serverless::StateMachine" => subject.serverless(id, properties),
            "AWS::Events::EventBusPolicy" => subject.bus(id, properties),
            "AWS::Organizations::Policy" => subject.organization(id, properties),
            "AWS::Lambda::Permission" => subject.permission(id, properties),
            _ => {
                for (name, property) in properties.as_object().into_iter().flatten() {
                    let pointer = format!("/Properties/{name}");
                    if RESOURCE_POLICIES.contains(&name.as_str()) {
                        subject.add(Kind::Resource, id, &pointer, Some(property));
                    }
                    if !subject.places.iter().any(|place| place.pointer == pointer) {
                        subject.within(id, &pointer, property);
                    }
                }
            }
        }
        if !subject.policies.is_empty() || !subject.named.is_empty() {
            subjects.push(subject);
        }
    }
    subjects
}

/// How properties that are policies of their resource are called.
const RESOURCE_POLICIES: [&str; 13] = [
    "AccessPolicies",
    "AccessPolicy",
    "DestinationPolicy",
    "FileSystemPolicy",
    "KeyPolicy",
    "ModelPackageGroupPolicy",
    "NamespaceResourcePolicy",
    "PermissionsPolicyDocument",
    "Policy",
    "PolicyDocument",
    "PolicyText",
    "RepositoryPolicyText",
    "ResourcePolicy",
];

impl Subject {
    fn add(&mut self, kind: Kind, resource: &str, pointer: &str, document: Option<&Json>) {
        let Some(document) = document else { return };
        // Either side of a condition may be the policy.
        if let Expression::If(_, then, otherwise) = Expression::of(document) {
            for side in [then, otherwise] {
                self.add(kind, resource, pointer, Some(side));
            }
            return;
        }
        // Some properties of these names are texts with the JSON of a policy, others are no policies at all.
        let policy = match document {
            Json::String(text) if text.trim_start().starts_with('{') => Policy::read(kind, text),
            Json::Object(members) if kind != Kind::Resource || members.contains_key("Statement") => {
                Policy::of(kind, with_variables(document))
            }
            Json::Object(_) | Json::String(_) if kind == Kind::Resource => return,
            other => Policy::of(kind, with_variables(other)),
        };
        self.places.push(Place { resource: resource.to_owned(), pointer: pointer.to_owned() });
        self.policies.push(policy);
    }

    /// Policies deeper in the properties of a resource, which say who is let in.
    fn within(&mut self, id: &str, pointer: &str, json: &Json) {
        let is_statement = |it: &Json| {
            let has = |name: &str| it.get(name).is_some();
            has("Effect") && (has("Principal") || has("NotPrincipal"))
        };
        match json {
            Json::Object(_) if list(json.get("Statement")).any(is_statement) => {
                self.add(Kind::Resource, id, pointer, Some(json));
            }
            Json::Object(members) => {
                members.iter().for_each(|(name, it)| self.within(id, &format!("{pointer}/{name}"), it));
            }
            Json::Array(items) => {
                items.iter().enumerate().for_each(|(index, it)| self.within(id, &format!("{pointer}/{index}"), it));
            }
            _ => {}
        }
    }

    /// What the macro of serverless applications gives to the role that it makes.
    fn serverless(&mut self, id: &str, properties: &Json) {
        for (index, policy) in list(properties.get("Policies")).enumerate() {
            if policy.get("Statement").is_some() {
                self.add(Kind::Identity, id, &format!("/Properties/Policies/{index}"), Some(policy));
            } else {
                self.named.push(NamedPolicy { is_boundary: false, arn: policy.clone(), id: None });
            }
        }
    }

    fn principal(&mut self, id: &str, properties: &Json, resources: &BTreeMap<&str, &Json>) {
        let trust = "AssumeRolePolicyDocument";
        self.add(Kind::Trust, id, &format!("/Properties/{trust}"), properties.get(trust));
        for (index, policy) in list(properties.get("Policies")).enumerate() {
            let pointer = format!("/Properties/Policies/{index}/PolicyDocument");
            self.add(Kind::Identity, id, &pointer, policy.get("PolicyDocument"));
        }
        for (index, arn) in list(properties.get("ManagedPolicyArns")).enumerate() {
            let pointer = format!("/Properties/ManagedPolicyArns/{index}");
            self.add(Kind::Identity, id, &pointer, powerful(arn).as_ref());
        }
        for (is_boundary, name) in [(false, "ManagedPolicyArns"), (true, "PermissionsBoundary")] {
            self.named.extend(list(properties.get(name)).map(|arn| NamedPolicy {
                is_boundary,
                arn: arn.clone(),
                id: referenced(arn).filter(|id| resources.contains_key(id)).map(str::to_owned),
            }));
        }
        for (other, resource) in resources {
            let Some(theirs) = resource.get("Properties") else { continue };
            let kind = resource.get("Type").and_then(Json::as_str).unwrap_or_default();
            if !kind.starts_with("AWS::IAM::") || !kind.ends_with("Policy") {
                continue;
            }
            let names = |list: Option<&Json>| self::list(list).any(|it| referenced(it) == Some(*other));
            let of_it = attached(theirs).any(|principal| in_template(principal, resources) == Some(id))
                || names(properties.get("ManagedPolicyArns"));
            let document = theirs.get("PolicyDocument");
            if of_it {
                self.add(Kind::Identity, other, "/Properties/PolicyDocument", document);
            }
            if properties.get("PermissionsBoundary").and_then(referenced) == Some(*other) {
                self.add(Kind::Boundary, other, "/Properties/PolicyDocument", document);
            }
        }
    }

    /// The statement of an event bus's policy.
    fn bus(&mut self, id: &str, properties: &Json) {
        if let Some(statement) = properties.get("Statement") {
            let document = json!({"Version": "2012-10-17", "Statement": [statement]});
            self.add(Kind::Resource, id, "", Some(&document));
        }
    }

    fn organization(&mut self, id: &str, properties: &Json) {
        let kind = match properties.get("Type").and_then(Json::as_str) {
            Some("SERVICE_CONTROL_POLICY") => Kind::ServiceControl,
            Some("RESOURCE_CONTROL_POLICY") => Kind::ResourceControl,
            _ => return,
        };
        self.add(kind, id, "/Properties/Content", properties.get("Content"));
    }

    /// A permission as the statement that Lambda makes of it.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
    fn permission(&mut self, id: &str, properties: &Json) {
        let given = |name: &str| properties.get(name).cloned();
        let principal = given("Principal").unwrap_or_default();
        let is_service = principal.as_str().is_some_and(|name| name.ends_with(".amazonaws.com"));
        let principal = if principal == "*" {
            principal
        } else if is_service {
            json!({ "Service": principal })
        } else {
            json!({ "AWS": principal })
        };
        let tests = [
            ("ArnLike", "AWS:SourceArn", "SourceArn"),
            ("StringEquals", "AWS:SourceAccount", "SourceAccount"),
            ("StringEquals", "aws:PrincipalOrgID", "PrincipalOrgID"),
            ("StringEquals", "lambda:FunctionUrlAuthType", "FunctionUrlAuthType"),
            ("StringEquals", "lambda:EventSourceToken", "EventSourceToken"),
        ];
        let mut condition = Map::new();
        for (operator, key, name) in tests {
            if let (Some(value), Some(keys)) =
                (given(name), condition.entry(operator).or_insert_with(|| json!({})).as_object_mut())
            {
                keys.insert(key.to_owned(), value);
            }
        }
        condition.retain(|_, keys| keys.as_object().is_some_and(|keys| !keys.is_empty()));
        let mut statement = json!({"Effect": "Allow", "Principal": principal});
        statement["Action"] = given("Action").unwrap_or_else(|| "lambda:InvokeFunction".into());
        // A function may be named instead of given by its ARN.
        statement["Resource"] = match given("FunctionName") {
            Some(Json::String(name)) if !name.starts_with("arn:") => {
                json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}")})
            }
            Some(name) => match Expression::of(&name) {
                Expression::Ref(id) => json!({"Fn::GetAtt": [id, "Arn"]}),
                _ => name,
            },
            None => Json::Null,
        };
        if !condition.is_empty() {
            statement["Condition"] = condition.into();
        }
        self.add(Kind::Resource, id, "", Some(&json!({"Version": "2012-10-17", "Statement": [statement]})));
    }
}

/// What the most powerful of AWS's own policies allow, in the main; of others nothing is known.
///
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html>
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/IAMFullAccess.html>
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/PowerUserAccess.html>
fn powerful(arn: &Json) -> Option<Json> {
    let arn = with_variables(&json!([arn]));
    let (_, name) = arn.get(0)?.as_str()?.split_once(":iam::aws:policy/")?;
    let mut statement = json!({"Effect": "Allow", "Resource": "*"});
    match name {
        "AdministratorAccess" => statement["Action"] = "*".into(),
        "IAMFullAccess" => statement["Action"] = "iam:*".into(),
        "PowerUserAccess" => statement["NotAction"] = json!(["iam:*", "organizations:*", "account:*"]),
        _ => return None,
    }
    Some(json!({"Version": "2012-10-17", "Statement": [statement]}))
}

/// The principals that a policy says it is attached to.
fn attached(policy: &Json) -> impl Iterator<Item = &Json> {
    let lists = ["Roles", "Users", "Groups"].into_iter().flat_map(|name| list(policy.get(name)));
    let single = ["RoleName", "UserName", "GroupName"].into_iter().filter_map(|name| policy.get(name));
    lists.chain(single)
}

/// The principals that a policy is attached to and that are not of the template.
pub(crate) fn outside<'a>(
    policy: &'a Json,
    resources: &'a BTreeMap<&'a str, &'a Json>,
) -> impl Iterator<Item = &'a Json> {
    attached(policy).filter(|principal| in_template(principal, resources).is_none())
}

/// The logical id of a principal that is referred to, or named as the template names it.
fn in_template<'a>(principal: &Json, resources: &BTreeMap<&'a str, &Json>) -> Option<&'a str> {
    if let Some(id) = referenced(principal) {
        return resources.get_key_value(id).map(|(id, _)| *id);
    }
    let is_it = |resource: &Json| {
        let names = resource.get("Properties");
        ["RoleName", "UserName", "GroupName"].iter().any(|name| names.and_then(|it| it.get(name)) == Some(principal))
    };
    let is_principal = |resource: &Json| {
        let kind = resource.get("Type").and_then(Json::as_str);
        matches!(kind, Some("AWS::IAM::Role" | "AWS::IAM::User" | "AWS::IAM::Group"))
    };
    resources.iter().find(|(_, resource)| is_principal(resource) && is_it(resource)).map(|(id, _)| *id)
}

/// Whether a principal of the template has the policy `id`, or the policy says so.
fn is_used(id: &str, policy: &Json, resources: &BTreeMap<&str, &Json>) -> bool {
    let named = resources.values().filter_map(|resource| resource.get("Properties")).any(|it| {
        list(it.get("ManagedPolicyArns")).chain(it.get("PermissionsBoundary")).any(|arn| referenced(arn) == Some(id))
    });
    named || attached(policy).any(|principal| in_template(principal, resources).is_some())
}

/// The items of a list; a single value is a list of one.
fn list(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    let items = if let Some(Json::Array(items)) = json { items.as_slice() } else { &[] };
    json.filter(|json| !json.is_array()).into_iter().chain(items)
}
