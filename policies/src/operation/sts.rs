//! AWS Security Token Service.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_sts.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_enable-create.html>
//!
//! A role is assumed with SAML or a web identity by whoever its trust policy allows: such a call is not signed. Who one
//! is, and a session of one's own, nobody needs to be allowed to ask for.

super::operations! {
    "sts",
    same: [AssumeRoot, DecodeAuthorizationMessage, GetAccessKeyInfo, GetDelegatedAccessToken],
    AssumeRole: ["sts:AssumeRole"] if {
        "ProvidedContexts" => "sts:SetContext",
        "SourceIdentity" => "sts:SetSourceIdentity",
        "Tags" => "sts:TagSession",
    },
    AssumeRoleWithSAML: [] never ["sts:AssumeRoleWithSAML"],
    AssumeRoleWithWebIdentity: [] never ["sts:AssumeRoleWithWebIdentity"],
    GetCallerIdentity: [] never ["sts:GetCallerIdentity"],
    GetFederationToken: ["sts:GetFederationToken"] if { "Tags" => "sts:TagSession" },
    GetSessionToken: [] never ["sts:GetSessionToken"],
    GetWebIdentityToken: ["sts:GetWebIdentityToken"] if { "Tags" => "sts:TagGetWebIdentityToken" },
}
