//! Amazon SQS. The batch operations need the action of a single message.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_sqs.html> and
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html>

super::operations! {
    "sqs",
    same: [
        AddPermission, ChangeMessageVisibility, DeleteMessage, DeleteQueue, GetQueueAttributes, GetQueueUrl,
        ListDeadLetterSourceQueues, ListQueueTags, ListQueues, PurgeQueue, ReceiveMessage, RemovePermission,
        SendMessage, SetQueueAttributes, TagQueue, UntagQueue,
    ],
    CancelMessageMoveTask: [
        "sqs:CancelMessageMoveTask", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage",
    ],
    ChangeMessageVisibilityBatch: ["sqs:ChangeMessageVisibility"],
    CreateQueue: ["sqs:CreateQueue"] if { "tags" => "sqs:TagQueue" },
    DeleteMessageBatch: ["sqs:DeleteMessage"],
    ListMessageMoveTasks: ["sqs:GetQueueAttributes", "sqs:ListMessageMoveTasks"],
    SendMessageBatch: ["sqs:SendMessage"],
    StartMessageMoveTask: [
        "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage",
        "sqs:StartMessageMoveTask",
    ];
    ways:
    Send as SendMessage by SendMessage,
    SendBatch as SendMessageBatch by SendMessageBatch;
}
