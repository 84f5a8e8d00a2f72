//! Change sets.

use aws_sdk_cloudformation::types::{ChangeSetType, OnStackFailure, Parameter, ResourceChange, Tag};

use crate::client::{Aws, QUEUE, REGION, refusal};

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter::builder().parameter_key(name).parameter_value(value).build()
}

/// `Modify Orders False` of each change.
async fn changes(aws: &Aws, before: &str, after: &str) -> Vec<String> {
    aws.has("orders", before);
    let set = aws.prepared(aws.set("orders", "set", after)).await;
    let id = set.change_set_id().unwrap();
    let mut pages = aws.cloudformation.describe_change_set().change_set_name(id).into_paginator().send();
    let mut changes = Vec::new();
    while let Some(page) = pages.next().await {
        changes.extend(page.unwrap().changes().iter().filter_map(|it| it.resource_change().map(line)));
    }
    changes
}

fn line(change: &ResourceChange) -> String {
    let replacement = change.replacement().map(|it| format!(" {}", it.as_str())).unwrap_or_default();
    let policy = change.policy_action().map(|it| format!(" {}", it.as_str())).unwrap_or_default();
    let (action, id) = (change.action().unwrap().as_str(), change.logical_resource_id().unwrap());
    format!("{action} {id}{replacement}{policy}")
}

#[tokio::test]
async fn the_first_set_leaves_a_stack_in_review_that_holds_nothing() {
    let aws = Aws::start().await;
    aws.set("orders", "first", QUEUE).send().await.unwrap();
    let stack = aws.stack("orders").await;
    assert_eq!(stack.stack_status().unwrap().as_str(), "REVIEW_IN_PROGRESS");
    assert!(stack.parameters().is_empty() && stack.tags().is_empty());
    let (code, _) = refusal(aws.cloudformation.get_template().stack_name("orders").send().await);
    assert_eq!(code, "ValidationError");
}

#[tokio::test]
async fn deleting_the_last_set_leaves_the_stack_in_review() {
    let aws = Aws::start().await;
    let made = aws.set("orders", "first", QUEUE).send().await.unwrap();
    for _ in 0..2 {
        // Also one that is no longer there.
        aws.cloudformation.delete_change_set().change_set_name(made.id().unwrap()).send().await.unwrap();
    }
    assert_eq!(aws.fake.status("orders").as_deref(), Some("REVIEW_IN_PROGRESS"));
    aws.cloudformation.delete_stack().stack_name("orders").send().await.unwrap();
    assert_eq!(aws.fake.status("orders").as_deref(), Some("DELETE_COMPLETE"));
}

#[tokio::test]
async fn a_set_goes_one_step_on_with_each_look() {
    let aws = Aws::start().await;
    let made = aws.set("orders", "first", QUEUE).send().await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let set = aws.cloudformation.describe_change_set().change_set_name(made.id().unwrap()).send().await.unwrap();
        seen.push((set.status().unwrap().as_str().to_owned(), set.execution_status().unwrap().as_str().to_owned()));
    }
    let states = [("CREATE_IN_PROGRESS", "UNAVAILABLE"), ("CREATE_COMPLETE", "AVAILABLE")];
    assert_eq!(seen, states.map(|(one, other)| (one.to_owned(), other.to_owned())));
}

#[tokio::test]
async fn a_set_to_create_is_only_for_nothing() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let set = aws.set("orders", "again", QUEUE).change_set_type(ChangeSetType::Create);
    let (code, message) = refusal(set.send().await);
    assert_eq!(code, "ValidationError");
    assert_eq!(message, "Stack [orders] already exists and cannot be created again with the changeSet [again].");
}

#[tokio::test]
async fn a_set_to_update_needs_a_stack_that_can_be() {
    let aws = Aws::start().await;
    let update = |name: &str| aws.set(name, "set", QUEUE).change_set_type(ChangeSetType::Update).send();
    assert_eq!(refusal(update("orders").await).1, "Stack [orders] does not exist");
    aws.has("orders", QUEUE);
    for status in [
        "CREATE_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_FAILED",
        "DELETE_FAILED",
        "REVIEW_IN_PROGRESS",
    ] {
        aws.fake.set_status("orders", status);
        let (code, message) = refusal(update("orders").await);
        assert_eq!(code, "ValidationError");
        assert!(message.starts_with("Stack:arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/"), "{message}");
        assert!(message.ends_with(&format!(" is in {status} state and can not be updated.")), "{message}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_at_once() {
    let aws = Aws::start().await;
    let role = "Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, RoleName: r}}}";
    let with_parameter = format!("Parameters: {{Stage: {{Type: String}}}}\n{QUEUE}");
    let long = format!("{QUEUE}{}", " ".repeat(51_200));
    let set = |template: &str| aws.set("orders", "set", template);
    for (call, code, message) in [
        (set(&with_parameter), "ValidationError", "Parameters: [Stage] must have values"),
        (
            set(QUEUE).parameters(parameter("Stage", "dev")),
            "ValidationError",
            "Parameters: [Stage] do not exist in the template",
        ),
        (
            set(role).set_capabilities(None),
            "InsufficientCapabilitiesException",
            "Requires capabilities : [CAPABILITY_NAMED_IAM]",
        ),
        (set(&long), "ValidationError", "Member must have length less than or equal to 51200"),
        (
            set(QUEUE).set_template_body(None).template_url("https://nowhere.s3.eu-west-1.amazonaws.com/t.json"),
            "ValidationError",
            "S3 error: Access Denied",
        ),
        (
            set("Resources: {A: {Type: AWS::SQS::Nothing}}"),
            "ValidationError",
            "Template format error: Unrecognized resource types: [AWS::SQS::Nothing]",
        ),
        (
            set("Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Gone}}}"),
            "ValidationError",
            "Template format error: Unresolved resource dependencies [Gone] in the Resources block of the template",
        ),
        (
            set("Resources: {A: {Type: AWS::SQS::Queue, DependsOn: B}, B: {Type: AWS::SQS::Queue, DependsOn: A}}"),
            "ValidationError",
            "Circular dependency between resources: [A, B]",
        ),
    ] {
        let (actual, said) = refusal(call.send().await);
        assert_eq!(actual, code, "{said}");
        assert!(said.contains(message), "{said}");
    }
    assert!(aws.fake.stacks().is_empty());
}

#[tokio::test]
async fn a_name_is_used_once_unless_the_token_is_the_same() {
    let aws = Aws::start().await;
    let first = aws.set("orders", "set", QUEUE).client_token("one").send().await.unwrap();
    let again = aws.set("orders", "set", QUEUE).client_token("one").send().await.unwrap();
    assert_eq!(first.id(), again.id());
    let (code, message) = refusal(aws.set("orders", "set", QUEUE).client_token("two").send().await);
    assert_eq!(code, "AlreadyExistsException");
    assert_eq!(message, "ChangeSet set cannot be created due to a mismatch with existing attribute ClientToken");
}

#[tokio::test]
async fn no_changes_have_two_wordings() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let described = format!("Description: the same\n{QUEUE}");
    for (name, template, reason) in [
        (
            "same",
            QUEUE,
            "The submitted information didn't contain changes. Submit different information to create a change set.",
        ),
        ("described", described.as_str(), "No updates are to be performed."),
    ] {
        let set = aws.prepared(aws.set("orders", name, template)).await;
        assert_eq!((set.status().unwrap().as_str(), set.status_reason()), ("FAILED", Some(reason)));
        assert_eq!(set.execution_status().unwrap().as_str(), "UNAVAILABLE");
        let execution = aws.cloudformation.execute_change_set().change_set_name(set.change_set_id().unwrap());
        let (code, message) = refusal(execution.send().await);
        assert_eq!(code, "InvalidChangeSetStatus");
        assert!(message.ends_with("cannot be executed in its current status of [FAILED]"), "{message}");
    }
}

#[tokio::test]
async fn outputs_alone_are_a_change_of_no_resource() {
    let aws = Aws::start().await;
    let after = format!("{QUEUE}\nOutputs: {{Url: {{Value: !Ref Orders}}}}");
    aws.has("orders", QUEUE);
    let set = aws.prepared(aws.set("orders", "set", &after)).await;
    assert_eq!((set.status().unwrap().as_str(), set.changes().len()), ("CREATE_COMPLETE", 0));
}

#[tokio::test]
async fn tags_alone_change_what_can_be_tagged() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let tag = Tag::builder().key("team").value("shop").build();
    let set = aws.prepared(aws.set("orders", "set", QUEUE).tags(tag)).await;
    let change = set.changes()[0].resource_change().unwrap();
    assert_eq!(line(change), "Modify Orders False");
    assert_eq!(change.scope()[0].as_str(), "Tags");
}

#[tokio::test]
async fn changes_say_what_is_replaced() {
    let aws = Aws::start().await;
    let before = "Resources:
  Changed: {Type: AWS::SQS::Queue}
  Gone: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}
  Replaced: {Type: AWS::SQS::Queue}
  Same: {Type: AWS::SQS::Queue, DependsOn: Changed}";
    let after = "Resources:
  Changed: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}
  New: {Type: AWS::SQS::Queue}
  Replaced: {Type: AWS::SQS::Queue, UpdateReplacePolicy: Retain, Properties: {FifoQueue: true}}
  Same: {Type: AWS::SQS::Queue}";
    let expected = ["Modify Changed False", "Add New", "Modify Replaced True ReplaceAndRetain", "Remove Gone Retain"];
    assert_eq!(changes(&aws, before, after).await, expected);
}

#[tokio::test]
async fn a_policy_alone_is_a_change_without_replacement() {
    let aws = Aws::start().await;
    let after = "Resources: {Orders: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}}";
    assert_eq!(changes(&aws, QUEUE, after).await, ["Modify Orders False"]);
}

#[tokio::test]
async fn what_refers_to_something_replaced_may_be_replaced() {
    let aws = Aws::start().await;
    let template = |fifo: bool| {
        format!(
            "Resources:
  Topic: {{Type: AWS::SNS::Topic, Properties: {{FifoTopic: {fifo}}}}}
  Subscription: {{Type: AWS::SNS::Subscription, Properties: {{TopicArn: !Ref Topic, Protocol: sqs, Endpoint: x}}}}
  Queue: {{Type: AWS::SQS::Queue, Properties: {{Tags: [{{Key: topic, Value: !GetAtt Topic.TopicName}}]}}}}"
        )
    };
    let expected = ["Modify Topic True ReplaceAndDelete", "Modify Subscription Conditional", "Modify Queue False"];
    assert_eq!(changes(&aws, &template(false), &template(true)).await, expected);
}

#[tokio::test]
async fn a_resource_keeps_its_type() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let set = aws.set("orders", "set", "Resources: {Orders: {Type: AWS::SNS::Topic}}");
    let (_, message) = refusal(set.send().await);
    assert!(message.starts_with("Update of resource type is not permitted."), "{message}");
}

#[tokio::test]
async fn early_validation_fails_a_set_and_tells_why_in_its_events_alone() {
    let aws = Aws::start().await;
    let named = "Resources: {Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: taken, Unknown: 1}}}";
    aws.has("other", "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: taken}}}");
    aws.fake.set_paging(10);
    let set = aws.prepared(aws.set("orders", "set", named)).await;
    assert_eq!(
        set.status_reason(),
        Some(
            "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation, \
             AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early Validation errors, use the \
             DescribeEvents API for detailed failure information."
        )
    );
    let id = set.change_set_id().unwrap();
    let events = aws.cloudformation.describe_events().change_set_name(id).send().await.unwrap();
    let mut reasons: Vec<_> =
        events.operation_events().iter().map(|it| it.validation_status_reason().unwrap()).collect();
    reasons.sort_unstable();
    let expected = [
        "Resource of type 'AWS::SQS::Queue' with identifier 'taken' already exists.",
        "Unsupported property [Unknown]",
    ];
    assert_eq!(reasons, expected);
    assert_eq!(events.operation_events()[0].event_type().unwrap().as_str(), "VALIDATION_ERROR");
    assert!(aws.log("orders").await.0.iter().all(|event| event.resource_type() == Some("AWS::CloudFormation::Stack")));

    aws.cloudformation.delete_change_set().change_set_name(id).send().await.unwrap();
    assert_eq!(refusal(aws.cloudformation.describe_events().change_set_name(id).send().await).0, "ChangeSetNotFound");
}

#[tokio::test]
async fn what_a_test_finds_fails_the_early_validation() {
    let aws = Aws::start().await;
    aws.fake.fail_validation("Orders", "PROPERTY_VALIDATION", "Required property [X] not found");
    let set = aws.prepared(aws.set("orders", "set", QUEUE)).await;
    assert_eq!(set.status().unwrap().as_str(), "FAILED");
    let events = aws.cloudformation.describe_events().stack_name("orders").change_set_name("set");
    let events = events.filters(aws_sdk_cloudformation::types::EventFilter::builder().failed_events(true).build());
    let events = events.send().await.unwrap();
    assert_eq!(events.operation_events()[0].validation_status_reason(), Some("Required property [X] not found"));
}

#[tokio::test]
async fn a_set_is_executed_once_and_its_siblings_vanish() {
    let aws = Aws::start().await;
    let sibling = aws.set("orders", "sibling", QUEUE).send().await.unwrap();
    let set = aws.prepared(aws.set("orders", "set", QUEUE)).await;
    let id = set.change_set_id().unwrap();
    let execute = |token: &str| aws.cloudformation.execute_change_set().change_set_name(id).client_request_token(token);
    execute("one").send().await.unwrap();
    // An answer that was lost: the same token is the same execution.
    execute("one").send().await.unwrap();
    let (code, message) = refusal(execute("two").send().await);
    assert_eq!(code, "InvalidChangeSetStatus");
    assert!(message.ends_with("in its current execution status of [EXECUTE_IN_PROGRESS]"), "{message}");

    let describe =
        |name: &str| aws.cloudformation.describe_change_set().stack_name("orders").change_set_name(name).send();
    assert_eq!(refusal(describe(sibling.id().unwrap()).await).0, "ChangeSetNotFound");
    assert_eq!(refusal(describe("set").await), ("ChangeSetNotFound".into(), "ChangeSet [set] does not exist".into()));
    aws.rested("orders").await;
    assert_eq!(describe(id).await.unwrap().execution_status().unwrap().as_str(), "EXECUTE_COMPLETE");
}

#[tokio::test]
async fn a_set_that_is_not_ready_cannot_be_executed() {
    let aws = Aws::start().await;
    let made = aws.set("orders", "set", QUEUE).send().await.unwrap();
    let execution = aws.cloudformation.execute_change_set().change_set_name(made.id().unwrap()).send().await;
    let (code, message) = refusal(execution);
    assert_eq!(code, "InvalidChangeSetStatus");
    assert!(message.ends_with("cannot be executed in its current status of [CREATE_PENDING]"), "{message}");
}

#[tokio::test]
async fn a_set_of_a_name_needs_its_stack() {
    let aws = Aws::start().await;
    let (_, message) = refusal(aws.cloudformation.describe_change_set().change_set_name("set").send().await);
    assert_eq!(message, "StackName must be specified if ChangeSetName is not specified as an ARN.");
}

#[tokio::test]
async fn a_failed_creation_may_be_deleted_kept_or_rolled_back() {
    for (on_failure, states, left) in [
        (OnStackFailure::Delete, "DELETE_IN_PROGRESS DELETE_COMPLETE", 0),
        (OnStackFailure::DoNothing, "CREATE_FAILED", 1),
        (OnStackFailure::Rollback, "ROLLBACK_IN_PROGRESS ROLLBACK_COMPLETE", 0),
    ] {
        let aws = Aws::start().await;
        aws.fake.fail_resource("Orders", aws_fake::Doing::Create, "no");
        let template = "Resources: {Orders: {Type: AWS::SQS::Queue, DependsOn: Dead}, Dead: {Type: AWS::SQS::Queue}}";
        let log = aws.deployed(aws.set("orders", "set", template).on_stack_failure(on_failure)).await;
        let states: Vec<_> =
            ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"].into_iter().chain(states.split(' ')).collect();
        assert_eq!(log.states(), states);
        assert_eq!(aws.fake.live_resources().len(), left);
    }
}

#[tokio::test]
async fn a_stack_that_failed_with_do_nothing_cannot_be_updated() {
    let aws = Aws::start().await;
    aws.fake.fail_resource("Orders", aws_fake::Doing::Create, "no");
    aws.deployed(aws.set("orders", "set", QUEUE).on_stack_failure(OnStackFailure::DoNothing)).await;
    let (_, message) = refusal(aws.set("orders", "next", QUEUE).send().await);
    assert!(message.contains("because it contains [on-failure: DO_NOTHING]"), "{message}");
}

#[tokio::test]
async fn a_template_is_read_from_the_bucket_that_its_address_names() {
    let aws = Aws::start().await;
    let s3 = aws.s3();
    let constraint = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::from(REGION))
        .build();
    s3.create_bucket().bucket("artifacts").create_bucket_configuration(constraint).send().await.unwrap();
    s3.put_object().bucket("artifacts").key("a/t.yml").body(QUEUE.as_bytes().to_vec().into()).send().await.unwrap();
    for url in [
        format!("{}/artifacts/a/t.yml", aws.fake.endpoint()),
        "https://artifacts.s3.eu-west-1.amazonaws.com/a/t.yml".to_owned(),
    ] {
        let name = format!("set{}", url.len());
        let set = aws.set("orders", &name, "").set_template_body(None).template_url(url);
        assert_eq!(aws.prepared(set).await.changes().len(), 1);
    }
}
