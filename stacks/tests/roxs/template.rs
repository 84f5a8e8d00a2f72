//! The stack of the roxs system: its template and what the checks say of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use infra::{Stack, Stage, Template};
use serde_json::{Value, json};
use stackwright::Options;

fn stack() -> Stack {
    stacks::roxs::SYSTEM.build(&Stage::default(), &Options::default())
}

fn properties(template: &Template, id: &str) -> Value {
    template.resource(id).unwrap()["Properties"].clone()
}

#[test]
fn the_template_is_as_reviewed() {
    insta::assert_snapshot!("roxs", Template::render(&stack()).to_yaml());
}

#[test]
fn nothing_is_found_wrong() {
    let findings: Vec<_> = infra::check(&stack()).iter().map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn another_stage_has_names_of_its_own() {
    let template = Template::render(&stacks::roxs::stack(&Stage::new("two")));
    let name = |id: &str, property: &str| properties(&template, id)[property].clone();
    assert_eq!(name("ImageProcessor", "FunctionName"), "roxs-image-processor-two");
    assert_eq!(name("DashboardLogGroup", "LogGroupName"), "/aws/lambda/roxs-dashboard-two");
    assert_eq!(name("NotificationsQueue", "QueueName"), "roxs-notifications-queue-two");
    assert_eq!(name("NotificationsTopic", "TopicName"), "roxs-notifications-two");
    assert_eq!(name("Logs", "TableName"), "RoxsLogIndex-two");
    assert_eq!(name("Api", "Name"), "roxs-complete-api-two");
    let bucket = json!({"Fn::Sub": "roxs-images-original-two-${AWS::AccountId}-${AWS::Region}"});
    assert_eq!(name("Original", "BucketName"), bucket);
}

/// Nothing local refuses any of this when it is missing; on AWS no upload would be processed.
#[test]
fn the_bucket_may_invoke_the_image_processor() {
    let template = Template::render(&stack());
    let function = json!({"Fn::GetAtt": ["ImageProcessor", "Arn"]});
    let permission = properties(&template, "OriginalImageProcessorPermission");
    assert_eq!(permission["FunctionName"], json!({"Ref": "ImageProcessor"}));
    assert_eq!(permission["Principal"], "s3.amazonaws.com");
    let bucket = "arn:${AWS::Partition}:s3:::roxs-images-original-${AWS::AccountId}-${AWS::Region}";
    assert_eq!(permission["SourceArn"], json!({"Fn::Sub": bucket}));
    let told = properties(&template, "Original")["NotificationConfiguration"]["LambdaConfigurations"].clone();
    assert_eq!(told, json!([{"Event": "s3:ObjectCreated:*", "Function": function}]));
}
