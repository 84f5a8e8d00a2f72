//! What a deployed stack's intrinsic functions yield, as far as the names of its resources tell.

use std::collections::BTreeMap;

use infra::expression::{self, Known};
use infra::facts::{self, Physical};
use serde_json::{Map, Value as Json};

use crate::cloud::Cloud;
use crate::deploy::deployed::Deployed;
use crate::services::cloudformation::Resource;
use crate::stack::Stack;

/// Where a stack is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The account's id.
    pub account: String,
    /// The region's name.
    pub region: String,
    /// The stack's id.
    pub stack_id: String,
    /// The stack's name.
    pub stack_name: String,
}

/// The names of a deployed stack's resources.
#[derive(Debug, Clone)]
pub struct Names {
    home: Home,
    resources: BTreeMap<String, Named>,
}

#[derive(Debug, Clone)]
struct Named {
    resource_type: String,
    physical_id: String,
    /// The path of a role, user or the like in IAM.
    path: String,
}

impl Home {
    /// The place where `stack` is deployed.
    #[must_use]
    pub fn of(cloud: &Cloud, stack: &Stack, deployed: &Deployed) -> Self {
        Self {
            account: cloud.account.clone(),
            region: cloud.region.clone(),
            stack_id: deployed.id.clone(),
            stack_name: stack.stack_name().to_owned(),
        }
    }

    /// As the stack's id has it: the local cloud has one partition for all regions.
    fn partition(&self) -> &str {
        self.stack_id.split(':').nth(1).unwrap_or("aws")
    }

    fn as_facts(&self) -> facts::Home<'_> {
        facts::Home { partition: self.partition(), region: &self.region, account: &self.account }
    }
}

impl Names {
    /// The names of `deployed`, of which `template` has the properties.
    #[must_use]
    pub fn of(home: Home, deployed: &[Resource], template: &Map<String, Json>) -> Self {
        let path = |id: &str| template.get(id)?.get("Properties")?.get("Path")?.as_str();
        let named = |resource: &Resource| {
            let Resource { id, resource_type, physical_id } = resource.clone();
            let path = path(&id).unwrap_or("/").to_owned();
            (id, Named { resource_type, physical_id, path })
        };
        Self { home, resources: deployed.iter().map(named).collect() }
    }

    /// The physical id of the resource `id`, when it is deployed.
    #[must_use]
    pub fn physical_id(&self, id: &str) -> Option<&str> {
        self.resources.get(id).map(|named| named.physical_id.as_str())
    }

    /// The same JSON with text in place of those intrinsic functions whose yield is known.
    #[must_use]
    pub fn resolve(&self, json: &Json) -> Json {
        expression::resolve(json, self)
    }

    /// The ARN of the resource `id`, when it has one; a log group's without its streams.
    #[must_use]
    pub fn arn(&self, id: &str) -> Option<String> {
        self.resources.get(id)?.as_facts().arn(self.home.as_facts())
    }

    /// What follows the ARN in what `Fn::GetAtt` yields: a log group's streams.
    #[must_use]
    pub fn suffix(&self, id: &str) -> &'static str {
        self.resources.get(id).map_or("", |named| facts::of(&named.resource_type).arn_suffix())
    }

    /// An ARN by the logical id of its resource, such as `Sightings/index/by-model`, where it has one.
    #[must_use]
    pub fn shown(&self, arn: &str) -> String {
        let named = self.resources.keys().filter_map(|id| {
            let known = self.arn(id)?;
            let rest = arn.strip_prefix(&known)?;
            let is_within = rest.is_empty() || rest.starts_with(['/', ':']);
            is_within.then(|| (known.len(), format!("{id}{}", rest.strip_suffix(self.suffix(id)).unwrap_or(rest))))
        });
        named.max().map_or_else(|| arn.to_owned(), |(_, shown)| shown)
    }
}

impl Named {
    fn as_facts(&self) -> Physical<'_> {
        Physical { resource_type: &self.resource_type, id: &self.physical_id, path: &self.path }
    }
}

/// What a deployed stack's intrinsic functions yield, as far as the names of its resources tell.
impl Known for Names {
    fn reference(&self, name: &str) -> Option<Json> {
        let Home { account, region, stack_id, stack_name } = &self.home;
        let partition = self.home.partition();
        let text = match name {
            "AWS::AccountId" => account,
            "AWS::Partition" => partition,
            "AWS::Region" => region,
            "AWS::StackId" => stack_id,
            "AWS::StackName" => stack_name,
            "AWS::URLSuffix" if partition == "aws-cn" => "amazonaws.com.cn",
            "AWS::URLSuffix" if partition != "aws-iso" => "amazonaws.com",
            id => return Some(self.resources.get(id)?.as_facts().reference()?.into()),
        };
        Some(text.into())
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<Json> {
        Some(self.resources.get(id)?.as_facts().attribute(attribute, self.home.as_facts())?.into())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(in crate::audit) fn names() -> Names {
        let resources = [
            ("Sightings", "AWS::DynamoDB::Table", "spaceships-sightings"),
            ("Queue", "AWS::SQS::Queue", "https://sqs.eu-west-1.amazonaws.com/123456789012/sightings.fifo"),
            ("Topic", "AWS::SNS::Topic", "arn:aws:sns:eu-west-1:123456789012:reports"),
            ("Uploads", "AWS::S3::Bucket", "uploads"),
            ("Logs", "AWS::Logs::LogGroup", "/aws/lambda/consumer"),
            ("Consumer", "AWS::Lambda::Function", "consumer"),
            ("ConsumerRole", "AWS::IAM::Role", "spaceships-ConsumerRole-1"),
            ("Rule", "AWS::Events::Rule", "bus|rule"),
            ("Api", "AWS::ApiGateway::RestApi", "a1b2c3"),
            ("Setting", "AWS::SSM::Parameter", "/spaceships/setting"),
            ("Machine", "AWS::StepFunctions::StateMachine", "arn:aws:states:eu-west-1:123456789012:stateMachine:m"),
        ];
        let resources = resources.map(|(id, resource_type, physical_id)| Resource {
            id: id.to_owned(),
            resource_type: resource_type.to_owned(),
            physical_id: physical_id.to_owned(),
        });
        let template = json!({"ConsumerRole": {"Properties": {"Path": "/service/"}}});
        let home = Home {
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
            stack_id: "arn:aws:cloudformation:eu-west-1:123456789012:stack/spaceships-dev/1".to_owned(),
            stack_name: "spaceships-dev".to_owned(),
        };
        Names::of(home, &resources, template.as_object().unwrap())
    }

    #[test]
    fn the_partition_is_that_of_the_stack() {
        for (partition, arn) in [
            ("aws-cn", "arn:aws-cn:s3:::uploads"),
            ("aws-us-gov", "arn:aws-us-gov:s3:::uploads"),
            ("aws", "arn:aws:s3:::uploads"),
        ] {
            let mut names = names();
            names.home.stack_id = names.home.stack_id.replacen("aws", partition, 1);
            assert_eq!(names.resolve(&json!({"Fn::GetAtt": ["Uploads", "Arn"]})), arn);
        }
    }

    #[test]
    fn an_arn_is_shown_by_the_logical_id_of_its_resource() {
        let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/spaceships-sightings";
        for (arn, shown) in [
            (table.to_owned(), "Sightings"),
            (format!("{table}/index/by-model"), "Sightings/index/by-model"),
            (format!("{table}-2"), &format!("{table}-2")),
            ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/consumer:*".to_owned(), "Logs"),
            ("arn:aws:ssm:eu-west-1:123456789012:parameter/spaceships/setting".to_owned(), "Setting"),
        ] {
            assert_eq!(names().shown(&arn), shown);
        }
    }

    #[track_caller]
    fn check(json: &Json, expected: impl Into<Json>) {
        assert_eq!(names().resolve(json), expected.into());
    }

    #[test]
    fn the_arn_of_each_type_has_its_own_form() {
        let arn = |id: &str| json!({"Fn::GetAtt": [id, "Arn"]});
        check(&arn("Sightings"), "arn:aws:dynamodb:eu-west-1:123456789012:table/spaceships-sightings");
        check(&arn("Queue"), "arn:aws:sqs:eu-west-1:123456789012:sightings.fifo");
        check(&arn("Uploads"), "arn:aws:s3:::uploads");
        check(&arn("Logs"), "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/consumer:*");
        check(&arn("Consumer"), "arn:aws:lambda:eu-west-1:123456789012:function:consumer");
        check(&arn("ConsumerRole"), "arn:aws:iam::123456789012:role/service/spaceships-ConsumerRole-1");
        check(&arn("Rule"), "arn:aws:events:eu-west-1:123456789012:rule/bus/rule");
        check(&arn("Machine"), "arn:aws:states:eu-west-1:123456789012:stateMachine:m");
        check(&json!({"Ref": "Topic"}), "arn:aws:sns:eu-west-1:123456789012:reports");
        check(&json!({"Fn::GetAtt": "Topic.TopicName"}), "reports");
    }

    #[test]
    fn texts_are_put_together() {
        let index = json!({"Fn::Sub": "${Sightings.Arn}/index/by-model"});
        check(&index, "arn:aws:dynamodb:eu-west-1:123456789012:table/spaceships-sightings/index/by-model");
        let route = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/counts";
        check(&json!({"Fn::Sub": route}), "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*/GET/counts");
        check(
            &json!({"Fn::Sub": ["${name}/${!aws:username}", {"name": {"Ref": "Uploads"}}]}),
            "uploads/${aws:username}",
        );
        check(&json!({"Fn::Join": ["/", [{"Fn::GetAtt": ["Uploads", "Arn"]}, "*"]]}), "arn:aws:s3:::uploads/*");
    }

    #[test]
    fn what_is_not_known_stays_a_function() {
        for unknown in [
            json!({"Ref": "Nothing"}),
            json!({"Ref": "Rule"}),
            json!({"Fn::GetAtt": ["Sightings", "StreamArn"]}),
            json!({"Fn::ImportValue": "other"}),
            json!({"Fn::Sub": "${Nothing.Arn}/*"}),
        ] {
            check(&unknown, unknown.clone());
        }
    }
}
