//! Changing what a policy of an identity says.

use super::path::{Path, follow, paths};
use super::step::Reach;
use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

paths! {
    fix: "allow it on named identities only, or only with a permissions boundary (`iam:PermissionsBoundary`) or for named policies (`iam:PolicyARN`)";
    "PE03" "a new version of a policy that is attached to it"
        Reach::Own, [] "iam:CreatePolicyVersion" ("pathfinding.cloud:iam-001", "parliament:PRIVILEGE_ESCALATION");
    "PE04" "an older version of a policy made the one that counts"
        Reach::Own, [] "iam:SetDefaultPolicyVersion" ("parliament:PRIVILEGE_ESCALATION");
    "PE05" "a policy written into a role"
        Reach::Own, [] "iam:PutRolePolicy" ("pathfinding.cloud:iam-005");
    "PE06" "a policy written into a user"
        Reach::Own, [] "iam:PutUserPolicy" ("pathfinding.cloud:iam-007", "parliament:PRIVILEGE_ESCALATION");
    "PE07" "a policy written into a group"
        Reach::Own, [] "iam:PutGroupPolicy" ("pathfinding.cloud:iam-011", "parliament:PRIVILEGE_ESCALATION");
    "PE08" "any policy attached to a user"
        Reach::Own, [] "iam:AttachUserPolicy" ("pathfinding.cloud:iam-008", "parliament:PRIVILEGE_ESCALATION");
    "PE09" "any policy attached to a role"
        Reach::Own, [] "iam:AttachRolePolicy" ("pathfinding.cloud:iam-009");
    "PE10" "any policy attached to a group"
        Reach::Own, [] "iam:AttachGroupPolicy" ("pathfinding.cloud:iam-010", "parliament:PRIVILEGE_ESCALATION");
    "PE11" "a user put into any group"
        Reach::Others, [] "iam:AddUserToGroup" ("pathfinding.cloud:iam-013", "parliament:PRIVILEGE_ESCALATION");
    "PE12" "the boundary of a role taken away"
        Reach::Own, [] "iam:DeleteRolePermissionsBoundary" ();
    "PE13" "the boundary of a user taken away"
        Reach::Own, [] "iam:DeleteUserPermissionsBoundary" ();
    "PE14" "the boundary of a role replaced by a wider one"
        Reach::Own, [] "iam:PutRolePermissionsBoundary" ();
    "PE15" "the boundary of a user replaced by a wider one"
        Reach::Own, [] "iam:PutUserPermissionsBoundary" ();
    "PE16" "a policy attached to a role that it then assumes"
        Reach::Own, ["iam:AttachRolePolicy"] "sts:AssumeRole" ("pathfinding.cloud:iam-014", "parliament:PRIVILEGE_ESCALATION");
    "PE17" "a policy attached to a user for whom it then makes a key"
        Reach::Own, ["iam:AttachUserPolicy"] "iam:CreateAccessKey" ("pathfinding.cloud:iam-015");
    "PE18" "a new version of the policy of a role that it then assumes"
        Reach::Own, ["iam:CreatePolicyVersion"] "sts:AssumeRole" ("pathfinding.cloud:iam-016");
    "PE19" "a policy written into a role that it then assumes"
        Reach::Own, ["iam:PutRolePolicy"] "sts:AssumeRole" ("pathfinding.cloud:iam-017", "parliament:PRIVILEGE_ESCALATION");
    "PE20" "a policy written into a user for whom it then makes a key"
        Reach::Own, ["iam:PutUserPolicy"] "iam:CreateAccessKey" ("pathfinding.cloud:iam-018");
    "PE21" "a policy attached to a role that is then made to trust it"
        Reach::Own, ["iam:AttachRolePolicy"] "iam:UpdateAssumeRolePolicy" ("pathfinding.cloud:iam-019");
    "PE22" "a new version of the policy of a role that is then made to trust it"
        Reach::Own, ["iam:CreatePolicyVersion"] "iam:UpdateAssumeRolePolicy" ("pathfinding.cloud:iam-020");
    "PE23" "a policy written into a role that is then made to trust it"
        Reach::Own, ["iam:PutRolePolicy"] "iam:UpdateAssumeRolePolicy" ("pathfinding.cloud:iam-021");
    "PE24" "a role created and given any policy"
        Reach::Own, ["iam:CreateRole"] "iam:AttachRolePolicy" ();
    "PE25" "a permission set of IAM Identity Center given another inline policy"
        Reach::Others, [] "sso:PutInlinePolicyToPermissionSet" ();
    "PE26" "a permission set of IAM Identity Center given another managed policy"
        Reach::Others, [] "sso:AttachManagedPolicyToPermissionSet" ();
    "PE27" "an account of the organization opened by a permission set"
        Reach::Others, [] "sso:CreateAccountAssignment" ();
}
