//! Amazon SES, version 2 of its API.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_sesv2.html>; for what is sent
//! <https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policies.html>; for signing keys of another Region
//! <https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-deed.html>

super::operations! {
    "sesv2" as "ses",
    same: [
        AssociateEmailIdentityCertificate, BatchGetMetricData, CancelExportJob, CreateContact,
        CreateEmailIdentityPolicy, CreateExportJob, CreateImportJob, CreateTenantResourceAssociation,
        DeleteConfigurationSet, DeleteConfigurationSetEventDestination, DeleteContact, DeleteContactList,
        DeleteCustomVerificationEmailTemplate, DeleteDedicatedIpPool, DeleteEmailIdentity, DeleteEmailIdentityPolicy,
        DeleteEmailTemplate, DeleteMultiRegionEndpoint, DeleteSuppressedDestination, DeleteTenant,
        DeleteTenantResourceAssociation, DisassociateEmailIdentityCertificate, GetAccount, GetBlacklistReports,
        GetConfigurationSet, GetConfigurationSetEventDestinations, GetContact, GetContactList,
        GetCustomVerificationEmailTemplate, GetDedicatedIp, GetDedicatedIpPool, GetDedicatedIps,
        GetDeliverabilityDashboardOptions, GetDeliverabilityTestReport, GetDomainDeliverabilityCampaign,
        GetDomainStatisticsReport, GetEmailAddressInsights, GetEmailIdentity, GetEmailIdentityPolicies,
        GetEmailTemplate, GetExportJob, GetImportJob, GetMessageInsights, GetMultiRegionEndpoint, GetReputationEntity,
        GetSuppressedDestination, GetTenant, ListConfigurationSets, ListContactLists, ListContacts,
        ListCustomVerificationEmailTemplates, ListDedicatedIpPools, ListDeliverabilityTestReports,
        ListDomainDeliverabilityCampaigns, ListEmailIdentities, ListEmailIdentityCertificates, ListEmailTemplates,
        ListExportJobs, ListImportJobs, ListMultiRegionEndpoints, ListRecommendations, ListReputationEntities,
        ListResourceTenants, ListSuppressedDestinations, ListTagsForResource, ListTenantResources, ListTenants,
        PutAccountDedicatedIpWarmupAttributes, PutAccountDetails, PutAccountPricingAttributes,
        PutAccountSendingAttributes, PutAccountSuppressionAttributes, PutAccountVdmAttributes,
        PutConfigurationSetArchivingOptions, PutConfigurationSetDeliveryOptions, PutConfigurationSetReputationOptions,
        PutConfigurationSetSendingOptions, PutConfigurationSetSuppressionOptions, PutConfigurationSetTrackingOptions,
        PutConfigurationSetVdmOptions, PutDedicatedIpInPool, PutDedicatedIpPoolScalingAttributes,
        PutDedicatedIpWarmupAttributes, PutDeliverabilityDashboardOption, PutEmailIdentityConfigurationSetAttributes,
        PutEmailIdentityDkimAttributes, PutEmailIdentityFeedbackAttributes, PutEmailIdentityMailFromAttributes,
        PutSuppressedDestination, PutTenantSuppressionAttributes, SendCustomVerificationEmail, TagResource,
        TestRenderEmailTemplate, UntagResource, UpdateConfigurationSet, UpdateContact, UpdateContactList,
        UpdateCustomVerificationEmailTemplate, UpdateEmailIdentityPolicy, UpdateEmailTemplate,
        UpdateReputationEntityCustomerManagedStatus, UpdateReputationEntityPolicy,
    ],
    CreateConfigurationSet: ["ses:CreateConfigurationSet"] if { "Tags" => "ses:TagResource" },
    CreateConfigurationSetEventDestination: ["ses:CreateConfigurationSetEventDestination"] if {
        "EventDestination.KinesisFirehoseDestination" => "iam:PassRole",
    },
    CreateContactList: ["ses:CreateContactList"] if { "Tags" => "ses:TagResource" },
    CreateCustomVerificationEmailTemplate: ["ses:CreateCustomVerificationEmailTemplate"] if {
        "Tags" => "ses:TagResource",
    },
    CreateDedicatedIpPool: ["ses:CreateDedicatedIpPool"] if { "Tags" => "ses:TagResource" },
    CreateDeliverabilityTestReport: ["ses:CreateDeliverabilityTestReport"] if { "Tags" => "ses:TagResource" },
    CreateEmailIdentity: ["ses:CreateEmailIdentity"] if {
        "DkimSigningAttributes.DomainSigningAttributesOrigin (of a Region)"
            => "ses:ReplicateEmailIdentityDkimSigningKey",
        "Tags" => "ses:TagResource",
    },
    CreateEmailTemplate: ["ses:CreateEmailTemplate"] if { "Tags" => "ses:TagResource" },
    CreateMultiRegionEndpoint: ["ses:CreateMultiRegionEndpoint"] if { "Tags" => "ses:TagResource" },
    CreateTenant: ["ses:CreateTenant"] if { "Tags" => "ses:TagResource" },
    PutEmailIdentityDkimSigningAttributes: ["ses:PutEmailIdentityDkimSigningAttributes"] if {
        "SigningAttributesOrigin (of a Region)" => "ses:ReplicateEmailIdentityDkimSigningKey",
    },
    SendBulkEmail: ["ses:SendBulkEmail"] if { "DefaultContent.Template" => "ses:SendBulkTemplatedEmail" },
    SendEmail: ["ses:SendEmail"] if {
        "Content.Raw" => "ses:SendRawEmail",
        "Content.Template" => "ses:SendTemplatedEmail",
    },
    UpdateConfigurationSetEventDestination: ["ses:UpdateConfigurationSetEventDestination"] if {
        "EventDestination.KinesisFirehoseDestination" => "iam:PassRole",
    },
}
