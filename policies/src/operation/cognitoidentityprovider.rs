//! Amazon Cognito user pools.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncognitouserpools.html>. What a user of the
//! pool calls, such as to sign in, Cognito authorises by the user's token or not at all, and no policy can allow:
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html>; for domains
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-add-custom-domain.html>; for logs
//! <https://docs.aws.amazon.com/cognito/latest/developerguide/exporting-quotas-and-usage.html>

super::operations! {
    "cognitoidentityprovider" as "cognito-idp",
    free: [
        AssociateSoftwareToken, ChangePassword, CompleteWebAuthnRegistration, ConfirmDevice, ConfirmForgotPassword,
        ConfirmSignUp, DeleteUser, DeleteUserAttributes, DeleteWebAuthnCredential, ForgetDevice, ForgotPassword,
        GetClientToken, GetDevice, GetTokensFromRefreshToken, GetUser, GetUserAttributeVerificationCode,
        GetUserAuthFactors, GlobalSignOut, InitiateAuth, ListDevices, ListWebAuthnCredentials, ResendConfirmationCode,
        RespondToAuthChallenge, RevokeToken, SetUserMFAPreference, SetUserSettings, SignUp, StartWebAuthnRegistration,
        UpdateAuthEventFeedback, UpdateDeviceStatus, UpdateUserAttributes, VerifySoftwareToken, VerifyUserAttribute,
    ],
    same: [
        AddCustomAttributes, AddUserPoolClientSecret, AdminAddUserToGroup, AdminConfirmSignUp, AdminCreateUser,
        AdminDeleteSoftwareToken, AdminDeleteUser, AdminDeleteUserAttributes, AdminDisableProviderForUser,
        AdminDisableUser, AdminEnableUser, AdminForgetDevice, AdminGetDevice, AdminGetUser, AdminGetUserAuthFactors,
        AdminInitiateAuth, AdminLinkProviderForUser, AdminListDevices, AdminListGroupsForUser,
        AdminListUserAuthEvents, AdminRemoveUserFromGroup, AdminResetUserPassword, AdminRespondToAuthChallenge,
        AdminSetUserMFAPreference, AdminSetUserPassword, AdminSetUserSettings, AdminUpdateAuthEventFeedback,
        AdminUpdateDeviceStatus, AdminUpdateUserAttributes, AdminUserGlobalSignOut, CreateGroup,
        CreateIdentityProvider, CreateManagedLoginBranding, CreateResourceServer, CreateTerms, CreateUserPoolClient,
        CreateUserPoolReplica, DeleteGroup, DeleteIdentityProvider, DeleteManagedLoginBranding, DeleteResourceServer,
        DeleteTerms, DeleteUserPool, DeleteUserPoolClient, DeleteUserPoolClientSecret, DeleteUserPoolDomain,
        DeleteUserPoolReplica, DescribeIdentityProvider, DescribeManagedLoginBranding,
        DescribeManagedLoginBrandingByClient, DescribeResourceServer, DescribeRiskConfiguration, DescribeTerms,
        DescribeTermsByClient, DescribeUserImportJob, DescribeUserPool, DescribeUserPoolClient,
        DescribeUserPoolDomain, GetCSVHeader, GetGroup, GetIdentityProviderByIdentifier, GetLogDeliveryConfiguration,
        GetProvisionedLimit, GetSigningCertificate, GetUICustomization, GetUserPoolMfaConfig, ListGroups,
        ListIdentityProviders, ListResourceServers, ListTagsForResource, ListTerms, ListUserImportJobs,
        ListUserPoolClientSecrets, ListUserPoolClients, ListUserPoolReplicas, ListUserPools, ListUsers,
        ListUsersInGroup, SetRiskConfiguration, SetUICustomization, StartUserImportJob, StopUserImportJob,
        TagResource, UntagResource, UpdateGroup, UpdateIdentityProvider, UpdateManagedLoginBranding,
        UpdateProvisionedLimit, UpdateResourceServer, UpdateTerms, UpdateUserPoolClient, UpdateUserPoolReplica,
    ],
    CreateUserImportJob: ["cognito-idp:CreateUserImportJob", "iam:PassRole"],
    CreateUserPool: ["cognito-idp:CreateUserPool"] if {
        "SmsConfiguration.SnsCallerArn" => "iam:PassRole",
        "UserPoolTags" => "cognito-idp:TagResource",
    },
    CreateUserPoolDomain: ["cognito-idp:CreateUserPoolDomain"] if {
        "CustomDomainConfig" => "cloudfront:UpdateDistribution",
    },
    SetLogDeliveryConfiguration: ["cognito-idp:SetLogDeliveryConfiguration", "logs:CreateLogDelivery"],
    SetUserPoolMfaConfig: ["cognito-idp:SetUserPoolMfaConfig"] if {
        "SmsMfaConfiguration.SmsConfiguration.SnsCallerArn" => "iam:PassRole",
    },
    UpdateUserPool: ["cognito-idp:UpdateUserPool"] if {
        "SmsConfiguration.SnsCallerArn" => "iam:PassRole",
        "UserPoolTags" => "cognito-idp:TagResource",
    },
    UpdateUserPoolDomain: ["cognito-idp:UpdateUserPoolDomain"] if {
        "CustomDomainConfig" => "cloudfront:UpdateDistribution",
    },
}
