//! Data that outlives its stack.

use infra::stack::DeletionPolicy;
use infra::{Stack, facts};
use serde_json::{Value as Json, json};

pub(super) fn set(stack: &mut Stack) {
    for declared in stack.resources_mut() {
        if !facts::holds(declared.resource_type()).is_data() {
            continue;
        }
        let properties = match declared.resource_type() {
            "AWS::DynamoDB::Table" => vec![
                ("DeletionProtectionEnabled", json!(true)),
                ("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", json!(true)),
            ],
            "AWS::S3::Bucket" => vec![("VersioningConfiguration.Status", json!("Enabled"))],
            _ => Vec::new(),
        };
        let said = Json::Object(declared.properties());
        let unsaid =
            properties.into_iter().filter(|(path, _)| said.pointer(&format!("/{}", path.replace('.', "/"))).is_none());
        let attributes = &mut declared.attributes;
        attributes.overrides.extend(unsaid.map(|(path, value)| (path.to_owned(), value.into())));
        if attributes.deletion_policy != Some(DeletionPolicy::Retain) {
            // What a first deployment made that failed holds nothing yet.
            attributes.deletion_policy = Some(DeletionPolicy::RetainExceptOnCreate);
        }
        attributes.update_replace_policy = Some(DeletionPolicy::Retain);
    }
}
