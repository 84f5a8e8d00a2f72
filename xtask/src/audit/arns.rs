//! The ARNs of a template's resources, in all the ways in which a template writes them.

use std::collections::BTreeMap;

use infra::iam::VARIABLE_PREFIX;
use infra::{Template, facts};
use serde_json::Value as Json;

use super::expression::{covers, sub, text};

/// The ARNs of a template's resources.
#[derive(Debug, Clone, Default)]
pub struct Arns(BTreeMap<String, Vec<String>>);

impl Arns {
    /// The ARNs of the resources of `template`, as far as their types are known.
    #[must_use]
    pub fn of(template: &Template) -> Self {
        let resources = || template.section("Resources");
        let mut arns: BTreeMap<_, _> =
            resources().filter_map(|(id, resource)| Some((id.to_owned(), spellings(id, resource)?))).collect();
        let aliases = resources().filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Alias");
        let aliases: Vec<_> = aliases.map(|(id, it)| (id.to_owned(), of_alias(id, &it["Properties"], &arns))).collect();
        arns.extend(aliases);
        Self(arns)
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

/// The ARN of a resource in each way to write it; nothing when its form is not known.
fn spellings(id: &str, resource: &Json) -> Option<Vec<String>> {
    let resource_type = resource["Type"].as_str()?;
    let facts = facts::of(resource_type);
    let attribute = |name: &str| format!("${{{id}.{name}}}");
    let with_form = |wanted: &str| -> Vec<&'static str> {
        facts.attributes().filter(|(_, form)| *form == wanted).map(|(name, _)| name).collect()
    };
    // What gives the ARN, what gives the name, and the ARN around the name.
    let (whole, named, property, form) = if let Some((property, form)) = facts.reference() {
        let whole =
            [format!("${{{id}}}")].into_iter().chain(with_form("{id}").into_iter().map(attribute)).collect::<Vec<_>>();
        (whole, with_form("{name}").first().copied().map(attribute), Some(property), form)
    } else {
        let form = facts.attribute("Arn").filter(|form| form.starts_with("arn:"))?;
        let named = with_form("{name}").into_iter().find(|name| name.ends_with("Name")).map(attribute);
        (
            vec![attribute("Arn")],
            Some(named.unwrap_or_else(|| format!("${{{id}}}"))),
            facts::name_property(resource_type),
            form,
        )
    };
    let given = property.and_then(|property| resource["Properties"].get(property)).map(text);
    let path = resource["Properties"].get("Path").map_or_else(|| "/".to_owned(), text);
    let around = form.replace("{partition}", "${AWS::Partition}").replace("{region}", "${AWS::Region}");
    let around = around.replace("{account}", "${AWS::AccountId}").replace("{id}", "{name}");
    let (before, after) = around.split_once("{name}")?;
    let before = sub(&before.replace("{path}", "\0")).replace('\0', &path);
    let all_names = named.map(|it| sub(&it)).into_iter().chain(given);
    Some(whole.iter().map(|it| sub(it)).chain(all_names.map(|name| format!("{before}{name}{after}"))).collect())
}

/// The ARN of an alias: that of its function with its name.
fn of_alias(id: &str, properties: &Json, functions: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let own = [sub(&format!("${{{id}}}")), sub(&format!("${{{id}.AliasArn}}"))];
    let function = facts::stood_for("AWS::Lambda::Alias", properties).and_then(|function| functions.get(function));
    let name = text(&properties["Name"]);
    own.into_iter().chain(function.into_iter().flatten().map(|arn| format!("{arn}:{name}"))).collect()
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
            "Count": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "count"}},
            "Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Count"}, "Name": "live"}},
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
            (json!({"Ref": "Live"}), Some("Live")),
            (json!({"Fn::GetAtt": ["Live", "AliasArn"]}), Some("Live")),
            (json!({"Fn::Sub": "${Count.Arn}:live"}), Some("Live")),
            (json!("arn:aws:lambda:eu-west-1:123456789012:function:count:live"), Some("Live")),
            (json!("arn:aws:lambda:eu-west-1:123456789012:function:count"), Some("Count")),
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
