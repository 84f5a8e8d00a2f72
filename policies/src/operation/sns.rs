//! Amazon SNS: what has to do with topics.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html>

super::operations! {
    "sns",
    same: [
        AddPermission, ConfirmSubscription, CreateTopic, DeleteTopic, GetDataProtectionPolicy,
        GetSubscriptionAttributes, GetTopicAttributes, ListSubscriptions, ListSubscriptionsByTopic,
        ListTagsForResource, ListTopics, Publish, PutDataProtectionPolicy, RemovePermission, SetSubscriptionAttributes,
        SetTopicAttributes, Subscribe, TagResource, Unsubscribe, UntagResource,
    ],
    PublishBatch: ["sns:Publish"],
}
