//! Amazon SES, version 1 of its API.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html>; for roles that SES takes on
//! <https://docs.aws.amazon.com/ses/latest/dg/receiving-email-permissions.html>

super::operations! {
    "ses",
    same: [
        CloneReceiptRuleSet, CreateConfigurationSet, CreateConfigurationSetTrackingOptions,
        CreateCustomVerificationEmailTemplate, CreateReceiptFilter, CreateReceiptRuleSet, CreateTemplate,
        DeleteConfigurationSet, DeleteConfigurationSetEventDestination, DeleteConfigurationSetTrackingOptions,
        DeleteCustomVerificationEmailTemplate, DeleteIdentity, DeleteIdentityPolicy, DeleteReceiptFilter,
        DeleteReceiptRule, DeleteReceiptRuleSet, DeleteTemplate, DeleteVerifiedEmailAddress,
        DescribeActiveReceiptRuleSet, DescribeConfigurationSet, DescribeReceiptRule, DescribeReceiptRuleSet,
        GetAccountSendingEnabled, GetCustomVerificationEmailTemplate, GetIdentityDkimAttributes,
        GetIdentityMailFromDomainAttributes, GetIdentityNotificationAttributes, GetIdentityPolicies,
        GetIdentityVerificationAttributes, GetSendQuota, GetSendStatistics, GetTemplate, ListConfigurationSets,
        ListCustomVerificationEmailTemplates, ListIdentities, ListIdentityPolicies, ListReceiptFilters,
        ListReceiptRuleSets, ListTemplates, ListVerifiedEmailAddresses, PutConfigurationSetDeliveryOptions,
        PutIdentityPolicy, ReorderReceiptRuleSet, SendBounce, SendBulkTemplatedEmail, SendCustomVerificationEmail,
        SendEmail, SendRawEmail, SendTemplatedEmail, SetActiveReceiptRuleSet, SetIdentityDkimEnabled,
        SetIdentityFeedbackForwardingEnabled, SetIdentityHeadersInNotificationsEnabled, SetIdentityMailFromDomain,
        SetIdentityNotificationTopic, SetReceiptRulePosition, TestRenderTemplate, UpdateAccountSendingEnabled,
        UpdateConfigurationSetReputationMetricsEnabled, UpdateConfigurationSetSendingEnabled,
        UpdateConfigurationSetTrackingOptions, UpdateCustomVerificationEmailTemplate, UpdateTemplate,
        VerifyDomainDkim, VerifyDomainIdentity, VerifyEmailAddress, VerifyEmailIdentity,
    ],
    CreateConfigurationSetEventDestination: ["ses:CreateConfigurationSetEventDestination"] if {
        "EventDestination.KinesisFirehoseDestination" => "iam:PassRole",
    },
    CreateReceiptRule: ["ses:CreateReceiptRule"] if { "Rule.Actions.S3Action.IamRoleArn" => "iam:PassRole" },
    UpdateConfigurationSetEventDestination: ["ses:UpdateConfigurationSetEventDestination"] if {
        "EventDestination.KinesisFirehoseDestination" => "iam:PassRole",
    },
    UpdateReceiptRule: ["ses:UpdateReceiptRule"] if { "Rule.Actions.S3Action.IamRoleArn" => "iam:PassRole" },
}
