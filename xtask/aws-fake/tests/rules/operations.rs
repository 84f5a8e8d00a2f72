//! What CloudFormation does with stacks.

use aws_fake::Doing;

use crate::client::{Aws, QUEUE, REGION, refusal};

/// A topic, a queue that refers to it, and another beside them.
const THREE: &str = "Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: topic, Value: !Ref Topic}]}}
  Beside: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}";

fn delayed(seconds: u32) -> String {
    format!("Resources: {{Orders: {{Type: AWS::SQS::Queue, Properties: {{DelaySeconds: {seconds}}}}}}}")
}

#[tokio::test]
async fn resources_are_made_in_the_order_of_their_references() {
    let aws = Aws::start().await;
    let log = aws.deployed(aws.set("orders", "set", THREE)).await;
    assert_eq!(log.states(), ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]);
    assert!(log.at("Topic CREATE_COMPLETE") < log.at("Queue CREATE_IN_PROGRESS"));
    // What does not wait for anything is made at once.
    assert!(log.at("Beside CREATE_IN_PROGRESS") < log.at("Topic CREATE_COMPLETE"));
    assert!(log.reason("Topic CREATE_IN_PROGRESS").contains("Resource creation Initiated"));
    assert_eq!(
        aws.listed("orders").await,
        ["Beside CREATE_COMPLETE", "Topic CREATE_COMPLETE", "Queue CREATE_COMPLETE"]
    );
}

#[tokio::test]
async fn a_failed_creation_deletes_what_was_made() {
    let aws = Aws::start().await;
    aws.fake.fail_resource("Topic", Doing::Create, "SNS says no");
    let log = aws.deployed(aws.set("orders", "set", THREE)).await;
    assert_eq!(log.states(), ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"]);
    assert_eq!(log.reason("Topic CREATE_FAILED"), "SNS says no");
    assert_eq!(log.reason("Beside CREATE_FAILED"), "Resource creation cancelled");
    assert_eq!(
        log.reason("orders ROLLBACK_IN_PROGRESS"),
        "The following resource(s) failed to create: [Topic]. Rollback requested by user."
    );
    assert!(aws.fake.live_resources().is_empty());
    // What is deleted stays listed, and what never began is not.
    assert_eq!(aws.listed("orders").await, ["Beside DELETE_COMPLETE", "Topic DELETE_COMPLETE"]);
}

#[tokio::test]
async fn a_creation_that_cannot_be_undone_fails_twice() {
    let aws = Aws::start().await;
    aws.fake.fail_resource("Topic", Doing::Create, "no");
    aws.fake.fail_resource("Beside", Doing::Delete, "SQS says no");
    let log = aws.deployed(aws.set("orders", "set", THREE)).await;
    assert_eq!(log.states().last().unwrap(), "ROLLBACK_FAILED");
    assert_eq!(log.reason("orders ROLLBACK_FAILED"), "The following resource(s) failed to delete: [Beside]. ");
}

#[tokio::test]
async fn rollback_can_be_disabled() {
    let aws = Aws::start().await;
    aws.fake.fail_resource("Topic", Doing::Create, "no");
    let set = aws.prepared(aws.set("orders", "set", THREE)).await;
    let execution = aws.cloudformation.execute_change_set().change_set_name(set.change_set_id().unwrap());
    execution.disable_rollback(true).send().await.unwrap();
    let log = aws.rested("orders").await;
    assert_eq!(log.states().last().unwrap(), "CREATE_FAILED");
    assert!(aws.stack("orders").await.disable_rollback().unwrap());

    // It can be updated to what it should have been.
    aws.fake.heal("Topic");
    let log = aws.deployed(aws.set("orders", "next", &THREE.replace("Beside", "Near"))).await;
    assert_eq!(log.states().last().unwrap(), "UPDATE_COMPLETE");
}

#[tokio::test]
async fn a_stack_may_fail_without_any_of_its_resources() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    aws.fake.fail_stack("Alarm went off");
    let log = aws.deployed(aws.set("orders", "set", &delayed(1))).await;
    assert_eq!(log.states().last().unwrap(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(log.reason("orders UPDATE_ROLLBACK_IN_PROGRESS"), "Alarm went off");
    assert!(log.lines().iter().all(|line| !line.ends_with("_FAILED")));
}

#[tokio::test]
async fn an_update_cleans_up_at_its_end() {
    let aws = Aws::start().await;
    aws.has("orders", "Resources: {Orders: {Type: AWS::SQS::Queue}, Gone: {Type: AWS::SQS::Queue}}");
    let log = aws.deployed(aws.set("orders", "set", &delayed(1))).await;
    let states = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"];
    assert!(log.states().ends_with(&states.map(str::to_owned)));
    assert!(log.at("orders UPDATE_COMPLETE_CLEANUP_IN_PROGRESS") < log.at("Gone DELETE_IN_PROGRESS"));
    assert!(aws.stack("orders").await.last_updated_time().is_some());
}

#[tokio::test]
async fn a_failed_update_changes_everything_back() {
    let aws = Aws::start().await;
    aws.has("orders", &delayed(1));
    let before = aws.fake.physical_id("orders", "Orders").unwrap();
    aws.fake.fail_resource("New", Doing::Create, "no");
    let after = "Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  New: {Type: AWS::SQS::Queue, DependsOn: Orders}";
    let log = aws.deployed(aws.set("orders", "set", after)).await;
    let states =
        ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"];
    assert!(log.states().ends_with(&states.map(str::to_owned)));
    assert_eq!(log.reason("orders UPDATE_ROLLBACK_IN_PROGRESS"), "The following resource(s) failed to create: [New]. ");
    // The new one is deleted in the clean-up, and the old one is the stack's again.
    assert_eq!(aws.fake.physical_id("orders", "Orders").unwrap(), before);
    assert_eq!(aws.fake.live_resources().len(), 1);
    let template = aws.cloudformation.get_template().stack_name("orders").send().await.unwrap();
    assert_eq!(template.template_body(), Some(delayed(1).as_str()));
}

#[tokio::test]
async fn siblings_of_a_failed_update_are_cancelled() {
    let aws = Aws::start().await;
    let both = |delay: u32| {
        let queue = format!("{{Type: AWS::SQS::Queue, Properties: {{DelaySeconds: {delay}}}}}");
        format!("Resources: {{A: {queue}, B: {queue}}}")
    };
    aws.has("orders", &both(1));
    aws.fake.fail_resource("A", Doing::Update, "no");
    let log = aws.deployed(aws.set("orders", "set", &both(2))).await;
    assert_eq!((log.reason("A UPDATE_FAILED"), log.reason("B UPDATE_FAILED")), ("no", "Resource update cancelled"));
}

#[tokio::test]
async fn a_rollback_that_fails_can_be_continued_without_what_it_failed_at() {
    let aws = Aws::start().await;
    aws.has("orders", &delayed(1));
    aws.fake.fail_resource("Orders", Doing::Rollback, "no way back");
    aws.fake.fail_stack("Alarm went off");
    let log = aws.deployed(aws.set("orders", "set", &delayed(2))).await;
    assert_eq!(log.states().last().unwrap(), "UPDATE_ROLLBACK_FAILED");
    let again = || aws.cloudformation.continue_update_rollback().stack_name("orders").client_request_token("on");
    again().send().await.unwrap();
    assert_eq!(aws.rested("orders").await.states().last().unwrap(), "UPDATE_ROLLBACK_FAILED");
    again().resources_to_skip("Orders").send().await.unwrap();
    let log = aws.rested("orders").await;
    assert_eq!(log.states().last().unwrap(), "UPDATE_ROLLBACK_COMPLETE");
    assert!(log.tokens().contains(&Some("on")));
    let (code, message) = refusal(again().send().await);
    assert_eq!(code, "ValidationError");
    assert!(message.contains("is in UPDATE_ROLLBACK_COMPLETE state"), "{message}");
}

#[tokio::test]
async fn a_stack_that_failed_half_way_is_rolled_back_to_what_it_was() {
    let aws = Aws::start().await;
    aws.has("orders", &delayed(1));
    aws.fake.fail_resource("Orders", Doing::Update, "no");
    let set = aws.prepared(aws.set("orders", "set", &delayed(2))).await;
    let execution = aws.cloudformation.execute_change_set().change_set_name(set.change_set_id().unwrap());
    execution.disable_rollback(true).send().await.unwrap();
    assert_eq!(aws.rested("orders").await.states().last().unwrap(), "UPDATE_FAILED");
    aws.cloudformation.rollback_stack().stack_name("orders").send().await.unwrap();
    assert_eq!(aws.rested("orders").await.states().last().unwrap(), "UPDATE_ROLLBACK_COMPLETE");
}

#[tokio::test]
async fn a_stack_that_failed_half_way_can_be_updated() {
    let aws = Aws::start().await;
    aws.has("orders", &delayed(1));
    aws.fake.fail_resource("Orders", Doing::Update, "no");
    let set = aws.prepared(aws.set("orders", "set", &delayed(2))).await;
    let execution = aws.cloudformation.execute_change_set().change_set_name(set.change_set_id().unwrap());
    execution.disable_rollback(true).send().await.unwrap();
    assert_eq!(aws.rested("orders").await.states().last().unwrap(), "UPDATE_FAILED");
    aws.fake.heal("Orders");
    let log = aws.deployed(aws.set("orders", "next", &delayed(2))).await;
    assert_eq!(log.states().last().unwrap(), "UPDATE_COMPLETE");
    assert_eq!(aws.listed("orders").await, ["Orders UPDATE_COMPLETE"]);
}

#[tokio::test]
async fn rolling_back_what_never_came_to_rest_deletes_it() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    aws.fake.set_status("orders", "CREATE_FAILED");
    let id = aws.stack("orders").await.stack_id().unwrap().to_owned();
    aws.cloudformation.rollback_stack().stack_name("orders").send().await.unwrap();
    assert_eq!(aws.rested(&id).await.states().last().unwrap(), "DELETE_COMPLETE");
}

#[tokio::test]
async fn an_update_can_be_cancelled_and_then_has_no_cause() {
    let aws = Aws::start().await;
    aws.has("orders", &delayed(1));
    let cancel = || aws.cloudformation.cancel_update_stack().stack_name("orders").client_request_token("other").send();
    let (_, message) = refusal(cancel().await);
    assert_eq!(message, "CancelUpdateStack cannot be called from current stack status");
    aws.executed(aws.set("orders", "set", &delayed(2))).await;
    aws.log("orders").await;
    cancel().await.unwrap();
    let log = aws.rested("orders").await;
    assert_eq!(log.states().last().unwrap(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(log.reason("orders UPDATE_ROLLBACK_IN_PROGRESS"), "User Initiated");
    // What happens from then on belongs to who cancelled.
    assert_eq!(log.0.last().unwrap().client_request_token(), Some("other"));
}

#[tokio::test]
async fn a_replacement_is_made_before_the_old_one_goes() {
    let aws = Aws::start().await;
    aws.has("orders", &delayed(1));
    let before = aws.fake.physical_id("orders", "Orders").unwrap();
    let after = "Resources: {Orders: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}}";
    let log = aws.deployed(aws.set("orders", "set", after)).await;
    assert!(log.at("Orders UPDATE_COMPLETE") < log.at("Orders DELETE_IN_PROGRESS"));
    let deleted = &log.0[log.at("Orders DELETE_COMPLETE")];
    assert_eq!(deleted.physical_resource_id(), Some(before.as_str()));
    let now = aws.fake.physical_id("orders", "Orders").unwrap();
    assert!(aws.lives(&now) && !aws.lives(&before));
}

#[tokio::test]
async fn a_policy_keeps_what_is_replaced() {
    let aws = Aws::start().await;
    let queue = |properties: &str| {
        format!(
            "Resources: {{Orders: {{Type: AWS::SQS::Queue, UpdateReplacePolicy: Retain, Properties: {{{properties}}}}}}}"
        )
    };
    aws.has("orders", &queue(""));
    let log = aws.deployed(aws.set("orders", "set", &queue("FifoQueue: true"))).await;
    log.at("Orders DELETE_SKIPPED");
    assert_eq!(aws.fake.live_resources().len(), 2);
}

#[tokio::test]
async fn a_named_resource_is_not_replaced_under_its_name() {
    let aws = Aws::start().await;
    let table = |key: &str| {
        format!(
            "Resources: {{T: {{Type: AWS::DynamoDB::Table, Properties: {{TableName: orders, KeySchema: [{{AttributeName: \
             {key}, KeyType: HASH}}]}}}}}}"
        )
    };
    aws.has("orders", &table("a"));
    let log = aws.deployed(aws.set("orders", "set", &table("b"))).await;
    assert_eq!(
        log.reason("T UPDATE_FAILED"),
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename orders and update \
         the stack again."
    );
    assert!(aws.lives("orders"));
}

#[tokio::test]
async fn a_name_that_is_taken_fails_as_the_service_says_it() {
    let aws = Aws::start().await;
    let named = "Resources: {Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: taken}}}";
    let set = aws.prepared(aws.set("orders", "set", named)).await;
    aws.has("other", named);
    let execution = aws.cloudformation.execute_change_set().change_set_name(set.change_set_id().unwrap());
    execution.send().await.unwrap();
    let log = aws.rested("orders").await;
    let reason = log.reason("Orders CREATE_FAILED");
    assert!(reason.contains("Resource of type 'AWS::SQS::Queue' with identifier 'taken' already exists."), "{reason}");
    // What is another stack's stays.
    assert_eq!(aws.fake.live_resources().len(), 1);
}

#[tokio::test]
async fn a_table_gets_one_index_with_each_update() {
    let aws = Aws::start().await;
    let table = |indexes: &str| {
        let indexes: Vec<_> = indexes.chars().map(|it| format!("{{IndexName: {it}, KeySchema: []}}")).collect();
        format!(
            "Resources: {{T: {{Type: AWS::DynamoDB::Table, Properties: {{KeySchema: [], GlobalSecondaryIndexes: [{}]}}}}}}",
            indexes.join(", ")
        )
    };
    aws.has("orders", &table("a"));
    let log = aws.deployed(aws.set("orders", "two", &table("abc"))).await;
    let expected = "Cannot perform more than one GSI creation or deletion in a single update";
    assert_eq!(log.reason("T UPDATE_FAILED"), expected);
    let log = aws.deployed(aws.set("orders", "one", &table("ab"))).await;
    assert_eq!(log.states().last().unwrap(), "UPDATE_COMPLETE");
}

#[tokio::test]
async fn a_clean_up_gives_up_after_three_tries_and_the_update_is_complete() {
    let aws = Aws::start().await;
    aws.has("orders", THREE);
    aws.fake.fail_resource("Beside", Doing::Delete, "no");
    let log = aws.deployed(aws.set("orders", "set", &THREE.replace("Beside", "Other"))).await;
    assert_eq!(log.lines().iter().filter(|line| *line == "Beside DELETE_FAILED").count(), 3);
    assert_eq!(log.states().last().unwrap(), "UPDATE_COMPLETE");
    assert_eq!(log.reason("orders UPDATE_COMPLETE"), "Update successful. One or more resources could not be deleted.");
}

#[tokio::test]
async fn deletion_goes_against_the_order_of_references() {
    let aws = Aws::start().await;
    aws.has("orders", THREE);
    let id = aws.stack("orders").await.stack_id().unwrap().to_owned();
    aws.cloudformation.delete_stack().stack_name("orders").client_request_token("away").send().await.unwrap();
    let log = aws.rested(&id).await;
    assert!(log.at("Queue DELETE_COMPLETE") < log.at("Topic DELETE_IN_PROGRESS"));
    assert_eq!(log.states().last().unwrap(), "DELETE_COMPLETE");
    assert_eq!(log.0.last().unwrap().client_request_token(), Some("away"));
    assert!(aws.fake.live_resources().is_empty());
}

#[tokio::test]
async fn a_creation_can_be_broken_off_by_deleting_the_stack() {
    let aws = Aws::start().await;
    let id = aws.executed(aws.set("orders", "set", THREE)).await;
    aws.log(&id).await;
    aws.cloudformation.delete_stack().stack_name("orders").client_request_token("other").send().await.unwrap();
    let log = aws.rested(&id).await;
    assert!(log.states().ends_with(&["DELETE_IN_PROGRESS".to_owned(), "DELETE_COMPLETE".to_owned()]));
    // From then on no event has the token of who created.
    assert_eq!(log.0.last().unwrap().client_request_token(), Some("other"));
    assert!(aws.fake.live_resources().is_empty());
}

#[tokio::test]
async fn what_a_failed_operation_made_need_not_be_kept() {
    let aws = Aws::start().await;
    aws.fake.fail_resource("T", Doing::Create, "no");
    let template =
        "Resources: {Q: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}, T: {Type: AWS::SNS::Topic, DependsOn: Q}}";
    let set = aws.prepared(aws.set("orders", "set", template)).await;
    let execution = aws.cloudformation.execute_change_set().change_set_name(set.change_set_id().unwrap());
    execution.retain_except_on_create(true).send().await.unwrap();
    aws.rested("orders").await;
    assert!(aws.fake.live_resources().is_empty());
}

#[tokio::test]
async fn a_name_may_not_be_free_for_a_while() {
    let aws = Aws::start().await;
    aws.fake.set_lingering(60);
    let named = "Resources: {Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}}";
    aws.has("orders", named);
    aws.cloudformation.delete_stack().stack_name("orders").send().await.unwrap();
    aws.fake.finish("orders");
    let sqs = aws_sdk_sqs::Client::new(&aws.config);
    sqs.get_queue_url().queue_name("orders").send().await.unwrap();
    let log = aws.deployed(aws.set("orders", "set", named)).await;
    assert!(log.reason("Orders CREATE_FAILED").contains("You must wait 60 seconds after deleting a queue"));
}

#[tokio::test]
async fn a_stack_in_a_state_of_a_test_stays_there_until_something_is_done() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    aws.fake.set_status("orders", "UPDATE_IN_PROGRESS");
    for _ in 0..3 {
        assert_eq!(aws.stack("orders").await.stack_status().unwrap().as_str(), "UPDATE_IN_PROGRESS");
    }
    aws.cloudformation.cancel_update_stack().stack_name("orders").send().await.unwrap();
    assert_eq!(aws.rested("orders").await.states().last().unwrap(), "UPDATE_ROLLBACK_COMPLETE");
    aws.fake.set_status("orders", "UPDATE_ROLLBACK_FAILED");
    aws.cloudformation.continue_update_rollback().stack_name("orders").send().await.unwrap();
    assert_eq!(aws.rested("orders").await.states().last().unwrap(), "UPDATE_ROLLBACK_COMPLETE");
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_deleted() {
    let aws = Aws::start().await;
    aws.cloudformation.delete_stack().stack_name("nothing").send().await.unwrap();
}

#[tokio::test]
async fn a_stack_that_is_being_deleted_keeps_its_first_token() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let id = aws.stack("orders").await.stack_id().unwrap().to_owned();
    for token in ["one", "two"] {
        aws.cloudformation.delete_stack().stack_name(&id).client_request_token(token).send().await.unwrap();
    }
    let tokens = aws.rested(&id).await;
    assert!(tokens.tokens().contains(&Some("one")) && !tokens.tokens().contains(&Some("two")));
}

#[tokio::test]
async fn a_protected_or_updating_stack_is_not_deleted() {
    let aws = Aws::start().await;
    aws.has("orders", QUEUE);
    let delete = || aws.cloudformation.delete_stack().stack_name("orders").send();
    aws.fake.protect("orders");
    let (code, message) = refusal(delete().await);
    assert_eq!(code, "ValidationError");
    assert_eq!(message, "Stack [orders] cannot be deleted while TerminationProtection is enabled");
    let unprotect = aws.cloudformation.update_termination_protection().enable_termination_protection(false);
    unprotect.stack_name("orders").send().await.unwrap();
    for status in ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"] {
        aws.fake.set_status("orders", status);
        let (_, message) = refusal(delete().await);
        assert!(message.ends_with(&format!("cannot be deleted while in status {status}")), "{message}");
    }
}

#[tokio::test]
async fn a_bucket_with_anything_in_it_is_not_deleted_until_it_is_empty() {
    let aws = Aws::start().await;
    aws.has("orders", "Resources: {B: {Type: AWS::S3::Bucket}, Q: {Type: AWS::SQS::Queue}}");
    let bucket = aws.fake.physical_id("orders", "B").unwrap();
    aws.fake.put_objects(&bucket, 1);
    let id = aws.stack("orders").await.stack_id().unwrap().to_owned();
    aws.cloudformation.delete_stack().stack_name(&id).send().await.unwrap();
    let log = aws.rested(&id).await;
    assert!(log.reason("B DELETE_FAILED").contains("The bucket you tried to delete is not empty"));
    assert_eq!(log.reason("orders DELETE_FAILED"), "The following resource(s) failed to delete: [B]. ");
    log.at("Q DELETE_COMPLETE");

    aws.cloudformation.delete_stack().stack_name(&id).retain_resources("B").send().await.unwrap();
    let log = aws.rested(&id).await;
    log.at("B DELETE_SKIPPED");
    assert_eq!(log.states().last().unwrap(), "DELETE_COMPLETE");
    assert!(aws.lives(&bucket));
}

#[tokio::test]
async fn a_policy_keeps_what_would_be_deleted() {
    for (policy, kept, kept_of_failure) in [("Delete", 0, 0), ("Retain", 1, 1), ("RetainExceptOnCreate", 1, 0)] {
        let aws = Aws::start().await;
        let queue = |more: &str| format!("Resources: {{Q: {{Type: AWS::SQS::Queue, DeletionPolicy: {policy}}}{more}}}");
        aws.has("orders", &queue(""));
        aws.cloudformation.delete_stack().stack_name("orders").send().await.unwrap();
        aws.fake.finish("orders");
        assert_eq!(aws.fake.live_resources().len(), kept, "{policy}");

        let aws = Aws::start().await;
        aws.fake.fail_resource("T", Doing::Create, "no");
        aws.deployed(aws.set("orders", "set", &queue(", T: {Type: AWS::SNS::Topic, DependsOn: Q}"))).await;
        assert_eq!(aws.fake.live_resources().len(), kept_of_failure, "{policy}");
    }
}

#[tokio::test]
async fn an_export_in_use_stays() {
    let aws = Aws::start().await;
    let exporter = format!("{QUEUE}\nOutputs: {{Arn: {{Value: !GetAtt Orders.Arn, Export: {{Name: orders-arn}}}}}}");
    let importer = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue orders-arn}}}";
    aws.has("orders", &exporter);
    aws.has("shop", importer);

    let log = aws.deployed(aws.set("orders", "gone", QUEUE)).await;
    assert_eq!(
        log.reason("orders UPDATE_ROLLBACK_IN_PROGRESS"),
        "Export orders-arn cannot be deleted as it is in use by shop"
    );
    let replaced = exporter.replace("AWS::SQS::Queue", "AWS::SQS::Queue, Properties: {FifoQueue: true}");
    let log = aws.deployed(aws.set("orders", "replaced", &replaced)).await;
    assert_eq!(
        log.reason("orders UPDATE_ROLLBACK_IN_PROGRESS"),
        "Export orders-arn cannot be updated as it is in use by shop"
    );

    // The stack goes back into the state that it was in.
    aws.cloudformation.delete_stack().stack_name("orders").send().await.unwrap();
    let log = aws.rested("orders").await;
    assert!(log.states().ends_with(&["DELETE_IN_PROGRESS".to_owned(), "UPDATE_ROLLBACK_COMPLETE".to_owned()]));
    assert_eq!(
        log.0.last().unwrap().resource_status_reason(),
        Some("Delete canceled. Cannot delete export orders-arn as it is in use by shop.")
    );
    let exports = aws.cloudformation.list_exports().send().await.unwrap();
    assert_eq!(exports.exports()[0].name(), Some("orders-arn"));
    let imports = aws.cloudformation.list_imports().export_name("orders-arn").send().await.unwrap();
    assert_eq!(imports.imports(), ["shop"]);
}

#[tokio::test]
async fn an_import_needs_its_export() {
    let aws = Aws::start().await;
    let importer = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue nothing}}}";
    let log = aws.deployed(aws.set("shop", "set", importer)).await;
    assert_eq!(log.reason("shop ROLLBACK_IN_PROGRESS"), "No export named nothing found. Rollback requested by user.");
    let (_, message) = refusal(aws.cloudformation.list_imports().export_name("nothing").send().await);
    assert_eq!(message, "Export 'nothing' is not imported by any stack.");
}

#[tokio::test]
async fn conditions_choose_resources_outputs_and_values() {
    let aws = Aws::start().await;
    let template = "
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Always: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !If [IsProd, 1, 2]}}
  Sometimes: {Type: AWS::SQS::Queue, Condition: IsProd}
Outputs:
  Name: {Value: !Sub '${Always.QueueName} in ${AWS::Region}'}
  Other: {Value: !Ref Sometimes, Condition: IsProd}";
    let before = |aws: &Aws| aws.fake.live_resources().len();
    assert_eq!(aws.fake.deploy(REGION, "orders", template, &[], &[]), "CREATE_COMPLETE");
    let outputs = aws.stack("orders").await.outputs().to_vec();
    assert_eq!((before(&aws), outputs.len()), (1, 1));
    assert!(outputs[0].output_value().unwrap().ends_with(" in eu-west-1"));
    assert_eq!(aws.fake.deploy(REGION, "orders", template, &[], &[("Stage", "prod")]), "UPDATE_COMPLETE");
    assert_eq!((before(&aws), aws.stack("orders").await.outputs().len()), (2, 2));
}
