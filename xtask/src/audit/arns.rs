//! The ARNs of a template's resources, in all the ways in which a template writes them.

use std::collections::BTreeMap;

use infra::Template;
use infra::iam::VARIABLE_PREFIX;
use serde_json::Value as Json;

use super::expression::{covers, sub, text};

/// How the ARN of a type of resources is written.
struct Form {
    resource_type: &'static str,
    /// What gives the whole ARN, as in `Fn::Sub` after the logical id: an attribute, or nothing when `Ref` does.
    arn: &'static [&'static str],
    /// What gives the name in the same way.
    name: &'static str,
    /// The property that fixes the name.
    property: &'static str,
    /// The ARN around the name, without its partition.
    around: (&'static str, &'static str),
}

const fn form(
    resource_type: &'static str,
    arn: &'static [&'static str],
    name: &'static str,
    property: &'static str,
    before: &'static str,
) -> Form {
    Form { resource_type, arn, name, property, around: (before, "") }
}

const FORMS: [Form; 10] = [
    form("AWS::DynamoDB::Table", &[".Arn"], "", "TableName", "dynamodb:${AWS::Region}:${AWS::AccountId}:table/"),
    form("AWS::Events::EventBus", &[".Arn"], "", "Name", "events:${AWS::Region}:${AWS::AccountId}:event-bus/"),
    form("AWS::Events::Rule", &[".Arn"], "", "Name", "events:${AWS::Region}:${AWS::AccountId}:rule/"),
    form("AWS::IAM::ManagedPolicy", &["", ".PolicyArn"], "", "ManagedPolicyName", "iam::${AWS::AccountId}:policy/"),
    form("AWS::IAM::Role", &[".Arn"], "", "RoleName", "iam::${AWS::AccountId}:role/"),
    form("AWS::Lambda::Function", &[".Arn"], "", "FunctionName", "lambda:${AWS::Region}:${AWS::AccountId}:function:"),
    Form {
        around: ("logs:${AWS::Region}:${AWS::AccountId}:log-group:", ":*"),
        ..form("AWS::Logs::LogGroup", &[".Arn"], "", "LogGroupName", "")
    },
    form("AWS::S3::Bucket", &[".Arn"], "", "BucketName", "s3:::"),
    form("AWS::SNS::Topic", &["", ".TopicArn"], ".TopicName", "TopicName", "sns:${AWS::Region}:${AWS::AccountId}:"),
    form("AWS::SQS::Queue", &[".Arn"], ".QueueName", "QueueName", "sqs:${AWS::Region}:${AWS::AccountId}:"),
];

/// The ARNs of a template's resources.
#[derive(Debug, Clone, Default)]
pub struct Arns(BTreeMap<String, Vec<String>>);

impl Arns {
    /// The ARNs of the resources of `template`, as far as their types are known.
    #[must_use]
    pub fn of(template: &Template) -> Self {
        let spelled = template.section("Resources").filter_map(|(id, resource)| {
            let form = FORMS.iter().find(|form| resource["Type"] == form.resource_type)?;
            Some((id.to_owned(), spellings(form, id, &resource["Properties"])))
        });
        Self(spelled.collect())
    }

    /// The ARN of the resource `id` in each way to write it, the plainest first.
    #[must_use]
    pub fn spellings(&self, id: &str) -> &[String] {
        self.0.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The same of a resource by one of them, which may be a resource of another stack.
    #[must_use]
    pub fn spellings_of(&self, arn: &str) -> Vec<String> {
        self.resource(arn).map_or_else(|| vec![normal(arn)], |id| self.spellings(id).to_vec())
    }

    /// The ARN of the resource `id` in the plainest way.
    #[must_use]
    pub fn arn(&self, id: &str) -> Option<&str> {
        self.spellings(id).first().map(String::as_str)
    }

    /// The resource with the ARN `arn`.
    #[must_use]
    pub fn resource(&self, arn: &str) -> Option<&str> {
        let arn = normal(arn);
        self.0.iter().find(|(_, spellings)| spellings.contains(&arn)).map(|(id, _)| id.as_str())
    }
}

/// Whether `pattern` stands for one of the spellings of an ARN.
#[must_use]
pub fn stands_for(pattern: &str, spellings: &[String]) -> bool {
    let pattern = normal(pattern);
    spellings.iter().any(|it| covers(&pattern, it))
}

fn spellings(form: &Form, id: &str, properties: &Json) -> Vec<String> {
    let whole = form.arn.iter().map(|attribute| sub(&format!("${{{id}{attribute}}}")));
    let given = properties.get(form.property).map(text);
    let path = properties.get("Path").map(text).filter(|_| form.resource_type.starts_with("AWS::IAM::"));
    let path = path.unwrap_or_default();
    let path = path.trim_start_matches('/');
    let named = [sub(&format!("${{{id}{}}}", form.name))].into_iter().chain(given).map(|name| {
        let (before, after) = form.around;
        format!("{}{path}{name}{after}", sub(&format!("arn:${{AWS::Partition}}:{before}")))
    });
    whole.chain(named).collect()
}

/// The ARN without literal partition, region and account: a template is for one place.
#[must_use]
pub fn normal(arn: &str) -> String {
    // A variable has a colon of its own.
    const HIDDEN: &str = "${cfn=";
    let hidden = arn.replace(VARIABLE_PREFIX, HIDDEN);
    let parts: Vec<_> = hidden.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts.as_slice() else { return arn.to_owned() };
    let is_literal = |part: &str| !part.is_empty() && !part.contains(['$', '*', '?']);
    let place = |part: &str, variable: &str| if is_literal(part) { sub(variable) } else { part.to_owned() };
    let (partition, region, account) =
        (place(partition, "${AWS::Partition}"), place(region, "${AWS::Region}"), place(account, "${AWS::AccountId}"));
    ["arn", &partition, service, &region, &account, resource].join(":").replace(HIDDEN, VARIABLE_PREFIX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arns() -> Arns {
        let resources = json!({
            "Orders": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "orders-${Stage}"}}},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Images": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "images"}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"Path": "/service/"}},
        });
        Arns::of(&Template::parse(&json!({ "Resources": resources }).to_string()).unwrap())
    }

    #[test]
    fn a_resource_is_known_by_each_way_to_write_its_arn() {
        for (value, expected) in [
            (json!({"Fn::GetAtt": ["Orders", "Arn"]}), Some("Orders")),
            (json!({"Fn::Sub": "${Orders.Arn}"}), Some("Orders")),
            (
                json!({"Fn::Join": [":", ["arn:aws:sqs", {"Ref": "AWS::Region"}, {"Ref": "AWS::AccountId"},
                {"Fn::GetAtt": ["Orders", "QueueName"]}]]}),
                Some("Orders"),
            ),
            (json!({"Fn::Sub": "arn:aws:sqs:eu-west-1:123456789012:orders-${Stage}"}), Some("Orders")),
            (json!({"Ref": "Topic"}), Some("Topic")),
            (json!({"Fn::GetAtt": "Topic.TopicArn"}), Some("Topic")),
            (json!("arn:aws:s3:::images"), Some("Images")),
            (json!({"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/service/${Role}"}), Some("Role")),
            (json!({"Ref": "Orders"}), None),
            (json!("arn:aws:sqs:eu-west-1:123456789012:others"), None),
        ] {
            assert_eq!(arns().resource(&text(&value)), expected, "{value}");
        }
    }

    #[test]
    fn a_pattern_stands_for_an_arn_however_it_is_written() {
        let arns = arns();
        let stands = |pattern: &Json| stands_for(&text(pattern), arns.spellings("Images"));
        assert!(stands(&json!("*")));
        assert!(stands(&json!("arn:aws:s3:::im*")));
        assert!(stands(&json!({"Fn::Sub": "${Images.Arn}*"})));
        assert!(!stands(&json!("arn:aws:s3:::orders")));
    }
}
