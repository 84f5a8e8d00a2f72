//! What keeps misuse from being seen or stopped.

use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule, Scope, Sensitive};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "SA33",
            severity: Severity::High,
            title: "the record of calls stopped or changed",
            fix: "leave the action out: what is recorded belongs to those who run the account",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "arn:aws:cloudtrail:sa-east-1:123456789012:trail/all"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrailStatus", "Resource": "arn:aws:cloudtrail:sa-east-1:123456789012:trail/all"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "cloudtrail:DeleteEventDataStore",
                "cloudtrail:DeleteTrail",
                "cloudtrail:PutEventSelectors",
                "cloudtrail:StopEventDataStoreIngestion",
                "cloudtrail:StopLogging",
                "cloudtrail:UpdateTrail",
            ],
            scope: Scope::Any,
            can: "act unseen",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA34",
            severity: Severity::High,
            title: "the detection of threats or of wrong settings stopped",
            fix: "leave the action out: detection belongs to those who run the account",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "guardduty:DeleteDetector", "Resource": "arn:aws:guardduty:sa-east-1:123456789012:detector/12abc34d567e8fa901bc2d34e56789f0"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "guardduty:GetDetector", "Resource": "arn:aws:guardduty:sa-east-1:123456789012:detector/12abc34d567e8fa901bc2d34e56789f0"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "access-analyzer:DeleteAnalyzer",
                "config:DeleteConfigRule",
                "config:DeleteConfigurationRecorder",
                "config:DeleteDeliveryChannel",
                "config:StopConfigurationRecorder",
                "detective:DeleteGraph",
                "guardduty:CreateFilter",
                "guardduty:DeleteDetector",
                "guardduty:DisassociateFromAdministratorAccount",
                "guardduty:UpdateDetector",
                "inspector2:Disable",
                "macie2:DisableMacie",
                "securityhub:BatchDisableStandards",
                "securityhub:DisableSecurityHub",
            ],
            scope: Scope::Any,
            can: "act unseen",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA35",
            severity: Severity::High,
            title: "logs of whichever program deleted or shortened",
            fix: "name the log groups in `Resource`, or leave the action out: how long logs are kept belongs to the template",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:DeleteLogGroup", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:DeleteLogGroup", "Resource": "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/lambda/counts"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy"],
            scope: Scope::Every,
            can: "remove the traces of what was done",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA36",
            severity: Severity::Medium,
            title: "the logs of a network or a firewall stopped",
            fix: "leave the action out: what is logged belongs to the template",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DeleteFlowLogs", "Resource": "arn:aws:ec2:sa-east-1:123456789012:vpc-flow-log/fl-1234567890abcdef0"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeFlowLogs", "Resource": "*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "ec2:DeleteFlowLogs",
                "network-firewall:UpdateLoggingConfiguration",
                "route53resolver:DeleteResolverQueryLogConfig",
                "route53resolver:DisassociateResolverQueryLogConfig",
                "s3:PutBucketLogging",
                "wafv2:DeleteLoggingConfiguration",
            ],
            scope: Scope::Any,
            can: "hide what passes",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA37",
            severity: Severity::High,
            title: "keys disabled or deleted",
            fix: "leave the action out: with its key all that it encrypted is lost",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:ScheduleKeyDeletion", "Resource": "arn:aws:kms:sa-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "arn:aws:kms:sa-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "cloudhsm:DeleteCluster",
                "kms:DeleteImportedKeyMaterial",
                "kms:DisableKey",
                "kms:ScheduleKeyDeletion",
            ],
            scope: Scope::Any,
            can: "make encrypted data unreadable",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA38",
            severity: Severity::High,
            title: "a safeguard against loss or misuse turned off",
            fix: "leave the action out: safeguards belong to those who run the account",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:BypassGovernanceRetention", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObjectRetention", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "backup:DeleteBackupVaultLockConfiguration",
                "ec2:DisableEbsEncryptionByDefault",
                "ec2:DisableImageBlockPublicAccess",
                "ec2:DisableSnapshotBlockPublicAccess",
                "iam:DeactivateMFADevice",
                "iam:DeleteAccountPasswordPolicy",
                "iam:DeleteRolePermissionsBoundary",
                "iam:DeleteUserPermissionsBoundary",
                "iam:UpdateAccountPasswordPolicy",
                "s3:BypassGovernanceRetention",
                "s3:PutBucketObjectLockConfiguration",
                "shield:DeleteProtection",
                "wafv2:DisassociateWebACL",
            ],
            scope: Scope::Any,
            can: "do what the safeguard keeps from happening",
        }),
    },
];
