//! What a deployed stack's intrinsic functions yield, as far as the names of its resources tell.

mod resolve;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::cloud::Cloud;
use crate::deploy::contents::Resource;
use crate::deploy::deployed::Deployed;
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

/// What `Fn::GetAtt` yields by type and attribute, and the ARNs of parameters, which it does not yield. `{id}` is the
/// physical id, `{name}` its part after the last `/` or `:`.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>
const ATTRIBUTES: [(&str, &str, &str); 29] = [
    ("AWS::ApiGateway::RestApi", "RestApiId", "{id}"),
    ("AWS::CloudWatch::Alarm", "Arn", "arn:{partition}:cloudwatch:{region}:{account}:alarm:{id}"),
    ("AWS::DynamoDB::GlobalTable", "Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{id}"),
    ("AWS::DynamoDB::Table", "Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{id}"),
    ("AWS::ECR::Repository", "Arn", "arn:{partition}:ecr:{region}:{account}:repository/{id}"),
    ("AWS::Events::EventBus", "Arn", "arn:{partition}:events:{region}:{account}:event-bus/{id}"),
    ("AWS::Events::EventBus", "Name", "{id}"),
    ("AWS::Events::Rule", "Arn", "arn:{partition}:events:{region}:{account}:rule/{id}"),
    ("AWS::IAM::Group", "Arn", "arn:{partition}:iam::{account}:group{path}{id}"),
    ("AWS::IAM::InstanceProfile", "Arn", "arn:{partition}:iam::{account}:instance-profile{path}{id}"),
    ("AWS::IAM::ManagedPolicy", "PolicyArn", "{id}"),
    ("AWS::IAM::Role", "Arn", "arn:{partition}:iam::{account}:role{path}{id}"),
    ("AWS::IAM::User", "Arn", "arn:{partition}:iam::{account}:user{path}{id}"),
    ("AWS::KMS::Key", "Arn", "arn:{partition}:kms:{region}:{account}:key/{id}"),
    ("AWS::KMS::Key", "KeyId", "{id}"),
    ("AWS::Kinesis::Stream", "Arn", "arn:{partition}:kinesis:{region}:{account}:stream/{id}"),
    ("AWS::KinesisFirehose::DeliveryStream", "Arn", "arn:{partition}:firehose:{region}:{account}:deliverystream/{id}"),
    ("AWS::Lambda::Function", "Arn", "arn:{partition}:lambda:{region}:{account}:function:{id}"),
    ("AWS::Logs::LogGroup", "Arn", "arn:{partition}:logs:{region}:{account}:log-group:{id}:*"),
    ("AWS::S3::Bucket", "Arn", "arn:{partition}:s3:::{id}"),
    ("AWS::SNS::Topic", "TopicArn", "{id}"),
    ("AWS::SNS::Topic", "TopicName", "{name}"),
    ("AWS::SQS::Queue", "Arn", "arn:{partition}:sqs:{region}:{account}:{name}"),
    ("AWS::SQS::Queue", "QueueName", "{name}"),
    ("AWS::SQS::Queue", "QueueUrl", "{id}"),
    ("AWS::SSM::Parameter", "Arn", "arn:{partition}:ssm:{region}:{account}:parameter/{id}"),
    ("AWS::SecretsManager::Secret", "Id", "{id}"),
    ("AWS::StepFunctions::StateMachine", "Arn", "{id}"),
    ("AWS::StepFunctions::StateMachine", "Name", "{name}"),
];

/// What a log group's ARN ends with, which stands for its streams.
const STREAMS: &str = ":*";

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

    /// What `Ref` yields: a pseudo parameter, or a physical id. Of ids in several parts it yields some, by type.
    fn reference(&self, name: &str) -> Option<String> {
        let Home { account, region, stack_id, stack_name } = &self.home;
        let partition = self.home.partition();
        let text = match name {
            "AWS::AccountId" => account.clone(),
            "AWS::Partition" => partition.to_owned(),
            "AWS::Region" => region.clone(),
            "AWS::StackId" => stack_id.clone(),
            "AWS::StackName" => stack_name.clone(),
            "AWS::URLSuffix" if partition == "aws-cn" => "amazonaws.com.cn".to_owned(),
            "AWS::URLSuffix" if partition != "aws-iso" => "amazonaws.com".to_owned(),
            id => return self.physical_id(id).filter(|id| !id.contains('|')).map(str::to_owned),
        };
        Some(text)
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<String> {
        let Named { resource_type, physical_id, path } = self.resources.get(id)?;
        let is_it = |row: &&(&str, &str, &str)| row.0 == resource_type && row.1 == attribute;
        let (_, _, template) = ATTRIBUTES.iter().find(is_it)?;
        let Home { account, region, .. } = &self.home;
        let text = template.replace("{partition}", self.home.partition()).replace("{region}", region);
        let text = text.replace("{account}", account).replace("{path}", path);
        let text = text.replace("{name}", physical_id.rsplit(['/', ':']).next().unwrap_or_default());
        // The id of a rule of an event bus is `bus|rule`, and its ARN has a `/`; that of a parameter may start with one.
        let id = physical_id.replace('|', "/");
        Some(text.replace("/{id}", &format!("/{}", id.trim_start_matches('/'))).replace("{id}", &id))
    }

    /// The ARN of the resource `id`, when it has one; a log group's without its streams.
    #[must_use]
    pub fn arn(&self, id: &str) -> Option<String> {
        let is_arn = |text: &String| text.starts_with("arn:");
        let arn = self.attribute(id, "Arn").or_else(|| self.reference(id)).filter(is_arn)?;
        Some(arn.strip_suffix(STREAMS).map_or_else(|| arn.clone(), str::to_owned))
    }

    /// What follows the ARN in what `Fn::GetAtt` yields: a log group's streams.
    #[must_use]
    pub fn suffix(&self, id: &str) -> &'static str {
        let is_log_group = self.resources.get(id).is_some_and(|it| it.resource_type == "AWS::Logs::LogGroup");
        if is_log_group { STREAMS } else { "" }
    }

    /// An ARN by the logical id of its resource, such as `Sightings/index/by-model`, where it has one.
    #[must_use]
    pub fn shown(&self, arn: &str) -> String {
        let named = self.resources.keys().filter_map(|id| {
            let known = self.arn(id)?;
            let rest = arn.strip_prefix(&known)?;
            let is_within = rest.is_empty() || rest.starts_with(['/', ':']);
            is_within.then(|| (known.len(), format!("{id}{}", rest.strip_suffix(STREAMS).unwrap_or(rest))))
        });
        named.max().map_or_else(|| arn.to_owned(), |(_, shown)| shown)
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
}
