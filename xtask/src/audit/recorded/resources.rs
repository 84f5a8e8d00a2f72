//! The ARNs of what a stack deployed, and of what its policies are about.

use std::borrow::Cow;

use infra::Value;

use crate::deploy::contents::Resource;

/// The resources of a deployed stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resources<'a> {
    /// The account's id.
    pub(super) account: &'a str,
    /// The region's name.
    pub(super) region: &'a str,
    /// The resources, as CloudFormation lists them.
    pub(super) listed: &'a [Resource],
}

/// The ARNs of resources whose physical id is a name: type, service, whether region and account are in the ARN, and
/// what precedes and follows the name.
const ARNS: &[(&str, &str, bool, &str, &str)] = &[
    ("AWS::DynamoDB::Table", "dynamodb", true, "table/", ""),
    ("AWS::Events::EventBus", "events", true, "event-bus/", ""),
    ("AWS::Kinesis::Stream", "kinesis", true, "stream/", ""),
    ("AWS::KinesisFirehose::DeliveryStream", "firehose", true, "deliverystream/", ""),
    ("AWS::KMS::Key", "kms", true, "key/", ""),
    ("AWS::Lambda::Function", "lambda", true, "function:", ""),
    ("AWS::Logs::LogGroup", "logs", true, "log-group:", ":*"),
    ("AWS::S3::Bucket", "s3", false, "", ""),
    ("AWS::SQS::Queue", "sqs", true, "", ""),
    ("AWS::SSM::Parameter", "ssm", true, "parameter/", ""),
];

impl<'a> Resources<'a> {
    /// The physical id of the resource `id`.
    pub(super) fn physical_id(&self, id: &str) -> Option<&'a str> {
        self.listed.iter().find(|resource| resource.id == id).map(|resource| resource.physical_id.as_str())
    }

    /// The resources that have an ARN, with it.
    pub(super) fn arns(&self) -> impl Iterator<Item = (&'a Resource, Cow<'a, str>)> {
        self.listed.iter().filter_map(|resource| Some((resource, self.arn(resource)?)))
    }

    fn arn(&self, resource: &'a Resource) -> Option<Cow<'a, str>> {
        let id = &resource.physical_id;
        if id.starts_with("arn:") {
            return Some(id.into());
        }
        let (_, service, is_regional, before, after) =
            ARNS.iter().find(|(resource_type, ..)| *resource_type == resource.resource_type)?;
        // The physical id of a queue is its URL; the names of parameters may start with a slash.
        let name = if *service == "sqs" { id.rsplit('/').next()? } else { id.trim_start_matches('/') };
        let (region, account) = if *is_regional { (self.region, self.account) } else { ("", "") };
        Some(format!("arn:aws:{service}:{region}:{account}:{before}{name}{after}").into())
    }

    /// What the resource of a statement is once deployed; wildcards stay.
    pub(super) fn resolve(&self, value: &Value) -> Option<String> {
        let json = serde_json::to_value(value).ok()?;
        if let Some(id) = json.get("Ref") {
            return self.named(id.as_str()?);
        }
        if let Some(path) = json.get("Fn::GetAtt") {
            return self.named(&format!("{}.{}", path.get(0)?.as_str()?, path.get(1)?.as_str()?));
        }
        match json.get("Fn::Sub") {
            Some(template) => self.fill(template.as_str()?),
            None => json.as_str().map(str::to_owned),
        }
    }

    fn fill(&self, template: &str) -> Option<String> {
        let (mut filled, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}')?;
            filled += before;
            // `${!Name}` is `${Name}` itself: a policy variable.
            let value = match name.strip_prefix('!') {
                Some(variable) => format!("${{{variable}}}"),
                None => self.named(name)?,
            };
            filled += &value;
            rest = after;
        }
        Some(filled + rest)
    }

    /// What stands for `name` in a template, such as `AWS::Region` or `Sightings.Arn`.
    fn named(&self, name: &str) -> Option<String> {
        match name {
            "AWS::Partition" => Some("aws".to_owned()),
            "AWS::AccountId" => Some(self.account.to_owned()),
            "AWS::Region" => Some(self.region.to_owned()),
            _ => match name.strip_suffix(".Arn") {
                Some(id) => self.arn(self.listed.iter().find(|it| it.id == id)?).map(Cow::into_owned),
                None => self.physical_id(name).map(str::to_owned),
            },
        }
    }
}
