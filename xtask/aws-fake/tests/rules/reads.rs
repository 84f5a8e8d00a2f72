//! What can be read of stacks.

use aws_sdk_cloudformation::types::Tag;

use crate::client::{Aws, QUEUE, REGION, refusal};

fn queues(count: usize) -> String {
    let queues: Vec<_> = (0..count).map(|it| format!("Q{it}: {{Type: AWS::SQS::Queue}}")).collect();
    format!("Resources: {{{}}}", queues.join(", "))
}

#[tokio::test]
async fn a_deleted_stack_is_known_by_its_arn_alone() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let id = aws.stack("orders").await.stack_id().unwrap().to_owned();
    aws.cloudformation.delete_stack().stack_name("orders").send().await.unwrap();
    aws.fake.finish(&id);
    assert_eq!(aws.stack(&id).await.stack_status().unwrap().as_str(), "DELETE_COMPLETE");
    assert!(!aws.log(&id).await.0.is_empty());
    let (code, message) = refusal(aws.cloudformation.describe_stacks().stack_name("orders").send().await);
    assert_eq!((code.as_str(), message.as_str()), ("ValidationError", "Stack with id orders does not exist"));
    let (_, message) = refusal(aws.cloudformation.describe_stack_events().stack_name("orders").send().await);
    assert_eq!(message, "Stack [orders] does not exist");

    // The name is free, and is that of another stack from now on.
    aws.has("orders", QUEUE);
    assert_ne!(aws.stack("orders").await.stack_id().unwrap(), id);
}

#[tokio::test]
async fn events_come_newest_first_in_small_pages_with_their_token() {
    let aws = Aws::start().await;
    let log = aws.deployed(aws.set("orders", "set", &queues(3))).await;
    let page = aws.cloudformation.describe_stack_events().stack_name("orders").send().await.unwrap();
    assert_eq!(page.stack_events().len(), 2);
    assert!(page.next_token().is_some());
    let newest = &page.stack_events()[0];
    assert_eq!(newest.resource_status().unwrap().as_str(), "CREATE_COMPLETE");
    // The stack's own event is about its ARN.
    assert_eq!(newest.physical_resource_id(), newest.stack_id());
    assert_eq!(newest.client_request_token(), Some("token"));
    let ids: std::collections::BTreeSet<_> = log.0.iter().map(|event| event.event_id().unwrap()).collect();
    assert_eq!(ids.len(), log.0.len());
}

#[tokio::test]
async fn events_may_have_equal_times() {
    let aws = Aws::start().await;
    let log = aws.deployed(aws.set("orders", "set", &queues(3))).await;
    let times: std::collections::BTreeSet<_> = log.0.iter().map(|event| event.timestamp().unwrap().secs()).collect();
    assert!(times.len() < log.0.len());
}

#[tokio::test]
async fn many_events_may_come_between_two_looks() {
    let aws = Aws::start().await;
    let stack = aws.executed(aws.set("orders", "set", &queues(60))).await;
    let before = aws.log(&stack).await.0.len();
    assert!(aws.log(&stack).await.0.len() > before);
    assert!(before > 100);
}

#[tokio::test]
async fn late_events_are_seen_after_newer_ones() {
    let aws = Aws::start().await;
    aws.fake.set_late_events(3);
    let stack = aws.executed(aws.set("orders", "set", &queues(4))).await;
    let log = aws.rested(&stack).await;
    let seen = log.lines().iter().filter(|line| line.ends_with(" CREATE_COMPLETE")).count();
    assert!(seen < 5, "{:#?}", log.lines());
    for _ in 0..3 {
        aws.log(&stack).await;
    }
    let log = aws.log(&stack).await;
    assert_eq!(log.lines().iter().filter(|line| line.ends_with(" CREATE_COMPLETE")).count(), 5);
}

#[tokio::test]
async fn a_template_is_read_back_as_it_was_but_for_what_is_not_ascii() {
    let aws = Aws::start().await;
    let template = format!("# the order of the lines, and remarks\nDescription: größer\n{QUEUE}");
    aws.has("orders", &template);
    let read = aws.cloudformation.get_template().stack_name("orders").send().await.unwrap();
    assert_eq!(read.template_body().unwrap(), template.replace(['ö', 'ß'], "?"));
}

#[tokio::test]
async fn reads_are_paged() {
    let aws = Aws::start().await;
    aws.has("one", &queues(5));
    aws.has("two", QUEUE);
    aws.has("three", QUEUE);
    let page = aws.cloudformation.list_stack_resources().stack_name("one").send().await.unwrap();
    assert_eq!((page.stack_resource_summaries().len(), page.next_token().is_some()), (2, true));
    assert_eq!(aws.listed("one").await.len(), 5);
    let stacks = aws.cloudformation.describe_stacks().into_paginator().items().send();
    assert_eq!(stacks.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 3);
    let described = aws.cloudformation.describe_stack_resources().stack_name("one").send().await.unwrap();
    assert_eq!(described.stack_resources().len(), 5);
    aws.fake.set_paging(100);
    let page = aws.cloudformation.list_stack_resources().stack_name("one").send().await.unwrap();
    assert_eq!((page.stack_resource_summaries().len(), page.next_token()), (5, None));
}

#[tokio::test]
async fn a_stack_keeps_its_role_tags_and_parameters() {
    let aws = Aws::start().await;
    let template = format!("Parameters: {{Secret: {{Type: String, NoEcho: true, Default: x}}}}\n{QUEUE}");
    let role = "arn:aws:iam::123456789012:role/deployer";
    let tag = Tag::builder().key("team").value("shop").build();
    aws.deployed(aws.set("orders", "set", &template).role_arn(role).tags(tag.clone())).await;
    let stack = aws.stack("orders").await;
    assert_eq!((stack.role_arn(), stack.tags()), (Some(role), [tag].as_slice()));
    assert_eq!(stack.parameters()[0].parameter_value(), Some("****"));
    assert!(stack.change_set_id().is_some());

    // None given are the same as before.
    aws.deployed(aws.set("orders", "next", &format!("{template}\nOutputs: {{A: {{Value: b}}}}"))).await;
    let stack = aws.stack("orders").await;
    assert_eq!((stack.role_arn(), stack.tags().len()), (Some(role), 1));
}

#[tokio::test]
async fn a_policy_of_the_stack_is_kept() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let policy = r#"{"Statement": []}"#;
    aws.cloudformation.set_stack_policy().stack_name("orders").stack_policy_body(policy).send().await.unwrap();
    let read = aws.cloudformation.get_stack_policy().stack_name("orders").send().await.unwrap();
    assert_eq!(read.stack_policy_body(), Some(policy));
}

#[tokio::test]
async fn describe_events_tells_what_failed() {
    let aws = Aws::start().await;
    aws.fake.set_paging(100);
    aws.fake.fail_resource("Orders", aws_fake::Doing::Create, "no");
    let log = aws.deployed(aws.set("orders", "set", QUEUE)).await;
    let operation = log.0.last().unwrap().operation_id().unwrap();
    let filter = aws_sdk_cloudformation::types::EventFilter::builder().failed_events(true).build();
    let events = aws.cloudformation.describe_events().operation_id(operation).filters(filter).send().await.unwrap();
    let event = &events.operation_events()[0];
    assert_eq!(events.operation_events().len(), 1);
    assert_eq!(event.event_type().unwrap().as_str(), "PROVISIONING_ERROR");
    assert_eq!(event.operation_type().unwrap().as_str(), "CREATE_STACK");
    assert_eq!((event.logical_resource_id(), event.resource_status_reason()), (Some("Orders"), Some("no")));
    let (_, message) = refusal(aws.cloudformation.describe_events().change_set_name("set").send().await);
    assert_eq!(message, "One of ChangeSetName, OperationId or StackName must be specified");
}

#[tokio::test]
async fn a_stack_is_of_its_region() {
    let aws = Aws::start().await;
    aws.fake.create_stack("us-east-1", "orders", QUEUE, &[]);
    let (_, message) = refusal(aws.cloudformation.describe_stacks().stack_name("orders").send().await);
    assert_eq!(message, "Stack with id orders does not exist");
    assert_ne!(REGION, "us-east-1");
}
