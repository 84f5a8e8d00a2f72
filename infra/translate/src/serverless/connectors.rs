//! Connectors: the policies with which AWS's macro lets one resource use another.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html>

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use super::super::{items, members, policy};
use super::{Application, deployed_type};
use infra::expression::referenced;
use infra::template::below;

/// What a connector makes between a source and a destination.
struct Profile {
    /// Whose the policy is.
    holder: &'static str,
    /// What it says, by permission, as JSON.
    says: &'static str,
}

static PROFILES: LazyLock<BTreeMap<(&str, &str), Profile>> = LazyLock::new(|| {
    let lines = include_str!("../../serverless/connectors.txt").lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let mut words = line.splitn(4, ' ');
        let pair = (words.next()?, words.next()?);
        Some((pair, Profile { holder: words.next()?, says: words.next()? }))
    };
    lines.filter_map(row).collect()
});

/// A connector, wherever it is declared.
struct Connector<'a> {
    /// What its resources are called after.
    name: String,
    /// The resource that declares it, and where.
    of: &'a str,
    pointer: String,
    source: End,
    destination: End,
    permissions: &'a Json,
}

/// One side of a connector.
#[derive(Clone)]
struct End {
    /// Its logical id, when it is a resource of the template.
    id: Option<String>,
    resource_type: String,
    /// What it is said to be beside that.
    given: Json,
}

impl Application<'_> {
    /// Adds what the connectors of the application make.
    pub(super) fn connect(&mut self) {
        let template = self.template;
        for (id, resource) in template.get("Resources").into_iter().flat_map(members) {
            let empty = Json::Null;
            if resource["Type"] == "AWS::Serverless::Connector" {
                let given = resource.get("Properties").unwrap_or(&empty);
                let source = self.end(&given["Source"]);
                self.connect_each(id, id, "/Properties", &source, given);
            }
            for (name, connector) in resource.get("Connectors").into_iter().flat_map(members) {
                let given = connector.get("Properties").unwrap_or(&empty);
                let mut source = given.get("SourceReference").and_then(Json::as_object).cloned().unwrap_or_default();
                source.insert("Id".to_owned(), id.as_str().into());
                let source = self.end(&source.into());
                let at = format!("{}/Properties", below("/Connectors", name));
                self.connect_each(&format!("{id}{name}"), id, &at, &source, given);
            }
        }
    }

    /// A connector may have several destinations.
    fn connect_each(&mut self, name: &str, of: &str, at: &str, source: &End, given: &Json) {
        let permissions = &given["Permissions"];
        let destinations = match &given["Destination"] {
            Json::Array(list) => list
                .iter()
                .enumerate()
                .map(|(index, it)| (format!("{name}Destination{index}"), format!("/{index}"), it))
                .collect(),
            one => vec![(name.to_owned(), String::new(), one)],
        };
        for (name, index, destination) in destinations {
            let pointer = format!("{at}/Destination{index}");
            let destination = self.end(destination);
            self.connector(&Connector { name, of, pointer, source: source.clone(), destination, permissions });
        }
    }

    fn end(&self, given: &Json) -> End {
        let id = given.get("Id").and_then(Json::as_str).filter(|id| self.written(id).is_some()).map(str::to_owned);
        let resource = id.as_deref().and_then(|id| self.written(id));
        let resource_type = resource.map(deployed_type).or_else(|| given.get("Type").and_then(Json::as_str));
        End { resource_type: resource_type.unwrap_or_default().to_owned(), given: given.clone(), id }
    }

    fn connector(&mut self, connector: &Connector<'_>) {
        let Connector { name, of, pointer, source, destination, permissions } = connector;
        let pair = (source.resource_type.as_str(), destination.resource_type.as_str());
        let Some(profile) = PROFILES.get(&pair) else {
            self.leave_out(of, pointer, "the policies that the connector makes are not known");
            return;
        };
        let says: Json = serde_json::from_str(profile.says).unwrap_or_default();
        let wanted: Vec<_> =
            items(permissions).iter().filter_map(|it| Some((it.as_str()?, says.get(it.as_str()?)?))).collect();
        if wanted.len() < items(permissions).len() || wanted.is_empty() {
            self.leave_out(of, pointer, "the policies that the connector makes are not known");
            return;
        }
        if profile.holder == "permission" {
            for (category, properties) in wanted {
                let Json::Object(mut properties) = connector.filled(properties) else { continue };
                properties.insert("FunctionName".to_owned(), destination.arn());
                let id = format!("{name}{category}LambdaPermission");
                self.make(&id, of, pointer, "AWS::Lambda::Permission", properties);
            }
            return;
        }
        let statements = wanted.iter().flat_map(|(_, it)| items(it)).map(|it| connector.filled(it)).collect();
        let mut properties = Map::from_iter([("PolicyDocument".to_owned(), policy(&statements))]);
        let (id, resource_type, attached, to) = match profile.holder {
            "queue" => {
                (format!("{name}QueuePolicy"), "AWS::SQS::QueuePolicy", "Queues", destination.reference("QueueUrl"))
            }
            "topic" => (format!("{name}TopicPolicy"), "AWS::SNS::TopicPolicy", "Topics", destination.reference("Arn")),
            holder => {
                let holder = if holder == "source" { source } else { destination };
                (format!("{name}Policy"), "AWS::IAM::ManagedPolicy", "Roles", self.role_of(holder))
            }
        };
        properties.insert(attached.to_owned(), json!([to]));
        self.make(&id, of, pointer, resource_type, properties);
    }

    /// The role of one side: what it is said to be, or that of the resource.
    fn role_of(&self, end: &End) -> Json {
        if let Some(name) = end.given.get("RoleName") {
            return name.clone();
        }
        let deployed = end.id.as_deref().and_then(|id| self.made.get(id)).and_then(|it| it.get("Properties"));
        let role = deployed.and_then(|it| {
            let in_targets = || items(&it["Targets"]).iter().find_map(|it| it.get("RoleArn"));
            ["Role", "RoleArn", "ServiceRoleArn"].iter().find_map(|name| it.get(*name)).or_else(in_targets)
        });
        match role {
            Some(role) => referenced(role).map_or_else(|| role.clone(), |id| json!({ "Ref": id })),
            None => json!({"Ref": "AWS::NoValue"}),
        }
    }
}

impl Connector<'_> {
    /// What a profile says, with the two sides filled in.
    fn filled(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => self.text(text),
            Json::Array(items) => items.iter().map(|it| self.filled(it)).collect(),
            Json::Object(members) => members.iter().map(|(name, it)| (name.clone(), self.filled(it))).collect(),
            scalar => scalar.clone(),
        }
    }

    fn text(&self, text: &str) -> Json {
        if !text.contains("%{") && !text.contains("${") {
            return text.into();
        }
        let mut variables = Map::new();
        let mut whole = text.to_owned();
        for (name, end) in [("Source", &self.source), ("Destination", &self.destination)] {
            for attribute in ["Arn", "Name", "ResourceId", "Qualifier"] {
                let placeholder = format!("%{{{name}.{attribute}}}");
                if text == placeholder {
                    return end.attribute(attribute);
                }
                if whole.contains(&placeholder) {
                    let variable = format!("{name}{attribute}");
                    whole = whole.replace(&placeholder, &format!("${{{variable}}}"));
                    variables.insert(variable, end.attribute(attribute));
                }
            }
        }
        json!({"Fn::Sub": [whole, variables]})
    }
}

impl End {
    fn attribute(&self, name: &str) -> Json {
        match name {
            "Arn" => self.arn(),
            "Qualifier" => self.given.get("Qualifier").cloned().unwrap_or_else(|| "*".into()),
            _ => self.reference(name),
        }
    }

    fn arn(&self) -> Json {
        let Some(id) = &self.id else { return self.given.get("Arn").cloned().unwrap_or_default() };
        match self.resource_type.as_str() {
            "AWS::SNS::Topic" | "AWS::StepFunctions::StateMachine" => json!({ "Ref": id }),
            _ => json!({"Fn::GetAtt": [id, "Arn"]}),
        }
    }

    /// What `Ref` gives, or what is said to be `name`.
    fn reference(&self, name: &str) -> Json {
        match (&self.id, name) {
            (None, _) => self.given.get(name).cloned().unwrap_or_default(),
            (Some(id), "Name") if self.resource_type == "AWS::StepFunctions::StateMachine" => {
                json!({"Fn::GetAtt": [id, "Name"]})
            }
            (Some(id), "ResourceId") if self.resource_type == "AWS::AppSync::GraphQLApi" => {
                json!({"Fn::GetAtt": [id, "ApiId"]})
            }
            (Some(id), _) => json!({ "Ref": id }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_says_what_it_allows() {
        assert!(PROFILES.len() > 25);
        for ((source, destination), profile) in PROFILES.iter() {
            let says: Json = serde_json::from_str(profile.says).unwrap_or_default();
            let is_known = matches!(profile.holder, "source" | "destination" | "queue" | "topic" | "permission");
            assert!(is_known && members(&says).count() > 0, "{source} {destination}: {says}");
        }
    }
}
