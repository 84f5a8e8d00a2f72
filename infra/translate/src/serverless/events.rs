//! What the events of functions and state machines make: permissions of the function, and rights of roles.
//!
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html>

use serde_json::{Map, Value as Json, json};

use super::super::{items, members, policy, trust};
use super::Application;
use infra::template::below;

/// What a target of a dead-letter queue or a destination needs, by the type that it says.
const SENDS: [(&str, &str); 4] = [
    ("EventBridge", "events:PutEvents"),
    ("Lambda", "lambda:InvokeFunction"),
    ("SNS", "sns:Publish"),
    ("SQS", "sqs:SendMessage"),
];

/// What is no secret among `SourceAccessConfigurations`.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_SourceAccessConfiguration.html>
const NO_SECRETS: [&str; 3] = ["VIRTUAL_HOST", "VPC_SECURITY_GROUP", "VPC_SUBNET"];

fn allow(action: &str, resource: &Json) -> Json {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// The right to send to the target of a type; none when it is another, or the macro makes the target itself.
fn send(target_type: &Json, target: Option<&Json>) -> Option<Json> {
    let (_, action) = SENDS.iter().find(|(it, _)| target_type == it)?;
    Some(allow(action, target?))
}

impl Application<'_> {
    /// The statements that the macro adds to a function's role for where it sends what it could not do, and for what
    /// it polls; each with what it makes it of. Where AWS has a managed policy for a poller, it attaches that.
    pub(super) fn sends(properties: &Map<String, Json>, events: &Json) -> Vec<(String, Json)> {
        let mut found = Vec::new();
        if let Some(dead) = properties.get("DeadLetterQueue") {
            let statement = send(&dead["Type"], dead.get("TargetArn"));
            found.extend(statement.map(|it| ("/Properties/DeadLetterQueue".to_owned(), it)));
        }
        let destinations = properties.get("EventInvokeConfig").and_then(|it| it.get("DestinationConfig"));
        for (name, it) in destinations.into_iter().flat_map(members) {
            let statement = send(&it["Type"], it.get("Destination"));
            let at = format!("/Properties/EventInvokeConfig/DestinationConfig/{name}");
            found.extend(statement.map(|it| (at, it)));
        }
        for (name, event) in members(events) {
            let at = format!("{}/Properties", below("/Properties/Events", name));
            let given = event.get("Properties").unwrap_or(&Json::Null);
            let on_failure = &given["DestinationConfig"]["OnFailure"];
            found.extend(send(&on_failure["Type"], on_failure.get("Destination")).map(|it| (at.clone(), it)));
            let may_need_secrets =
                matches!(event["Type"].as_str(), Some("MQ" | "DocumentDB" | "SelfManagedKafka" | "MSK"));
            if !may_need_secrets {
                continue;
            }
            let secrets = items(&given["SourceAccessConfigurations"]).iter();
            let secrets = secrets.filter(|it| !NO_SECRETS.iter().any(|other| it["Type"] == *other));
            for secret in secrets.filter_map(|it| it.get("URI")) {
                found.push((at.clone(), allow("secretsmanager:GetSecretValue", secret)));
            }
            if let Some(broker) = given.get("Broker") {
                found.push((at.clone(), allow("mq:DescribeBroker", broker)));
            }
        }
        found
    }

    /// The permission that an event of a function makes.
    pub(super) fn invoke(&mut self, id: &str, name: &str, event: &Json) {
        let at = below("/Properties/Events", name);
        let given = event.get("Properties").unwrap_or(&Json::Null);
        let made = format!("{id}{name}");
        let mut permission = json!({"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": id}});
        let mut set = |name: &str, value: Json| permission[name] = value;
        match event["Type"].as_str().unwrap_or_default() {
            "S3" => {
                set("Principal", "s3.amazonaws.com".into());
                set("SourceAccount", json!({"Ref": "AWS::AccountId"}));
            }
            "SNS" if given.get("SqsSubscription").is_some_and(|it| *it != false) => return,
            "SNS" => {
                set("Principal", "sns.amazonaws.com".into());
                set("SourceArn", given["Topic"].clone());
            }
            "Api" => {
                set("Principal", "apigateway.amazonaws.com".into());
                set("SourceArn", route(given, "RestApiId", "ServerlessRestApi"));
            }
            "HttpApi" => {
                set("Principal", "apigateway.amazonaws.com".into());
                set("SourceArn", route(given, "ApiId", "ServerlessHttpApi"));
            }
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => {
                let target = json!({"Id": name, "Arn": {"Fn::GetAtt": [id, "Arn"]}});
                self.make(&made, id, &at, "AWS::Events::Rule", rule(&target));
                set("Principal", "events.amazonaws.com".into());
                set("SourceArn", json!({"Fn::GetAtt": [made, "Arn"]}));
            }
            "ScheduleV2" => {
                let target = json!({"Fn::GetAtt": [id, "Arn"]});
                self.schedule(id, name, given, "lambda:InvokeFunction", &target);
                return;
            }
            "CloudWatchLogs" => {
                set("Principal", "logs.amazonaws.com".into());
                let arn = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${LogGroupName}:*";
                set("SourceArn", json!({"Fn::Sub": [arn, {"LogGroupName": given["LogGroupName"]}]}));
            }
            "IoTRule" => {
                set("Principal", "iot.amazonaws.com".into());
                set("SourceAccount", json!({"Ref": "AWS::AccountId"}));
                let arn = "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:rule/*";
                set("SourceArn", json!({ "Fn::Sub": arn }));
            }
            "AlexaSkill" => {
                set("Principal", "alexa-appkit.amazon.com".into());
                if let Some(skill) = given.get("SkillId") {
                    set("EventSourceToken", skill.clone());
                }
            }
            "Cognito" => {
                set("Principal", "cognito-idp.amazonaws.com".into());
                if let Some(pool) = given["UserPool"].get("Ref") {
                    set("SourceArn", json!({"Fn::GetAtt": [pool, "Arn"]}));
                }
            }
            _ => return,
        }
        self.permission(&format!("{made}Permission"), id, &at, permission);
    }

    /// The role with which an event starts a state machine.
    pub(super) fn start(&mut self, id: &str, name: &str, event: &Json) {
        let given = event.get("Properties").unwrap_or(&Json::Null);
        let service = match event["Type"].as_str().unwrap_or_default() {
            "ScheduleV2" => return self.schedule(id, name, given, "states:StartExecution", &json!({ "Ref": id })),
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => "events.amazonaws.com",
            "Api" => "apigateway.amazonaws.com",
            _ => return,
        };
        let role = service_role(service, "states:StartExecution", &json!({ "Ref": id }));
        self.make(&format!("{id}{name}Role"), id, &below("/Properties/Events", name), "AWS::IAM::Role", role);
    }

    /// The role of a schedule that has none.
    fn schedule(&mut self, id: &str, name: &str, given: &Json, action: &str, target: &Json) {
        if given.get("RoleArn").is_none() {
            let role = service_role("scheduler.amazonaws.com", action, target);
            self.make(&format!("{id}{name}Role"), id, &below("/Properties/Events", name), "AWS::IAM::Role", role);
        }
    }
}

fn rule(target: &Json) -> Map<String, Json> {
    Map::from_iter([("Targets".to_owned(), json!([target]))])
}

fn service_role(service: &str, action: &str, target: &Json) -> Map<String, Json> {
    let policies = json!([{"PolicyDocument": policy(&json!([allow(action, target)]))}]);
    Map::from_iter([("AssumeRolePolicyDocument".to_owned(), trust(service)), ("Policies".to_owned(), policies)])
}

/// The ARN of the route that an event is of.
fn route(event: &Json, api: &str, implicit: &str) -> Json {
    let api = event.get(api).cloned().unwrap_or_else(|| json!({ "Ref": implicit }));
    let method = event["Method"].as_str().unwrap_or("*").to_uppercase();
    let method = if method == "ANY" || method == "X-AMAZON-APIGATEWAY-ANY-METHOD" { "*" } else { &method };
    let path = event["Path"].as_str().unwrap_or("/*");
    let path: Vec<_> = path.split('/').map(|it| if it.starts_with(['{', '$']) { "*" } else { it }).collect();
    let path = path.join("/");
    let arn =
        format!("arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{Api}}/*/{method}{path}");
    json!({"Fn::Sub": [arn, {"Api": api}]})
}
