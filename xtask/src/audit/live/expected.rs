//! A role as its stack's code says it, with the names of what is deployed.

use std::collections::{BTreeMap, BTreeSet};

use infra::Template;
use infra::iam::{Subject, subjects};
use plan::Snapshot;
use policies::audit::{Kind, Policy};
use policies::{PolicyDocument, parse};
use serde_json::{Map, Value as Json, json};

use super::unknown::unknown_values;
use crate::audit::names::Names;

/// A role as its stack says it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// Its logical id.
    pub id: String,
    /// Who may assume it.
    pub trust: PolicyDocument,
    /// Its policies, without those that are not the stack's own.
    pub policies: Vec<PolicyDocument>,
    /// The names of the policies that belong to it alone.
    pub inline: BTreeSet<String>,
    /// The ARNs of the policies that are attached to it.
    pub attached: BTreeSet<String>,
    /// Those of them that are not the stack's own.
    pub foreign: BTreeSet<String>,
    /// Its permissions boundary.
    pub boundary: Option<Boundary>,
    /// What of it is not known, such as `${Sightings.StreamArn}`.
    pub unknown: BTreeSet<String>,
    /// Why nothing can be said of it, when nothing can.
    pub unread: Option<String>,
}

/// A permissions boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// Its ARN.
    pub arn: String,
    /// What it says, when it is the stack's own.
    pub policy: Option<PolicyDocument>,
}

/// The template with the values of parameters, as far as they tell.
///
/// Values that CloudFormation keeps to itself, that it fetches, or that are lists are no text to put in.
#[must_use]
pub fn resolved_resources(template: &Template, deployed: &BTreeMap<String, String>) -> Map<String, Json> {
    let known = template.section("Parameters").filter_map(|(name, parameter)| {
        let kind = parameter.get("Type").and_then(Json::as_str).unwrap_or_default();
        let is_text = !kind.contains("List") && !kind.starts_with("AWS::SSM::");
        let is_hidden = parameter.get("NoEcho").is_some_and(|it| it == true || it == "true");
        let default = || parameter.get("Default").and_then(Json::as_str).map(str::to_owned);
        let value = deployed.get(name).cloned().or_else(default)?;
        (is_text && !is_hidden).then(|| (name.to_owned(), value))
    });
    let snapshot = Snapshot { template: template.clone(), parameters: known.collect(), ..Snapshot::default() };
    snapshot.resolved_resources()
}

/// The roles among `resources`, in their order.
#[must_use]
pub fn roles(resources: &Map<String, Json>, names: &Names) -> Vec<Expected> {
    let by_id: Map<_, _> = resources.iter().map(|(id, it)| (id.clone(), with_names(it, names))).collect();
    let template = Template::parse(&json!({ "Resources": by_id }).to_string()).unwrap_or_default();
    let subjects: BTreeMap<_, _> =
        subjects(&template).into_iter().map(|subject| (subject.id.clone(), subject)).collect();
    let is_role = |resource: &Json| resource.get("Type").and_then(Json::as_str) == Some("AWS::IAM::Role");
    let roles = by_id.iter().filter(|(_, resource)| is_role(resource));
    roles.map(|(id, role)| expected(id, role, subjects.get(id), &by_id, names)).collect()
}

/// The resource with known values in its policies; elsewhere a reference says whose a policy is.
fn with_names(resource: &Json, names: &Names) -> Json {
    let mut resource = resource.clone();
    for name in ["AssumeRolePolicyDocument", "PolicyDocument", "Policies"] {
        if let Some(policy) = resource.get_mut("Properties").and_then(|properties| properties.get_mut(name)) {
            *policy = names.resolve(policy);
        }
    }
    resource
}

fn expected(
    id: &str,
    role: &Json,
    subject: Option<&Subject>,
    resources: &Map<String, Json>,
    names: &Names,
) -> Expected {
    let mut expected = Expected { id: id.to_owned(), ..Expected::default() };
    let mut boundary = None;
    let places = subject.into_iter().flat_map(|subject| &subject.places);
    let depends = places.filter_map(|place| resources.get(&place.resource)).any(depends);
    expected.unread = depends.then(|| "a condition that only CloudFormation decides is in its policies".to_owned());
    for policy in subject.into_iter().flat_map(|subject| &subject.policies) {
        let Some(document) = expected.document(policy) else { continue };
        match policy.kind {
            Kind::Trust => expected.trust = document,
            Kind::Identity => expected.policies.push(document),
            Kind::Boundary => boundary = Some(document),
            _ => {}
        }
    }
    let properties = &role["Properties"];
    expected.inline = items(&properties["Policies"]).filter_map(|policy| text(&policy["PolicyName"])).collect();
    for arn in items(&properties["ManagedPolicyArns"]) {
        expected.attach(arn, names);
    }
    for (other, resource) in resources {
        let theirs = &resource["Properties"];
        let mut principals = items(&theirs["Roles"]).chain(items(&theirs["RoleName"]));
        if !principals.any(|it| text(&names.resolve(it)).as_deref() == names.physical_id(id)) {
            continue;
        }
        match resource["Type"].as_str() {
            Some("AWS::IAM::Policy" | "AWS::IAM::RolePolicy") => {
                expected.inline.extend(text(&names.resolve(&theirs["PolicyName"])));
            }
            Some("AWS::IAM::ManagedPolicy") => expected.attach(&json!({ "Ref": other }), names),
            _ => {}
        }
    }
    let is_own = |arn: &str| {
        let managed = resources.iter().filter(|(_, it)| it["Type"] == "AWS::IAM::ManagedPolicy");
        managed.into_iter().any(|(other, _)| names.physical_id(other) == Some(arn))
    };
    expected.foreign = expected.attached.iter().filter(|arn| !is_own(arn)).cloned().collect();
    if let Some(arn) = properties.get("PermissionsBoundary") {
        match text(&names.resolve(arn)) {
            Some(arn) => expected.boundary = Some(Boundary { arn, policy: boundary }),
            None => expected.note_unknown(arn),
        }
    }
    expected
}

impl Expected {
    fn attach(&mut self, arn: &Json, names: &Names) {
        match text(&names.resolve(arn)) {
            Some(arn) => {
                self.attached.insert(arn);
            }
            None => self.note_unknown(arn),
        }
    }

    fn note_unknown(&mut self, value: &Json) {
        let unknown = unknown_values(&infra::iam::with_variables(&json!([value])));
        self.unknown.extend(unknown);
    }

    /// What `policy` says.
    fn document(&mut self, policy: &Policy) -> Option<PolicyDocument> {
        self.unknown.extend(unknown_values(&policy.json));
        let read = parse::value(&policy.json);
        if let Err(error) = &read {
            self.unread = Some(error.to_string());
        }
        read.ok()
    }
}

/// Whether a condition that only CloudFormation decides gives it one of two values.
fn depends(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(depends),
        Json::Object(members) => members.contains_key("Fn::If") || members.values().any(depends),
        _ => false,
    }
}

fn items(json: &Json) -> impl Iterator<Item = &Json> {
    let items = json.as_array().map(Vec::as_slice).unwrap_or_default();
    Some(json).filter(|json| !json.is_array() && !json.is_null()).into_iter().chain(items)
}

fn text(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use infra::iam::name_variables;

    use super::*;
    use crate::audit::names::tests::names;

    /// The role of a template with these resources beside it, and these parameters.
    fn role(properties: &Json, others: &Json, parameters: &Json) -> Expected {
        let mut properties = properties.clone();
        properties["AssumeRolePolicyDocument"] = json!({"Version": "2012-10-17", "Statement": []});
        let mut resources = others.clone();
        resources["ConsumerRole"] = json!({"Type": "AWS::IAM::Role", "Properties": properties});
        let template = json!({"Parameters": parameters, "Resources": resources});
        let template = Template::parse(&template.to_string()).unwrap();
        let deployed = [("Given", "given"), ("Secret", "****"), ("Several", "a,b"), ("Fetched", "/path")];
        let deployed = deployed.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let mut roles = roles(&resolved_resources(&template, &deployed), &names());
        assert_eq!(roles.len(), 1);
        roles.remove(0)
    }

    #[test]
    fn a_parameter_is_put_in_when_its_value_is_known_and_a_text() {
        let read = |name: &str| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": format!("arn:aws:s3:::${{{name}}}")}});
        let parameters = json!({
            "Given": {"Type": "String"},
            "Default": {"Type": "String", "Default": "default"},
            "Secret": {"Type": "String", "NoEcho": true},
            "Several": {"Type": "CommaDelimitedList"},
            "Fetched": {"Type": "AWS::SSM::Parameter::Value<String>"},
        });
        let statements: Vec<_> = ["Given", "Default", "Secret", "Several", "Fetched"].map(read).into();
        let policies = json!({"Policies": [{"PolicyName": "p", "PolicyDocument":
            {"Version": "2012-10-17", "Statement": statements}}]});
        let role = role(&policies, &json!({}), &parameters);
        let resources: Vec<_> = role.policies[0]
            .statement
            .iter()
            .flat_map(|statement| statement.resource.iter().map(|it| name_variables(it)))
            .collect();
        let expected = ["given", "default", "${Secret}", "${Several}", "${Fetched}"];
        assert_eq!(resources, expected.map(|name| format!("arn:aws:s3:::{name}")));
        assert_eq!(role.unknown, ["${Fetched}", "${Secret}", "${Several}"].map(str::to_owned).into());
    }

    #[test]
    fn policies_are_the_roles_by_either_sides_word() {
        let document = json!({"Version": "2012-10-17", "Statement": []});
        let policy = |kind: &str, roles: Json| json!({"Type": kind, "Properties": {"PolicyName": "poll", "PolicyDocument": document, "Roles": roles}});
        // The physical id of a managed policy is its ARN, as that of a topic is.
        let others = json!({
            "Poll": policy("AWS::IAM::Policy", json!([{"Ref": "ConsumerRole"}])),
            "Other": policy("AWS::IAM::Policy", json!([{"Ref": "OtherRole"}])),
            "Topic": policy("AWS::IAM::ManagedPolicy", json!([{"Ref": "ConsumerRole"}])),
        });
        let aws = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        let boundary = json!({"ManagedPolicyArns": [aws], "PermissionsBoundary": {"Ref": "Topic"}});
        let role = role(&boundary, &others, &json!({}));
        let own = "arn:aws:sns:eu-west-1:123456789012:reports";
        assert_eq!(role.inline, ["poll".to_owned()].into());
        assert_eq!(role.attached, [own, aws].map(str::to_owned).into());
        assert_eq!(role.foreign, [aws.to_owned()].into());
        let boundary = role.boundary.unwrap();
        assert_eq!((boundary.arn.as_str(), boundary.policy.is_some()), (own, true));
        assert_eq!(role.policies.len(), 2);
    }
}
