//! More care for what stages hold that must not be lost.

use infra::Stack;
use infra::stack::{Declared, DeletionPolicy};
use serde_json::json;

/// What each type gets, by the path of the property.
const PROPERTIES: [(&str, &[(&str, Setting)]); 3] = [
    (
        "AWS::DynamoDB::Table",
        &[
            ("DeletionProtectionEnabled", Setting::On),
            ("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", Setting::On),
        ],
    ),
    ("AWS::S3::Bucket", &[("VersioningConfiguration.Status", Setting::Enabled)]),
    ("AWS::SQS::Queue", &[]),
];

#[derive(Clone, Copy)]
enum Setting {
    On,
    Enabled,
}

/// In a protected stage, keeps what tables, buckets and queues hold; in any other it does nothing. Call it last: what is
/// added later is not protected.
///
/// All of them stay when they leave the stack or are replaced. Tables refuse to be deleted and can be brought back to any
/// second of the [last 35 days](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html),
/// and buckets keep every version of an object. A property that the stack sets itself stays as it is. The engine has the stack
/// as a whole refuse to be deleted.
///
/// ```
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage, Template};
///
/// let mut stack = Stack::new("orders", &Stage::protected("prod"));
/// stack.named("Orders").add(StandardQueue::default());
/// parts::protect(&mut stack);
/// let template = Template::render(&stack);
/// assert_eq!(template.resource("Orders").unwrap()["DeletionPolicy"], "RetainExceptOnCreate");
/// ```
pub fn protect(stack: &mut Stack) {
    if !stack.stage().is_protected() {
        return;
    }
    for declared in stack.resources_mut() {
        let resource_type = declared.resource_type().to_owned();
        if let Some((_, properties)) = PROPERTIES.iter().find(|(it, _)| *it == resource_type) {
            keep(declared, properties);
        }
    }
}

fn keep(declared: &mut Declared, properties: &[(&str, Setting)]) {
    let said = serde_json::Value::Object(declared.properties());
    let attributes = &mut declared.attributes;
    if attributes.deletion_policy != Some(DeletionPolicy::Retain) {
        // What a first deployment made that failed holds nothing yet.
        attributes.deletion_policy = Some(DeletionPolicy::RetainExceptOnCreate);
    }
    attributes.update_replace_policy = Some(DeletionPolicy::Retain);
    for (path, setting) in properties {
        if said.pointer(&format!("/{}", path.replace('.', "/"))).is_none() {
            let value = match setting {
                Setting::On => json!(true),
                Setting::Enabled => json!("Enabled"),
            };
            attributes.overrides.push(((*path).to_owned(), value));
        }
    }
}
