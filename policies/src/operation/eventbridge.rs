//! Amazon EventBridge.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_eventbridge.html>; for the secrets of
//! connections <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html>

super::operations! {
    "eventbridge" as "events",
    same: [
        ActivateEventSource, CancelReplay, CreateApiDestination, CreateArchive, CreatePartnerEventSource,
        DeactivateEventSource, DeauthorizeConnection, DeleteApiDestination, DeleteArchive, DeleteConnection,
        DeleteEndpoint, DeleteEventBus, DeletePartnerEventSource, DeleteRule, DescribeApiDestination, DescribeArchive,
        DescribeConnection, DescribeEndpoint, DescribeEventBus, DescribeEventSource, DescribePartnerEventSource,
        DescribeReplay, DescribeRule, DisableRule, EnableRule, ListApiDestinations, ListArchives, ListConnections,
        ListEndpoints, ListEventBuses, ListEventSources, ListPartnerEventSourceAccounts, ListPartnerEventSources,
        ListReplays, ListRuleNamesByTarget, ListRules, ListTagsForResource, ListTargetsByRule, PutEvents,
        PutPartnerEvents, PutPermission, RemovePermission, RemoveTargets, StartReplay, TagResource, TestEventPattern,
        UntagResource, UpdateApiDestination, UpdateArchive, UpdateEventBus,
    ],
    CreateConnection: ["events:CreateConnection"] if {
        "AuthParameters" => "secretsmanager:CreateSecret",
        "AuthParameters" => "secretsmanager:GetSecretValue",
        "AuthParameters" => "secretsmanager:PutSecretValue",
    },
    CreateEndpoint: ["events:CreateEndpoint"] if { "RoleArn" => "iam:PassRole" },
    CreateEventBus: ["events:CreateEventBus"] if { "Tags" => "events:TagResource" },
    PutRule: ["events:PutRule"] if { "RoleArn" => "iam:PassRole", "Tags" => "events:TagResource" },
    PutTargets: ["events:PutTargets"] if { "Targets.RoleArn" => "iam:PassRole" },
    UpdateConnection: ["events:UpdateConnection"] if {
        "AuthParameters" => "secretsmanager:CreateSecret",
        "AuthParameters" => "secretsmanager:GetSecretValue",
        "AuthParameters" => "secretsmanager:PutSecretValue",
        "AuthParameters" => "secretsmanager:UpdateSecret",
    },
    UpdateEndpoint: ["events:UpdateEndpoint"] if { "RoleArn" => "iam:PassRole" },
}
