//! AWS Step Functions.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_stepfunctions.html>; for keys
//! <https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html>

super::operations! {
    "sfn" as "states",
    same: [
        CreateStateMachineAlias, DeleteActivity, DeleteStateMachine, DeleteStateMachineAlias, DeleteStateMachineVersion,
        DescribeActivity, DescribeExecution, DescribeMapRun, DescribeStateMachine, DescribeStateMachineAlias,
        DescribeStateMachineForExecution, GetActivityTask, GetExecutionHistory, ListActivities, ListExecutions,
        ListMapRuns, ListStateMachineAliases, ListStateMachineVersions, ListStateMachines, ListTagsForResource,
        PublishStateMachineVersion, RedriveExecution, SendTaskFailure, SendTaskHeartbeat, SendTaskSuccess,
        StartSyncExecution, StopExecution, TagResource, UntagResource, UpdateMapRun, UpdateStateMachineAlias,
        ValidateStateMachineDefinition,
    ],
    CreateActivity: ["states:CreateActivity"] if {
        "encryptionConfiguration.kmsKeyId" => "kms:DescribeKey",
        "tags" => "states:TagResource",
    },
    CreateStateMachine: ["iam:PassRole", "states:CreateStateMachine"] if {
        "encryptionConfiguration.kmsKeyId" => "kms:DescribeKey",
        "publish" => "states:PublishStateMachineVersion",
        "tags" => "states:TagResource",
    },
    StartExecution: ["states:StartExecution"] never ["states:DescribeExecution"],
    TestState: ["states:TestState"] if {
        "revealSecrets" => "states:RevealSecrets",
        "roleArn" => "iam:PassRole",
    },
    UpdateStateMachine: ["states:UpdateStateMachine"] if {
        "encryptionConfiguration.kmsKeyId" => "kms:DescribeKey",
        "publish" => "states:PublishStateMachineVersion",
        "roleArn" => "iam:PassRole",
    },
}
