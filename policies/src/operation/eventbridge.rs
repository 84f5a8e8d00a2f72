//! Amazon EventBridge: what has to do with events, buses and rules.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html>

super::operations! {
    "eventbridge" as "events",
    same: [
        CreateEventBus, DeleteEventBus, DeleteRule, DescribeEventBus, DescribeRule, DisableRule, EnableRule,
        ListEventBuses, ListRuleNamesByTarget, ListRules, ListTagsForResource, ListTargetsByRule, PutEvents,
        PutPermission, PutRule, PutTargets, RemovePermission, RemoveTargets, TagResource, TestEventPattern,
        UntagResource, UpdateEventBus,
    ],
}
