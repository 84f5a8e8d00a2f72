//! Amazon SNS.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html>

super::operations! {
    "sns",
    same: [
        AddPermission, CheckIfPhoneNumberIsOptedOut, ConfirmSubscription, CreatePlatformEndpoint,
        CreateSMSSandboxPhoneNumber, DeleteEndpoint, DeletePlatformApplication, DeleteSMSSandboxPhoneNumber,
        DeleteTopic, GetDataProtectionPolicy, GetEndpointAttributes, GetPlatformApplicationAttributes, GetSMSAttributes,
        GetSMSSandboxAccountStatus, GetSubscriptionAttributes, GetTopicAttributes, ListEndpointsByPlatformApplication,
        ListOriginationNumbers, ListPhoneNumbersOptedOut, ListPlatformApplications, ListSMSSandboxPhoneNumbers,
        ListSubscriptions, ListSubscriptionsByTopic, ListTagsForResource, ListTopics, OptInPhoneNumber, Publish,
        PutDataProtectionPolicy, RemovePermission, SetEndpointAttributes, TagResource, Unsubscribe, UntagResource,
        VerifySMSSandboxPhoneNumber,
    ],
    CreatePlatformApplication: ["sns:CreatePlatformApplication"] if {
        "Attributes (FailureFeedbackRoleArn)" | "Attributes (SuccessFeedbackRoleArn)" => "iam:PassRole",
    },
    CreateTopic: ["sns:CreateTopic"] if {
        "Attributes (FailureFeedbackRoleArn)" | "Attributes (SuccessFeedbackRoleArn)" => "iam:PassRole",
        "DataProtectionPolicy" => "sns:PutDataProtectionPolicy",
        "Tags" => "sns:TagResource",
    },
    PublishBatch: ["sns:Publish"],
    SetPlatformApplicationAttributes: ["sns:SetPlatformApplicationAttributes"] if {
        "Attributes (FailureFeedbackRoleArn)" | "Attributes (SuccessFeedbackRoleArn)" => "iam:PassRole",
    },
    SetSMSAttributes: ["sns:SetSMSAttributes"] if { "attributes (DeliveryStatusIAMRole)" => "iam:PassRole" },
    SetSubscriptionAttributes: ["sns:SetSubscriptionAttributes"] if {
        "AttributeName (SubscriptionRoleArn)" => "iam:PassRole",
    },
    SetTopicAttributes: ["sns:SetTopicAttributes"] if {
        "AttributeName (FailureFeedbackRoleArn)" | "AttributeName (SuccessFeedbackRoleArn)" => "iam:PassRole",
    },
    Subscribe: ["sns:Subscribe"] if { "Attributes (SubscriptionRoleArn)" => "iam:PassRole" };
    ways:
    PublishMessage as Publish by Publish, PublishMessages as PublishBatch by PublishBatch;
}
