//! More care for what stages hold that must not be lost.

use infra::Stack;
use infra::stack::DeletionPolicy;
use serde_json::json;

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
        let properties = match declared.resource_type() {
            "AWS::DynamoDB::Table" => vec![
                ("DeletionProtectionEnabled", json!(true)),
                ("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", json!(true)),
            ],
            "AWS::S3::Bucket" => vec![("VersioningConfiguration.Status", json!("Enabled"))],
            "AWS::SQS::Queue" => Vec::new(),
            _ => continue,
        };
        let said = serde_json::Value::Object(declared.properties());
        let attributes = &mut declared.attributes;
        if attributes.deletion_policy != Some(DeletionPolicy::Retain) {
            // What a first deployment made that failed holds nothing yet.
            attributes.deletion_policy = Some(DeletionPolicy::RetainExceptOnCreate);
        }
        attributes.update_replace_policy = Some(DeletionPolicy::Retain);
        let unsaid =
            properties.into_iter().filter(|(path, _)| said.pointer(&format!("/{}", path.replace('.', "/"))).is_none());
        attributes.overrides.extend(unsaid.map(|(path, value)| (path.to_owned(), value)));
    }
}
