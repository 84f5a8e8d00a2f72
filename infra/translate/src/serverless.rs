//! What AWS's macro makes of a serverless application: the roles with their policies, the permissions of functions, and
//! what connectors allow.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html>

mod connectors;
mod events;
mod globals;
mod roles;
mod templates;

use serde_json::{Map, Value as Json, json};

use super::{members, policy};
use infra::iam::Unread;
use infra::template::unrolled;
use infra::template::{Origins, Translation, below};

/// What the types of serverless applications become.
const TYPES: [(&str, &str); 9] = [
    ("AWS::Serverless::Api", "AWS::ApiGateway::RestApi"),
    ("AWS::Serverless::CapacityProvider", "AWS::Lambda::CapacityProvider"),
    ("AWS::Serverless::Function", "AWS::Lambda::Function"),
    ("AWS::Serverless::GraphQLApi", "AWS::AppSync::GraphQLApi"),
    ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api"),
    ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"),
    ("AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table"),
    ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"),
    ("AWS::Serverless::WebSocketApi", "AWS::ApiGatewayV2::Api"),
];

/// What the macro makes of a template; none where it makes nothing of it.
pub(crate) fn translate(template: &Map<String, Json>) -> Option<Translation> {
    // The macro gets the template after its loops are unrolled.
    let template = unrolled(template);
    let is_ours = |(_, resource): (&String, &Json)| {
        type_of(resource).starts_with("AWS::Serverless::") || resource.get("Connectors").is_some()
    };
    let resources = template.get("Resources");
    if !resources.is_some_and(|it| members(it).any(is_ours)) {
        return None;
    }
    let mut application = Application::new(&template);
    for (id, resource) in resources.into_iter().flat_map(members) {
        application.add(id, resource);
    }
    application.connect();
    let Application { made, origins, unread, .. } = application;
    let mut template = template.into_owned();
    template.insert("Resources".to_owned(), Json::Object(made));
    Some(Translation { template, origins, unread })
}

/// A serverless application on its way to what is deployed.
struct Application<'a> {
    template: &'a Map<String, Json>,
    made: Map<String, Json>,
    origins: Origins,
    unread: Vec<Unread>,
}

impl<'a> Application<'a> {
    fn new(template: &'a Map<String, Json>) -> Self {
        Self { template, made: Map::new(), origins: Origins::default(), unread: Vec::new() }
    }

    /// The resource `id` as it is written.
    fn written(&self, id: &str) -> Option<&'a Json> {
        self.template.get("Resources")?.get(id)
    }

    /// Adds what becomes of the resource `id`.
    fn add(&mut self, id: &str, resource: &Json) {
        let resource_type = type_of(resource);
        let Some((_, becomes)) = TYPES.iter().find(|(from, _)| *from == resource_type) else {
            if resource_type == "AWS::Serverless::Connector" {
                return;
            }
            let is_known =
                !resource_type.starts_with("AWS::Serverless::") || resource_type == "AWS::Serverless::Application";
            if !is_known {
                self.leave_out(id, "", format!("what the macro makes of `{resource_type}` is not known"));
            }
            self.made.insert(id.to_owned(), resource.clone());
            return;
        };
        let Some(properties) = globals::merged(self.template, resource_type, resource) else {
            self.leave_out(id, "/Properties", "its properties are not known before it is deployed");
            return;
        };
        let properties = match resource_type {
            "AWS::Serverless::Function" => self.function(id, resource, properties),
            "AWS::Serverless::StateMachine" => self.state_machine(id, resource, properties),
            "AWS::Serverless::Api" => self.api(id, properties),
            "AWS::Serverless::GraphQLApi" => {
                if properties.contains_key("DataSources") || properties.contains_key("Auth") {
                    self.leave_out(
                        id,
                        "",
                        "the policies of the roles that it makes for its data sources are not known",
                    );
                }
                Map::new()
            }
            _ => properties,
        };
        self.insert(id, resource, becomes, properties);
    }

    /// Adds a resource that exists when `like` does.
    fn insert(&mut self, id: &str, like: &Json, resource_type: &str, properties: Map<String, Json>) {
        let mut resource = super::resource(resource_type, properties);
        if let Some(condition) = like.get("Condition") {
            resource["Condition"] = condition.clone();
        }
        self.made.insert(id.to_owned(), resource);
    }

    /// Adds a resource that the macro makes of what is at `pointer` of the resource `of`.
    fn make(&mut self, id: &str, of: &str, pointer: &str, resource_type: &str, properties: Map<String, Json>) {
        let like = self.written(of).cloned().unwrap_or_default();
        self.origins.made(below("/Resources", id), format!("{}{pointer}", below("/Resources", of)));
        self.insert(id, &like, resource_type, properties);
    }

    fn leave_out(&mut self, resource: &str, pointer: &str, what: impl Into<String>) {
        self.unread.push(Unread { resource: resource.to_owned(), pointer: pointer.to_owned(), what: what.into() });
    }

    /// The policy of an API, which may be made of shorter lists.
    ///
    /// <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-resourcepolicystatement.html>
    fn api(&mut self, id: &str, mut properties: Map<String, Json>) -> Map<String, Json> {
        let given = properties.shift_remove("Auth").and_then(|mut auth| Some(auth.get_mut("ResourcePolicy")?.take()));
        let Some(Json::Object(mut lists)) = given else { return properties };
        let at = "/Properties/Auth/ResourcePolicy";
        if let Some(statements) = lists.shift_remove("CustomStatements") {
            let pointer = format!("/Resources/{id}/Properties/Policy/Statement");
            self.origins.moved(pointer, format!("/Resources/{id}{at}/CustomStatements"));
            properties.insert("Policy".to_owned(), policy(&statements));
        }
        for name in lists.keys() {
            self.leave_out(id, &format!("{at}/{name}"), format!("what `{name}` makes a policy of is not read"));
        }
        properties
    }

    /// A state machine with its role, when it has none of its own.
    fn state_machine(&mut self, id: &str, resource: &Json, mut properties: Map<String, Json>) -> Map<String, Json> {
        self.role(id, resource, "states.amazonaws.com", &mut properties, Vec::new());
        let events = properties.shift_remove("Events").unwrap_or_default();
        for (name, event) in members(&events) {
            self.start(id, name, event);
        }
        if let Some(role) = properties.shift_remove("Role") {
            properties.insert("RoleArn".to_owned(), role);
        }
        properties
    }

    /// A function with its role, when it has none of its own, and who may invoke it.
    fn function(&mut self, id: &str, resource: &Json, mut properties: Map<String, Json>) -> Map<String, Json> {
        let events = properties.shift_remove("Events").unwrap_or_default();
        let sends = Self::sends(&properties, &events);
        self.role(id, resource, "lambda.amazonaws.com", &mut properties, sends);
        for (name, event) in members(&events) {
            self.invoke(id, name, event);
        }
        if properties.get("FunctionUrlConfig").is_some_and(|it| it["AuthType"] == "NONE") {
            // Everybody may call a URL without authorisation.
            let permission = json!({
                "Action": "lambda:InvokeFunctionUrl",
                "FunctionName": {"Ref": id},
                "FunctionUrlAuthType": "NONE",
                "Principal": "*",
            });
            let at = "/Properties/FunctionUrlConfig/AuthType";
            self.permission(&format!("{id}UrlPublicPermissions"), id, at, permission);
        }
        if let Some(tracing) = properties.shift_remove("Tracing") {
            properties.insert("TracingConfig".to_owned(), json!({ "Mode": tracing }));
        }
        properties
    }

    fn permission(&mut self, permission: &str, of: &str, pointer: &str, properties: Json) {
        let Json::Object(properties) = properties else { return };
        self.make(permission, of, pointer, "AWS::Lambda::Permission", properties);
    }
}

/// The type of a resource; empty when it has none.
fn type_of(resource: &Json) -> &str {
    resource.get("Type").and_then(Json::as_str).unwrap_or_default()
}

/// The type that the resource has once it is deployed.
fn deployed_type(resource: &Json) -> &str {
    let written = type_of(resource);
    TYPES.iter().find(|(from, _)| *from == written).map_or(written, |(_, becomes)| becomes)
}
