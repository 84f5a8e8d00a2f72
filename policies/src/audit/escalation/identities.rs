//! Becoming another identity.

use super::path::{Path, follow, paths};
use super::step::Reach;
use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

paths! {
    fix: "allow it on named identities only; on a user's own, name it by `${aws:username}`";
    "PE28" "an access key for another user"
        Reach::Others, [] "iam:CreateAccessKey" ("pathfinding.cloud:iam-002", "parliament:PRIVILEGE_ESCALATION");
    "PE29" "an access key of another user replaced"
        Reach::Others, ["iam:CreateAccessKey"] "iam:DeleteAccessKey" ("pathfinding.cloud:iam-003");
    "PE30" "a console password for another user"
        Reach::Others, [] "iam:CreateLoginProfile" ("pathfinding.cloud:iam-004", "parliament:PRIVILEGE_ESCALATION");
    "PE31" "the console password of another user changed"
        Reach::Others, [] "iam:UpdateLoginProfile" ("pathfinding.cloud:iam-006", "parliament:PRIVILEGE_ESCALATION");
    "PE32" "credentials of a single service for another user"
        Reach::Others, [] "iam:CreateServiceSpecificCredential" ();
    "PE33" "a certificate for another user to sign requests with"
        Reach::Others, [] "iam:UploadSigningCertificate" ();
    "PE34" "the second factor of another user taken away, and a new password set"
        Reach::Others, ["iam:DeactivateMFADevice"] "iam:UpdateLoginProfile" ();
    "PE35" "the trust policy of a role changed, its own or another"
        Reach::Own, [] "iam:UpdateAssumeRolePolicy" ("pathfinding.cloud:iam-012", "parliament:PRIVILEGE_ESCALATION");
    "PE36" "any role assumed that trusts the account"
        Reach::Running, [] "sts:AssumeRole" ("pathfinding.cloud:sts-001");
    "PE37" "the identity provider that roles trust replaced by another"
        Reach::Others, [] "iam:UpdateSAMLProvider" ();
    "PE38" "the fingerprint replaced by which a trusted identity provider is known"
        Reach::Others, [] "iam:UpdateOpenIDConnectProviderThumbprint" ();
    "PE39" "another audience let in by a trusted identity provider"
        Reach::Others, [] "iam:AddClientIDToOpenIDConnectProvider" ();
    "PE40" "the role that instances run with exchanged"
        Reach::Others, ["iam:RemoveRoleFromInstanceProfile"] "iam:AddRoleToInstanceProfile" ();
}
