//! Amazon SQS. The batch operations need the action of a single message.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html>

super::operations! {
    "sqs",
    same: [
        AddPermission, CancelMessageMoveTask, ChangeMessageVisibility, CreateQueue, DeleteMessage, DeleteQueue,
        GetQueueAttributes, GetQueueUrl, ListDeadLetterSourceQueues, ListMessageMoveTasks, ListQueueTags, ListQueues,
        PurgeQueue, ReceiveMessage, RemovePermission, SendMessage, SetQueueAttributes, StartMessageMoveTask, TagQueue,
        UntagQueue,
    ],
    ChangeMessageVisibilityBatch: ["sqs:ChangeMessageVisibility"],
    DeleteMessageBatch: ["sqs:DeleteMessage"],
    SendMessageBatch: ["sqs:SendMessage"],
}
