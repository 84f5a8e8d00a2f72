//! What the Cloud Control API knows a resource by.
//!
//! That is the type's primary identifier; of several properties the values are joined by `|`. CloudFormation lists most
//! resources by it, some by one part of it, and a few by something else.
//! <https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-identifier.html>

use infra::expression::has_function;
use infra::schema::Schema;
use serde_json::Value as Json;

/// The identifier of a resource that CloudFormation lists as `physical_id`; `None` when it is not known.
pub(super) fn of(schema: &Schema, physical_id: &str, model: &Json) -> Option<String> {
    let names: Vec<_> = schema.primary_identifier().collect();
    if let [name] = names[..] {
        let given = value(model, name).filter(|it| !has_function(it) && !schema.rewritten(&[name])).and_then(text);
        return Some(given.unwrap_or_else(|| physical_id.to_owned())).filter(|id| fits(schema, name, id));
    }
    if physical_id.split('|').count() == names.len() {
        return Some(physical_id.to_owned());
    }
    let known: Vec<_> = names.iter().filter_map(|name| text(value(model, name)?)).collect();
    let part = |name: &&str| match value(model, name) {
        Some(given) => text(given),
        // What the model does not say AWS has chosen, and what AWS has chosen is the physical id.
        None => Some(physical_id.to_owned()).filter(|id| !known.contains(id) && fits(schema, name, id)),
    };
    let is_chosen = names.iter().filter(|name| value(model, name).is_none()).count() <= 1;
    let parts: Option<Vec<_>> = names.iter().map(part).collect();
    Some(parts.filter(|parts| is_chosen && !parts.is_empty())?.join("|"))
}

fn value<'a>(model: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(model, |json, name| json.get(name)).filter(|value| !value.is_null())
}

/// A value as a part of an identifier; none of an intrinsic function.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether the property can have that value: what is called by a name where its ARN is wanted, or the other way round,
/// would not be found, and be taken for deleted.
fn fits(schema: &Schema, property: &str, id: &str) -> bool {
    let is_arn_property = |name: &str| name.ends_with("Arn") || name.ends_with("ARN");
    let path: Vec<_> = property.split('.').collect();
    let is_of_its_kind = if id.starts_with("arn:") {
        is_arn_property(property) || !schema.attributes().any(is_arn_property)
    } else {
        !is_arn_property(property)
    };
    schema.accepts(&path, id) && is_of_its_kind
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_parts_that_the_model_does_not_say_are_what_cloudformation_lists() {
        let arn = "arn:aws:ecs:eu-west-1:123456789012:service/shop/web";
        let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf";
        let job = "arn:aws:batch:eu-west-1:123456789012:job-definition/sort:1";
        let function = json!({"Fn::ImportValue": "x"});
        for (resource_type, physical_id, model, expected) in [
            ("AWS::CloudWatch::Alarm", "depth", json!({}), Some("depth")),
            ("AWS::CloudWatch::Alarm", "depth", json!({"AlarmName": "depth"}), Some("depth")),
            ("AWS::SSM::Parameter", "p-1", json!({"Name": function}), Some("p-1")),
            // Joined in the order of the identifier, which is not that of the alphabet.
            ("AWS::ECS::Service", arn, json!({"Cluster": "shop"}), Some(&*format!("{arn}|shop"))),
            ("AWS::ApiGateway::Deployment", "d1", json!({"RestApiId": "a1"}), Some("d1|a1")),
            ("AWS::WAFv2::WebACL", "acl|1234|REGIONAL", json!({}), Some("acl|1234|REGIONAL")),
            // Nothing says which of two parts the physical id is.
            ("AWS::ApiGateway::Deployment", "d1", json!({}), None),
            ("AWS::ApiGateway::Deployment", "d1", json!({"RestApiId": function}), None),
            // It is the part that the model says already.
            ("AWS::ApiGateway::Stage", "live", json!({"StageName": "live"}), None),
            ("AWS::SecretsManager::Secret", secret, json!({"Name": "s"}), Some(secret)),
            // A definition is listed by its ARN, and known by its name; a rule the other way round.
            ("AWS::Batch::JobDefinition", job, json!({}), None),
            ("AWS::Batch::JobDefinition", job, json!({"JobDefinitionName": "sort"}), Some("sort")),
            ("AWS::Events::Rule", "placed", json!({}), None),
        ] {
            let schema = infra::schema::of(resource_type).unwrap();
            assert_eq!(of(schema, physical_id, &model).as_deref(), expected, "{resource_type} {physical_id} {model}");
        }
    }
}
