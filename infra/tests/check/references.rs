use infra::condition::Condition;
use infra::sqs::StandardQueue;
use infra::{LogicalId, Parameter, Value};
use serde_json::json;

use crate::support::{Any, check};

#[test]
fn a_reference_to_nothing_gets_the_nearest_name() {
    check(
        |stack| {
            stack.named("Orders").add(StandardQueue::default());
            let arn = json!({"Fn::Sub": "${Ordrs.Arn}/${AWS::Region}/${!Literal}"});
            stack
                .named("Group")
                .add(Any("AWS::Logs::LogGroup", json!({"KmsKeyId": arn, "LogGroupName": {"Ref": "Nothing"}})));
        },
        "error[unknown-reference]: `Group`: `KmsKeyId` refers to `Ordrs`, which the stack does not have
  --> HERE
  help: did you mean `Orders`?
error[unknown-reference]: `Group`: `LogGroupName` refers to `Nothing`, which the stack does not have
  --> HERE",
    );
}

#[test]
fn an_attribute_that_the_type_does_not_have_gets_the_nearest_one() {
    check(
        |stack| {
            let role = stack.named("Role").add(infra::iam::Role::for_service("lambda.amazonaws.com"));
            stack.output("Arn", role.attribute("Arm"));
            stack.output("Address", role.attribute("Endpoint.Address"));
            stack.output("Fine", role.attribute("RoleId"));
        },
        "error[unknown-attribute]: output `Arn` asks for the attribute `Arm` of `Role`, which AWS::IAM::Role does not have
  --> HERE
  help: did you mean `Arn`?
error[unknown-attribute]: output `Address` asks for the attribute `Endpoint.Address` of `Role`, which AWS::IAM::Role does not have
  --> HERE
  help: it has `Arn`, `RoleId`",
    );
}

#[test]
fn custom_resources_have_any_attribute() {
    check(
        |stack| {
            let custom = stack.named("Custom").add(Any("Custom::Validator", json!({"ServiceToken": "arn"})));
            stack.output("Answer", custom.attribute("Answer"));
        },
        "",
    );
}

#[test]
fn a_condition_has_to_exist() {
    check(
        |stack| {
            stack.named("Orders").condition(LogicalId::new("IsProd")).add(StandardQueue::default());
        },
        "error[unknown-reference]: `Orders`: `Condition` refers to the condition `IsProd`, which the stack does not have
  --> HERE",
    );
}

#[test]
fn conditions_refer_to_parameters_and_to_each_other() {
    check(
        |stack| {
            let stage: Value = stack.parameter("Environment", Parameter::<String>::default());
            let is_prod = stack.condition("IsProd", Condition::Equals(stage, "prod".into()));
            stack.condition("IsDev", Condition::Not(Box::new(Condition::Holds(is_prod))));
            stack.condition("Odd", Condition::Holds(LogicalId::new("IsDec")));
            stack.named("Orders").condition(is_prod).add(StandardQueue::default());
        },
        "error[unknown-reference]: condition `Odd` refers to the condition `IsDec`, which the stack does not have
  help: did you mean `IsDev`?",
    );
}
