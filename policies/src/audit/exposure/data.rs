//! What lets data out.

use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule, Scope, Sensitive};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "SA11",
            severity: Severity::High,
            title: "objects of whichever bucket read",
            fix: "name the buckets in `Resource`: `arn:aws:s3:::bucket/*`",
            also_known_as: &[
                "cloudsplaining:DataExfiltration",
                "checkov:CKV_AWS_108",
                "checkov:CKV_AWS_288",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["s3:GetObject", "s3:GetObjectVersion"],
            scope: Scope::Every,
            can: "read every object of every bucket",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA12",
            severity: Severity::Medium,
            title: "items of whichever table read or exported",
            fix: "name the tables in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "dynamodb:BatchGetItem",
                "dynamodb:ExportTableToPointInTime",
                "dynamodb:GetItem",
                "dynamodb:GetRecords",
                "dynamodb:PartiQLSelect",
                "dynamodb:Query",
                "dynamodb:Scan",
            ],
            scope: Scope::Every,
            can: "read every table",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA13",
            severity: Severity::High,
            title: "snapshots or images shared with other accounts",
            fix: "leave the action out: sharing is for people or pipelines that are made for it",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:ModifySnapshotAttribute", "Resource": "arn:aws:ec2:sa-east-1::snapshot/snap-1234567890abcdef0"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeSnapshotAttribute", "Resource": "arn:aws:ec2:sa-east-1::snapshot/snap-1234567890abcdef0"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "ec2:ModifyFpgaImageAttribute",
                "ec2:ModifyImageAttribute",
                "ec2:ModifySnapshotAttribute",
                "rds:ModifyDBClusterSnapshotAttribute",
                "rds:ModifyDBSnapshotAttribute",
                "redshift:AuthorizeSnapshotAccess",
            ],
            scope: Scope::Any,
            can: "share what a disk or database holds with any account",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA14",
            severity: Severity::Medium,
            title: "snapshots of whichever database or machine copied or exported",
            fix: "name the resources that are needed in `Resource`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:CopyDBSnapshot", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds:CopyDBSnapshot", "Resource": "arn:aws:rds:sa-east-1:123456789012:snapshot:maps-nightly"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "ec2:CreateInstanceExportTask",
                "ec2:ExportImage",
                "rds:CopyDBClusterSnapshot",
                "rds:CopyDBSnapshot",
                "rds:CreateDBSnapshot",
                "rds:StartExportTask",
            ],
            scope: Scope::Every,
            can: "copy what any database holds",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA15",
            severity: Severity::Medium,
            title: "blocks of whichever snapshot read",
            fix: "name the resources that are needed in `Resource`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ebs:GetSnapshotBlock", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ebs:GetSnapshotBlock", "Resource": "arn:aws:ec2:sa-east-1::snapshot/snap-1234567890abcdef0"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["ebs:GetSnapshotBlock", "ebs:ListChangedBlocks", "ebs:ListSnapshotBlocks"],
            scope: Scope::Every,
            can: "read what is on any disk",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA16",
            severity: Severity::High,
            title: "data set to be copied elsewhere from now on",
            fix: "leave the action out: replication belongs to the template",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutReplicationConfiguration", "Resource": "arn:aws:s3:::maps"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetReplicationConfiguration", "Resource": "arn:aws:s3:::maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "ecr:PutReplicationConfiguration",
                "s3:PutReplicationConfiguration",
                "secretsmanager:ReplicateSecretToRegions",
                "dynamodb:CreateGlobalTable",
                "logs:PutSubscriptionFilter",
            ],
            scope: Scope::Any,
            can: "have new data sent to a place of its choice",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA17",
            severity: Severity::Medium,
            title: "messages of whichever queue or stream read",
            fix: "name the queues or streams in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["kinesis:GetRecords", "kinesis:SubscribeToShard", "sqs:ReceiveMessage"],
            scope: Scope::Every,
            can: "read, and for queues take away, the messages of others",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA18",
            severity: Severity::Medium,
            title: "logs of whichever program read",
            fix: "name the log groups in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": "arn:aws:logs:sa-east-1:123456789012:log-group:*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/lambda/counts:*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "logs:CreateExportTask",
                "logs:FilterLogEvents",
                "logs:GetLogEvents",
                "logs:StartLiveTail",
                "logs:StartQuery",
                "logs:Unmask",
            ],
            scope: Scope::Every,
            can: "read what every program logs",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA19",
            severity: Severity::Medium,
            title: "queries of whichever database or workgroup",
            fix: "name the databases or workgroups in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "athena:StartQueryExecution", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "athena:StartQueryExecution", "Resource": "arn:aws:athena:sa-east-1:123456789012:workgroup/maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "athena:GetQueryResults",
                "athena:StartQueryExecution",
                "rds-data:BatchExecuteStatement",
                "rds-data:ExecuteStatement",
                "redshift-data:BatchExecuteStatement",
                "redshift-data:ExecuteStatement",
            ],
            scope: Scope::Every,
            can: "query any database",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA20",
            severity: Severity::Medium,
            title: "whichever backup copied or restored",
            fix: "name the vaults and recovery points in `Resource`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "backup:StartCopyJob", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "backup:StartCopyJob", "Resource": "arn:aws:backup:sa-east-1:123456789012:recovery-point:maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "backup:CopyFromBackupVault",
                "backup:StartCopyJob",
                "backup:StartRestoreJob",
                "dynamodb:RestoreTableFromBackup",
                "rds:RestoreDBInstanceFromDBSnapshot",
            ],
            scope: Scope::Every,
            can: "make a copy of what any backup holds",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA21",
            severity: Severity::Medium,
            title: "users of whichever user pool read",
            fix: "name the user pools in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cognito-idp:ListUsers", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cognito-idp:ListUsers", "Resource": "arn:aws:cognito-idp:sa-east-1:123456789012:userpool/sa-east-1_maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "cognito-idp:AdminGetUser",
                "cognito-idp:ListUsers",
                "cognito-idp:ListUsersInGroup",
                "identitystore:ListUsers",
            ],
            scope: Scope::Every,
            can: "read the personal data of every user",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA22",
            severity: Severity::Low,
            title: "code or images of whichever repository read",
            fix: "name the repositories in `Resource`",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "arn:aws:codecommit:sa-east-1:123456789012:maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "codeartifact:GetPackageVersionAsset",
                "codecommit:GitPull",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
                "lambda:GetLayerVersion",
            ],
            scope: Scope::Every,
            can: "read every program",
        }),
    },
];
