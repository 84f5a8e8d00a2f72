//! Amazon EventBridge Scheduler. Every schedule has a target, and every target the role that calls it.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_scheduler.html>; for keys
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html>

super::operations! {
    "scheduler",
    same: [
        DeleteSchedule, GetSchedule, GetScheduleGroup, ListScheduleGroups, ListSchedules, ListTagsForResource,
        TagResource, UntagResource,
    ],
    CreateSchedule: ["iam:PassRole", "scheduler:CreateSchedule"] if {
        "KmsKeyArn" => "kms:Decrypt",
        "KmsKeyArn" => "kms:DescribeKey",
        "KmsKeyArn" => "kms:GenerateDataKey",
    },
    CreateScheduleGroup: ["scheduler:CreateScheduleGroup"] if { "Tags" => "scheduler:TagResource" },
    DeleteScheduleGroup: ["scheduler:DeleteSchedule", "scheduler:DeleteScheduleGroup"],
    UpdateSchedule: ["iam:PassRole", "scheduler:UpdateSchedule"] if {
        "KmsKeyArn" => "kms:Decrypt",
        "KmsKeyArn" => "kms:DescribeKey",
        "KmsKeyArn" => "kms:GenerateDataKey",
    },
}
