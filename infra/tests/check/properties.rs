use serde_json::json;

use crate::support::check_one;

const QUEUE: &str = "AWS::SQS::Queue";
const FUNCTION: &str = "AWS::Lambda::Function";
const TABLE: &str = "AWS::DynamoDB::Table";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";

#[test]
fn a_type_that_does_not_exist_gets_the_nearest_one() {
    check_one(
        "AWS::SQS::Quue",
        json!({}),
        "error[unknown-type]: `It`: CloudFormation has no resource type `AWS::SQS::Quue`
  help: did you mean `AWS::SQS::Queue`?",
    );
    check_one("Custom::Anything", json!({"ServiceToken": "arn", "Own": 1}), "");
}

#[test]
fn a_property_that_does_not_exist_gets_the_nearest_one() {
    check_one(
        QUEUE,
        json!({"DelaySecond": 3}),
        "error[unknown-property]: `It`: `AWS::SQS::Queue` has no property `DelaySecond`
  help: did you mean `DelaySeconds`?",
    );
    check_one(
        TABLE,
        json!({"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "TimeToLiveSpecification": {"Enabled": true, "X": "ttl"}}),
        "error[unknown-property]: `It`: `TimeToLiveSpecification` has no property `X`
  help: it has `AttributeName`, `Enabled`",
    );
}

#[test]
fn a_required_property_is_missing_at_any_depth() {
    check_one(LOG_GROUP, json!({"Tags": [{"Key": "a", "Value": "b"}]}), "");
    check_one(
        LOG_GROUP,
        json!({"Tags": [{"Key": "a"}]}),
        "error[missing-property]: `It`: the required property `Tags[0].Value` is missing",
    );
    check_one(
        LOG_GROUP,
        json!({"Tags": [{"Key": "a", "Value": {"Ref": "AWS::NoValue"}}]}),
        "error[missing-property]: `It`: the required property `Tags[0].Value` is missing",
    );
}

#[test]
fn a_value_of_another_type_is_named_with_what_is_expected() {
    check_one(
        QUEUE,
        json!({"DelaySeconds": "soon"}),
        "error[property-type]: `It`: `DelaySeconds` is the string `soon`, expected an integer",
    );
    check_one(
        QUEUE,
        json!({"DelaySeconds": 1.5}),
        "error[property-type]: `It`: `DelaySeconds` is `1.5`, expected an integer",
    );
    check_one(QUEUE, json!({"Tags": {"a": "b"}}), "error[property-type]: `It`: `Tags` is an object, expected a list");
    check_one(
        QUEUE,
        json!({"QueueName": ["a"]}),
        "error[property-type]: `It`: `QueueName` is a list of 1, expected a string",
    );
    check_one(
        QUEUE,
        json!({"FifoQueue": "yes"}),
        "error[property-type]: `It`: `FifoQueue` is the string `yes`, expected `true` or `false`",
    );
}

#[test]
fn numbers_and_truth_values_may_be_written_as_strings_and_strings_as_numbers() {
    check_one(QUEUE, json!({"DelaySeconds": "30", "FifoQueue": "true", "QueueName": 12}), "");
}

#[test]
fn a_value_outside_its_list_gets_the_nearest_one() {
    check_one(
        LOG_GROUP,
        json!({"LogGroupClass": "STANDARDS"}),
        "error[property-value]: `It`: `LogGroupClass` is `STANDARDS`, which is not among its values
  help: did you mean `STANDARD`?",
    );
    check_one(
        TABLE,
        json!({"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "FREE"}),
        "error[property-value]: `It`: `BillingMode` is `FREE`, which is not among its values
  help: use one of `PAY_PER_REQUEST`, `PROVISIONED`",
    );
    check_one(LOG_GROUP, json!({"RetentionInDays": 30}), "");
    check_one(LOG_GROUP, json!({"RetentionInDays": "30"}), "");
}

#[test]
fn a_number_outside_its_range_names_both() {
    check_one(
        QUEUE,
        json!({"DelaySeconds": 901}),
        "error[property-range]: `It`: `DelaySeconds` is 901, expected 0 to 900",
    );
    check_one(
        QUEUE,
        json!({"DelaySeconds": "901"}),
        "error[property-range]: `It`: `DelaySeconds` is 901, expected 0 to 900",
    );
    check_one(QUEUE, json!({"DelaySeconds": 900}), "");
}

#[test]
fn a_string_too_long_names_both_lengths() {
    let properties = |length: usize| json!({"LogGroupName": "a", "KmsKeyId": {"Ref": "AWS::StackId"}, "Tags": [{"Key": "k".repeat(length), "Value": ""}]});
    check_one(
        LOG_GROUP,
        properties(129),
        "error[property-length]: `It`: `Tags[0].Key` has 129 characters, expected 1 to 128",
    );
    check_one(LOG_GROUP, properties(128), "");
}

#[test]
fn a_string_of_another_form_shows_the_pattern() {
    check_one(
        LOG_GROUP,
        json!({"LogGroupName": "of orders"}),
        "error[property-pattern]: `It`: `LogGroupName` is `of orders`, which is not of the form it must have
  help: it must match `^[.\\-_/#A-Za-z0-9]{1,512}\\z`",
    );
    check_one(LOG_GROUP, json!({"LogGroupName": "/orders"}), "");
}

#[test]
fn a_list_too_long_names_both_lengths() {
    let function = |count| {
        json!({
            "Code": {"S3Bucket": "bucket", "S3Key": "key"}, "Role": {"Ref": "AWS::StackId"},
            "Architectures": vec!["arm64"; count],
        })
    };
    check_one(FUNCTION, function(2), "error[property-count]: `It`: `Architectures` has 2 entries, expected exactly 1");
    check_one(FUNCTION, function(1), "");
}

#[test]
fn properties_that_need_each_other_are_named() {
    check_one(
        TABLE,
        json!({"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "SSESpecification": {"SSEEnabled": true, "KMSMasterKeyId": "key"}}),
        "error[property-group]: `It`: `KMSMasterKeyId` of `SSESpecification` needs `SSEType`",
    );
    check_one(
        TABLE,
        json!({"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "WarmThroughput": {"ReadUnitsPerSecond": {"Ref": "AWS::NoValue"}}}),
        "error[property-group]: `It`: at least one of `ReadUnitsPerSecond`, `WriteUnitsPerSecond` of `WarmThroughput` is expected, got none",
    );
}

#[test]
fn what_only_aws_sets_cannot_be_given() {
    check_one(
        QUEUE,
        json!({"Arn": "arn:aws:sqs:eu-west-1:123456789012:orders"}),
        "error[read-only-property]: `It`: `Arn` is set by AWS and cannot be given
  help: remove it",
    );
}

#[test]
fn an_intrinsic_function_may_stand_for_any_value() {
    check_one(
        QUEUE,
        json!({
            "DelaySeconds": {"Ref": "AWS::AccountId"},
            "QueueName": {"Fn::Sub": "${AWS::StackName}-orders"},
            "Tags": {"Fn::Split": [",", "a,b"]},
            "KmsMasterKeyId": "{{resolve:ssm:/orders/key}}",
        }),
        "",
    );
}

#[test]
fn both_branches_of_an_if_are_checked() {
    check_one(
        QUEUE,
        json!({"DelaySeconds": {"Fn::If": ["Missing", 3, 901]}}),
        "error[property-range]: `It`: `DelaySeconds` is 901, expected 0 to 900
error[unknown-reference]: `It`: `DelaySeconds` refers to the condition `Missing`, which the stack does not have",
    );
}
