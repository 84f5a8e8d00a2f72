//! The stack of the event-driven system: its template and what the checks say of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use infra::{Stack, Stage, Template};
use serde_json::{Value, json};
use stackwright::Options;

fn stack() -> Stack {
    stacks::event_driven::SYSTEM.build(&Stage::default(), &Options::default())
}

fn properties(template: &Template, id: &str) -> Value {
    template.resource(id).unwrap()["Properties"].clone()
}

#[test]
fn the_template_is_as_reviewed() {
    insta::assert_snapshot!("event-driven", Template::render(&stack()).to_yaml());
}

#[test]
fn nothing_is_found_wrong() {
    let findings: Vec<_> = infra::check(&stack()).iter().map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn another_stage_has_names_of_its_own() {
    let template = Template::render(&stacks::event_driven::stack(&Stage::new("prod")));
    let name = |id: &str, property: &str| properties(&template, id)[property].clone();
    assert_eq!(name("ImageProcessor", "FunctionName"), "event-driven-prod-image-processor");
    assert_eq!(name("AuditLoggerLogGroup", "LogGroupName"), "/aws/lambda/event-driven-prod-audit-logger");
    assert_eq!(name("ImagesQueue", "QueueName"), "event-driven-images-prod");
    assert_eq!(name("ApiDlq", "QueueName"), "event-driven-api-dlq-prod");
    assert_eq!(name("Audit", "TableName"), "event-driven-audit-prod");
    let bucket = json!({"Fn::Sub": "event-driven-uploads-prod-${AWS::AccountId}-${AWS::Region}"});
    assert_eq!(name("Uploads", "BucketName"), bucket);
}

/// Nothing local refuses any of this when it is missing; on AWS it would lose what it should deliver.
#[test]
fn every_step_from_the_bucket_to_the_queues_is_allowed() {
    let template = Template::render(&stack());
    let allows = |id: &str, service: &str, action: &str, resource: Value, source: Option<Value>| {
        let statement = properties(&template, id)["PolicyDocument"]["Statement"][0].clone();
        let mut expected = json!({
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": [action],
            "Resource": [resource],
        });
        if let Some(source) = source {
            expected["Condition"] = json!({"ArnLike": {"aws:SourceArn": [source]}});
        }
        assert_eq!(statement, expected, "{id}");
    };
    let arn = |id: &str| json!({"Fn::GetAtt": [id, "Arn"]});
    let topic = json!({"Ref": "UploadsTopic"});
    // EventBridge publishes nothing to a topic whose policy has a condition for it.
    allows("UploadsTopicPolicy", "events.amazonaws.com", "sns:Publish", topic.clone(), None);
    allows("EventsDlqPolicy", "events.amazonaws.com", "sqs:SendMessage", arn("EventsDlq"), Some(arn("UploadedRule")));
    for queue in ["ImagesQueue", "ImagesDlq", "AuditQueue", "AuditDlq"] {
        allows(&format!("{queue}Policy"), "sns.amazonaws.com", "sqs:SendMessage", arn(queue), Some(topic.clone()));
    }
}
