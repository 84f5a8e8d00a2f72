//! What deletes or replaces what belongs to others.

use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule, Scope, Sensitive};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "SA39",
            severity: Severity::High,
            title: "whichever store of data deleted",
            fix: "name the resources that are needed in `Resource`, or leave the action out: stores belong to the template",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:DeleteTable", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:DeleteTable", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "dynamodb:DeleteTable",
                "elasticache:DeleteReplicationGroup",
                "elasticfilesystem:DeleteFileSystem",
                "es:DeleteDomain",
                "kinesis:DeleteStream",
                "rds:DeleteDBCluster",
                "rds:DeleteDBInstance",
                "redshift:DeleteCluster",
                "s3:DeleteBucket",
                "sqs:DeleteQueue",
                "sqs:PurgeQueue",
            ],
            scope: Scope::Every,
            can: "delete data of others for good",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA40",
            severity: Severity::Medium,
            title: "objects or items deleted wherever they are",
            fix: "name the resources that are needed in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "dynamodb:DeleteItem",
                "dynamodb:PartiQLDelete",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
                "s3:PutLifecycleConfiguration",
            ],
            scope: Scope::Every,
            can: "delete data of others",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA41",
            severity: Severity::High,
            title: "whichever backup or snapshot deleted",
            fix: "name the resources that are needed in `Resource`, or leave the action out: backups are for the case that all else is gone",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "backup:DeleteRecoveryPoint", "Resource": "arn:aws:backup:sa-east-1:123456789012:recovery-point:maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "backup:DeleteBackupVault",
                "backup:DeleteRecoveryPoint",
                "dynamodb:DeleteBackup",
                "ec2:DeleteSnapshot",
                "rds:DeleteDBClusterSnapshot",
                "rds:DeleteDBSnapshot",
            ],
            scope: Scope::Every,
            can: "delete what a loss could be made good with",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA42",
            severity: Severity::Medium,
            title: "whichever machine, function or cluster stopped or deleted",
            fix: "name the resources that are needed in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:TerminateInstances", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:TerminateInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "maps"}}}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "autoscaling:DeleteAutoScalingGroup",
                "ec2:StopInstances",
                "ec2:TerminateInstances",
                "ecs:DeleteCluster",
                "ecs:DeleteService",
                "ecs:StopTask",
                "eks:DeleteCluster",
                "lambda:DeleteFunction",
            ],
            scope: Scope::Every,
            can: "stop what others run",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA43",
            severity: Severity::Medium,
            title: "whichever secret or parameter deleted or overwritten",
            fix: "name the resources that are needed in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:PutParameter", "Resource": "arn:aws:ssm:sa-east-1:123456789012:parameter/maps/*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "secretsmanager:DeleteSecret",
                "secretsmanager:PutSecretValue",
                "secretsmanager:UpdateSecret",
                "ssm:DeleteParameter",
                "ssm:DeleteParameters",
                "ssm:PutParameter",
            ],
            scope: Scope::Every,
            can: "change what other programs trust in",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA44",
            severity: Severity::Medium,
            title: "whichever name of the internet pointed elsewhere",
            fix: "name the hosted zone or the distribution in `Resource`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "route53:ChangeResourceRecordSets", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "route53:ChangeResourceRecordSets", "Resource": "arn:aws:route53:::hostedzone/Z1234567890ABC"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "acm:DeleteCertificate",
                "cloudfront:UpdateDistribution",
                "route53:ChangeResourceRecordSets",
                "route53:DeleteHostedZone",
            ],
            scope: Scope::Every,
            can: "send visitors to a place of its choice",
        }),
    },
];
